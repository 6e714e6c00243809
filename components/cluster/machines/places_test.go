package machines

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCounterpart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cloud, region, want, place string }{
		{"aws", "eu-central-1", "eu-central-1", ""},
		{"gcp", "eu-central-1", "europe-west3", "Frankfurt"},
		{"azure", "europe-west3", "germanywestcentral", "Frankfurt"},
		{"gcp", "eu-west-1", "eu-west-1", ""}, // gcp has none in Ireland
		{"existing", "eu-central-1", "eu-central-1", ""},
		{"gcp", "", "", ""},
		{"gcp", "nowhere-1", "nowhere-1", ""},
	} {
		name, place := Counterpart(c.cloud, c.region)
		assert.Equal(t, c.want, name, "%s on %s", c.region, c.cloud)
		assert.Equal(t, c.place, place, "%s on %s", c.region, c.cloud)
	}
}

// A region in two rows would make the answer hang on their order, and one that the table of regions lacks would never be found.
func TestEveryRegionIsInOnePlace(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range rows(placesCSV, "places.csv") {
		for i, cloud := range placeColumns {
			region := row[1+i]
			if region == "" {
				continue
			}
			_, err := FindRegion(cloud, region)
			require.NoError(t, err)
			assert.False(t, seen[region], "%s is in two places", region)
			seen[region] = true
		}
	}
}
