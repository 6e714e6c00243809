package aks_test

import (
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// workload is something that needs the cluster whole.
func workload(ctx *pulumi.Context, c *cluster.Cluster, parent pulumi.ResourceOption) error {
	_, err := corev1.NewConfigMap(ctx, "workload", &corev1.ConfigMapArgs{}, parent, pulumi.Provider(c.Provider), pulumi.DependsOn(c.Ready))
	return err
}

// TestOrder holds what must be there before what. Destroy goes the other way: nothing that cleans up goes before what it cleans.
// Load balancers and disks are cleaned up by the control plane itself.
func TestOrder(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), workload)
	for _, c := range []struct {
		typ, name string
		after     []string
		notAfter  []string
	}{
		{"kubernetes:core/v1:ConfigMap", "workload", []string{
			clusterType + "::cluster", poolType + "::cluster-system", classType + "::cluster-encrypted", releaseType + "::cluster-nvidia-device-plugin",
			assignmentType + "::cluster-pulls-images", assignmentType + "::cluster-joins-subnet", natType + "::cluster-nat", firewallType + "::cluster-firewall",
			diskKeysType + "::cluster-disks", assignmentType + "::cluster-disks-reader",
		}, []string{
			poolType + "::cluster-batch", poolType + "::cluster-spot", poolType + "::cluster-gpu", maintenanceType + "::cluster-patches",
			flowLogType + "::cluster-flows", diagnosticType + "::cluster-audit", vaultType + "::cluster-secrets",
		}},
		{releaseType, "cluster-nvidia-device-plugin", []string{clusterType + "::cluster", poolType + "::cluster-system"}, []string{poolType + "::cluster-gpu"}},
		{classType, "cluster-encrypted", []string{clusterType + "::cluster", diskKeysType + "::cluster-disks"}, nil},
		{poolType, "cluster-system", []string{clusterType + "::cluster", subnetType + "::cluster-nodes"}, []string{
			poolType + "::cluster-spot", registryType + "::cluster-registry", flowLogType + "::cluster-flows",
		}},
		{poolType, "cluster-batch", []string{poolType + "::cluster-system"}, []string{poolType + "::cluster-spot", poolType + "::cluster-gpu"}},
		{poolType, "cluster-gpu", []string{poolType + "::cluster-batch"}, nil},
		{poolType, "cluster-spot", []string{poolType + "::cluster-gpu"}, nil},
		{maintenanceType, "cluster-patches", []string{poolType + "::cluster-spot"}, nil},
		{maintenanceType, "cluster-images", []string{poolType + "::cluster-spot"}, nil},
		{clusterType, "cluster", []string{
			assignmentType + "::cluster-joins-subnet", assignmentType + "::cluster-keys-user", assignmentType + "::cluster-disks-reader",
			keyType + "::cluster-etcd-key", diskKeysType + "::cluster-disks", workspaceType + "::cluster-logs", subnetType + "::cluster-nodes",
			natType + "::cluster-nat", addressType + "::cluster-egress", firewallType + "::cluster-firewall", networkType + "::cluster-network",
		}, []string{
			registryType + "::cluster-registry", vaultType + "::cluster-secrets", flowLogType + "::cluster-flows", accountType + "::cluster-flows-account",
		}},
		{diskKeysType, "cluster-disks", []string{assignmentType + "::cluster-keys-user", keyType + "::cluster-disk-key", vaultType + "::cluster-keys"}, []string{networkType + "::cluster-network"}},
		{subnetType, "cluster-nodes", []string{natType + "::cluster-nat", firewallType + "::cluster-firewall", networkType + "::cluster-network"}, nil},
		{natType, "cluster-nat", []string{addressType + "::cluster-egress"}, []string{networkType + "::cluster-network"}},
		{flowLogType, "cluster-flows", []string{
			networkType + "::cluster-network", assignmentType + "::cluster-flows-writer", accountType + "::cluster-flows-account",
		}, []string{subnetType + "::cluster-nodes"}},
		{assignmentType, "cluster-pulls-images", []string{registryType + "::cluster-registry", clusterType + "::cluster"}, []string{poolType + "::cluster-system"}},
	} {
		t.Run(c.typ+" "+c.name, func(t *testing.T) {
			t.Parallel()
			found := rec.Needs(rec.Get(t, c.typ, c.name))
			has := func(ending string) bool {
				typ, name, _ := strings.Cut(ending, "::")
				return found[rec.Get(t, typ, name).URN]
			}
			for _, ending := range c.after {
				assert.True(t, has(ending), "%s must be there before it, and is not a dependency", ending)
			}
			for _, ending := range c.notAfter {
				assert.False(t, has(ending), "it waits for %s and needs not", ending)
			}
		})
	}
}

