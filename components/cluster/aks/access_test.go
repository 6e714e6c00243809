package aks_test

import (
	"testing"

	azure "github.com/pulumi/pulumi-azure-native-sdk/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/aks"
	"github.com/plinth-iac/plinth/components/cluster/aks/akstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	secret, ok := rec.Outputs["kubeconfig"].(mocks.Secret)
	require.True(t, ok, "the kubeconfig is not secret")
	text := secret.Reveal().(string)
	assert.NotContains(t, text, akstest.StaticToken)
	var config map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &config))
	assert.Equal(t, "prod", config["current-context"])
	assert.Equal(t, map[string]any{
		"server": "https://prod-1a2b.hcp.westeurope.azmk8s.io:443", "certificate-authority-data": "Q0VSVA==",
	}, mocks.One(t, config["clusters"])["cluster"])
	user := mocks.One(t, config["users"])
	assert.Equal(t, map[string]any{"cluster": "prod", "user": user["name"]}, mocks.One(t, config["contexts"])["context"])
	require.Len(t, user["user"], 1, "nothing but exec: no token")
	exec := mocks.At(user, "user.exec").(map[string]any)
	assert.Equal(t, "kubelogin", exec["command"])
	assert.Equal(t, "client.authentication.k8s.io/v1beta1", exec["apiVersion"])
	assert.Equal(t, []any{"get-token", "--login", "azurecli", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"}, exec["args"])

	provider := rec.Get(t, "pulumi:providers:kubernetes", "cluster-kubernetes")
	assert.Equal(t, "cluster-id", provider.Inputs["clusterIdentifier"], "new credentials replace nothing")
	assert.Equal(t, secret, provider.Inputs["kubeconfig"])
}

// TestPrivate has an API server that only the network reaches, and no name for it in public.
func TestPrivate(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, stage(), nil)
	assert.Equal(t, map[string]any{
		"enablePrivateCluster": true, "enablePrivateClusterPublicFQDN": false, "disableRunCommand": true,
	}, rec.Get(t, clusterType, "cluster").At("apiServerAccessProfile"))
	assert.Equal(t, []any{}, rec.Get(t, vaultType, "cluster-secrets").At("properties.networkAcls.ipRules"))
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	assert.Equal(t, []any{"10.0.0.0/16"}, rec.Get(t, networkType, "cluster-network").At("addressSpace.addressPrefixes"))
	subnet := rec.Get(t, subnetType, "cluster-nodes")
	assert.Equal(t, "10.0.0.0/18", subnet.At("addressPrefix"))
	assert.Equal(t, []any{map[string]any{"service": "Microsoft.KeyVault"}, map[string]any{"service": "Microsoft.Storage"}}, subnet.At("serviceEndpoints"))
	plane := rec.Get(t, clusterType, "cluster")
	assert.Equal(t, "100.64.0.0/12", plane.At("networkProfile.podCidr"))
	assert.Equal(t, "172.20.0.0/16", plane.At("networkProfile.serviceCidr"))
	assert.Equal(t, "172.20.0.10", plane.At("networkProfile.dnsServiceIP"))
	assert.Equal(t, []any{"1", "2", "3"}, rec.Get(t, addressType, "cluster-egress").At("zones"))
	all(t, rec, poolType, func(pool *mocks.Resource) { assert.Equal(t, "cluster-nodes-id", pool.At("vnetSubnetID")) })
	for _, res := range rec.Resources() {
		if tags, tagged := res.Inputs["tags"]; tagged {
			assert.Equal(t, map[string]any{"team": "imaging"}, tags, res.URN)
		}
	}
}

