package gke

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDestroyOrder(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	for _, c := range []struct{ firstType, first, thenType, then string }{
		{configType, "workload", poolType, "cluster-system"},
		{configType, "workload", poolType, "cluster-spot"},
		{configType, "workload", poolType, "cluster-batch"},
		{configType, "workload", natType, "cluster-nat"},
		{configType, "workload", firewallType, "cluster-webhooks"},
		{configType, "workload", classType, "cluster-encrypted"},
		{configType, "workload", bindingType, "cluster-admins"},
		{configType, "workload", projectRoleType, "cluster-admin-user:ann@med.example"},
		{configType, "workload", pullType, "cluster-pull"},
		{configType, "workload", clusterType, "cluster-gke"},
		{classType, "cluster-encrypted", keyRoleType, "cluster-disks"},
		{classType, "cluster-encrypted", clusterType, "cluster-gke"},
		{poolType, "cluster-gpu", poolType, "cluster-system"},
		{poolType, "cluster-system", clusterType, "cluster-gke"},
		{poolType, "cluster-system", projectRoleType, "cluster-nodes"},
		{clusterType, "cluster-gke", keyRoleType, "cluster-secrets"},
		{clusterType, "cluster-gke", keyRoleType, "cluster-disks"},
		{clusterType, "cluster-gke", accountType, "cluster-nodes"},
		{clusterType, "cluster-gke", subnetType, "cluster-nodes"},
		{clusterType, "cluster-gke", serviceType, "cluster-api-container"},
		{keyRoleType, "cluster-secrets", keyType, "cluster-secrets"},
		{keyType, "cluster-secrets", ringType, "cluster-keys"},
		{subnetType, "cluster-nodes", networkType, "cluster-network"},
		{natType, "cluster-nat", routerType, "cluster-router"},
		{routerType, "cluster-router", networkType, "cluster-network"},
	} {
		t.Run(c.first+" before "+c.then, func(t *testing.T) {
			first, then := rec.Get(t, c.firstType, c.first), rec.Get(t, c.thenType, c.then)
			assert.True(t, rec.Needs(first)[then.URN], "%s %s may be destroyed before %s %s", c.thenType, c.then, c.firstType, c.first)
			assert.False(t, rec.Needs(then)[first.URN], "a circle")
		})
	}
}

// TestCriticalPath has what must not be waited for.
func TestCriticalPath(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	for _, c := range []struct{ whoType, who, forType, what string }{
		{clusterType, "cluster-gke", natType, "cluster-nat"},
		{clusterType, "cluster-gke", registryType, "cluster-registry"},
		{clusterType, "cluster-gke", projectRoleType, "cluster-nodes"},
		{poolType, "cluster-spot", poolType, "cluster-system"},
		{poolType, "cluster-system", natType, "cluster-nat"},
		{classType, "cluster-encrypted", poolType, "cluster-system"},
		{configType, "workload", poolType, "cluster-gpu"},
	} {
		who, what := rec.Get(t, c.whoType, c.who), rec.Get(t, c.forType, c.what)
		assert.False(t, rec.Needs(who)[what.URN], "%s waits for %s", c.who, c.what)
	}
}

func TestProtection(t *testing.T) {
	t.Parallel()
	protected := map[string]bool{
		clusterType: true, networkType: true, subnetType: true, routerType: true, natType: true, ringType: true, keyType: true, registryType: true,
	}
	for _, protect := range []bool{true, false} {
		args := prod()
		args.Protect = protect
		rec := up(t, args)
		for typ := range protected {
			require.NotEmpty(t, rec.ByType(typ), typ)
		}
		for _, res := range rec.Resources() {
			assert.Equal(t, protect && protected[res.Type], res.Protect, "%s %s", res.Type, res.Name)
		}
	}
	for _, typ := range []string{networkType, subnetType} {
		for _, res := range up(t, prod()).ByType(typ) {
			assert.Equal(t, "30m", res.Timeouts.Delete, "GKE's leftovers need time to go")
		}
	}
}
