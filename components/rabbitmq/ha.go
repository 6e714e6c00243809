package rabbitmq

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/certificate"
	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/operators"
)

const (
	// haAPI is that of both operators.
	haAPI = "rabbitmq.com/v1beta1"
	// adminUser is the operators' own.
	adminUser = "plinth-admin"

	tlsPort        = 5671
	managementPort = 15672
	// stopSeconds is how long a node gets to hand over and stop: what a cluster autoscaler waits for a pod.
	// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md, --max-graceful-termination-sec
	stopSeconds = 600
	// haWait is how long a change may take until all nodes are up, one after the other.
	haWait = "1h"
)

// nodePorts are what nodes and their tools speak to each other by: epmd, Erlang's distribution, and the tools.
// https://www.rabbitmq.com/docs/networking#ports
var nodePorts = append([]int{4369, 25672}, 35672, 35673, 35674, 35675, 35676, 35677, 35678, 35679, 35680, 35681, 35682)

// haBrokers is a RabbitMQ of several nodes in the making.
type haBrokers struct {
	*builder

	// name of the cluster, and of its pods' label and its Service.
	name string
	// certificate and its Secret; nil without TLS.
	certificate *certificate.Certificate
	tls         *corev1.Secret
	// cluster is what is declared on the broker depends on.
	cluster pulumi.Resource
}

// ha makes nodes that each have every message, run by RabbitMQ's own operators.
func (b *builder) ha() (connection.Connection, error) {
	h := &haBrokers{builder: b, name: b.name + "-ha"}
	for _, step := range []func() error{h.encrypt, h.open, h.budget, h.brokers, h.declare} {
		if err := step(); err != nil {
			return connection.Connection{}, err
		}
	}
	peer := network.Peer{Namespace: b.args.NamespaceName, App: h.name, Ports: []int{h.clientPort()}}
	if h.certificate == nil {
		return b.connection(peer, h.host(""), nil), nil
	}
	return b.connection(peer, h.host(""), &h.certificate.CA), nil
}

func (h *haBrokers) host(suffix string) string {
	return fmt.Sprintf("%s%s.%s.svc", h.name, suffix, h.args.NamespaceName)
}

func (h *haBrokers) clientPort() int {
	if h.spec.TLS {
		return tlsPort
	}
	return port
}

func (h *haBrokers) labels() pulumi.StringMap { return dataservice.Labels(h.name, release) }

// encrypt makes the certificate, where there is to be TLS.
func (h *haBrokers) encrypt() error {
	if !h.spec.TLS {
		return nil
	}
	made, err := certificate.New(h.ctx, h.name+"-tls", &certificate.Args{
		Hosts:  []string{h.host(""), "*." + h.host("-nodes"), "localhost"},
		Random: h.args.Random, Keep: h.args.KeepData,
	}, h.parent)
	if err != nil {
		return err
	}
	h.certificate = made
	h.tls, err = corev1.NewSecret(h.ctx, h.name+"-tls", &corev1.SecretArgs{
		Metadata: metav1.ObjectMetaArgs{Namespace: h.args.Namespace, Labels: h.labels()}, Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{"tls.crt": made.Chain, "tls.key": made.Key},
	}, h.parent)
	if err != nil {
		return fmt.Errorf("making the Secret of its certificate: %w", err)
	}
	return nil
}

// open lets the clients reach the brokers, the operators their management, and the nodes each other.
func (h *haBrokers) open() error {
	self := network.Peer{Namespace: h.args.NamespaceName, App: h.name, Ports: nodePorts}
	for name, rules := range map[string]network.Rules{
		"":           {Ports: []int{h.clientPort()}, From: h.args.Clients},
		"-nodes":     {Ports: nodePorts, From: []network.Peer{self}, To: []network.Peer{self}},
		"-operators": {Ports: []int{managementPort}, From: operators.RabbitMQOperators()},
	} {
		rules.Namespace, rules.App, rules.Labels = h.args.Namespace, h.name, h.labels()
		if _, err := network.Allow(h.ctx, h.name+name, &rules, h.parent); err != nil {
			return err
		}
	}
	return nil
}

