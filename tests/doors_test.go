package tests

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/golden"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/reach"
)

// pairs lists who reaches whom in a platform, names' resolution apart, which every pod has.
func pairs(t *testing.T, r *mocks.Recording) []string {
	t.Helper()
	var policies []*networkingv1.NetworkPolicy
	for _, res := range r.ByType("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		policies = append(policies, mocks.As[*networkingv1.NetworkPolicy](t, res))
	}
	require.Empty(t, reach.HalfOpen(policies), "both sides open a door, or nothing goes through it")
	return slices.DeleteFunc(reach.Pairs(policies), func(pair string) bool {
		return strings.HasSuffix(pair, ":53") || strings.HasSuffix(pair, ":53/UDP")
	})
}

// The platform's doors show in review. After a change that is meant, UPDATE_GOLDEN=1 go test ./tests -run Golden.
func TestGoldenDoors(t *testing.T) {
	t.Parallel()
	for _, cloud := range []string{"aws", "gcp", "azure"} {
		got := strings.Join(pairs(t, mocks.Up(t, stacks.Platform, onCloudWithServices(t, "prod", cloud)...)), "\n") + "\n"
		golden.Check(t, filepath.Join("testdata", "doors", "prod.txt"), got)
	}
}

// A service that is off leaves no door behind, and closes none but its own.
func TestDoorsCloseWithTheirService(t *testing.T) {
	t.Parallel()
	on := withServices(readStackFile(t, "prod"))
	all := pairs(t, mocks.Up(t, stacks.Platform, onCloudWithServices(t, "prod", "aws")...))
	// namespaces that are a service's own.
	for service, namespaces := range map[string][]string{
		"logging": {"logging", "logging-agents"}, "tracing": {"tracing"},
		"gateway": {"envoy-gateway-system", "external-dns"}, "monitoring": {"monitoring"}, "autoscaling": {"keda", "vertical-pod-autoscaler"},
	} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			values := maps.Clone(on)
			values["plinth:"+service], values["plinth:cloud"] = map[string]any{"enabled": false}, "aws"
			without := pairs(t, mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", "aws"), asConfig(t, values))...))
			want := slices.DeleteFunc(slices.Clone(all), func(pair string) bool {
				return slices.ContainsFunc(namespaces, func(ns string) bool {
					return strings.HasPrefix(pair, ns+"/") || strings.Contains(pair, " -> "+ns+"/")
				})
			})
			require.Less(t, len(want), len(all), "the service has doors while it is on")
			assert.Equal(t, want, without)
		})
	}
}

// The doors of workloads are those of the stack file, no more and no fewer.
func TestDoorsOfWorkloads(t *testing.T) {
	t.Parallel()
	for _, stack := range environments {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			cfg := readConfig(t, stack)
			of := func(pair string) bool {
				return slices.ContainsFunc(cfg.workloadApps(), func(app string) bool {
					return strings.HasPrefix(pair, app+" -> ") || strings.Contains(pair, " -> "+app+":")
				})
			}
			values := readStackFile(t, stack)
			values["plinth:cloud"] = "existing"
			for _, service := range []string{"gateway", "monitoring", "tracing"} {
				on, _ := values["plinth:"+service].(map[string]any)
				values["plinth:"+service] = merge(on, map[string]any{"enabled": true})
			}
			delete(values, "plinth:region")
			all := pairs(t, mocks.Up(t, stacks.Platform, asConfig(t, values), mocks.WithStack(stack)))
			assert.Equal(t, cfg.declared(), slices.DeleteFunc(all, func(pair string) bool { return !of(pair) }))
		})
	}
}

// declaring is a stack file as its reader understands it.
type declaring struct{ *config.Config }

func readConfig(t *testing.T, stack string) declaring {
	t.Helper()
	cfg, problems, err := config.ReadFile(filepath.Join("..", "Pulumi."+stack+".yaml"), stack)
	require.NoError(t, err)
	require.NoError(t, problems.Err())
	return declaring{cfg}
}

func (c declaring) app(workload string) string {
	return c.Workloads[workload].Namespace + "/" + workload
}

func (c declaring) workloadApps() []string {
	var apps []string
	for name := range c.Workloads {
		apps = append(apps, c.app(name))
	}
	return apps
}

// declared are the doors that the stack file asks for.
func (c declaring) declared() []string {
	doors := map[string]bool{}
	for name, w := range c.Workloads {
		me := c.app(name)
		for _, callee := range w.Calls {
			for _, port := range c.Workloads[callee].Ports {
				doors[me+" -> "+c.app(callee)+":"+strconv.Itoa(port)] = true
			}
		}
		for _, service := range w.Uses {
			for _, server := range c.servers(service) {
				doors[me+" -> data/"+server] = true
			}
		}
		for _, e := range w.Egress {
			doors[me+" -> "+e.CIDR+":"+strconv.Itoa(e.Port)] = true
		}
		if w.Route != nil {
			doors["envoy-gateway-system/envoy -> "+me+":"+strconv.Itoa(w.Ports[w.Route.Port])] = true
		}
		if w.Metrics != nil {
			doors["monitoring/prometheus -> "+me+":"+strconv.Itoa(w.Ports[w.Metrics.Port])] = true
		}
		if w.Tracing {
			doors[me+" -> tracing/opentelemetry-collector:4317"] = true
			doors[me+" -> tracing/opentelemetry-collector:4318"] = true
		}
	}
	return slices.Sorted(maps.Keys(doors))
}

// servers are what a data service's clients connect to.
func (c declaring) servers(service string) []string {
	modes := map[string]spec.Mode{"postgres": c.Postgres.Mode, "redis": c.Redis.Mode, "rabbitmq": c.RabbitMQ.Mode}
	if modes[service] == spec.HA {
		return map[string][]string{
			"postgres": {"postgresql:5432"}, "redis": {"redis-ha:6379", "redis-ha:26379"}, "rabbitmq": {"rabbitmq-ha:5672"},
		}[service]
	}
	return map[string][]string{"postgres": {"postgres:5432"}, "redis": {"redis:6379"}, "rabbitmq": {"rabbitmq:5672"}}[service]
}
