// Package chartstest checks the values that a program gives to charts against the charts' own values.yaml, so that a misspelt
// or retired key fails in a test. The files are not part of the project: without them the test is skipped.
//
//	chartstest.CheckValues(t, "keda", rec.Get(t, "kubernetes:helm.sh/v3:Release", "keda").Inputs["values"])
package chartstest
