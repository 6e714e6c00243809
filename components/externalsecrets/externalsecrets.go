package externalsecrets

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// ReloadAnnotation of a Deployment or StatefulSet has the names of Secrets, comma-separated, whose changes roll it.
	ReloadAnnotation = "secret.reloader.stakater.com/reload"
	// Namespace that both programs are installed in.
	Namespace = "external-secrets"

	storeName  = "cloud"
	apiVersion = "external-secrets.io/v1"
)

// Args say which secrets are brought where.
type Args struct {
	// Present says that External Secrets and Reloader are in the cluster already. Default: they are installed.
	Present bool
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Services have the store, and grant access to it.
	Services cluster.Services
	// Prefix of the secrets' names in the store. Nothing else there may be read.
	Prefix string
	// Refresh is how often the store is asked, as a Go duration.
	Refresh string
	// Namespaces that read secrets, by name.
	Namespaces map[string]Namespaced
	// Replicas of each program, of which one works and the others wait. Default 1.
	Replicas int
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
	// Simulated is for nodes that run nothing: webhooks, which nobody would answer there, are left out, and no value is waited for.
	Simulated bool
}

// Namespaced is what one namespace reads.
type Namespaced struct {
	// Name of the namespace. An output of the Namespace resource also orders the two.
	Name pulumi.StringInput
	// Secrets that it reads, each with its keys.
	Secrets map[string][]string
}

// ExternalSecrets are the platform's secrets, in place.
type ExternalSecrets struct {
	pulumi.ResourceState

	// Names of the Kubernetes Secrets, by namespace and secret. What is made with them waits for the values.
	Names map[string]map[string]pulumi.StringOutput
}

// builder is what the parts have in common.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	self   *ExternalSecrets
	parent pulumi.ResourceOption
}

// New registers the programs, the store and a secret for each namespace and name. It fails only where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*ExternalSecrets, error) {
	s := &ExternalSecrets{Names: map[string]map[string]pulumi.StringOutput{}}
	if err := ctx.RegisterComponentResource("plinth:externalsecrets:ExternalSecrets", name, s, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, self: s, parent: pulumi.Parent(s)}
	if err := b.build(); err != nil {
		return nil, fmt.Errorf("secrets of the cloud: %w", err)
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{})
}

func (b *builder) build() error {
	store := b.args.Services.SecretStore()
	secrets := pulumi.String(b.args.Prefix + "*").ToStringOutput()
	if store.IDPrefix != nil {
		secrets = pulumi.Sprintf("%s%s*", store.IDPrefix, b.args.Prefix)
	}
	identity, err := b.args.Services.Grant(b.ctx, b.name, &cluster.GrantArgs{
		Namespace: Namespace, ServiceAccount: controller, Access: []cluster.Access{{Secret: secrets}},
	}, b.parent)
	if err != nil {
		return err
	}
	program, err := charts.Install(b.ctx, b.name, &charts.InstallArgs{
		Chart: charts.ExternalSecrets, Mirror: b.args.Mirror, Present: b.args.Present, Namespace: Namespace,
		Values: b.values(identity), Pods: b.pods(),
	}, b.parent, pulumi.DependsOn(identity.Resources))
	if err != nil {
		return err
	}
	roller, err := charts.Install(b.ctx, b.name+"-reloader", &charts.InstallArgs{
		Chart: charts.Reloader, Mirror: b.args.Mirror, Present: b.args.Present, Namespace: Namespace, In: program.Namespace,
		Values: b.reloaderValues(), Pods: map[string]network.Rules{reloader: {To: []network.Peer{network.APIServer()}}},
	}, b.parent)
	if err != nil {
		return err
	}
	connected, err := b.store(store, program.Ready)
	if err != nil {
		return err
	}
	if err := b.secrets(append([]pulumi.Resource{connected}, roller.Ready...)); err != nil {
		return err
	}
	if b.args.Monitoring == nil {
		return nil
	}
	return observe.New(b.ctx, b.name, &observe.Args{
		Namespace: program.Namespace, App: controller, Ports: []observe.Port{{Number: metricsPort}}, Alerts: Alerts,
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// store has no credentials: External Secrets takes those that its pods have as their cloud identity.
func (b *builder) store(store cluster.SecretStore, after []pulumi.Resource) (pulumi.Resource, error) {
	provider := pulumi.Map{}
	maps.Copy(provider, store.Spec)
	if store.Provider == "azurekv" {
		provider["authType"] = pulumi.String("WorkloadIdentity")
	}
	return custom.New(b.ctx, b.name+"-store", &custom.Object{
		APIVersion: apiVersion, Kind: "ClusterSecretStore", Name: storeName,
		Spec: pulumi.Map{
			"provider": pulumi.Map{store.Provider: provider},
			"conditions": pulumi.MapArray{pulumi.Map{
				"namespaces": pulumi.ToStringArray(slices.Sorted(maps.Keys(b.args.Namespaces))),
			}},
		},
	}, b.parent, pulumi.DependsOn(after))
}

func (b *builder) secrets(after []pulumi.Resource) error {
	// One that is not in the store fails the deployment, and says so, rather than the pods that read it.
	annotations := pulumi.StringMap{"pulumi.com/waitFor": pulumi.String("condition=Ready")}
	if b.args.Simulated {
		annotations = nil
	}
	for _, namespace := range slices.Sorted(maps.Keys(b.args.Namespaces)) {
		reads := b.args.Namespaces[namespace]
		b.self.Names[namespace] = map[string]pulumi.StringOutput{}
		for _, secret := range slices.Sorted(maps.Keys(reads.Secrets)) {
			made, err := custom.New(b.ctx, fmt.Sprintf("%s-%s-%s", b.name, namespace, secret), &custom.Object{
				APIVersion: apiVersion, Kind: "ExternalSecret", Name: secret, Namespace: reads.Name, Annotations: annotations,
				Spec: b.secret(secret, reads.Secrets[secret]),
			}, b.parent, pulumi.DependsOn(after))
			if err != nil {
				return err
			}
			b.self.Names[namespace][secret] = made.Metadata.Name().Elem()
		}
	}
	return nil
}

func (b *builder) secret(name string, keys []string) pulumi.Map {
	var data pulumi.MapArray
	for _, key := range keys {
		data = append(data, pulumi.Map{
			"secretKey": pulumi.String(key),
			"remoteRef": pulumi.Map{"key": pulumi.String(b.args.Prefix + name), "property": pulumi.String(key)},
		})
	}
	return pulumi.Map{
		"secretStoreRef":  pulumi.Map{"kind": pulumi.String("ClusterSecretStore"), "name": pulumi.String(storeName)},
		"refreshInterval": pulumi.String(b.args.Refresh), "refreshPolicy": pulumi.String("Periodic"),
		// A value that is gone from the store stays with the pods that run on it.
		"target": pulumi.Map{"name": pulumi.String(name), "creationPolicy": pulumi.String("Owner"), "deletionPolicy": pulumi.String("Retain")},
		"data":   data,
	}
}
