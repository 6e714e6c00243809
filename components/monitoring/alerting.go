package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// Who alerts go to.
const (
	nobody   = "nobody"
	onCall   = "on-call"
	team     = "team"
	heart    = "heartbeat"
	watchdog = "Watchdog"
)

// Alert registers who is told of alerts. secrets are the names of the Kubernetes Secrets in the namespace of m, by secret. It fails where
// one that alerts name is not there, and where the registration does.
func (m *Monitoring) Alert(
	ctx *pulumi.Context, name string, alerts Alerts, secrets map[string]pulumi.StringOutput, opts ...pulumi.ResourceOption,
) error {
	for path, ref := range (Spec{Alerts: alerts}).Secrets() {
		if _, known := secrets[ref.Name]; !known {
			return fmt.Errorf("%s names the secret %s, and its name in the namespace was not given: add it to secrets", path, ref.Name)
		}
	}
	_, err := custom.New(ctx, name, &custom.Object{
		APIVersion: "monitoring.coreos.com/v1alpha1", Kind: "AlertmanagerConfig", Name: "plinth", Namespace: m.Namespace,
		Spec: pulumi.Map{
			"route": alerts.route(), "receivers": alerts.receivers(secrets), "inhibitRules": inhibitRules(),
		},
	}, append(opts, pulumi.Parent(m), pulumi.DependsOn(m.Ready))...)
	return err
}

// route tells of a new alert after half a minute, with those that come at the same time, and again every four hours if it is critical,
// every day if it is not. That nothing is wrong is told to nobody but a machine.
func (a Alerts) route() pulumi.Map {
	beats := nobody
	if a.Heartbeat != nil {
		beats = heart
	}
	return pulumi.Map{
		"receiver": pulumi.String(nobody),
		"groupBy":  pulumi.ToStringArray([]string{"namespace", "alertname"}), "groupWait": pulumi.String("30s"), "groupInterval": pulumi.String("5m"),
		"routes": pulumi.MapArray{
			pulumi.Map{
				"receiver": pulumi.String(beats), "matchers": pulumi.MapArray{matcher("alertname", "=", watchdog)},
				"groupWait": pulumi.String("0s"), "groupInterval": pulumi.String("1m"), "repeatInterval": pulumi.String("5m"),
			},
			pulumi.Map{
				"receiver": pulumi.String(onCall), "matchers": pulumi.MapArray{matcher("severity", "=", string(observe.Critical))},
				"repeatInterval": pulumi.String("4h"),
			},
			pulumi.Map{
				"receiver": pulumi.String(team), "matchers": pulumi.MapArray{matcher("severity", "=", string(observe.Warning))},
				"repeatInterval": pulumi.String("1d"),
			},
		},
	}
}

// inhibitRules leave out warnings about a workload that is in a critical state, and what the chart's own rules tell of the same thing
// as ours, without saying what to change in the stack file. The chart's configuration does so for alerts of the same name.
func inhibitRules() pulumi.MapArray {
	workload := matcher("workload", "=~", ".+")
	all := pulumi.MapArray{pulumi.Map{
		"sourceMatch": pulumi.MapArray{matcher("severity", "=", string(observe.Critical)), workload},
		"targetMatch": pulumi.MapArray{matcher("severity", "=", string(observe.Warning)), workload},
		"equal":       pulumi.ToStringArray([]string{"namespace", "workload"}),
	}}
	for _, same := range []struct{ ours, charts, label string }{
		{"WorkloadRestarts", "KubePodCrashLooping", "pod"},
		{"WorkloadUnschedulable", "KubePodNotReady", "pod"},
		{"WorkloadAtMaximum", "KubeHpaMaxedOut", "horizontalpodautoscaler"},
		{".+DiskFullInADay|.+DiskAlmostFull", "KubePersistentVolumeFillingUp", "persistentvolumeclaim"},
	} {
		all = append(all, pulumi.Map{
			"sourceMatch": pulumi.MapArray{matcher("alertname", "=~", same.ours)},
			"targetMatch": pulumi.MapArray{matcher("alertname", "=", same.charts)},
			"equal":       pulumi.ToStringArray([]string{"namespace", same.label}),
		})
	}
	return all
}

func matcher(label, operator, value string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(label), "matchType": pulumi.String(operator), "value": pulumi.String(value)}
}

func (a Alerts) receivers(secrets map[string]pulumi.StringOutput) pulumi.MapArray {
	from := func(ref spec.SecretRef) pulumi.Map {
		return pulumi.Map{"name": secrets[ref.Name], "key": pulumi.String(ref.Key)}
	}
	told := pulumi.Map{}
	if a.Slack != nil {
		told["slackConfigs"] = pulumi.MapArray{pulumi.Map{
			"apiURL": from(a.Slack.URL), "channel": pulumi.String(a.Slack.Channel), "sendResolved": yes,
			"title": pulumi.String(title), "text": pulumi.String(text),
		}}
	}
	if a.Email != nil {
		told["emailConfigs"] = pulumi.MapArray{a.Email.config(from)}
	}
	if a.Webhook != nil {
		told["webhookConfigs"] = pulumi.MapArray{pulumi.Map{"urlSecret": from(a.Webhook.URL), "sendResolved": yes}}
	}
	people := func(name string) pulumi.Map {
		receiver := pulumi.Map{"name": pulumi.String(name)}
		for kind, configs := range told {
			receiver[kind] = configs
		}
		return receiver
	}
	called := people(onCall)
	if a.PagerDuty != nil {
		called["pagerdutyConfigs"] = pulumi.MapArray{pulumi.Map{
			"routingKey": from(a.PagerDuty.Key), "severity": pulumi.String(observe.Critical), "sendResolved": yes,
			"description": pulumi.String(title), "details": pulumi.MapArray{pulumi.Map{"key": pulumi.String("alerts"), "value": pulumi.String(text)}},
		}}
	}
	all := pulumi.MapArray{pulumi.Map{"name": pulumi.String(nobody)}, called, people(team)}
	if a.Heartbeat != nil {
		all = append(all, pulumi.Map{
			"name":           pulumi.String(heart),
			"webhookConfigs": pulumi.MapArray{pulumi.Map{"urlSecret": from(a.Heartbeat.URL), "sendResolved": no}},
		})
	}
	return all
}

// What messages say, as Alertmanager's templates.
const (
	title = `[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}{{ with .CommonLabels.namespace }} in {{ . }}{{ end }}`
	text  = `{{ range .Alerts }}{{ .Annotations.summary }}
{{ .Annotations.description }}
{{ end }}`
)

func (e *Email) config(from func(spec.SecretRef) pulumi.Map) pulumi.Map {
	config := pulumi.Map{
		"to": pulumi.String(strings.Join(e.To, ", ")), "from": pulumi.String(e.From), "smarthost": pulumi.String(e.Server),
		"requireTLS": yes, "sendResolved": yes,
		"headers": pulumi.MapArray{pulumi.Map{"key": pulumi.String("Subject"), "value": pulumi.String(title)}},
	}
	if e.Password != nil {
		config["authUsername"], config["authPassword"] = pulumi.String(e.User), from(*e.Password)
	}
	return config
}

// ports that Alertmanager has to reach, sorted.
func (a Alerts) ports() []int {
	var all []int
	if a.Slack != nil || a.PagerDuty != nil {
		all = append(all, 443)
	}
	if a.Email != nil {
		port, err := a.Email.port()
		if err == nil { // else validation has reported it
			all = append(all, port)
		}
	}
	for _, w := range []*Webhook{a.Webhook, a.Heartbeat} {
		if w != nil {
			all = append(all, w.Port)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
