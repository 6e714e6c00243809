package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// managedOn is a stack file on a cloud whose data services the cloud runs, as far as it does.
func managedOn(t testing.TB, stack, cloud string, destroy bool, more ...func(values map[string]any)) []mocks.Option {
	t.Helper()
	values := readStackFile(t, stack)
	values["plinth:cloud"] = cloud
	for _, service := range []string{"postgres", "redis", "rabbitmq"} {
		asked, _ := values["plinth:"+service].(map[string]any)
		if asked == nil || service == "rabbitmq" && cloud != "aws" {
			continue
		}
		mode := map[string]any{"mode": "managed"}
		if queues, ok := asked["queues"]; ok {
			mode["queues"] = queues
		}
		values["plinth:"+service] = mode
	}
	if destroy {
		values["plinth:destroy"] = "allow"
	}
	for _, change := range more {
		change(values)
	}
	return append(clouds[cloud](), asConfig(t, values), mocks.WithStack(stack))
}

// servers are the resources of the clouds that hold data, with the input that keeps each from deletion, where its cloud has one.
var servers = map[string][]struct{ typ, protection string }{
	"aws": {
		{"aws:rds/instance:Instance", "deletionProtection"}, {"aws:elasticache/replicationGroup:ReplicationGroup", ""}, {"aws:mq/broker:Broker", ""},
	},
	"gcp": {{"gcp:sql/databaseInstance:DatabaseInstance", "deletionProtection"}, {"gcp:redis/instance:Instance", ""}},
	"azure": {
		{"azure-native:dbforpostgresql/v20241101preview:Server", ""}, {"azure-native:cache/v20250401:RedisEnterprise", ""},
	},
}

// TestManaged: in stage and prod on every cloud the platform asks the cloud for its servers, in the words that the cloud's provider
// takes, keeps them in prod alone and as long as the stack file does, and lets the workloads that use them out to them.
func TestManaged(t *testing.T) {
	t.Parallel()
	for cloud, wanted := range servers {
		for _, stack := range []string{"stage", "prod"} {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
					rec := run(t, stacks.Platform, managedOn(t, stack, cloud, false)...)
					schemas.Check(t, rec)
					for _, server := range wanted {
						made := rec.ByType(server.typ)
						require.Len(t, made, 1, server.typ)
						assert.Equal(t, stack == "prod", made[0].Protect, server.typ)
						if server.protection != "" {
							assert.Equal(t, stack == "prod", made[0].Inputs[server.protection], server.typ)
						}
					}
					assert.Empty(t, rec.ByType("kubernetes:postgresql.cnpg.io/v1:Cluster"))
					assert.False(t, rec.Has("kubernetes:apps/v1:StatefulSet", "postgres"))
				})
			})
		}
	}
}

// TestManagedIsWatched: what a cloud runs tells Prometheus of itself through exporters, which reach their server and nothing else.
func TestManagedIsWatched(t *testing.T) {
	t.Parallel()
	for cloud := range servers {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			watch := func(values map[string]any) { values["plinth:monitoring"] = map[string]any{"enabled": true} }
			rec := mocks.Up(t, stacks.Platform, managedOn(t, "prod", cloud, false, watch)...)
			all := pairs(t, rec)
			exporters := map[string]string{"postgres-exporter": ":9187", "redis-exporter": ":9121"}
			if cloud == "aws" {
				exporters["rabbitmq-exporter"] = ":8889"
			}
			for exporter, scraped := range exporters {
				assert.True(t, rec.Has("kubernetes:apps/v1:Deployment", exporter))
				assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PrometheusRule", exporter))
				assert.Contains(t, all, "monitoring/prometheus -> data/"+exporter+scraped)
				ways := slices.DeleteFunc(slices.Clone(all), func(pair string) bool { return !strings.HasPrefix(pair, "data/"+exporter+" ->") })
				assert.Len(t, ways, 1, exporter)
			}
			assert.Contains(t, dashboardRows(t, rec)["plinth-database"], "Postgres")
		})
	}
}

// TestManagedWayDown: plinth:destroy: allow lifts the protection of what the cloud runs, too.
func TestManagedWayDown(t *testing.T) {
	t.Parallel()
	for cloud, wanted := range servers {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			rec := mocks.Up(t, stacks.Platform, managedOn(t, "prod", cloud, true)...)
			for _, server := range wanted {
				made := rec.ByType(server.typ)[0]
				assert.False(t, made.Protect, server.typ)
				if server.protection != "" {
					assert.Equal(t, false, made.Inputs[server.protection], server.typ)
				}
			}
			if cloud == "azure" {
				assert.False(t, rec.Has("azure-native:authorization:ManagementLockByScope", "postgres-lock"))
			}
		})
	}
}

// TestManagedClients: a workload reaches the range where the servers are, on their ports, and no pod of that name any more.
func TestManagedClients(t *testing.T) {
	t.Parallel()
	ports := map[string]map[string]int{
		"aws": {"postgres": 5432, "redis": 6379, "rabbitmq": 5671}, "gcp": {"postgres": 5432, "redis": 6378}, "azure": {"postgres": 5432, "redis": 10000},
	}
	for cloud, wanted := range ports {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			rec := mocks.Up(t, stacks.Platform, managedOn(t, "prod", cloud, false)...)
			checked := 0
			for name, w := range readStackFile(t, "prod")["plinth:workloads"].(map[string]any) {
				used, _ := w.(map[string]any)["uses"].([]any)
				for _, service := range used {
					port, ok := wanted[service.(string)]
					if !ok {
						continue
					}
					policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", name))
					assert.Contains(t, ranged(policy), port, "%s uses %s", name, service)
					checked++
				}
			}
			assert.GreaterOrEqual(t, checked, len(wanted))
		})
	}
}

// ranged are the ports on which a policy lets its pods out to an address range of data services.
func ranged(policy *networkingv1.NetworkPolicy) []int {
	var ports []int
	for _, rule := range policy.Spec.Egress {
		for _, to := range rule.To {
			if to.IPBlock != nil && to.IPBlock.CIDR != "0.0.0.0/0" {
				for _, port := range rule.Ports {
					ports = append(ports, port.Port.IntValue())
				}
			}
		}
	}
	return ports
}
