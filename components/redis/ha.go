package redis

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/certificate"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/operators"
)

const (
	// haAPI is that of the operator's v0.26, https://redis-operator.opstree.dev.
	haAPI = "redis.redis.opstreelabs.in/v1beta2"
	// sentinels are always three: two of them agree, wherever one is lost.
	sentinels    = 3
	sentinelPort = 26379
	// sentinelMaster is what the sentinels call the servers that they watch.
	sentinelMaster = "redis"
	// appLabel is the operator's own on its pods: the name of their StatefulSet.
	appLabel = "app"
)

// haServers is a Redis of several servers in the making.
type haServers struct {
	*builder

	// name of the servers; the sentinels' is <name>-sentinel.
	name string
	// secret has the passwords, and config what is added to redis.conf.
	secret *corev1.Secret
	config *corev1.ConfigMap
	// certificate and its Secret; nil without TLS.
	certificate *certificate.Certificate
	tls         *corev1.Secret
}

// ha makes a primary, its replicas, and sentinels that choose a new primary where it is lost, run by the Redis operator.
func (b *builder) ha() (connection.Connection, error) {
	h := &haServers{builder: b, name: b.name + "-ha"}
	for _, step := range []func() error{h.encrypt, h.configure, h.open, h.budgets} {
		if err := step(); err != nil {
			return connection.Connection{}, err
		}
	}
	servers, err := h.object("RedisReplication", h.name, h.replication(), h.after(nil),
		pulumi.Protect(b.args.KeepData && !b.spec.Migrate), pulumi.RetainOnDelete(b.args.KeepData))
	if err != nil {
		return connection.Connection{}, err
	}
	if _, err := h.object("RedisSentinel", h.name, h.sentinel(), h.after(servers)); err != nil {
		return connection.Connection{}, err
	}

	// The operator's Service of the primary: it moves on within half a minute of a failover.
	at := address{host: h.host("-master")}
	if h.certificate != nil {
		at.tls = &h.certificate.CA
	}
	peer := network.Peer{Namespace: b.args.NamespaceName, App: h.name, Ports: []int{port, sentinelPort}}
	if err := b.backup(h.name+"-backup", source{host: at.host, peer: peer, secret: h.secret, tls: h.tls != nil}); err != nil {
		return connection.Connection{}, err
	}
	return b.connection(peer, at, pulumi.StringMap{
		connection.SentinelHost:   pulumi.String(h.host("-sentinel")),
		connection.SentinelPort:   pulumi.String(fmt.Sprint(sentinelPort)),
		connection.SentinelMaster: pulumi.String(sentinelMaster),
	}), nil
}

func (h *haServers) host(suffix string) string {
	return fmt.Sprintf("%s%s.%s.svc", h.name, suffix, h.args.NamespaceName)
}

// labels are without the version: the operator selects pods by all of them, and would find none of the old ones when it changed.
func (h *haServers) labels() pulumi.StringMap {
	labels := dataservice.Labels(h.name, release)
	delete(labels, "app.kubernetes.io/version")
	return labels
}

func (h *haServers) after(more pulumi.Resource) pulumi.ResourceOption {
	resources := append(h.args.Operator[:len(h.args.Operator):len(h.args.Operator)], h.record)
	if more != nil {
		resources = append(resources, more)
	}
	return pulumi.DependsOn(resources)
}

func (h *haServers) object(kind, name string, spec pulumi.Map, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	logical := name
	if kind == "RedisSentinel" {
		logical += "-sentinel"
	}
	return custom.New(h.ctx, logical, &custom.Object{
		APIVersion: haAPI, Kind: kind, Name: name, Namespace: h.args.Namespace, Labels: h.labels(), Spec: spec,
	}, append(opts, h.parent)...)
}

