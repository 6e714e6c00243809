package gke

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	rbac "k8s.io/api/rbac/v1"
	storage "k8s.io/api/storage/v1"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestAdmins(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	binding := mocks.As[*rbac.ClusterRoleBinding](t, rec.Get(t, bindingType, "cluster-admins"))
	assert.Equal(t, "cluster-admin", binding.RoleRef.Name)
	const group = "rbac.authorization.k8s.io"
	assert.Equal(t, []rbac.Subject{
		{APIGroup: group, Kind: "Group", Name: "ops@med.example"},
		{APIGroup: group, Kind: "User", Name: "ann@med.example"},
		{APIGroup: group, Kind: "User", Name: "ci@acme.iam.gserviceaccount.com"},
	}, binding.Subjects)

	roles := map[any]any{}
	for _, res := range rec.ByType(projectRoleType) {
		roles[res.Inputs["member"]] = res.Inputs["role"]
	}
	assert.Equal(t, map[any]any{
		"group:ops@med.example":                                     "roles/container.clusterViewer",
		"user:ann@med.example":                                      "roles/container.clusterViewer",
		"serviceAccount:ci@acme.iam.gserviceaccount.com":            "roles/container.clusterViewer",
		"serviceAccount:cluster-nodes@acme.iam.gserviceaccount.com": "roles/container.defaultNodeServiceAccount",
	}, roles, "nobody has more of the project")
}

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	secret, ok := rec.Outputs["kubeconfig"].(mocks.Secret)
	require.True(t, ok, "the kubeconfig is a secret")
	var config struct {
		CurrentContext string `json:"current-context"`
		Clusters       []struct {
			Cluster struct {
				Server    string
				Authority string `json:"certificate-authority-data"`
			}
		}
		Users []struct{ User map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(secret.Reveal().(string)), &config))
	assert.Equal(t, "cluster-gke-1a2b", config.CurrentContext)
	assert.Equal(t, "https://198.51.100.7", config.Clusters[0].Cluster.Server)
	assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("CERT")), config.Clusters[0].Cluster.Authority)
	require.Len(t, config.Users[0].User, 1, "an exec plugin and no token")
	exec := config.Users[0].User["exec"].(map[string]any)
	assert.Equal(t, "gke-gcloud-auth-plugin", exec["command"])
	assert.Equal(t, "client.authentication.k8s.io/v1beta1", exec["apiVersion"])

	provider := rec.Get(t, "pulumi:providers:kubernetes", "cluster-kubernetes")
	assert.Equal(t, "cluster-gke-id", provider.Inputs["clusterIdentifier"])
	assert.Equal(t, secret, provider.Inputs["kubeconfig"])
}

func TestStorageClass(t *testing.T) {
	t.Parallel()
	class := mocks.As[*storage.StorageClass](t, up(t, prod()).Get(t, classType, "cluster-encrypted"))
	assert.Equal(t, "pd.csi.storage.gke.io", class.Provisioner)
	assert.Equal(t, map[string]string{"type": "pd-balanced", "disk-encryption-kms-key": "cluster-disks-id"}, class.Parameters)
	assert.Equal(t, "true", class.Annotations["storageclass.kubernetes.io/is-default-class"])
	assert.Equal(t, storage.VolumeBindingWaitForFirstConsumer, *class.VolumeBindingMode)
	assert.True(t, *class.AllowVolumeExpansion)
}

// TestKeys has who may use each key.
func TestKeys(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	members := map[any]any{}
	for _, grant := range rec.ByType(keyRoleType) {
		members[grant.Inputs["cryptoKeyId"]] = grant.Inputs["member"]
	}
	assert.Equal(t, map[any]any{
		"cluster-secrets-id": "serviceAccount:service-123456789@container-engine-robot.iam.gserviceaccount.com",
		"cluster-disks-id":   "serviceAccount:service-123456789@compute-system.iam.gserviceaccount.com",
	}, members)
	assert.Equal(t, "cluster-secrets-id", rec.Get(t, clusterType, "cluster-gke").At("databaseEncryption.keyName"))
	for _, pool := range rec.ByType(poolType) {
		assert.Equal(t, "cluster-disks-id", pool.At("nodeConfig.bootDiskKmsKey"), pool.Name)
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	subnet := rec.Get(t, subnetType, "cluster-nodes")
	assert.Equal(t, "10.0.0.0/18", subnet.At("ipCidrRange"))
	assert.Equal(t, []any{
		map[string]any{"rangeName": "pods", "ipCidrRange": "100.64.0.0/12"},
		map[string]any{"rangeName": "services", "ipCidrRange": "172.20.0.0/16"},
	}, subnet.At("secondaryIpRanges"))
	rule := rec.Get(t, firewallType, "cluster-webhooks")
	assert.Equal(t, []any{"10.0.240.0/28"}, rule.At("sourceRanges"))
	assert.Equal(t, []any{"cluster-nodes@acme.iam.gserviceaccount.com"}, rule.At("targetServiceAccounts"))
	assert.Equal(t, map[string]any{
		"cost-center": "r-d-7", "managed-by": "pulumi", "pulumi-project": "plinth", "pulumi-stack": "prod",
	}, rec.Get(t, clusterType, "cluster-gke").At("resourceLabels"))
}

func TestExistingNetwork(t *testing.T) {
	t.Parallel()
	args := prod()
	args.Spec.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{
		ID: "projects/host/global/networks/n", Private: []string{"projects/host/regions/us-east1/subnetworks/s"}, PodRange: "p", ServiceRange: "v",
	}}
	rec := up(t, args)
	for _, typ := range []string{networkType, subnetType, routerType, natType, firewallType} {
		assert.Empty(t, rec.ByType(typ))
	}
	made := rec.Get(t, clusterType, "cluster-gke")
	assert.Equal(t, "projects/host/global/networks/n", made.At("network"))
	assert.Equal(t, "projects/host/regions/us-east1/subnetworks/s", made.At("subnetwork"))
	assert.Equal(t, "p", made.At("ipAllocationPolicy.clusterSecondaryRangeName"))
	assert.Equal(t, "v", made.At("ipAllocationPolicy.servicesSecondaryRangeName"))
	assert.Nil(t, made.At("privateClusterConfig.masterIpv4CidrBlock"))
	assert.Equal(t, "projects/host/regions/us-east1/subnetworks/s", made.At("privateClusterConfig.privateEndpointSubnetwork"))
}

