// Package charts is the catalogue of the third-party Helm charts that Plinth installs: each with its repository and its pinned
// version, and nowhere a copy.
//
//	args := charts.ClusterAutoscaler.Release("") // or the base of a mirror
//	args.Namespace, args.Values = pulumi.String("kube-system"), values
//	release, err := helm.NewRelease(ctx, name, args, opts...)
//
// A mirror is one setting: oci://host/path holds the charts by name, an https address is a repository with an index.yaml, and
// file:///folder has them packed as <name>-<version>.tgz. The package creates nothing; chartstest checks values against the
// charts' own.
package charts
