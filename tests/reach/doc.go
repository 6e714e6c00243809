// Package reach works out from NetworkPolicies who can connect to whom, as a cluster that enforces them would.
//
//	reach.Pairs(policies)    // "apps/api -> data/redis:6379", "apps/api -> 203.0.113.0/24:443", ...
//	reach.HalfOpen(policies) // doors that only one side opens, through which nothing goes
//
// Pods are known by the policies that select them: all that one selector of a namespace selects are one. An address range holds
// pods too where it is every address, as some networks see it that way. Both panic at a selector that is none: to take it
// for a closed door would let a test pass.
package reach
