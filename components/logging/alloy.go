package logging

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

// The name that the chart gives its pods, and their port: its templates, 1.11.1.
const (
	alloyApp  = "alloy"
	alloyPort = 12345

	// podLogs is where the kubelet has the logs of a node's containers.
	podLogs = "/var/log/pods"
	// alloyState of a node is how far each file was read. On the node it outlives the pod, or else a new one would send all again.
	alloyState = "/var/lib/plinth-alloy"
)

//go:embed alloy.river
var alloyText string

var alloyTemplate = template.Must(template.New("alloy.river").Parse(alloyText))

// alloyConfig is what Alloy does, in its own language.
func alloyConfig(address string, json network.Peer) (string, error) {
	var text strings.Builder
	err := alloyTemplate.Execute(&text, map[string]any{"Address": address, "Folder": podLogs, "JSON": json})
	if err != nil {
		return "", fmt.Errorf("writing Alloy's configuration: %w", err)
	}
	return text.String(), nil
}

func (b *builder) installAlloy() error {
	config, err := alloyConfig(b.self.Address, b.args.JSON)
	if err != nil {
		return err
	}
	_, err = charts.Install(b.ctx, b.name+"-alloy", &charts.InstallArgs{
		Chart: charts.Alloy, Mirror: b.args.Mirror, Namespace: AgentsNamespace, In: b.agents, Values: b.alloyValues(config),
		Pods: map[string]network.Rules{alloyApp: {To: []network.Peer{network.APIServer(), lokiStore}}},
	}, b.parent)
	return err
}

// alloyValues let it ask the API server for pods and nothing else: the chart's own rights include all Secrets.
func (b *builder) alloyValues(config string) pulumi.Map {
	return pulumi.Map{
		"crds": pulumi.Map{"create": pulumi.Bool(false)},
		"alloy": pulumi.Map{
			"configMap":       pulumi.Map{"content": pulumi.String(config)},
			"storagePath":     pulumi.String(alloyState),
			"enableReporting": pulumi.Bool(false),
			"resources":       charts.Requests("50m", "384Mi"),
			"securityContext": collector,
			"mounts": pulumi.Map{"extra": pulumi.MapArray{
				mount("logs", podLogs, true), mount("state", alloyState, false),
			}},
		},
		// A change of the configuration rolls the pods.
		"configReloader": pulumi.Map{"enabled": pulumi.Bool(false)},
		// Neither list may be empty: the chart puts them into one.
		"rbac":    pulumi.Map{"rules": onPods("get"), "clusterRules": onPods("list", "watch")},
		"service": pulumi.Map{"enabled": pulumi.Bool(false)},
		"controller": pulumi.Map{
			"priorityClassName": pulumi.String(b.args.PriorityClass),
			"tolerations":       everywhere,
			"updateStrategy":    rollout,
			"volumes": pulumi.Map{"extra": pulumi.MapArray{
				folder("logs", podLogs, "Directory"), folder("state", alloyState, "DirectoryOrCreate"),
			}},
		},
	}
}

func onPods(verbs ...string) pulumi.MapArray {
	return pulumi.MapArray{pulumi.Map{
		"apiGroups": pulumi.ToStringArray([]string{""}), "resources": pulumi.ToStringArray([]string{"pods"}),
		"verbs": pulumi.ToStringArray(verbs),
	}}
}
