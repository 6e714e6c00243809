// Command bench measures Plinth on this machine and prints one table: what was measured, what it is compared with, and
// the target it meets or misses. `make bench` runs it; by hand, from local/:
//
//	go run ./bench                                    # everything, from 30 min
//	go run ./bench -cold=false                        # without the builds from an empty cache
//	go run ./bench -only dev,deployments -sizes 100 -json
//
// It works on a project of its own in a temporary folder, with a cluster of its own, and leaves nothing behind; only the
// binaries are the checkout's. A missed target is a result, and the exit code 0. A measurement that could
// not be made is not: the table has the others, standard error the cause, and the exit code is 1.
//
// Where one measurement takes seconds it is made three times, and the median is told. All load is on the one API server
// that the dev stack runs on, and the machine should have nothing else to do.
package main
