package dashboards

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/spec"
)

// Args say what there is to show.
type Args struct {
	// Namespace of Grafana.
	Namespace pulumi.StringInput
	// Data is the namespace of the data services.
	Data string
	// Postgres, Redis and RabbitMQ are the modes of the data services; empty where there is none. All are shown but a RabbitMQ
	// that the cloud runs, of which an exporter tells less, by other names.
	Postgres, Redis, RabbitMQ spec.Mode
	// Models are the workloads that serve models, by name. Their batches are shown where they are served by TensorFlow Serving.
	Models []string
	// GPU is set where GPUs are watched over.
	GPU bool
	// Logs is set where Grafana has Loki for a datasource.
	Logs bool
}

// Dashboards are all of the platform's.
type Dashboards struct{ pulumi.ResourceState }

// New registers the dashboards. opts must carry the provider of the cluster. It fails only where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) error {
	d := &Dashboards{}
	if err := ctx.RegisterComponentResource("plinth:dashboards:Dashboards", name, d, opts...); err != nil {
		return fmt.Errorf("registering %s: %w", name, err)
	}
	for _, dashboard := range args.all() {
		if err := grafana.NewDashboard(ctx, name+"-"+dashboard.UID, args.Namespace, dashboard, pulumi.Parent(d)); err != nil {
			return err
		}
	}
	return ctx.RegisterResourceOutputs(d, pulumi.Map{})
}

func (a *Args) all() []*grafana.Dashboard {
	all := []*grafana.Dashboard{a.overview()}
	for _, dashboard := range []*grafana.Dashboard{a.inference(), a.database(), a.queues()} {
		if len(dashboard.Rows) > 0 {
			all = append(all, dashboard)
		}
	}
	return all
}

// query is of one kind of series.
func query(legend, expr string, args ...any) []grafana.Query {
	return []grafana.Query{{Expr: fmt.Sprintf(expr, args...), Legend: legend}}
}
