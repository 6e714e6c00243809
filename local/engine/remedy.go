package engine

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

const releaseType = "kubernetes:helm.sh/v3:Release"

// What Helm says of a release that a killed run left pending: at an upgrade, and at an installation that the state does not know.
// The stand-in provider recovers it; Pulumi's own hands the text on, which does not say what to do.
const (
	helmPending = "another operation (install/upgrade/rollback) is in progress"
	helmTaken   = "cannot re-use a name that is still in use"
)

// withRemedy adds what to do to the failure of a release that Helm does not help with.
func withRemedy(text string, m apitype.StepEventMetadata) string {
	release := releaseOf(m)
	switch {
	case strings.Contains(text, helmPending):
		return text + fmt.Sprintf("\na run that was killed left it so, unless somebody is changing it now: see `helm history %[1]s`; "+
			"go back with `helm rollback %[1]s`, or, where no revision was ever deployed, remove it with `helm uninstall %[1]s`; then run up again",
			release)
	case strings.Contains(text, helmTaken):
		return text + fmt.Sprintf("\nthe release is there, and the stack does not know it: see `helm history %[1]s`; "+
			"where a run that was killed left it, remove it with `helm uninstall %[1]s` and run up again; "+
			"where it is somebody else's, set install: false for the service", release)
	default:
		return text
	}
}

// releaseOf is a release as the helm command takes it.
func releaseOf(m apitype.StepEventMetadata) string {
	known := func(key string) string {
		if m.New != nil {
			if text, _ := m.New.Inputs[key].(string); text != "" && !isUnknown(text) {
				return text
			}
		}
		return "<" + key + ">"
	}
	return known("name") + " -n " + known("namespace")
}
