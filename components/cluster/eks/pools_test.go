package eks_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const tagType = "aws:autoscaling/tag:Tag"

var ignored = []string{"scalingConfig.desiredSize"}

func TestSystemPool(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Preview, prod(), nil)
	group := rec.Get(t, nodeGroupType, "cluster-system")
	assert.Equal(t, "ON_DEMAND", group.At("capacityType"))
	assert.Equal(t, "AL2023_x86_64_STANDARD", group.At("amiType"))
	assert.Equal(t, []any{"m7i.xlarge"}, group.At("instanceTypes"))
	assert.Equal(t, map[string]any{"plinth.dev/pool": "system"}, group.At("labels"))
	assert.Nil(t, group.At("taints"))
	assert.Equal(t, map[string]any{"minSize": 3.0, "desiredSize": 3.0, "maxSize": 6.0}, group.At("scalingConfig"))
	assert.Equal(t, ignored, group.IgnoreChanges, "the autoscaler owns the size")
	assert.Len(t, group.PropertyDependencies["subnetIds"], 3)
}

func TestSpotPool(t *testing.T) {
	t.Parallel()
	group := record(t, mocks.Preview, prod(), nil).Get(t, nodeGroupType, "cluster-spot")
	assert.Equal(t, "SPOT", group.At("capacityType"))
	assert.GreaterOrEqual(t, len(group.At("instanceTypes").([]any)), 3)
	assert.Equal(t, map[string]any{"key": "plinth.dev/spot", "value": "true", "effect": "NO_SCHEDULE"}, mocks.One(t, group.At("taints")))
	assert.Equal(t, map[string]any{"plinth.dev/pool": "spot", "plinth.dev/spot": "true"}, group.At("labels"))
	assert.Equal(t, map[string]any{"minSize": 0.0, "desiredSize": 0.0, "maxSize": 20.0}, group.At("scalingConfig"))
}

func TestGPUPool(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	group := rec.Get(t, nodeGroupType, "cluster-gpu")
	assert.Equal(t, "AL2023_x86_64_NVIDIA", group.At("amiType"))
	assert.ElementsMatch(t, []any{
		map[string]any{"key": "plinth.dev/spot", "value": "true", "effect": "NO_SCHEDULE"},
		map[string]any{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"},
	}, group.At("taints"))
	assert.Equal(t, map[string]any{
		"plinth.dev/pool": "gpu", "plinth.dev/spot": "true", "plinth.dev/gpu": "t4",
		"nvidia.com/gpu.present": "true", "k8s.amazonaws.com/accelerator": "g4dn.2xlarge",
	}, group.At("labels"))

	hint := rec.Get(t, tagType, "cluster-gpu-nvidia.com/gpu")
	assert.Equal(t, "eks-cluster-gpu", hint.At("autoscalingGroupName"))
	assert.Equal(t, map[string]any{
		"key": "k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu", "value": "1", "propagateAtLaunch": false,
	}, hint.At("tag"))
	assert.Equal(t, "100Gi", rec.Get(t, tagType, "cluster-spot-ephemeral-storage").At("tag.value"))
}

func TestFixedPool(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Preview, dev(), nil)
	group := rec.Get(t, nodeGroupType, "cluster-system")
	assert.Equal(t, map[string]any{"minSize": 2.0, "desiredSize": 2.0, "maxSize": 2.0}, group.At("scalingConfig"))
	assert.Empty(t, group.IgnoreChanges, "nobody else owns the size, so drift is repaired")
	assert.Empty(t, rec.ByType(tagType))
	assert.Len(t, group.PropertyDependencies["subnetIds"], 1, "one zone has nodes, though EKS has two")
}

// TestPoolReplacement: a new machine type means a new group, and Pulumi makes it first where nothing keeps it from a second name.
func TestPoolReplacement(t *testing.T) {
	t.Parallel()
	args := prod()
	args.Spec.Pools["system"] = cluster.Pool{CPU: 8, Memory: "32Gi", Nodes: cluster.Nodes{Min: new(3)}, Disk: "50.5Gi"}
	group := record(t, mocks.Preview, args, nil).Get(t, nodeGroupType, "cluster-system")
	assert.Equal(t, []any{"m7i.2xlarge"}, group.At("instanceTypes"))
	assert.Equal(t, "system-", group.At("nodeGroupNamePrefix"))
	assert.Nil(t, group.At("nodeGroupName"))
	assert.False(t, group.DeleteBeforeReplace)
	assert.Equal(t, "1h", group.Timeouts.Delete, "draining takes its time")
}

func TestLaunchTemplate(t *testing.T) {
	t.Parallel()
	args := prod()
	pool := args.Spec.Pools["system"]
	pool.Disk, pool.Labels = "50.5Gi", map[string]string{"team": "imaging"}
	pool.Taints = []cluster.Taint{{Key: "team", Effect: "PreferNoSchedule"}}
	args.Spec.Pools["system"] = pool
	rec := record(t, mocks.Up, args, nil)
	template := rec.Get(t, templateType, "cluster-system")
	for _, absent := range []string{"instanceType", "imageId", "vpcSecurityGroupIds", "iamInstanceProfile", "keyName"} {
		assert.Nil(t, template.At(absent), absent)
	}
	assert.EqualValues(t, 51, mocks.One(t, template.At("blockDeviceMappings"))["ebs"].(map[string]any)["volumeSize"])
	text, err := base64.StdEncoding.DecodeString(template.At("userData").(string))
	require.NoError(t, err)
	assert.Contains(t, string(text), "maxPods: 110")
	for _, tags := range template.At("tagSpecifications").([]any) {
		assert.Equal(t, map[string]any{"team": "imaging", "Name": "plinth-prod-cluster-system"}, tags.(map[string]any)["tags"])
	}

	group := rec.Get(t, nodeGroupType, "cluster-system")
	assert.Equal(t, map[string]any{"id": "cluster-system-id", "version": "1"}, group.At("launchTemplate"))
	assert.Equal(t, map[string]any{"plinth.dev/pool": "system", "team": "imaging"}, group.At("labels"))
	assert.Equal(t, map[string]any{"key": "team", "effect": "PREFER_NO_SCHEDULE"}, mocks.One(t, group.At("taints")))
}

// TestHooks: a plain destroy, which runs no hooks and refuses where one would have to, works wherever protect is off.
func TestHooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environment        string
		pool               string
		deleting, resizing []string
	}{
		{"prod", "spot", []string{"cluster-drain"}, []string{"cluster-size"}},
		{"stage", "spot", nil, []string{"cluster-size"}},
		{"dev", "system", nil, nil},
	} {
		t.Run(c.environment, func(t *testing.T) {
			t.Parallel()
			rec := record(t, mocks.Preview, environments[c.environment](), nil)
			group := rec.Get(t, nodeGroupType, "cluster-"+c.pool)
			assert.Equal(t, c.deleting, group.BeforeDelete)
			assert.Equal(t, c.resizing, group.BeforeUpdate)
			assert.Equal(t, []string{"cluster-one-minor-at-a-time"}, rec.Get(t, clusterType, "cluster").BeforeUpdate)
		})
	}
}
