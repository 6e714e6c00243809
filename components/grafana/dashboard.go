package grafana

import (
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Dashboard is a page of panels.
type Dashboard struct {
	// UID is its address in Grafana (/d/<uid>), which must never change.
	UID string
	// Title and Description that people see.
	Title, Description string
	// Variables that people choose from at its top.
	Variables []Variable
	// Rows of panels, from top to bottom.
	Rows []Row
}

// Variable is a choice of the values that a label has; queries name it $<Name>.
type Variable struct {
	// Name in queries, and Label that people see.
	Name, Label string
	// Metric and Of say whose label: label_values(<metric>, <of>).
	Metric, Of string
}

// Row of panels under a title.
type Row struct {
	// Title of the row.
	Title string
	// Panels from left to right.
	Panels []Panel
}

// Panel shows the result of queries.
type Panel struct {
	// Title, and Description of what is to be seen and when to worry.
	Title, Description string
	// Unit is Grafana's id of one: s, bytes, reqps, percentunit.
	Unit string
	// Queries to Prometheus; one line each series.
	Queries []Query
	// Stacked adds the series up. Default false.
	Stacked bool
	// Max of the axis, such as 1 of a share. Default: as the data has it.
	Max float64
	// Logs shows lines of Loki's instead, for this query.
	Logs string
}

// Query is what a panel asks for, and the name of each series in the answer, in which {{label}} stands for a label's value.
type Query struct {
	// Expr is PromQL.
	Expr string
	// Legend names a series.
	Legend string
}

// NewDashboard registers a dashboard in Grafana's namespace. opts must carry the parent. It fails only where the registration does.
func NewDashboard(ctx *pulumi.Context, name string, namespace pulumi.StringInput, d *Dashboard, opts ...pulumi.ResourceOption) error {
	text, err := json.Marshal(d.model())
	if err != nil {
		return fmt.Errorf("writing the dashboard %s: %w", d.UID, err)
	}
	_, err = corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: metadata(name, namespace, "grafana_dashboard"), Data: pulumi.StringMap{d.UID + ".json": pulumi.String(text)},
	}, opts...)
	if err != nil {
		return fmt.Errorf("making the dashboard %s: %w", d.UID, err)
	}
	return nil
}
