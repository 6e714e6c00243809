package machines

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPickZones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cloud, region string
		n             int
		want          []string
	}{
		{"aws", "us-east-1", 3, []string{"use1-az1", "use1-az2", "use1-az4"}}, // EKS does not run in use1-az3
		{"gcp", "europe-west1", 2, []string{"europe-west1-b", "europe-west1-c"}},
		{"azure", "westeurope", 3, []string{"1", "2", "3"}},
	} {
		zones, err := PickZones(c.cloud, c.region, c.n)
		require.NoError(t, err)
		assert.Equal(t, c.want, zones)
	}

	_, err := PickZones("aws", "us-west-1", 3)
	require.Error(t, err)
	assert.ErrorContains(t, err, "3 zones in us-west-1")
	assert.ErrorContains(t, err, "at most 2, as us-west-1 has usw1-az1, usw1-az3")
	assert.ErrorContains(t, err, "lower zones to 2, or choose a region with enough: us-east-1")
}

func TestGPUZones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cloud, region, model string
		want                 []string
	}{
		{"aws", "eu-central-1", "l4", []string{"euc1-az2", "euc1-az3"}},
		{"gcp", "us-east1", "t4", []string{"us-east1-c", "us-east1-d"}},
		{"azure", "uksouth", "t4", []string{"1", "2", "3"}},
	} {
		choice, err := Pick(c.cloud, c.region, Request{GPU: c.model})
		require.NoError(t, err)
		assert.Equal(t, c.want, choice.Zones, "%s in %s", c.model, c.region)
	}
}
