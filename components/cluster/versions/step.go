package versions

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Step returns nil where a cluster may go from one version to another in one deployment: to the same or the next minor
// version. Control planes take one minor version at a time and never go back on any of the clouds, so any other step is
// an error that says the path to take.
func Step(from, to string) error {
	a, okFrom := minor(from)
	b, okTo := minor(to)
	if !okFrom || !okTo {
		return fmt.Errorf("cannot go from Kubernetes %q to %q: versions are written 1.<minor>, such as %q; correct cluster.version", from, to, Default)
	}
	switch {
	case b < a:
		return fmt.Errorf("cannot go from Kubernetes %s back to %s: control planes do not downgrade; set cluster.version to %s or 1.%d, or build a new cluster and move", from, to, from, a+1)
	case b > a+1:
		path := []string{from}
		for m := a + 1; m <= b; m++ {
			path = append(path, fmt.Sprintf("1.%d", m))
		}
		return fmt.Errorf("cannot go from Kubernetes %s to %s at once: one minor version at a time; deploy with cluster.version %s first (%s)", from, to, path[1], strings.Join(path, " -> "))
	}
	return nil
}

// minor returns the 35 of "1.35".
func minor(version string) (int, bool) {
	text, ok := strings.CutPrefix(version, "1.")
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0
}

func compare(a, b string) int {
	x, _ := minor(a)
	y, _ := minor(b)
	return cmp.Compare(x, y)
}
