package workload

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
)

// Args are a workload and what the platform around it provides.
type Args struct {
	// Spec is complete and valid.
	Spec Spec
	// Namespace everything is made in. An output of the Namespace resource also orders the two.
	Namespace pulumi.StringInput
	// Connections to the data services under Spec.Uses.
	Connections []connection.Connection
	// Secrets are the names of the Kubernetes Secrets, in the workload's namespace, by secret.
	Secrets map[string]pulumi.StringOutput
	// Callers may connect to the workload's ports; nobody else may.
	Callers []network.Peer
	// Callees are the workloads under Spec.Calls, with the ports they listen on.
	Callees []network.Peer
	// Published says that the workload's route is made. Default: a warning tells that it is not.
	Published bool
	// RollOn is the annotation in which a program that rolls workloads looks for the names of Secrets whose changes do. Only needed
	// where Secrets change under their names. Default none.
	RollOn string
	// Autoscaler is what scaling on queues and schedules depends on: see autoscaling.NewKEDA. Nil where there is no KEDA: then a
	// warning tells what does not scale.
	Autoscaler []pulumi.Resource
	// Simulated is for nodes that run nothing, and so no autoscaler of our own.
	Simulated bool
	// Recommender is what VerticalPodAutoscalers depend on: see autoscaling.NewRecommender. Nil makes none.
	Recommender []pulumi.Resource
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
	// NamespaceName is Namespace as plain text. Only needed with Monitoring.
	NamespaceName string
	// Tracing is where the workload's traces go, if it has any. Nil where nobody takes them: then a warning tells.
	Tracing *Tracing
	// Skipped are the services of the platform, as the stack file has them, that it asks for and that cannot be had: what a workload
	// lacks by that is not warned of, as it was told once for all of them. Default none.
	Skipped []string
	// KeepData protects the workload's claims, and retains them when the stack is destroyed all the same.
	KeepData bool
}

// Workload is a program that runs.
type Workload struct {
	pulumi.ResourceState

	// Host is the DNS name that other workloads call it by; empty where it has no ports.
	Host pulumi.StringOutput
}

// builder is what the parts of one workload have in common.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	spec   Spec
	parent pulumi.ResourceOption
	// connections are the Secrets that have the connections, by data service.
	connections map[string]pulumi.StringOutput
}

// New registers a workload. It fails where a secret or a connection that the spec names was not given, and where a
// registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Workload, error) {
	w := &Workload{}
	if err := ctx.RegisterComponentResource("plinth:workload:Workload", name, w, opts...); err != nil {
		return nil, fmt.Errorf("registering workload %s: %w", name, err)
	}
	b := &builder{
		ctx: ctx, name: name, args: args, spec: args.Spec, parent: pulumi.Parent(w), connections: map[string]pulumi.StringOutput{},
	}
	if err := b.build(w); err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	return w, ctx.RegisterResourceOutputs(w, pulumi.Map{"host": w.Host})
}

func (b *builder) build(w *Workload) error {
	if err := b.warnOfWhatIsIgnored(w); err != nil {
		return err
	}
	policy, err := network.Allow(b.ctx, b.name, b.rules(), b.parent)
	if err != nil {
		return err
	}
	account, err := corev1.NewServiceAccount(b.ctx, b.name, &corev1.ServiceAccountArgs{
		Metadata:                     b.meta(b.name),
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.parent)
	if err != nil {
		return fmt.Errorf("making the ServiceAccount: %w", err)
	}
	pod, err := b.pod(account)
	if err != nil {
		return err
	}

	w.Host = pulumi.String("").ToStringOutput()
	// A program's first connections would fail if its pods came before the policy that lets them through.
	ready := pulumi.DependsOn([]pulumi.Resource{policy})
	switch b.spec.Kind {
	case Job:
		return b.job(pod, ready)
	case CronJob:
		return b.cronJob(pod, ready)
	}
	if len(b.spec.Ports) > 0 {
		w.Host = pulumi.Sprintf("%s.%s.svc", b.name, b.args.Namespace)
	}
	if err := b.watch(); err != nil {
		return err
	}
	return b.service(pod, ready)
}

// rules are exactly what ports, uses, calls and egress ask for.
func (b *builder) rules() *network.Rules {
	rules := &network.Rules{
		Namespace: b.args.Namespace, App: b.name, Labels: b.labels(), Ports: b.portNumbers(),
		From: b.args.Callers, To: b.args.Callees,
	}
	for _, c := range b.args.Connections {
		rules.To = append(rules.To, c.Server)
	}
	if b.traced() {
		rules.To = append(rules.To, b.args.Tracing.Collector)
	}
	for _, e := range b.spec.Egress {
		rules.To = append(rules.To, network.Peer{CIDR: e.CIDR, Ports: []int{e.Port}})
	}
	return rules
}

// warnOfWhatIsIgnored tells what the spec asks for and nothing on the platform does.
func (b *builder) warnOfWhatIsIgnored(w *Workload) error {
	if b.spec.Route != nil && !b.args.Published {
		if err := b.warn(w, "gateway", "route", "%s is not published: the platform has no gateway, which plinth:gateway enables. "+
			"Inside the cluster the workload is reached under its own name.", b.spec.Route.Host); err != nil {
			return err
		}
	}
	if b.spec.Tracing && !b.traced() {
		if err := b.warn(w, "tracing", "tracing", "nobody takes its traces: the platform has no collector, which plinth:tracing enables."); err != nil {
			return err
		}
	}
	if b.args.Autoscaler != nil {
		return nil
	}
	if b.spec.Replicas.Queue != nil {
		if err := b.warn(w, "autoscaling", "replicas.queue", "the length of %s does not scale it: the platform has no KEDA, which plinth:autoscaling "+
			"enables. It runs %d replicas, and more only on cpu or memory.", b.spec.Replicas.Queue.Name, b.leastReplicas()); err != nil {
			return err
		}
	}
	if b.spec.Replicas.Schedule != nil {
		return b.warn(w, "autoscaling", "replicas.schedule", "the time of day does not scale it: the platform has no KEDA, which plinth:autoscaling "+
			"enables. It runs %d replicas at any time, and more only on cpu or memory.", b.leastReplicas())
	}
	return nil
}

// warn tells what does not work at a key of the workload without a service of the platform, unless that one's absence was told.
func (b *builder) warn(w *Workload, service, key, format string, args ...any) error {
	if slices.Contains(b.args.Skipped, service) {
		return nil
	}
	message := fmt.Sprintf("workloads.%s.%s: %s", b.name, key, fmt.Sprintf(format, args...))
	if err := b.ctx.Log.Warn(message, &pulumi.LogArgs{Resource: w}); err != nil {
		return fmt.Errorf("warning of %s: %w", key, err)
	}
	return nil
}

func (b *builder) meta(name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: b.args.Namespace, Labels: b.labels()}
}

// generatedMeta leaves the name to the provider, which makes a new one for new content.
func (b *builder) generatedMeta() *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{Namespace: b.args.Namespace, Labels: b.labels()}
}
