package versions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/components/spec"
)

// Default is the version of a cluster whose stack file names none: supported by all three clouds until spring 2027.
const Default = "1.35"

// support is until when each cloud supports each version at its normal price: EKS' standard support, GKE's maintenance
// support, AKS' community support. After that EKS and GKE upgrade the cluster unasked.
//
// Sources: endoflife.date of 2026-08-22, which reads the clouds' own tables (amazon-eks, google-kubernetes-engine,
// azure-kubernetes-service); for AKS also azure-aks-docs, supported-kubernetes-versions.md, of 2026-08-21. GKE's 1.34
// ended on 2026-10-01. AKS announced 1.37 for October 2026; no source dated after that was at hand.
var support = map[string]map[string]time.Time{
	"aws": {
		"1.34": day(2026, time.December, 2),
		"1.35": day(2027, time.March, 27),
		"1.36": day(2027, time.August, 2),
	},
	"gcp": {
		"1.35": day(2027, time.April, 11),
		"1.36": day(2027, time.August, 9),
	},
	"azure": {
		"1.34": day(2026, time.November, 30),
		"1.35": day(2027, time.March, 31),
		"1.36": day(2027, time.June, 30),
	},
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// notice is how long before the end of support a warning starts: time for a step in each environment.
const notice = 60 * 24 * time.Hour

// Supported returns the versions that a cloud supports, oldest first.
func Supported(cloud string) []string {
	return slices.SortedFunc(maps.Keys(support[cloud]), compare)
}

// Check adds to problems where the cloud does not support the version, and warns where its support has ended or soon
// will. It goes by the table, so that a stack file does not become wrong by waiting.
func Check(path spec.Path, cloud, version string, now time.Time, problems *spec.Problems) {
	known := Supported(cloud)
	end, ok := support[cloud][version]
	if !ok {
		remedy := "choose one of them; " + Default + " is the default"
		if _, valid := minor(version); valid && compare(version, known[0]) < 0 {
			remedy = fmt.Sprintf("upgrade to %s; a cluster that runs %s takes one minor version at a time", known[0], version)
		}
		problems.Add(path, version, strings.Join(known, ", ")+" on "+cloud, remedy)
		return
	}
	if now.Before(end.Add(-notice)) {
		return
	}
	next := known[min(slices.Index(known, version)+1, len(known)-1)]
	remedy := "upgrade to " + next
	if next == version {
		remedy = "look for a newer release of Plinth, which knows newer versions"
	}
	tense := "ends"
	if !now.Before(end) {
		tense = "ended"
	}
	problems.Warn(path, version, fmt.Sprintf("a version that %s supports; its support %s on %s", cloud, tense, end.Format(time.DateOnly)), remedy)
}