// TestOnePoolAtATime: AKS refuses work on a pool while it works on another, so each depends on the one before, all in one chain.
func TestOnePoolAtATime(t *testing.T) {
	t.Parallel()
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := record(t, mocks.Preview, environment(), nil)
			before := map[string]bool{}
			all(t, rec, poolType, func(pool *mocks.Resource) {
				var pools []string
				for _, urn := range pool.Dependencies {
					if strings.Contains(urn, poolType+"::") {
						pools = append(pools, urn)
					}
				}
				assert.LessOrEqual(t, len(pools), 1)
				key := strings.Join(pools, "")
				assert.False(t, before[key], "two pools come after %q", key)
				before[key] = true
			})
			assert.True(t, before[""], "one is the first")
		})
	}
}

// TestUpgrade: a change of the version reaches the control plane, with the add-ons that Azure brings, and then the pools.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	now, next := prod(), prod()
	next.Spec.Version = "1.36"
	old, rec := record(t, mocks.Preview, now, nil), record(t, mocks.Preview, next, nil)
	plane := rec.Get(t, clusterType, "cluster")
	assert.Equal(t, "1.35", old.Get(t, clusterType, "cluster").At("kubernetesVersion"))
	assert.Equal(t, "1.36", plane.At("kubernetesVersion"))
	all(t, rec, poolType, func(pool *mocks.Resource) {
		assert.Equal(t, "1.36", pool.At("orchestratorVersion"))
		assert.Equal(t, old.Get(t, poolType, pool.Name).At("agentPoolName"), pool.At("agentPoolName"), "an upgrade replaces no pool")
		assert.Contains(t, pool.Dependencies, plane.URN)
	})
	assert.Equal(t, []string{"cluster-one-minor-at-a-time"}, plane.BeforeUpdate)
	assert.Nil(t, bootstrap(t, rec)["orchestratorVersion"], "AKS wants all inline pools to name one, or none")
}

// TestDefaultVersion is said too, so that Azure's default never decides.
func TestDefaultVersion(t *testing.T) {
	t.Parallel()
	args := dev()
	args.Spec.Version = ""
	rec := record(t, mocks.Preview, args, nil)
	assert.Equal(t, "1.35", rec.Get(t, clusterType, "cluster").At("kubernetesVersion"))
	assert.Equal(t, "1.35", rec.Get(t, poolType, "cluster-system").At("orchestratorVersion"))
}

// TestProtection has what is kept in prod, by Pulumi and by locks in Azure, and that nothing is where Protect is off: the way down.
func TestProtection(t *testing.T) {
	t.Parallel()
	kept := map[string]bool{
		groupType: true, clusterType: true, networkType: true, subnetType: true, addressType: true, natType: true, firewallType: true, vaultType: true,
		keyType: true, diskKeysType: true, registryType: true, workspaceType: true,
	}
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := environment()
			rec := record(t, mocks.Preview, args, nil)
			for typ := range kept {
				require.NotEmpty(t, rec.ByType(typ), typ)
			}
			for _, res := range rec.Resources() {
				assert.Equal(t, args.Protect && kept[res.Type], res.Protect, res.URN)
			}
			var locked []string
			for _, lock := range rec.ByType(lockType) {
				assert.Equal(t, "CanNotDelete", lock.At("level"))
				require.Len(t, lock.PropertyDependencies["scope"], 1)
				locked = append(locked, lock.PropertyDependencies["scope"][0])
				assert.False(t, lock.Protect, "a lock that is protected could not be lifted")
			}
			if !args.Protect {
				assert.Empty(t, locked)
				return
			}
			assert.ElementsMatch(t, []string{
				rec.Get(t, networkType, "cluster-network").URN, rec.Get(t, vaultType, "cluster-keys").URN, rec.Get(t, registryType, "cluster-registry").URN,
			}, locked)
		})
	}
	t.Run("prod on the way down", func(t *testing.T) {
		t.Parallel()
		args := prod()
		args.Protect = false
		up, down := record(t, mocks.Preview, prod(), nil), record(t, mocks.Preview, args, nil)
		for _, res := range down.Resources() {
			assert.False(t, res.Protect, res.URN)
			assert.True(t, up.Has(res.Type, res.Name), "%s is not in the cluster that is taken down", res.URN)
			if before := up.Get(t, res.Type, res.Name); res.Custom {
				assert.Equal(t, before.Inputs, res.Inputs, "lifting the protection changes nothing else")
			}
		}
		assert.Len(t, up.Resources(), len(down.Resources())+len(up.ByType(lockType)))
	})
}
