// Package spec is the vocabulary that the stack file and the components share: quantities with
// their units, and the list of problems found in what a user wrote.
//
// Every component's Spec type is plain data with JSON names: the stack file is decoded straight
// into it, the JSON Schema is generated from it, and its Validate method adds to one Problems
// list, so that a user sees every mistake at once.
//
//	var problems spec.Problems
//	s.Validate(spec.Path("workloads").Key("api"), &problems)
//	return problems.Err()
package spec
