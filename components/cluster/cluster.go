package cluster

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// Cluster is what everything above a cluster knows of it, the same on every cloud.
type Cluster struct {
	// Provider installs into the cluster. Its clusterIdentifier never changes with the kubeconfig, so that new credentials
	// never replace what runs there.
	Provider *kubernetes.Provider
	// Kubeconfig reaches the cluster as the caller's own cloud identity, through an exec plugin; it holds no token. It is
	// secret. Unset on a cluster that Plinth did not make.
	Kubeconfig pulumi.StringOutput
	// Ready are the resources without which pods cannot run, get volumes, load balancers or cloud permissions. Whatever is
	// installed in the cluster depends on them, and so is destroyed before them.
	Ready []pulumi.Resource
	// LoadBalancer are the annotations of a Service of type LoadBalancer that faces the internet, such that its pods see who
	// connects. Empty where it needs none. Its externalTrafficPolicy has to be Local.
	LoadBalancer map[string]string
	// Services are what the cloud offers beside machines. Nil on a cluster that Plinth did not make.
	Services Services
}

// Services are what a cloud offers to the workloads of a cluster.
type Services interface {
	// NewBucket makes a private, encrypted bucket.
	NewBucket(ctx *pulumi.Context, name string, args *BucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error)
	// Grant gives a ServiceAccount of the cluster access to resources of the cloud, and to nothing else. One call for each
	// ServiceAccount.
	Grant(ctx *pulumi.Context, name string, args *GrantArgs, opts ...pulumi.ResourceOption) (*Identity, error)
	// Registry is where the platform's own images are kept: the address before the image's name, such as
	// 111122223333.dkr.ecr.eu-central-1.amazonaws.com/plinth-prod.
	Registry() pulumi.StringOutput
	// SecretStore is what External Secrets needs to know of the cloud's secret store.
	SecretStore() SecretStore
	// Managed are the cloud's own data services, the same at every call.
	Managed() managed.Services
}

// BucketArgs describe a bucket.
type BucketArgs struct {
	// KeepDays is how many days an object and its overwritten versions are kept; 0 keeps objects for ever.
	KeepDays int
	// Protect refuses to delete the bucket, or anything in it, with the stack.
	Protect bool
}

// Bucket is object storage.
type Bucket struct {
	// Name of the bucket as the cloud's own tools use it; on azure the container's.
	Name pulumi.StringOutput
	// URL that clients take: s3://name, gs://name, https://account.blob.core.windows.net/name.
	URL pulumi.StringOutput
	// ID is what Grant refers to it by: an ARN, a bucket name, a resource id.
	ID pulumi.StringOutput
	// Resource to depend on.
	Resource pulumi.Resource
}

// GrantArgs say who gets access to what.
type GrantArgs struct {
	// Namespace and ServiceAccount that get it. The ServiceAccount need not be there yet.
	Namespace, ServiceAccount string
	// Access that it gets.
	Access []Access
}

// Access to one resource of the cloud. Exactly one of Bucket, Secret, Zone and Key is set.
type Access struct {
	// Bucket whose objects may be read and, with Write, written and deleted.
	Bucket *Bucket
	// Secret by its id in the cloud's secret store; a trailing * on its name stands for all that begin so.
	Secret pulumi.StringInput
	// Zone of the cloud's DNS by its id; Write is needed to change records.
	Zone pulumi.StringInput
	// Key by its id, to decrypt and, with Write, to encrypt with.
	Key pulumi.StringInput
	// Write allows changes. Default false: read only.
	Write bool
}

// Identity is a cloud identity bound to a ServiceAccount.
type Identity struct {
	// Annotations that the ServiceAccount must carry; empty on clouds that need none.
	Annotations pulumi.StringMap
	// PodLabels that its pods must carry; empty on clouds that need none.
	PodLabels pulumi.StringMap
	// Resources to depend on, so that pods start after the permission is there and end before it goes.
	Resources []pulumi.Resource
}

// SecretStore is the cloud's secret store, in the words of an External Secrets SecretStore's provider.
type SecretStore struct {
	// Provider is the key below spec.provider: aws, gcpsm or azurekv.
	Provider string
	// Spec is what stands below that key, without authentication.
	Spec pulumi.Map
	// IDPrefix is what a secret's name in the store is preceded by to be its id, as Access.Secret takes it. Nil where the name is the
	// id.
	IDPrefix pulumi.StringInput
}
