package grafana

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
)

// UIDs of datasources, by which panels name them. Prometheus is the chart's own (sidecar.datasources.uid).
const (
	Prometheus    = "prometheus"
	Loki          = "loki"
	Jaeger        = "jaeger"
	Elasticsearch = "elasticsearch"
)

// Peer is Grafana as network policies name it: it asks the servers of its datasources.
func Peer() network.Peer { return network.Peer{Namespace: "monitoring", App: "grafana"} }

// metadata has a fixed name: a sidecar removes the file of an object that is deleted, which must not be that of its successor.
func metadata(name string, namespace pulumi.StringInput, label string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: namespace, Labels: pulumi.StringMap{
		"app.kubernetes.io/part-of":    pulumi.String("plinth"),
		"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
		label:                          pulumi.String("1"),
	}}
}
