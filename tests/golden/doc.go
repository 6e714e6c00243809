// Package golden holds what a test makes to a file that shows it in review.
//
//	golden.Check(t, "testdata/doors/prod.txt", text)
//
// Where the two differ and are meant to, run the test with UPDATE_GOLDEN=1, and read the change of the file.
package golden
