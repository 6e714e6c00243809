package aks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/aks"
	"github.com/plinth-iac/plinth/components/cluster/aks/akstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// Type tokens of the cloud's resources.
const (
	accountType     = "azure-native:storage:StorageAccount"
	addressType     = "azure-native:network:PublicIPAddress"
	assignmentType  = "azure-native:authorization:RoleAssignment"
	classType       = "kubernetes:storage.k8s.io/v1:StorageClass"
	clusterType     = "azure-native:containerservice/v20240901:ManagedCluster"
	diagnosticType  = "azure-native:insights:DiagnosticSetting"
	diskKeysType    = "azure-native:compute:DiskEncryptionSet"
	federationType  = "azure-native:managedidentity:FederatedIdentityCredential"
	firewallType    = "azure-native:network:NetworkSecurityGroup"
	flowLogType     = "azure-native:network/v20240501:FlowLog"
	groupType       = "azure-native:resources:ResourceGroup"
	identityType    = "azure-native:managedidentity:UserAssignedIdentity"
	keyType         = "azure-native:keyvault:Key"
	lockType        = "azure-native:authorization:ManagementLockByScope"
	maintenanceType = "azure-native:containerservice/v20240901:MaintenanceConfiguration"
	natType         = "azure-native:network:NatGateway"
	networkType     = "azure-native:network:VirtualNetwork"
	poolType        = "azure-native:containerservice/v20240901:AgentPool"
	registryType    = "azure-native:containerregistry:Registry"
	releaseType     = "kubernetes:helm.sh/v3:Release"
	subnetType      = "azure-native:network:Subnet"
	vaultType       = "azure-native:keyvault:Vault"
	workspaceType   = "azure-native:operationalinsights:Workspace"
)

// mode is mocks.Up or mocks.Preview.
type mode = func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording

// ops is the id of an Entra group.
const ops = "0a1b2c3d-0000-4000-8000-000000000001"

// prod is shaped like Pulumi.prod.yaml, with a fixed pool beside.
func prod() *cluster.Args {
	return &cluster.Args{
		Region: "westeurope", Protect: true, NATPerZone: true, Admins: []string{ops}, Tags: map[string]string{"team": "imaging"},
		Spec: cluster.Spec{
			Version: "1.35", Zones: 3, API: cluster.API{Allow: []string{"203.0.113.0/24"}},
			Pools: map[string]cluster.Pool{
				"system": {CPU: 4, Memory: "16Gi", Nodes: cluster.Nodes{Min: new(3), Max: new(6)}},
				"spot":   {CPU: 8, Memory: "32Gi", Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(20)}},
				"gpu":    {GPU: &cluster.GPU{Model: "t4"}, Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(5)}},
				"batch": {
					CPU: 8, Memory: "32Gi", Disk: "200.5Gi", Zones: []int{2, 3}, Nodes: cluster.Nodes{Min: new(4)}, Labels: map[string]string{"team": "science"},
					Taints: []cluster.Taint{{Key: "batch", Effect: "NoExecute"}, {Key: "slow", Value: "yes"}},
				},
			},
		}.Complete(),
	}
}

// stage is a smaller copy, with a private API server.
func stage() *cluster.Args {
	args := prod()
	args.Protect, args.NATPerZone, args.Spec.Zones, args.Spec.API = false, false, 2, cluster.API{}
	delete(args.Spec.Pools, "batch")
	return args
}

// dev is one zone with a fixed pool.
func dev() *cluster.Args {
	args := stage()
	args.Spec.Zones = 1
	args.Spec.API.Allow = []string{"198.51.100.7/32"}
	args.Spec.Pools = cluster.Spec{Pools: map[string]cluster.Pool{"system": {Nodes: cluster.Nodes{Min: new(2)}}}}.Complete().Pools
	return args
}

var environments = map[string]func() *cluster.Args{"prod": prod, "stage": stage, "dev": dev}

// program makes a cluster and what use makes of it, below the cluster.
func program(args *cluster.Args, use func(*pulumi.Context, *cluster.Cluster, pulumi.ResourceOption) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		c, err := aks.New(ctx, "cluster", args)
		if err != nil {
			return err
		}
		ctx.Export("kubeconfig", c.Cluster.Kubeconfig)
		ctx.Export("registry", c.Cluster.Services.Registry())
		if use == nil {
			return nil
		}
		return use(ctx, c.Cluster, pulumi.Parent(c))
	}
}

func record(t *testing.T, run mode, args *cluster.Args, use func(*pulumi.Context, *cluster.Cluster, pulumi.ResourceOption) error) *mocks.Recording {
	t.Helper()
	return run(t, program(args, use), append(akstest.Outputs(), mocks.WithStack("prod"))...)
}

// equal holds an input to a value. It passes over what is unknown, which there is only in a preview: the SDK fills in the defaults of
// some objects in an Apply, so that with any part of them all is unknown.
func equal(t *testing.T, want, found any, about ...any) {
	t.Helper()
	if found != mocks.Unknown {
		assert.Equal(t, want, found, about...)
	}
}

// all visits every resource of a type, of which there must be some.
func all(t *testing.T, rec *mocks.Recording, typ string, visit func(*mocks.Resource)) {
	t.Helper()
	found := rec.ByType(typ)
	require.NotEmpty(t, found, "no %s", typ)
	for _, res := range found {
		visit(res)
	}
}
