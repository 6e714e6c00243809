package rehearsal

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/cluster"
)

const gpu = corev1.ResourceName(cluster.GPUResource)

// tooBig lists what a pod asks for and not even an empty node has.
func tooBig(asks, node corev1.ResourceList) []string {
	var short []string
	for _, name := range slices.Sorted(maps.Keys(asks)) {
		asked, has := asks[name], node[name]
		if asked.Cmp(has) > 0 {
			short = append(short, fmt.Sprintf("a pod asks for %s %s, and a node leaves %s", asked.String(), name, has.String()))
		}
	}
	return short
}

// perNode is how many pods that ask for asks an empty node takes, at least 1.
func perNode(asks, node corev1.ResourceList) int {
	most := 0
	for name, asked := range asks {
		has := node[name]
		if asked.IsZero() {
			continue
		}
		fits := int(has.AsApproximateFloat64() / asked.AsApproximateFloat64())
		if most == 0 || fits < most {
			most = fits
		}
	}
	return max(1, most)
}

func nodesFor(pods, perNode int) int { return (pods + perNode - 1) / perNode }
