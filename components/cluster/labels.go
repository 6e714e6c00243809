package cluster

// What every node of a pool carries on every cloud, and on a rehearsal's simulated nodes.
const (
	// PoolLabel names the pool a node belongs to.
	PoolLabel = "plinth.dev/pool"
	// SpotLabel is "true" on the nodes of spot pools, and SpotTaint keeps other pods off them.
	SpotLabel = "plinth.dev/spot"
	// SpotTaint is "true" with effect NoSchedule on the nodes of spot pools.
	SpotTaint = "plinth.dev/spot"
	// AzureSpotTaint is "spot" with effect NoSchedule, and a label too, on the nodes of AKS' spot pools, beside ours: AKS puts it
	// there itself. What tolerates SpotTaint must tolerate it too.
	AzureSpotTaint = "kubernetes.azure.com/scalesetpriority"
	// GPULabel is the GPU's model on the nodes of GPU pools.
	GPULabel = "plinth.dev/gpu"
	// GPUResource is the extended resource that a GPU is asked for by, and GPUTaint keeps pods
	// that ask for none off such nodes. Both are named as NVIDIA's device plugin names them.
	GPUResource = "nvidia.com/gpu"
	// GPUTaint is "present" with effect NoSchedule on the nodes of GPU pools, as GKE sets it itself.
	GPUTaint = "nvidia.com/gpu"
)
