package redis

import (
	"encoding/json"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// exporterUser is the one of the exporter's image.
const exporterUser = 59000

// watchManaged has an exporter of our own ask the cloud's server.
func watchManaged(ctx *pulumi.Context, name string, args *Args, server *managed.Server, opts ...pulumi.ResourceOption) error {
	if args.Monitoring == nil {
		return nil
	}
	exporter := name + "-exporter"
	address := pulumi.Sprintf("rediss://%s:%d", server.Host, server.Port)
	variables := corev1.EnvVarArray{
		corev1.EnvVarArgs{Name: pulumi.String("REDIS_ADDR"), Value: address},
		env("REDIS_PASSWORD_FILE", dataservice.ExporterPath+"/"+exporterPasswordKey),
		// Clouds refuse CONFIG, and what it would tell is not asked for.
		env("REDIS_EXPORTER_CONFIG_COMMAND", "-"),
	}
	files := pulumi.StringMap{
		exporterPasswordKey: pulumi.ToSecret(pulumi.All(address, server.Password).ApplyT(func(p []any) (string, error) {
			text, err := json.Marshal(map[string]string{p[0].(string): p[1].(string)})
			return string(text), err
		})).(pulumi.StringOutput),
	}
	if server.CA != nil {
		files[caKey] = server.CA
		variables = append(variables, env("REDIS_EXPORTER_TLS_CA_CERT_FILE", dataservice.ExporterPath+"/"+caKey))
	}
	return dataservice.NewExporter(ctx, exporter, &dataservice.ExporterArgs{
		Namespace: args.Namespace, User: exporterUser, Port: metricsPort,
		Container:     corev1.ContainerArgs{Image: pulumi.String(exporterImage), Env: variables},
		Files:         files,
		Server:        network.Peer{CIDR: server.Range, Ports: []int{server.Port}},
		Alerts:        managedAlerts(args.NamespaceName, exporter),
		PriorityClass: args.PriorityClass, Monitoring: args.Monitoring,
	}, opts...)
}

// managedAlerts are about a server that the cloud runs, which keeps and replicates the data by itself.
func managedAlerts(namespace, exporter string) []observe.Alert {
	return serverAlerts(dataservice.ExporterPods(namespace, exporter), dataservice.ExporterRemedy(namespace, exporter))
}
