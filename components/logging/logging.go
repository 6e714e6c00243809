package logging

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	// Namespace of the store.
	Namespace = "logging"
	// AgentsNamespace is that of the collectors, which read the nodes' files.
	AgentsNamespace = "logging-agents"
)

// Args describe the platform's logging.
type Args struct {
	// Spec is complete and valid.
	Spec Spec
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Services of the cloud, whose object storage keeps Loki's logs. Nil keeps them on a volume, and Loki runs once.
	Services cluster.Services
	// Replicas of the store: 1, or 3, which hold the same and of which one may be lost. Default 1.
	Replicas int
	// Zones that the replicas must be spread over; 0 where that is not required.
	Zones int
	// KeepData keeps bucket and disks when the stack is destroyed.
	KeepData bool
	// PriorityClass of the collectors: without them a node's logs are lost. Default none.
	PriorityClass string
	// JSON are pods that print a JSON object for each request, whose method, host, status and duration_ms can then be asked for.
	JSON network.Peer
	// Grafana is the namespace of the one that shows the logs. Nil where there is none.
	Grafana pulumi.StringInput
	// Random is the provider of Grafana's password. Only needed for elastic with Grafana.
	Random *random.Provider
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
	// Simulated is for nodes that run nothing: nothing is waited for.
	Simulated bool
}

// Logging collects logs and keeps them.
type Logging struct {
	pulumi.ResourceState

	// Address that the store answers at, over HTTP or, with elastic, HTTPS.
	Address string
}

// builder is what the parts have in common.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	self   *Logging
	parent pulumi.ResourceOption
	// store and agents are the namespaces.
	store, agents pulumi.StringInput
}

// New registers the store, the collectors and what watches over them. It fails only where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Logging, error) {
	l := &Logging{}
	if err := ctx.RegisterComponentResource("plinth:logging:Logging", name, l, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, self: l, parent: pulumi.Parent(l)}
	build := b.loki
	if args.Spec.Store == Elastic {
		build = b.elastic
	}
	if err := build(); err != nil {
		return nil, fmt.Errorf("logging: %w", err)
	}
	return l, ctx.RegisterResourceOutputs(l, pulumi.Map{"store": pulumi.String(args.Spec.Store), "address": pulumi.String(l.Address)})
}

// namespaces makes both. The store's is protected where data is kept, as its disks go with it.
func (b *builder) namespaces() error {
	store, err := namespace.New(b.ctx, b.name, &namespace.Args{Name: Namespace}, b.parent, pulumi.Protect(b.args.KeepData))
	if err != nil {
		return err
	}
	// Only pods of the level privileged may see a node's files.
	agents, err := namespace.New(b.ctx, b.name+"-agents", &namespace.Args{
		Name: AgentsNamespace, PodSecurity: namespace.Privileged,
	}, b.parent)
	if err != nil {
		return err
	}
	b.store, b.agents = store.Name, agents.Name
	return nil
}

// everywhere has the collectors run on every node, whatever it is kept free for.
var everywhere = pulumi.MapArray{pulumi.Map{"operator": pulumi.String("Exists")}}

// rollout replaces collectors a quarter at a time, so that it ends in minutes on many nodes, too: meanwhile the nodes' files keep the logs.
var rollout = pulumi.Map{
	"type": pulumi.String("RollingUpdate"), "rollingUpdate": pulumi.Map{"maxUnavailable": pulumi.String("25%")},
}

// collector is how the collectors' containers run: as root, whose files the logs are, and with no other right of root's.
var collector = pulumi.Map{
	"runAsUser": pulumi.Int(0), "runAsGroup": pulumi.Int(0), "allowPrivilegeEscalation": pulumi.Bool(false),
	"readOnlyRootFilesystem": pulumi.Bool(true), "capabilities": pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
	"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
}

// folder is a volume of a folder of the node.
func folder(name, path, kind string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(name), "hostPath": pulumi.Map{"path": pulumi.String(path), "type": pulumi.String(kind)}}
}

// mount puts it at the same path.
func mount(name, path string, readOnly bool) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(name), "mountPath": pulumi.String(path), "readOnly": pulumi.Bool(readOnly)}
}
