package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
)

var (
	off = pulumi.Map{"enabled": pulumi.Bool(false)}
	yes = pulumi.Bool(true)
	no  = pulumi.Bool(false)
)

// values of the chart: nodes is node-exporter's namespace, and login the Secret of Grafana's first user. Those of its parts were looked up
// in the parts themselves: grafana 12.11.1, kube-state-metrics 8.4.0 and prometheus-node-exporter 4.56.1.
func (b *builder) values(nodes, login pulumi.StringInput) pulumi.Map {
	return pulumi.Map{
		"crds":                     pulumi.Map{"upgradeJob": b.upgradeJob()},
		"defaultRules":             defaultRules,
		"prometheusOperator":       b.operatorValues(),
		"prometheus":               b.prometheusValues(),
		"alertmanager":             b.alertmanagerValues(),
		"grafana":                  b.grafanaValues(login),
		"kube-state-metrics":       pulumi.Map{"resources": charts.Requests("20m", "256Mi")},
		"prometheus-node-exporter": pulumi.Map{"namespaceOverride": nodes, "resources": charts.Requests("20m", "64Mi")},
		// Managed clouds run these where nobody can ask them, and kubeadm has them listen on their own node only.
		"kubeEtcd": off, "kubeScheduler": off, "kubeControllerManager": off, "kubeProxy": off,
		// GKE's DNS is not CoreDNS.
		"coreDns": pulumi.Map{"enabled": pulumi.Bool(b.args.Cloud != "gcp")},
	}
}

// defaultRules are the chart's own, less what a pool that grows by itself makes meaningless: that it could not lose a node as it is.
var defaultRules = pulumi.Map{"disabled": pulumi.Map{"KubeCPUOvercommit": yes, "KubeMemoryOvercommit": yes}}

// upgradeJob brings new definitions, which Helm itself would not.
func (b *builder) upgradeJob() pulumi.Map {
	if b.args.Simulated {
		return off
	}
	return pulumi.Map{
		"enabled": yes, "podLabels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(definitions)},
		"resources": charts.Requests("10m", "128Mi"),
		"image":     pulumi.Map{"busybox": pulumi.Map{"tag": pulumi.String("1.37.0")}},
	}
}

func (b *builder) operatorValues() pulumi.Map {
	values := pulumi.Map{
		"resources":                charts.Requests("20m", "256Mi"),
		"prometheusConfigReloader": pulumi.Map{"resources": charts.Requests("10m", "64Mi")},
	}
	if b.args.Simulated {
		values["admissionWebhooks"], values["tls"] = off, off
		return values
	}
	values["admissionWebhooks"] = pulumi.Map{"patch": pulumi.Map{"resources": charts.Requests("10m", "64Mi")}}
	return values
}

func (b *builder) prometheusValues() pulumi.Map {
	s := b.args.Spec
	return pulumi.Map{
		"podDisruptionBudget": budget(s.Replicas),
		// Those that ask find the same one each time: two have not scraped at the same moment.
		"service": pulumi.Map{"sessionAffinity": pulumi.String("ClientIP")},
		"prometheusSpec": pulumi.Map{
			"replicas":  pulumi.Int(s.Replicas),
			"retention": pulumi.String(fmt.Sprintf("%dd", s.Retention)),
			// prometheus.io/docs/prometheus/latest/storage, "Right-Sizing Retention Size": at most 80 to 85 % of the disk.
			"retentionSize": pulumi.String(fmt.Sprintf("%dMiB", new(s.Storage.Value()).Value()*8/10>>20)),
			// Its disks are there already, of the size that they should be.
			"storageSpec":               claimTemplate(volume, "1Gi"),
			"resources":                 charts.Requests("200m", string(s.Memory)),
			"topologySpreadConstraints": charts.Spread(prometheus),
			// Whoever made a monitor or a rule, and however it is labelled.
			"serviceMonitorSelectorNilUsesHelmValues": no, "podMonitorSelectorNilUsesHelmValues": no,
			"probeSelectorNilUsesHelmValues": no, "scrapeConfigSelectorNilUsesHelmValues": no, "ruleSelectorNilUsesHelmValues": no,
		},
	}
}

// alertmanagers are one, or three, of which one may be lost: what they know of each other has to be agreed on.
func (b *builder) alertmanagers() int {
	if b.args.Spec.Replicas > 1 {
		return 3
	}
	return 1
}

func (b *builder) alertmanagerValues() pulumi.Map {
	return pulumi.Map{
		"podDisruptionBudget": budget(b.alertmanagers()),
		"alertmanagerSpec": pulumi.Map{
			"replicas": pulumi.Int(b.alertmanagers()),
			// Silences, and who was told of what.
			"storage":                   claimTemplate("silences", "1Gi"),
			"resources":                 charts.Requests("10m", "128Mi"),
			"topologySpreadConstraints": charts.Spread(alertmanager),
			// The platform's own configuration is for alerts of all namespaces, and a team's for its own.
			"alertmanagerConfigMatcherStrategy": pulumi.Map{"type": pulumi.String("OnNamespaceExceptForAlertmanagerNamespace")},
		},
	}
}

// budget lets one be evicted at a time, and a single one too.
func budget(replicas int) pulumi.Map {
	return pulumi.Map{"enabled": pulumi.Bool(replicas > 1), "minAvailable": pulumi.Int(replicas - 1)}
}

// grafanaValues let it read what is in its own namespace only, and have it call nobody.
func (b *builder) grafanaValues(login pulumi.StringInput) pulumi.Map {
	own := pulumi.String(Namespace)
	return pulumi.Map{
		"admin":     pulumi.Map{"existingSecret": login},
		"rbac":      pulumi.Map{"namespaced": yes},
		"resources": charts.Requests("50m", "512Mi"),
		"sidecar": pulumi.Map{
			"resources":   charts.Requests("10m", "128Mi"),
			"dashboards":  pulumi.Map{"searchNamespace": own, "resource": pulumi.String("configmap")},
			"datasources": pulumi.Map{"searchNamespace": own}, // some have a password, and are Secrets
		},
		"testFramework": off,
		"grafana.ini": pulumi.Map{
			"analytics": pulumi.Map{
				"reporting_enabled": no, "check_for_updates": no, "check_for_plugin_updates": no,
			},
			"auth.anonymous": off,
			"users":          pulumi.Map{"allow_sign_up": no},
			"security":       pulumi.Map{"disable_gravatar": yes},
			"news":           pulumi.Map{"news_feed_enabled": no},
		},
	}
}
