package eks_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/eks"
	"github.com/plinth-iac/plinth/components/cluster/eks/ekstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	clusterType     = "aws:eks/cluster:Cluster"
	nodeGroupType   = "aws:eks/nodeGroup:NodeGroup"
	addOnType       = "aws:eks/addon:Addon"
	associationType = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
	entryType       = "aws:eks/accessEntry:AccessEntry"
	templateType    = "aws:ec2/launchTemplate:LaunchTemplate"
	subnetType      = "aws:ec2/subnet:Subnet"
	natType         = "aws:ec2/natGateway:NatGateway"
	roleType        = "aws:iam/role:Role"
	policyType      = "aws:iam/rolePolicy:RolePolicy"
	attachmentType  = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	keyType         = "aws:kms/key:Key"
	logsType        = "aws:cloudwatch/logGroup:LogGroup"
	releaseType     = "kubernetes:helm.sh/v3:Release"
)

// mode is mocks.Up or mocks.Preview.
type mode = func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording

// prod is shaped like Pulumi.prod.yaml.
func prod() *cluster.Args {
	return &cluster.Args{
		Region: "eu-central-1", Protect: true, NATPerZone: true, Admins: []string{"arn:aws:iam::111122223333:role/deploy"},
		Repositories: []string{"api-gateway", "team/auth"}, Tags: map[string]string{"team": "imaging"},
		Spec: cluster.Spec{
			Version: "1.35", Zones: 3, API: cluster.API{Allow: []string{"203.0.113.0/24"}},
			Pools: map[string]cluster.Pool{
				"system": {CPU: 4, Memory: "16Gi", Nodes: cluster.Nodes{Min: new(3), Max: new(6)}},
				"spot":   {CPU: 8, Memory: "32Gi", Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(20)}},
				"gpu":    {CPU: 8, Memory: "32Gi", GPU: &cluster.GPU{Model: "t4"}, Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(5)}},
			},
		}.Complete(),
	}
}

// stage is a smaller copy, with a private endpoint only.
func stage() *cluster.Args {
	args := prod()
	args.Protect, args.NATPerZone, args.Spec.Zones, args.Spec.API = false, false, 2, cluster.API{}
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

// program makes a cluster and what use makes of it.
func program(args *cluster.Args, use func(*pulumi.Context, *cluster.Cluster) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		c, err := eks.New(ctx, "cluster", args)
		if err != nil {
			return err
		}
		ctx.Export("kubeconfig", c.Cluster.Kubeconfig)
		ctx.Export("registry", c.Cluster.Services.Registry())
		if use == nil {
			return nil
		}
		return use(ctx, c.Cluster)
	}
}

func record(t *testing.T, run mode, args *cluster.Args, use func(*pulumi.Context, *cluster.Cluster) error) *mocks.Recording {
	t.Helper()
	return run(t, program(args, use), append(ekstest.Outputs(), mocks.WithStack("prod"))...)
}

// parsed is the object in a JSON text.
func parsed(t *testing.T, v any) map[string]any {
	t.Helper()
	text, ok := v.(string)
	require.True(t, ok, "found %v, and no text", v)
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &object))
	return object
}