// TestGivenProvider has a caller's own provider used for everything of the cloud.
func TestGivenProvider(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, func(ctx *pulumi.Context) error {
		provider, err := gcp.NewProvider(ctx, "mine", &gcp.ProviderArgs{Project: pulumi.String("acme")})
		if err != nil {
			return err
		}
		_, err = New(ctx, "cluster", prod(), pulumi.Providers(provider))
		return err
	}, answers()...)
	require.Len(t, rec.ByType("pulumi:providers:gcp"), 1)
	mine := rec.Get(t, "pulumi:providers:gcp", "mine")
	for _, pool := range rec.ByType(poolType) {
		assert.Contains(t, pool.Provider, mine.URN+"::")
	}
}

// TestRefusals has what is refused before anything is registered.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*cluster.Args)
		want   []string
	}{
		"a region": {func(a *cluster.Args) { a.Region = "us-east7" }, []string{"us-east7"}},
		"a GPU": {func(a *cluster.Args) {
			a.Spec.Pools["gpu"] = cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", GPU: &cluster.GPU{Model: "a10g", Count: 1}, Nodes: cluster.Nodes{Min: new(1)}}
		}, []string{"a10g in us-east1"}},
		"the world": {func(a *cluster.Args) { a.Spec.API.Allow = []string{"0.0.0.0/0"} }, []string{"plinth:cluster.api.allow[0]", "not the whole internet"}},
		"a version": {func(a *cluster.Args) { a.Spec.Version = "1.34" }, []string{"plinth:cluster.version", "1.35, 1.36 on gcp"}},
		"a fixed size of one zone": {
			func(a *cluster.Args) {
				a.Spec.Pools["batch"] = cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", Nodes: cluster.Nodes{Min: new(5)}}
			},
			[]string{`plinth:cluster.pools.batch.nodes.min: found "5"`, "evenly over 2 to 3 zones", "choose 6"},
		},
		"an admin without a kind": {func(a *cluster.Args) { a.Admins = []string{"ann@med.example"} }, []string{`plinth:admins[0]: found "ann@med.example"`, "group:ops@example.com"}},
		"groups of two domains":   {func(a *cluster.Args) { a.Admins = []string{"group:a@one.example", "group:b@two.example"} }, []string{"plinth:admins[1]", "groups of one domain, one.example"}},
		"several mistakes":        {func(a *cluster.Args) { a.Spec.Version, a.Admins = "1.30", []string{"x"} }, []string{"plinth:cluster.version", "plinth:admins[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := prod()
			c.change(args)
			err := mocks.Fail(t, program(args), answers()...)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	for _, name := range []string{"Cluster", "a-name-of-twenty-chars", "1st", ""} {
		err := mocks.Fail(t, func(ctx *pulumi.Context) error { _, err := New(ctx, name, prod()); return err }, answers()...)
		require.ErrorContains(t, err, "1 to 19 lower-case letters")
	}
}

// TestNoProject is not parallel: it empties the environment.
func TestNoProject(t *testing.T) {
	for _, name := range []string{"GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT"} {
		t.Setenv(name, "")
	}
	require.ErrorContains(t, mocks.Fail(t, program(prod())), "pulumi config set gcp:project")
}

func TestLabels(t *testing.T) {
	t.Parallel()
	mocks.Up(t, func(ctx *pulumi.Context) error {
		assert.Equal(t, map[string]string{
			"managed-by": "pulumi", "pulumi-project": "plinth", "pulumi-stack": "dev", "tag-1st": "a-b", "team_x": strings.Repeat("v", 63),
		}, labels(ctx, map[string]string{"1st": "A b", "Team_X": strings.Repeat("v", 80)}))
		return nil
	})
}

// TestPreviewShowsAll has nothing hidden in what is unknown.
func TestPreviewShowsAll(t *testing.T) {
	t.Parallel()
	for name, args := range environments {
		assert.Equal(t, up(t, args()).Names(), mocks.Preview(t, program(args()), answers()...).Names(), name)
	}
}

func TestUnique(t *testing.T) {
	t.Parallel()
	mocks.Up(t, func(ctx *pulumi.Context) error {
		assert.LessOrEqual(t, len(unique(ctx, "a-very-long-name-of-a-cluster-that-has-to-be-cut", 30)), 30)
		assert.NotEqual(t, unique(ctx, "a", 30), unique(ctx, "b", 30))
		assert.Equal(t, unique(ctx, "a", 30), unique(ctx, "a", 30))
		return nil
	})
}
