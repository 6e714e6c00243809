// Package reach finds out which charts can be had from here, before anything is started that would fail for want of one.
//
//	missing := reach.Charts(ctx, cfg.Charts, wanted) // {"keda": "dial tcp: lookup kedacore.github.io: no such host"}
//
// It asks each repository once, all at the same time, and changes nothing.
package reach
