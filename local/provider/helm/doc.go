// Package helm serves `kubernetes:helm.sh/v3:Release` for the stand-in Kubernetes provider, through
// the Helm SDK. Inputs, state, replacement rules and imports are the official provider's, so that a
// release made with either previews clean with the other.
//
//	provider.Options{Custom: map[string]provider.NewCustom{helm.Type: helm.New}}
//
// Beyond the official one: a release that a crash left pending is rolled back (or, when it never
// worked, removed) before the next operation; a failed release says which object does not work and
// why; and no error shows a value that the program passed as secret.
//
// The user's own Helm configuration and cache are neither read nor written, unless the provider's
// helmReleaseSettings or the PULUMI_K8S_HELM_* variables name them: each operation works in a
// directory of its own, which it removes.
package helm
