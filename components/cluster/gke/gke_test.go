package gke

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/gke/gketest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// Type tokens of the cloud's resources.
const (
	accountType     = "gcp:serviceaccount/account:Account"
	bucketType      = "gcp:storage/bucket:Bucket"
	bucketRoleType  = "gcp:storage/bucketIAMMember:BucketIAMMember"
	clusterType     = "gcp:container/cluster:Cluster"
	firewallType    = "gcp:compute/firewall:Firewall"
	identityType    = "gcp:projects/serviceIdentity:ServiceIdentity"
	keyRoleType     = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
	keyType         = "gcp:kms/cryptoKey:CryptoKey"
	natType         = "gcp:compute/routerNat:RouterNat"
	networkType     = "gcp:compute/network:Network"
	poolType        = "gcp:container/nodePool:NodePool"
	projectRoleType = "gcp:projects/iAMMember:IAMMember"
	pullType        = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
	registryType    = "gcp:artifactregistry/repository:Repository"
	ringType        = "gcp:kms/keyRing:KeyRing"
	routerType      = "gcp:compute/router:Router"
	serviceType     = "gcp:projects/service:Service"
	subnetType      = "gcp:compute/subnetwork:Subnetwork"
	zoneRoleType    = "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember"

	bindingType = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
	classType   = "kubernetes:storage.k8s.io/v1:StorageClass"
	configType  = "kubernetes:core/v1:ConfigMap"
)

// environments are clusters as the presets have them.
var environments = map[string]func() *cluster.Args{
	"prod": prod,
	"stage": func() *cluster.Args {
		return &cluster.Args{Region: "europe-west3", Spec: cluster.Spec{
			Version: "1.35", Zones: 2, Pools: map[string]cluster.Pool{
				"system": {CPU: 4, Memory: "16Gi", Nodes: cluster.Nodes{Min: new(2), Max: new(4)}},
				"spot":   {CPU: 4, Memory: "16Gi", Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(6)}},
			},
		}.Complete()}
	},
	"dev": func() *cluster.Args {
		return &cluster.Args{Region: "europe-west3", Spec: cluster.Spec{
			Version: "1.35", Zones: 1, Pools: map[string]cluster.Pool{"system": {CPU: 4, Memory: "16Gi"}},
		}.Complete()}
	},
}

// prod has every kind of pool and of administrator, and a public endpoint for one office.
func prod() *cluster.Args {
	return &cluster.Args{
		Region: "us-east1", Protect: true, NATPerZone: true,
		Admins: []string{"group:ops@med.example", "user:ann@med.example", "serviceAccount:ci@acme.iam.gserviceaccount.com"},
		Tags:   map[string]string{"Cost Center": "R&D 7"},
		Spec: cluster.Spec{
			Version: "1.35", Zones: 3, API: cluster.API{Allow: []string{"203.0.113.0/24"}},
			Pools: map[string]cluster.Pool{
				"system": {CPU: 4, Memory: "16Gi", Nodes: cluster.Nodes{Min: new(3), Max: new(6)}},
				"spot":   {CPU: 8, Memory: "32Gi", Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(20)}},
				"gpu":    {GPU: &cluster.GPU{Model: "t4"}, Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(5)}},
				"batch": {
					CPU: 8, Memory: "32Gi", Disk: "200Gi", Nodes: cluster.Nodes{Min: new(4)}, Labels: map[string]string{"team": "science"},
					Taints: []cluster.Taint{{Key: "batch", Effect: "NoExecute"}, {Key: "slow", Value: "yes"}},
				},
			},
		}.Complete(),
	}
}

// answers are what gcp would say.
func answers() []mocks.Option { return append(gketest.Outputs(), mocks.WithStack("prod")) }

// program makes a cluster, and something in it as all that runs there is made.
func program(args *cluster.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		c, err := New(ctx, "cluster", args)
		if err != nil {
			return err
		}
		ctx.Export("registry", c.Cluster.Services.Registry())
		ctx.Export("kubeconfig", c.Cluster.Kubeconfig)
		_, err = corev1.NewConfigMap(ctx, "workload", &corev1.ConfigMapArgs{},
			pulumi.Parent(c), pulumi.Provider(c.Cluster.Provider), pulumi.DependsOn(c.Cluster.Ready))
		return err
	}
}

// inCluster runs body with the services of a prod cluster.
func inCluster(body func(ctx *pulumi.Context, services cluster.Services, opts ...pulumi.ResourceOption) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		c, err := New(ctx, "cluster", prod())
		if err != nil {
			return err
		}
		return body(ctx, c.Cluster.Services, pulumi.Parent(c))
	}
}

func up(t *testing.T, args *cluster.Args) *mocks.Recording {
	t.Helper()
	return mocks.Up(t, program(args), answers()...)
}
