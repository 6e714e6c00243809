package tests

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// bringers are what brings the definitions of a group and runs its controller, as "type name", by group.
var bringers = map[string]string{
	"autoscaling.k8s.io":           `^kubernetes:helm.sh/v3:Release vertical-pod-autoscaler$`,
	"barmancloud.cnpg.io":          `^kubernetes:helm.sh/v3:Release postgres-operator-backup$`,
	"beat.k8s.elastic.co":          `^kubernetes:helm.sh/v3:Release logging-eck$`,
	"cert-manager.io":              `^kubernetes:helm.sh/v3:Release cert-manager$`,
	"elasticsearch.k8s.elastic.co": `^kubernetes:helm.sh/v3:Release logging-eck$`,
	"external-secrets.io":          `^kubernetes:helm.sh/v3:Release secrets$`,
	"gateway.envoyproxy.io":        `^kubernetes:helm.sh/v3:Release gateway$`,
	"gateway.networking.k8s.io":    `^kubernetes:helm.sh/v3:Release gateway$`,
	"keda.sh":                      `^kubernetes:helm.sh/v3:Release keda$`,
	"kibana.k8s.elastic.co":        `^kubernetes:helm.sh/v3:Release logging-eck$`,
	"monitoring.coreos.com":        `^kubernetes:helm.sh/v3:Release monitoring$`,
	"postgresql.cnpg.io":           `^kubernetes:helm.sh/v3:Release postgres-operator$`,
	"rabbitmq.com":                 `^kubernetes:(apiextensions.k8s.io/v1:CustomResourceDefinition|apps/v1:Deployment) rabbitmq-operator-`,
	"redis.redis.opstreelabs.in":   `^kubernetes:helm.sh/v3:Release redis-operator$`,
}

// customGroup is the group of a custom resource, and empty for all else.
func customGroup(res *mocks.Resource) string {
	kind, isObject := strings.CutPrefix(res.Type, "kubernetes:")
	group, _, _ := strings.Cut(kind, "/")
	own := scheme.Scheme.IsGroupRegistered(group) || group == "apiextensions.k8s.io" || group == "helm.sh"
	if !isObject || own || !strings.Contains(group, ".") {
		return ""
	}
	return group
}

// waitedFor is all that has to be there before a resource is made, and that goes only after it.
func waitedFor(of string, waits map[string][]string) map[string]bool {
	found := map[string]bool{}
	var add func(of string)
	add = func(of string) {
		for _, needed := range waits[of] {
			if !found[needed] {
				found[needed] = true
				add(needed)
			}
		}
	}
	add(of)
	return found
}

// No custom resource is applied before its definition is served, and none is left to be finished by a controller that is gone.
func TestCustomResourcesLiveWithinTheirControllers(t *testing.T) {
	t.Parallel()
	for cloud, logging := range map[string]string{"aws": "loki", "gcp": "elastic", "azure": "loki"} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			values := withServices(readStackFile(t, "prod"))
			values["plinth:cloud"], values["plinth:logging"] = cloud, logging
			r := mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", cloud), asConfig(t, values))...)
			waits := registeredWaits(r)
			seen := map[string]bool{}
			for _, res := range r.Resources() {
				group := customGroup(res)
				if group == "" {
					continue
				}
				seen[group] = true
				require.Contains(t, bringers, group, "say what brings the definition of %s", label(res.URN))
				brings, before := regexp.MustCompile(bringers[group]), waitedFor(res.URN, waits)
				found := false
				for _, bringer := range r.Resources() {
					if brings.MatchString(bringer.Type + " " + bringer.Name) {
						found = true
						assert.True(t, before[bringer.URN], "%s does not wait for %s", label(res.URN), label(bringer.URN))
					}
				}
				assert.True(t, found, "nothing brings the definition of %s", label(res.URN))
			}
			for group := range bringers {
				ofElastic := strings.HasSuffix(group, ".elastic.co")
				assert.Equal(t, !ofElastic || logging == "elastic", seen[group], "custom resources of %s", group)
			}
		})
	}
}
