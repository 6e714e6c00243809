package cluster

// Args is what the cluster component of every cloud takes. Its zero value, but for Spec and Region, is a cluster that can be
// broken: no protection, one NAT gateway.
type Args struct {
	// Spec of the cluster, complete (Spec.Complete). A spec that the cloud cannot meet is refused before anything is
	// registered, with the problems that Spec.Place finds.
	Spec Spec
	// Region of the cloud, as the cloud names it.
	Region string
	// Protect keeps the cluster, its network, keys and registry from deletion: Pulumi's protect and the cloud's own deletion
	// protection. On in prod, off while plinth:destroy is allow.
	Protect bool
	// NATPerZone gives each zone its own way out, so that the loss of one zone leaves the others theirs. On in prod. Only aws:
	// gcp's NAT is regional, and on azure a cluster's nodes share one subnet, which takes one NAT gateway.
	NATPerZone bool
	// Admins administer the cluster, by the cloud's own identity: ARNs of IAM roles or users on aws, where the identity that
	// deploys must be among them; members such as group:ops@example.com on gcp; object ids of Entra groups on azure.
	Admins []string
	// Repositories are the names of the images that the registry takes, each below the registry's address. Only aws, where
	// each image needs a repository of its own; the registries of gcp and azure take any name.
	Repositories []string
	// KeepImages is how many images of each repository are kept, counted from the newest. Default 100.
	KeepImages int
	// Tags on everything of the cloud that takes them.
	Tags map[string]string
	// Charts is the base that the charts of in-cluster controllers are pulled from, https, oci or file. Default: each chart's
	// own repository. Only aws and azure: gcp runs its own controllers.
	Charts string
}
