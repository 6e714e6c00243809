// Package gpu has Prometheus watch the GPUs of a cluster's GPU pools, by NVIDIA's DCGM exporter.
//
//	err := gpu.NewMetrics(ctx, "gpu-metrics", &gpu.Args{Cloud: "aws", Monitoring: m.Ready}, opts...)
//
// It creates the installation, in a namespace of its own whose Pod Security is privileged: the exporter runs as root, on GKE as a
// privileged container, and reads the kubelet's directory that tells which pod has which GPU. Of its metrics, the labels
// exported_namespace, exported_pod and exported_container are the pod that has the GPU.
package gpu
