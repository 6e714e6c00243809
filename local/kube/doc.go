// Package kube runs a Kubernetes on this machine: the real etcd, API server, controllers and scheduler as child
// processes of one supervisor, with simulated nodes. It needs no root and no Docker, listens on loopback only, picks
// its ports, and keeps everything in one directory, so that any number can run side by side.
//
//	c, err := kube.Start(ctx, kube.Options{Dir: ".plinth/kube", Binary: ".plinth/bin/kube"})
//	...
//	err = c.SetNodes(ctx, []kube.Node{{Name: "system-0", Pool: "system", Zone: "a", Capacity: capacity}})
//	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
//	...
//	err = c.Detach() // it runs on; else it ends with this process, however that ends
//
// Stop keeps the data, and Start goes on with it; Remove deletes it. Data is on disk before a write is answered, so it
// survives a crash and a power cut.
//
// What is simulated: nodes are Ready; scheduled pods run at once and Jobs' pods succeed after a second; an image on
// a host below .invalid (registry.invalid/app:1) waits in ImagePullBackOff; the annotation plinth.dev/simulate=crash
// makes a pod crash-loop; claims of the default StorageClass "standard" bind and grow, in any access mode; Services of
// type LoadBalancer get an address of 192.0.2.0/24, which nothing answers. There is no DNS and no metrics server.
package kube