func TestExistingNetwork(t *testing.T) {
	t.Parallel()
	const subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes"
	args := prod()
	args.Spec.Network = &cluster.Network{
		Existing: &cluster.ExistingNetwork{ID: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v", Private: []string{subnet}},
		Pods:     "100.96.0.0/16", Services: "10.250.0.0/20",
	}
	mocks.Modes(t, func(t *testing.T, run mode) {
		rec := record(t, run, args, nil)
		for _, typ := range []string{networkType, subnetType, natType, addressType, firewallType, flowLogType} {
			assert.Empty(t, rec.ByType(typ), "made in a network that is there")
		}
		plane := rec.Get(t, clusterType, "cluster")
		assert.Equal(t, "100.96.0.0/16", plane.At("networkProfile.podCidr"))
		assert.Equal(t, "10.250.0.0/20", plane.At("networkProfile.serviceCidr"))
		assert.Equal(t, "10.250.0.10", plane.At("networkProfile.dnsServiceIP"))
		assert.Equal(t, []any{"203.0.113.0/24"}, plane.At("apiServerAccessProfile.authorizedIPRanges"))
		assert.Equal(t, subnet, bootstrap(t, rec)["vnetSubnetID"])
		assert.Equal(t, subnet, rec.Get(t, poolType, "cluster-system").At("vnetSubnetID"))
		assert.Equal(t, subnet, rec.Get(t, assignmentType, "cluster-joins-subnet").At("scope"))
	})
}

// TestGivenProvider has a caller's own provider used for everything of the cloud, and for nothing else.
func TestGivenProvider(t *testing.T) {
	t.Parallel()
	rec := mocks.Preview(t, func(ctx *pulumi.Context) error {
		provider, err := azure.NewProvider(ctx, "mine", &azure.ProviderArgs{Location: pulumi.String("westeurope")})
		if err != nil {
			return err
		}
		_, err = aks.New(ctx, "cluster", prod(), pulumi.Providers(provider))
		return err
	}, akstest.Outputs()...)
	require.Len(t, rec.ByType("pulumi:providers:azure-native"), 1)
	assert.Contains(t, rec.Get(t, clusterType, "cluster").Provider, "::mine")
	assert.Contains(t, rec.Get(t, classType, "cluster-encrypted").Provider, "::cluster-kubernetes")
}

// TestOwnProvider takes the account from the stack's configuration, and the region from the arguments.
func TestOwnProvider(t *testing.T) {
	t.Parallel()
	rec := mocks.Preview(t, program(dev(), nil), append(akstest.Outputs(),
		mocks.WithConfig(map[string]string{"azure-native:subscriptionId": "sub-1", "azure-native:tenantId": akstest.Tenant}))...)
	provider := rec.Get(t, "pulumi:providers:azure-native", "cluster-azure")
	assert.Equal(t, "sub-1", provider.Inputs["subscriptionId"])
	assert.Equal(t, akstest.Tenant, provider.Inputs["tenantId"])
	assert.Equal(t, "westeurope", provider.Inputs["location"])
}

// TestRefused has what is refused before anything is registered.
func TestRefused(t *testing.T) {
	t.Parallel()
	existing := func(pods, services string, private ...string) func(*cluster.Args) {
		return func(a *cluster.Args) {
			a.Spec.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{ID: "v", Private: private}, Pods: pods, Services: services}
		}
	}
	for name, c := range map[string]struct {
		change func(*cluster.Args)
		want   []string
	}{
		"no administrator": {func(a *cluster.Args) { a.Admins = nil }, []string{"admins", "at least one Entra group"}},
		"an address":       {func(a *cluster.Args) { a.Admins = []string{"ops@med.example"} }, []string{"admins[0]", "object id of an Entra group"}},
		"the same twice":   {func(a *cluster.Args) { a.Admins = []string{ops, ops} }, []string{"admins[1]"}},
		"a region":         {func(a *cluster.Args) { a.Region = "westeurop" }, []string{"westeurop", "did you mean westeurope?"}},
		"too many zones":   {func(a *cluster.Args) { a.Spec.Zones = 4 }, []string{"4 zones in westeurope"}},
		"a GPU": {func(a *cluster.Args) {
			a.Spec.Pools["gpu"] = cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", GPU: &cluster.GPU{Model: "l4", Count: 1}, Nodes: cluster.Nodes{Min: new(1)}}
		}, []string{"GPU l4 in westeurope", "t4, a100, h100"}},
		"a version":              {func(a *cluster.Args) { a.Spec.Version = "1.33" }, []string{"cluster.version", "1.34, 1.35, 1.36 on azure"}},
		"the world":              {func(a *cluster.Args) { a.Spec.API.Allow = []string{"0.0.0.0/0"} }, []string{"cluster.api.allow[0]", "not the whole internet"}},
		"a range that Azure has": {func(a *cluster.Args) { a.Spec.Network = &cluster.Network{Services: "172.30.0.0/16"} }, []string{"cluster.network.services", "172.30.0.0/16"}},
		"a range too small":      {func(a *cluster.Args) { a.Spec.Network = &cluster.Network{Pods: "100.64.0.0/23"} }, []string{"cluster.network.pods", "holds the pods of 2 nodes"}},
		"two subnets":            {existing("", "", "a", "b"), []string{"cluster.network.existing.private", "one subnet"}},
		"a range that is none, beside a network that is there": {existing("ten", "", "a"), []string{"cluster.network.pods", "an IPv4 range"}},
		"ranges that overlap, beside a network that is there":  {existing("10.0.0.0/12", "10.1.0.0/16", "a"), []string{"cluster.network.services", "shares no address"}},
		"a range too small, beside a network that is there":    {existing("100.64.0.0/23", "", "a"), []string{"cluster.network.pods", "holds the pods of 2 nodes"}},
		"a machine that is too small": {func(a *cluster.Args) {
			p := a.Spec.Pools["spot"]
			p.MachineTypes = map[string][]string{"azure": {"Standard_D4ds_v5"}}
			a.Spec.Pools["spot"] = p
		}, []string{"cluster.pools.spot", "at least what the pool asks for"}},
		"several mistakes": {func(a *cluster.Args) { a.Spec.Version, a.Admins = "1.30", []string{"x"} }, []string{"cluster.version", "admins[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := prod()
			c.change(args)
			var err error
			rec := mocks.Preview(t, func(ctx *pulumi.Context) error {
				_, err = aks.New(ctx, "cluster", args)
				return nil
			}, akstest.Outputs()...)
			assert.Empty(t, rec.Names(), "registered before it was refused")
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	for _, name := range []string{"", "a", "Cluster", "1st", "ends-", "a-name-of-more-than-forty-characters-is-it"} {
		err := mocks.Fail(t, func(ctx *pulumi.Context) error { _, err := aks.New(ctx, name, prod()); return err }, akstest.Outputs()...)
		require.ErrorContains(t, err, "2 to 40 lower-case letters")
	}
}
