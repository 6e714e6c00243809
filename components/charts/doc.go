// Package charts is the catalogue of the third-party Helm charts that Plinth installs, each with its repository and its pinned
// version and nowhere a copy, and what installs them.
//
//	keda, err := charts.Install(ctx, "keda", &charts.InstallArgs{
//		Chart: charts.KEDA, Mirror: mirror, Namespace: "keda", Values: values,
//		Pods: map[string]network.Rules{"keda-operator": {To: []network.Peer{network.APIServer()}}},
//	}, opts...)
//	// Its custom resources: pulumi.DependsOn(keda.Ready)
//
// Install creates a closed Namespace, a NetworkPolicy <name>-<app> for each app among the chart's pods, and the Release, and
// nothing where the chart is in the cluster already. Chart.Release alone is for charts that go to a namespace of the cluster's own.
//
// What its makers release as a manifest only is applied from there, by Apply, in the same order; manifests.go pins them.
//
// A mirror is one setting: oci://host/path holds the charts by name, an https address is a repository with an index.yaml, and
// file:///folder has them packed as <name>-<version>.tgz. The latter two have manifests as
// <name>-<version>.yaml. Package chartstest checks values against the charts' own.
//
// An installation or upgrade that fails is rolled back. One that is killed leaves its release pending. The stand-in provider of
// the laptop recovers it at the next run. Under plain `pulumi up` nothing does: Helm refuses to touch it, and says "another operation
// (install/upgrade/rollback) is in progress", or, where it was the first installation, "cannot re-use a name that is still in use".
// See `helm history <release> -n <namespace>`; then `helm rollback` it, or `helm uninstall` it where no revision was ever deployed, and
// run up again. The laptop's command prints that with the release's own names. Nor does plain `pulumi up` say which object failed:
// `kubectl get events -n <namespace>` does, also after the rollback.
package charts
