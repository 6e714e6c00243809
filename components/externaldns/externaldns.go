package externaldns

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// Namespace that ExternalDNS is installed in.
	Namespace = "external-dns"
	// app is what the chart names its pods and its ServiceAccount, and metricsPort the port of those: its templates, 1.21.1.
	app         = "external-dns"
	metricsPort = 7979
)

// Args say which hosts are published where.
type Args struct {
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Zone that records are written in.
	Zone *cluster.Zone
	// Owner tells this platform's records from those of others in the zone.
	Owner string
	// Gateway and GatewayNamespace are the Gateway whose routes are published.
	Gateway, GatewayNamespace string
	// Services grant access to Zone.
	Services cluster.Services
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
}

// ExternalDNS publishes hosts.
type ExternalDNS struct {
	pulumi.ResourceState

	// Ready are the resources that publish.
	Ready []pulumi.Resource
}

// New registers the installation. opts must depend on what brings the kinds of the Gateway API. It fails only where a registration
// does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*ExternalDNS, error) {
	e := &ExternalDNS{}
	if err := ctx.RegisterComponentResource("plinth:externaldns:ExternalDNS", name, e, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	parent := pulumi.Parent(e)
	identity, err := args.Services.Grant(ctx, name, &cluster.GrantArgs{
		Namespace: Namespace, ServiceAccount: app, Access: []cluster.Access{{Zone: pulumi.String(args.Zone.ID), Write: true}},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("letting %s change the zone: %w", name, err)
	}
	values, err := args.values(identity)
	if err != nil {
		return nil, err
	}
	program, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.ExternalDNS, Mirror: args.Mirror, Namespace: Namespace, Values: values,
		Pods: map[string]network.Rules{app: {To: append(network.CloudAPIs(), network.APIServer())}},
	}, parent, pulumi.DependsOn(identity.Resources))
	if err != nil {
		return nil, err
	}
	e.Ready = program.Ready
	if args.Monitoring != nil {
		err = observe.New(ctx, name, &observe.Args{
			Namespace: program.Namespace, App: app, Ports: []observe.Port{{Number: metricsPort}}, Alerts: Alerts,
		}, parent, pulumi.DependsOn(args.Monitoring))
		if err != nil {
			return nil, err
		}
	}
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{})
}

// providers are ExternalDNS' names of the clouds' DNS.
var providers = map[string]string{"aws": "aws", "gcp": "google", "azure": "azure"}

// values publish the routes of one Gateway, and take back what is no longer routed.
func (a *Args) values(identity *cluster.Identity) (pulumi.Map, error) {
	arguments := pulumi.Map{"gateway-name": pulumi.String(a.Gateway)}
	values := pulumi.Map{
		"provider":         pulumi.Map{"name": pulumi.String(providers[a.Zone.Cloud])},
		"sources":          pulumi.ToStringArray([]string{"gateway-httproute", "gateway-grpcroute"}),
		"gatewayNamespace": pulumi.String(a.GatewayNamespace),
		"domainFilters":    pulumi.ToStringArray([]string{a.Zone.Domain}),
		"policy":           pulumi.String("sync"), "registry": pulumi.String("txt"), "txtOwnerId": pulumi.String(a.Owner),
		"interval": pulumi.String("1m"), "triggerLoopOnEvent": pulumi.Bool(true), "logFormat": pulumi.String("json"),
		"serviceAccount": pulumi.Map{"annotations": identity.Annotations},
		"podLabels":      identity.PodLabels,
		"resources":      charts.Requests("10m", "128Mi"),
		"extraArgs":      arguments,
	}
	switch a.Zone.Cloud {
	case "aws":
		arguments["zone-id-filter"], arguments["aws-zone-type"] = pulumi.String(a.Zone.ID), pulumi.String("public")
	case "gcp":
		arguments["zone-id-filter"], arguments["google-project"] = pulumi.String(a.Zone.ID), pulumi.String(a.Zone.Project)
		arguments["google-zone-visibility"] = pulumi.String("public")
	case "azure":
		// It asks for a file, of which nothing is secret: the identity comes with the pod.
		file, err := json.Marshal(map[string]any{
			"subscriptionId": a.Zone.Subscription, "resourceGroup": a.Zone.ResourceGroup, "useWorkloadIdentityExtension": true,
		})
		if err != nil {
			return nil, fmt.Errorf("writing azure.json: %w", err)
		}
		values["secretConfiguration"] = pulumi.Map{
			"enabled": pulumi.Bool(true), "mountPath": pulumi.String("/etc/kubernetes/"),
			"data": pulumi.Map{"azure.json": pulumi.String(file)},
		}
	}
	return values, nil
}
