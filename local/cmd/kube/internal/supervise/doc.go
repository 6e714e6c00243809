// Package supervise runs the control plane's processes on one state directory: it makes or checks the directory,
// starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and the simulated nodes as children of this
// very binary, waits until all are ready, starts again those that die, and stops all of them in order.
//
// Children exit when their lifeline, a pipe from the supervisor, reads EOF: even kill -9 of the supervisor leaves no
// process behind.
package supervise
