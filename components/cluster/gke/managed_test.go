package gke

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestManaged: the services of gcp are in the cluster's network, with keys of its ring, and a standby where it has zones.
func TestManaged(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, inCluster(func(ctx *pulumi.Context, services cluster.Services, opts ...pulumi.ResourceOption) error {
			return dataServices(ctx, services.Managed(), opts...)
		}), answers()...)
		network, ring := rec.Get(t, networkType, "cluster-network").URN, rec.Get(t, ringType, "cluster-keys").URN
		for _, name := range []string{"postgres", "redis"} {
			assert.Equal(t, []string{ring}, rec.Get(t, keyType, name).PropertyDependencies["keyRing"])
		}
		subnet := rec.Get(t, subnetType, "cluster-data")
		assert.Equal(t, []string{network}, subnet.PropertyDependencies["network"])
		assert.Equal(t, "10.0.208.0/22", subnet.Inputs["ipCidrRange"])
		redis := rec.Get(t, "gcp:redis/instance:Instance", "redis")
		assert.Equal(t, []string{network}, redis.PropertyDependencies["authorizedNetwork"])
		assert.Equal(t, []any{"10.0.212.0/29", "STANDARD_HA"}, []any{redis.Inputs["reservedIpRange"], redis.Inputs["tier"]})
	})
}
