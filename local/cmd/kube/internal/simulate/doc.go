// Package simulate plays what a laptop has not: machines, kubelets, disks and load balancers.
//
//   - Nodes labelled plinth.dev/node=simulated are Ready, and their leases are renewed (kwok, stages/node.yaml).
//   - Pods bound to them run at once: init containers complete, containers are ready, Jobs' pods succeed after a
//     second, deletion is immediate (kwok, stages/pod.yaml).
//   - An image on a host below .invalid (reserved by RFC 2606, so no real one can be meant) cannot be pulled: its pod
//     waits in ErrImagePull, then ImagePullBackOff, until the image is changed.
//   - A pod annotated plinth.dev/simulate=crash crash-loops; one that is never restarted fails.
//   - Claims of StorageClass "standard" (the default) are bound, grow, and lose their volume when deleted.
//   - Services of type LoadBalancer get an address of TEST-NET-1 (192.0.2.0/24, RFC 5737), which no network routes.
package simulate
