// Package observetest keeps what a component has Prometheus record and alert on as rule files, for tests.
//
//	observetest.Keep(t, "redis-ha", observe.Rules("redis-ha", alerts))
//
// compares it with testdata/rules/redis-ha.yaml, which tests/rules has Prometheus' own rule tests run against, and whose expressions it
// checks. Where the rules differ and are meant to, run the test with UPDATE_GOLDEN=1 and read the change in review.
package observetest
