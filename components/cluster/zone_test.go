package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
)

func TestParseZone(t *testing.T) {
	t.Parallel()
	const azure = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/dns/providers/Microsoft.Network/dnszones/example.com"
	for name, c := range map[string]struct {
		cloud, id string
		want      cluster.Zone
	}{
		"aws":            {"aws", "Z0123456789ABCDEFGHIJ", cluster.Zone{Cloud: "aws", ID: "Z0123456789ABCDEFGHIJ", Domain: "a.example.com"}},
		"aws, full":      {"aws", "/hostedzone/Z1", cluster.Zone{Cloud: "aws", ID: "Z1", Domain: "a.example.com"}},
		"gcp":            {"gcp", "projects/my-project/managedZones/zone-1", cluster.Zone{Cloud: "gcp", ID: "zone-1", Project: "my-project", Domain: "a.example.com"}},
		"azure, by name": {"azure", azure, cluster.Zone{Cloud: "azure", ID: azure, Subscription: "00000000-0000-0000-0000-000000000001", ResourceGroup: "dns", Domain: "example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := cluster.ParseZone(c.cloud, c.id, "a.example.com")
			require.NoError(t, err)
			assert.Equal(t, c.want, *zone)
		})
	}
	for cloud, id := range map[string]string{"aws": "example.com", "gcp": "my-zone", "azure": "example.com", "existing": "Z1"} {
		_, err := cluster.ParseZone(cloud, id, "example.com")
		require.Error(t, err, cloud)
	}
}
