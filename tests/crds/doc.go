// Package crds judges custom resources by the operators' own CustomResourceDefinitions, so that a misspelt, retired or
// ill-typed field fails in a test.
//
//	res := rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres")
//	crds.Validate(t, res.Inputs)
//
// A field that the definition does not have, which an API server drops without a word, is a mistake here. The definitions are
// not part of the project: without them the test is skipped. Rules in CEL (x-kubernetes-validations) are not run.
//
// Take the inputs of an up: what a preview does not know yet appears as a text, which only fits where texts do.
package crds
