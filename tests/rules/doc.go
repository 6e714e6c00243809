// Package rules holds the alerts of the components to Prometheus' own rule unit tests, in its own format:
//
//	GOFLAGS=-tags=remove_all_sd go -C tests/rules tool promtool test rules *.yaml
//
// Each file here tests a rule file that a component's test keeps in its testdata/rules (see observetest.Keep). The tests in Go see to
// it that no alert is left out, and that rules and dashboards ask only for metrics that an exporter has: metrics/*.txt lists them by
// exporter, below where they were looked up.
//
// The module is one of its own because Prometheus needs later versions of the Kubernetes modules than the program does; the tag leaves
// out its service discoveries, which rules have no use for and which take most of the time to build.
package rules
