package eks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// makeRedis makes one in the cluster's network.
func makeRedis(ctx *pulumi.Context, c *cluster.Cluster) error {
	parent := &pulumi.ResourceState{}
	if err := ctx.RegisterComponentResource("test:index:Data", "data", parent); err != nil {
		return err
	}
	_, err := c.Services.Managed().NewRedis(ctx, "redis", &managed.RedisArgs{
		Size: managed.Size{CPU: "100m", Memory: "1Gi"}, Eviction: "noeviction", Password: pulumi.ToSecret(pulumi.String("hush-hush")).(pulumi.StringOutput),
	}, pulumi.Parent(parent))
	if err != nil {
		return err
	}
	return ctx.RegisterResourceOutputs(parent, pulumi.Map{})
}

// TestManaged: a service of aws is in the cluster's VPC, admits the cluster's security group, and is encrypted with its keys.
func TestManaged(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]mode{"up": mocks.Up, "preview": mocks.Preview} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := record(t, run, prod(), makeRedis)
			group := rec.Get(t, "aws:elasticache/replicationGroup:ReplicationGroup", "redis")
			assert.Equal(t, []string{rec.Get(t, keyType, "cluster-data").URN}, group.PropertyDependencies["kmsKeyId"])
			assert.Equal(t, true, group.At("multiAzEnabled"))
			assert.Equal(t, "plinth-prod-cluster-redis", group.At("replicationGroupId"))
			assert.Equal(t, []string{rec.Get(t, keyType, "cluster-control").URN}, rec.Get(t, logsType, "redis").PropertyDependencies["kmsKeyId"])

			firewall := rec.Get(t, "aws:ec2/securityGroup:SecurityGroup", "redis")
			assert.Equal(t, []string{rec.Get(t, clusterType, "cluster").URN}, firewall.PropertyDependencies["ingress"])
			vpc := rec.Get(t, "aws:ec2/vpc:Vpc", "cluster").URN
			assert.Equal(t, []string{vpc}, firewall.PropertyDependencies["vpcId"])
			for i, addresses := range []string{"10.0.208.0/22", "10.0.212.0/22", "10.0.216.0/22"} {
				subnet := rec.Get(t, subnetType, []string{"cluster-data-1", "cluster-data-2", "cluster-data-3"}[i])
				assert.Equal(t, addresses, subnet.At("cidrBlock"))
				assert.Equal(t, []string{vpc}, subnet.PropertyDependencies["vpcId"])
				assert.True(t, subnet.Protect)
			}
		})
	}
}

func TestManagedInExistingNetwork(t *testing.T) {
	t.Parallel()
	args := dev()
	args.Spec.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{ID: "vpc-1", Private: []string{"subnet-1", "subnet-2"}}}
	require.ErrorContains(t, mocks.Fail(t, program(args, makeRedis)), "plinth:cluster.network.existing.data")

	args.Spec.Network.Existing.Data = "10.9.0.0/26"
	rec := record(t, mocks.Up, args, makeRedis)
	require.Len(t, rec.ByType(subnetType), 2)
	assert.Equal(t, "10.9.0.0/28", rec.Get(t, subnetType, "cluster-data-1").At("cidrBlock"))
	assert.Equal(t, "vpc-1", rec.Get(t, subnetType, "cluster-data-1").At("vpcId"))
}

// TestNothingManaged: what nobody asks for costs nothing, not even subnets.
func TestNothingManaged(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	assert.Empty(t, rec.ByType("plinth:amazon:Network"))
	assert.Len(t, rec.ByType(subnetType), 6)
}
