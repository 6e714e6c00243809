// Package versions knows which Kubernetes versions each cloud supports and until when, how a
// cluster may move from one to the next, and which EKS add-ons belong to each.
//
//	versions.Check(spec.Path("cluster.version"), "aws", "1.35", time.Now(), &problems)
//	err := versions.Step("1.34", "1.36") // refused: go 1.34 -> 1.35 -> 1.36
//	addOns, err := versions.AddOns("1.35")
//
// It is two tables, support.go and addons.go, which a new version adds a row to, and creates nothing.
package versions
