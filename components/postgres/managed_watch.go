package postgres

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// exporterUser is nobody, as the exporter's image has it.
const exporterUser = 65534

// watchManaged has an exporter of our own ask the cloud's server, as the application's user: there is no other.
func watchManaged(ctx *pulumi.Context, name string, args *Args, server *managed.Server, opts ...pulumi.ResourceOption) error {
	if args.Monitoring == nil {
		return nil
	}
	exporter := name + "-exporter"
	return dataservice.NewExporter(ctx, exporter, &dataservice.ExporterArgs{
		Namespace: args.Namespace, User: exporterUser, Port: metricsPort,
		Container: corev1.ContainerArgs{
			Image: pulumi.String(exporterImage),
			Env: corev1.EnvVarArray{
				corev1.EnvVarArgs{
					Name: pulumi.String("DATA_SOURCE_URI"), Value: pulumi.Sprintf("%s:%d/%s?sslmode=require", server.Host, server.Port, args.Spec.Database),
				},
				env("DATA_SOURCE_USER", args.Spec.Database),
				env("DATA_SOURCE_PASS_FILE", dataservice.ExporterPath+"/"+passwordKey),
				// The clouds' own, whose size nobody else may ask for.
				env("PG_EXPORTER_EXCLUDE_DATABASES", "rdsadmin,cloudsqladmin,azure_maintenance,azure_sys"),
			},
		},
		Files:         pulumi.StringMap{passwordKey: server.Password},
		Server:        network.Peer{CIDR: server.Range, Ports: []int{server.Port}},
		Alerts:        managedAlerts(args.NamespaceName, name, exporter),
		PriorityClass: args.PriorityClass, Monitoring: args.Monitoring,
	}, opts...)
}

// managedAlerts are about a server that the cloud runs. Its disk grows by itself, and its backups are the cloud's. The metrics are
// those of postgres_exporter.
func managedAlerts(namespace, name, exporter string) []observe.Alert {
	on := dataservice.ExporterPods(namespace, exporter)
	return []observe.Alert{
		{
			Name: "PostgresDown", Expr: fmt.Sprintf("pg_up%s == 0 or absent(pg_up%s)", on, on), For: "5m", Severity: observe.Critical,
			Summary: fmt.Sprintf("%s does not answer.", name),
			Remedy:  dataservice.ExporterRemedy(namespace, exporter),
		},
		connectionsAlert(
			fmt.Sprintf(`sum by (namespace, pod) (pg_stat_activity_count%s)`, on),
			fmt.Sprintf(`max by (namespace, pod) (pg_settings_max_connections%s)`, on)),
	}
}
