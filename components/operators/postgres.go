package operators

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

// PostgresArgs describe CloudNativePG.
type PostgresArgs struct {
	Args

	// Backup adds the plugin that archives to object storage.
	Backup bool
	// CertManager are the resources that the plugin waits for: cert-manager makes the certificates by which the operator and the
	// plugin know each other. Only with Backup.
	CertManager []pulumi.Resource
}

// The names that the charts give their pods, and the ports of those and of what they run.
// https://cloudnative-pg.io/documentation/1.30/networking, and the charts' templates.
const (
	// PostgresNamespace is the operator's and its plugin's.
	PostgresNamespace = "cnpg-system"

	postgresOperator = "cloudnative-pg"
	barmanPlugin     = "plugin-barman-cloud"
	postgresPods     = "postgresql"

	webhookPort  = 9443
	pluginPort   = 9090
	managerPort  = 8000
	postgresPort = 5432
)

// PostgresOperator is the operator as the network policies of its databases name it.
func PostgresOperator() network.Peer {
	return network.Peer{Namespace: PostgresNamespace, App: postgresOperator}
}

// NewPostgres registers the operator of Postgres, and returns what its databases depend on. It fails only where a registration
// does.
func NewPostgres(ctx *pulumi.Context, name string, args *PostgresArgs, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	reach := []network.Peer{
		network.APIServer(),
		{Namespace: args.Data, App: postgresPods, Ports: []int{managerPort, postgresPort}},
		{Namespace: PostgresNamespace, App: barmanPlugin, Ports: []int{pluginPort}},
	}
	operator, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.CloudNativePG, Mirror: args.Mirror, Namespace: PostgresNamespace, Values: postgresValues(args.Args),
		Pods: map[string]network.Rules{postgresOperator: {Open: []int{webhookPort}, To: reach}},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("installing the operator of postgres: %w", err)
	}
	if !args.Backup {
		return operator.Ready, nil
	}

	// The operator looks for its plugins when it starts and from then on, so that either may come first; the namespace may not.
	after := append(append([]pulumi.Resource{}, operator.Ready...), args.CertManager...)
	plugin, err := charts.Install(ctx, name+"-backup", &charts.InstallArgs{
		Chart: charts.PluginBarmanCloud, Mirror: args.Mirror, Namespace: PostgresNamespace, In: operator.Namespace,
		Values: pulumi.Map{"resources": charts.Requests("50m", "256Mi")},
		Pods: map[string]network.Rules{barmanPlugin: {
			Ports: []int{pluginPort}, From: []network.Peer{PostgresOperator()}, To: []network.Peer{network.APIServer()},
		}},
	}, append(opts, pulumi.DependsOn(after))...)
	if err != nil {
		return nil, fmt.Errorf("installing the backup of postgres: %w", err)
	}
	return append(after, plugin.Ready...), nil
}

func postgresValues(args Args) pulumi.Map {
	values := pulumi.Map{
		"replicaCount": args.replicas(),
		"resources":    charts.Requests("100m", "256Mi"),
	}
	if args.Simulated {
		none := pulumi.Map{"create": pulumi.Bool(false)}
		values["webhook"] = pulumi.Map{"mutating": none, "validating": none}
	}
	return values
}