// budget lets one node go at a time: queues stop when most of their nodes are gone.
func (h *haBrokers) budget() error {
	_, err := policyv1.NewPodDisruptionBudget(h.ctx, h.name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(h.name), Namespace: h.args.Namespace, Labels: h.labels()},
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
			Selector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(h.name)}},
		},
	}, h.parent)
	if err != nil {
		return fmt.Errorf("making the PodDisruptionBudget %s: %w", h.name, err)
	}
	return nil
}

// brokers makes the cluster.
func (h *haBrokers) brokers() error {
	password, err := h.newPassword("admin-password")
	if err != nil {
		return err
	}
	// The operators look up these keys. https://github.com/rabbitmq/cluster-operator, docs/examples/external-admin-secret-credentials
	admin, err := corev1.NewSecret(h.ctx, h.name+"-admin", &corev1.SecretArgs{
		Metadata: metav1.ObjectMetaArgs{Namespace: h.args.Namespace, Labels: h.labels()}, Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{
			"username": pulumi.String(adminUser), "password": password, "host": pulumi.String(h.host("")),
			"port": pulumi.String(fmt.Sprint(port)), "provider": pulumi.String("rabbitmq"), "type": pulumi.String("rabbitmq"),
			"default_user.conf": pulumi.Sprintf("default_user = %s\ndefault_pass = %s\n", adminUser, password),
		},
	}, h.parent)
	if err != nil {
		return fmt.Errorf("making the Secret of its administrator: %w", err)
	}
	annotations := pulumi.StringMap{
		// Its own would only be added to: see override.
		"rabbitmq.com/disable-default-topology-spread-constraints": pulumi.String("true"),
		// Where there is TLS, the operator would look for the authority among those of its own image.
		"rabbitmq.com/operator-connection-uri": pulumi.String(fmt.Sprintf("http://%s:%d", h.host(""), managementPort)),
	}
	if !h.args.Simulated { // where nobody makes it ready
		annotations["pulumi.com/waitFor"] = pulumi.String("condition=AllReplicasReady")
	}
	h.cluster, err = custom.New(h.ctx, h.name, &custom.Object{
		APIVersion: haAPI, Kind: "RabbitmqCluster", Name: h.name, Namespace: h.args.Namespace, Labels: h.labels(),
		Annotations: annotations, Spec: h.clusterSpec(admin),
	}, h.parent, pulumi.DependsOn(slices.Concat(h.args.Operator, []pulumi.Resource{h.record})),
		pulumi.Protect(h.args.KeepData && !h.spec.Migrate), pulumi.RetainOnDelete(h.args.KeepData),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: haWait, Update: haWait}))
	return err
}

func (h *haBrokers) clusterSpec(admin *corev1.Secret) pulumi.Map {
	pod := pulumi.Map{
		"containers":                pulumi.Array{},
		"topologySpreadConstraints": dataservice.Spread("app.kubernetes.io/name", h.name, h.args.Zones),
	}
	if h.args.PriorityClass != "" {
		pod["priorityClassName"] = pulumi.String(h.args.PriorityClass)
	}
	spec := pulumi.Map{
		"replicas":      pulumi.Int(h.spec.Instances),
		"image":         pulumi.String("docker.io/library/rabbitmq:" + release),
		"persistence":   pulumi.Map{"storage": pulumi.String(h.spec.Storage)},
		"resources":     charts.Requests(string(h.spec.CPU), string(h.spec.Memory)),
		"secretBackend": pulumi.Map{"externalSecret": pulumi.Map{"name": admin.Metadata.Name().Elem()}},
		"rabbitmq":      pulumi.Map{"additionalConfig": pulumi.String(limitsConfiguration(h.spec))},
		"override": pulumi.Map{"statefulSet": pulumi.Map{"spec": pulumi.Map{
			"template": pulumi.Map{"spec": pod},
		}}},
		// A week by default, in which no node could be drained whose broker waits for a quorum.
		"terminationGracePeriodSeconds": pulumi.Int(stopSeconds),
	}
	if h.tls != nil {
		spec["tls"] = pulumi.Map{"secretName": h.tls.Metadata.Name().Elem()}
	}
	return spec
}
