package logging

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// The names of what ECK makes: pkg/apis/*/name.go, v3.5.0. What its pods are labelled with, those of ECK itself by its chart, and
// their ports.
const (
	elasticSet  = "logs-es-default"
	kibanaSet   = "logs-kb"
	filebeatSet = "filebeat-beat-filebeat"

	// OperatorNamespace is that of ECK.
	OperatorNamespace = "elastic-system"

	operatorApp   = "elastic-operator"
	elasticApp    = "elasticsearch"
	kibanaApp     = "kibana"
	filebeatApp   = "filebeat"
	elasticPort   = 9200
	transportPort = 9300
)

// elasticStore is Elasticsearch as who reaches it names it.
var elasticStore = network.Peer{Namespace: Namespace, App: elasticApp, Ports: []int{elasticPort}}

// elastic makes the operator, then what it runs. Passwords and certificates are made by it and never leave the cluster: that of
// the user elastic is in the Secret logs-es-elastic-user.
func (b *builder) elastic() error {
	b.self.Address = "https://logs-es-http." + Namespace + ".svc:9200"
	if err := b.namespaces(); err != nil {
		return err
	}
	policies, err := b.elasticPolicies()
	if err != nil {
		return err
	}
	operator, err := charts.Install(b.ctx, b.name+"-eck", &charts.InstallArgs{
		Chart: charts.ECKOperator, Mirror: b.args.Mirror, Present: !*b.args.Spec.Install, Namespace: OperatorNamespace,
		Values: b.operatorValues(),
		Pods:   map[string]network.Rules{operatorApp: {To: []network.Peer{network.APIServer(), elasticStore}}},
	}, b.parent)
	if err != nil {
		return err
	}
	if err := b.elasticParts(append(policies, operator.Ready...)); err != nil {
		return err
	}
	if b.args.Monitoring == nil {
		return nil
	}
	return observe.New(b.ctx, b.name+"-elastic", &observe.Args{
		Namespace: b.store, App: elasticApp, Alerts: elasticAlerts(b.elasticNodes()),
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// operatorValues give it rights in the two namespaces only, as Elastic documents for restricted permissions: everywhere, it could read
// and write all Secrets. Its webhook, which checks what was checked here, would need more and is left out.
func (b *builder) operatorValues() pulumi.Map {
	return pulumi.Map{
		"managedNamespaces":            pulumi.StringArray{b.store, b.agents},
		"createClusterScopedResources": pulumi.Bool(false),
		"webhook":                      pulumi.Map{"enabled": pulumi.Bool(false)},
		"config": pulumi.Map{
			"validateStorageClass": pulumi.Bool(false), "setDefaultSecurityContext": pulumi.String("true"),
		},
		"telemetry":          pulumi.Map{"disabled": pulumi.Bool(true)},
		"resources":          charts.Requests("100m", "512Mi"),
		"podSecurityContext": pulumi.Map{"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")}},
	}
}

// elasticPolicies let the parts reach each other before there are any. Kibana is reached by nobody: a port-forward comes from the node.
func (b *builder) elasticPolicies() ([]pulumi.Resource, error) {
	clients := []network.Peer{
		{Namespace: OperatorNamespace, App: operatorApp},
		{Namespace: Namespace, App: kibanaApp},
		{Namespace: AgentsNamespace, App: filebeatApp},
	}
	itself := network.Peer{Namespace: Namespace, App: elasticApp, Ports: []int{transportPort}}
	var made []pulumi.Resource
	for _, policy := range []struct {
		name  string
		rules network.Rules
	}{
		{elasticApp, network.Rules{Namespace: b.store, App: elasticApp, Ports: []int{elasticPort}, From: append(clients, b.askers()...)}},
		{elasticApp + "-nodes", network.Rules{
			Namespace: b.store, App: elasticApp, Ports: itself.Ports, From: []network.Peer{itself}, To: []network.Peer{itself},
		}},
		{kibanaApp, network.Rules{Namespace: b.store, App: kibanaApp, To: []network.Peer{elasticStore}}},
		{filebeatApp, network.Rules{Namespace: b.agents, App: filebeatApp, To: []network.Peer{network.APIServer(), elasticStore}}},
	} {
		allowed, err := network.Allow(b.ctx, b.name+"-"+policy.name, &policy.rules, b.parent)
		if err != nil {
			return nil, err
		}
		made = append(made, allowed)
	}
	return made, nil
}

// elasticKind is one of ECK's, with the name of the one object of it, which its app has in the program, and what it is waited for.
type elasticKind struct{ name, version, object, app, ready string }

var (
	elasticsearchKind = elasticKind{"Elasticsearch", "elasticsearch.k8s.elastic.co/v1", "logs", elasticApp, "jsonpath={.status.phase}=Ready"}
	kibanaKind        = elasticKind{"Kibana", "kibana.k8s.elastic.co/v1", "logs", kibanaApp, "jsonpath={.status.health}=green"}
	beatKind          = elasticKind{"Beat", "beat.k8s.elastic.co/v1beta1", "filebeat", filebeatApp, "jsonpath={.status.health}=green"}
)

// elasticWait is how long nodes may take that start first, pull gigabytes of images and move data.
const elasticWait = "1h"

func (b *builder) newElastic(
	kind elasticKind, in pulumi.StringInput, spec pulumi.Map, after []pulumi.Resource, opts ...pulumi.ResourceOption,
) error {
	annotations := pulumi.StringMap{"pulumi.com/waitFor": pulumi.String(kind.ready)}
	if b.args.Simulated {
		annotations = nil
	}
	_, err := custom.New(b.ctx, b.name+"-"+kind.app, &custom.Object{
		APIVersion: kind.version, Kind: kind.name, Name: kind.object, Namespace: in, Annotations: annotations, Spec: spec,
	}, append(opts, b.parent, pulumi.DependsOn(after), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: elasticWait, Update: elasticWait}))...)
	return err
}
