package tests

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestServicesThatAreThereAlready: with install: false neither a release nor a namespace of the chart is made, and what is ours of it is
// made all the same.
func TestServicesThatAreThereAlready(t *testing.T) {
	t.Parallel()
	for service, test := range map[string]struct {
		key string // of the stack file, where it is not the service
		set map[string]any
		// charts and namespaces are what is not made.
		charts, namespaces []string
		// ours is what is made as ever, as "type name".
		ours string
	}{
		"certificates": {
			set: map[string]any{"enabled": true}, charts: []string{"cert-manager"}, namespaces: []string{"cert-manager"},
			ours: `^kubernetes:cert-manager.io/`,
		},
		"gateway": {
			set: map[string]any{"enabled": true}, charts: []string{"gateway"}, namespaces: []string{"gateway"},
			ours: `^kubernetes:gateway\.(envoyproxy.io|networking.k8s.io)/`,
		},
		"monitoring": {
			set: map[string]any{"enabled": true}, charts: []string{"monitoring"}, namespaces: []string{"monitoring", "monitoring-nodes"},
			ours: `^kubernetes:monitoring.coreos.com/|ConfigMap grafana-`,
		},
		"autoscaling": {
			set:    map[string]any{"enabled": true, "recommendations": true},
			charts: []string{"keda", "vertical-pod-autoscaler"}, namespaces: []string{"keda", "vertical-pod-autoscaler"},
			ours: `^kubernetes:(keda.sh|autoscaling.k8s.io)/`,
		},
		"loki": {
			key: "logging", set: map[string]any{"store": "loki"},
			charts: []string{"logging-alloy", "logging-loki"}, namespaces: []string{"logging", "logging-agents"},
			ours: `ConfigMap grafana-loki$|:PodMonitor logging-|:PrometheusRule logging-`,
		},
		"elastic": {
			key: "logging", set: map[string]any{"store": "elastic"},
			charts: []string{"logging-eck"}, namespaces: []string{"logging-eck"}, ours: `elastic.co/`,
		},
		"tracing": {
			set: map[string]any{"enabled": true}, charts: []string{"tracing-collector", "tracing-jaeger"}, namespaces: []string{"tracing"},
			ours: `:Deployment api-gateway$`, // which is told where to send them
		},
		"secrets": {
			set: map[string]any{"source": "cloud"}, charts: []string{"secrets", "secrets-reloader"}, namespaces: []string{"secrets"},
			ours: `^kubernetes:external-secrets.io/`,
		},
	} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			made := func(install bool) (releases, namespaces []string, ours map[string]any) {
				key := service
				if test.key != "" {
					key = test.key
				}
				values := withServices(readStackFile(t, "prod"))
				values["plinth:cloud"] = "aws"
				values["plinth:"+key] = merge(test.set, map[string]any{"install": install})
				r := mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", "aws"), asConfig(t, values))...)
				ours = map[string]any{}
				for _, res := range r.Resources() {
					switch name := res.Type + " " + res.Name; {
					case res.Type == releaseType:
						releases = append(releases, res.Name)
					case res.Type == "kubernetes:core/v1:Namespace":
						namespaces = append(namespaces, res.Name)
					case regexp.MustCompile(test.ours).MatchString(name):
						ours[name] = res.Inputs
					}
				}
				return releases, namespaces, ours
			}
			without := func(all, gone []string) []string {
				return slices.DeleteFunc(all, func(name string) bool { return slices.Contains(gone, name) })
			}
			releases, namespaces, ours := made(true)
			assert.Subset(t, releases, test.charts)
			assert.Subset(t, namespaces, test.namespaces)
			assert.NotEmpty(t, ours)
			left, leftIn, leftOurs := made(false)
			assert.Equal(t, without(releases, test.charts), left)
			assert.Equal(t, without(namespaces, test.namespaces), leftIn)
			for name := range leftOurs {
				assert.Contains(t, ours, name)
			}
			for name, inputs := range ours {
				assert.Equal(t, inputs, leftOurs[name], "%s of %s", name, strings.Join(test.charts, " and "))
			}
		})
	}
}

// cert-manager is also there for the operators of data services, where the platform itself asks for no certificates.
func TestCertManagerThatIsThereAlreadyForOperators(t *testing.T) {
	t.Parallel()
	values := readStackFile(t, "prod")
	values["plinth:certificates"] = map[string]any{"enabled": false, "install": false}
	values["plinth:gateway"] = map[string]any{"enabled": false}
	values["plinth:cloud"] = "existing"
	delete(values, "plinth:region")
	r := mocks.Up(t, stacks.Platform, asConfig(t, values), mocks.WithStack("prod"))
	assert.False(t, r.Has(releaseType, "cert-manager"))
	assert.False(t, r.Has("kubernetes:core/v1:Namespace", "cert-manager"))
	assert.NotEmpty(t, r.ByType(certificateType), "of the operators' webhooks")
}