// encrypt makes the certificate, where there is to be TLS.
func (h *haServers) encrypt() error {
	if !h.spec.TLS {
		return nil
	}
	var hosts []string
	for _, name := range []string{"-master", "-sentinel", "-replica", ""} {
		hosts = append(hosts, h.host(name))
	}
	made, err := certificate.New(h.ctx, h.name+"-tls", &certificate.Args{
		Hosts:  append(hosts, "*."+h.host("-headless"), "localhost"),
		Random: h.args.Random, Keep: h.args.KeepData,
	}, h.parent)
	if err != nil {
		return err
	}
	h.certificate = made
	h.tls, err = corev1.NewSecret(h.ctx, h.name+"-tls", &corev1.SecretArgs{
		Metadata: metav1.ObjectMetaArgs{Namespace: h.args.Namespace, Labels: h.labels()}, Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{caKey: made.CA, "tls.crt": made.Chain, "tls.key": made.Key},
	}, h.parent)
	if err != nil {
		return fmt.Errorf("making the Secret of its certificate: %w", err)
	}
	return nil
}

// configure makes what the servers read beside what the operator writes.
func (h *haServers) configure() error {
	meta := metav1.ObjectMetaArgs{Namespace: h.args.Namespace, Labels: h.labels()}
	data := pulumi.StringMap{
		passwordKey: h.password,
		haUsersFile: pulumi.All(h.password, h.backupPassword).ApplyT(func(p []any) string {
			return haUsers(p[0].(string)) + backupUser(p[1].(string))
		}).(pulumi.StringOutput),
	}
	if h.certificate != nil {
		data[caKey] = h.certificate.CA
	}
	var err error
	if h.secret, err = corev1.NewSecret(h.ctx, h.name, &corev1.SecretArgs{
		Metadata: meta, Immutable: pulumi.Bool(true), StringData: h.withBackupPassword(data),
	}, h.parent); err != nil {
		return fmt.Errorf("making its Secret: %w", err)
	}
	if h.config, err = corev1.NewConfigMap(h.ctx, h.name, &corev1.ConfigMapArgs{
		Metadata: meta, Immutable: pulumi.Bool(true), Data: pulumi.StringMap{"redis-additional.conf": pulumi.String(haConfiguration(h.spec))},
	}, h.parent); err != nil {
		return fmt.Errorf("making its ConfigMap: %w", err)
	}
	// Nothing in these pods talks to the API server.
	_, err = corev1.NewServiceAccount(h.ctx, h.name, &corev1.ServiceAccountArgs{
		Metadata:                     metav1.ObjectMetaArgs{Name: pulumi.String(h.name), Namespace: h.args.Namespace, Labels: h.labels()},
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, h.parent)
	if err != nil {
		return fmt.Errorf("making its ServiceAccount: %w", err)
	}
	return nil
}

// open lets the clients, the operator and the backup reach servers and sentinels, and these each other.
func (h *haServers) open() error {
	self := network.Peer{Namespace: h.args.NamespaceName, App: h.name, Ports: []int{port, sentinelPort}}
	_, err := network.Allow(h.ctx, h.name, &network.Rules{
		Namespace: h.args.Namespace, App: h.name, Labels: h.labels(), Ports: self.Ports,
		From: append(h.clients(h.name+"-backup"), self, operators.RedisOperator()), To: []network.Peer{self},
	}, h.parent)
	return err
}

// budgets let one server and one sentinel go at a time. They are not the operator's, which would count a broken pod as one that
// is needed, and so block the drain of its node.
func (h *haServers) budgets() error {
	for _, name := range []string{h.name, h.name + "-sentinel"} {
		if _, err := policyv1.NewPodDisruptionBudget(h.ctx, name, &policyv1.PodDisruptionBudgetArgs{
			Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: h.args.Namespace, Labels: h.labels()},
			Spec: policyv1.PodDisruptionBudgetSpecArgs{
				MaxUnavailable: pulumi.Int(1), UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
				Selector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{appLabel: pulumi.String(name)}},
			},
		}, h.parent); err != nil {
			return fmt.Errorf("making the PodDisruptionBudget %s: %w", name, err)
		}
	}
	return nil
}
