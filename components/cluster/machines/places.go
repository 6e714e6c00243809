package machines

import (
	_ "embed"
	"slices"
)

//go:embed places.csv
var placesCSV []byte

// placeColumns are the columns of places.csv that hold regions.
var placeColumns = []string{"aws", "gcp", "azure"}

// Counterpart returns the cloud's own region in the place where another cloud has the named one, and what the place is called. It
// returns the name as it is, and no place, where the cloud has that region itself or none in that place.
func Counterpart(cloud, region string) (name, place string) {
	column := 1 + slices.Index(placeColumns, cloud)
	if _, err := FindRegion(cloud, region); err == nil || column == 0 || region == "" {
		return region, ""
	}
	for _, row := range rows(placesCSV, "places.csv") {
		if slices.Contains(row[1:], region) && row[column] != "" {
			return row[column], row[0]
		}
	}
	return region, ""
}
