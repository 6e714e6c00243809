package externaldns_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/externaldns"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	azureZone   = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/dns/providers/Microsoft.Network/dnszones/example.com"
)

func program(t *testing.T, cloud, id string, services *clustertest.Services, monitoring []pulumi.Resource) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		zone, err := cluster.ParseZone(cloud, id, "example.com")
		if err != nil {
			return err
		}
		_, err = externaldns.New(ctx, "dns", &externaldns.Args{
			Zone: zone, Owner: "plinth-prod", Gateway: "plinth", GatewayNamespace: "gateways", Services: services, Monitoring: monitoring,
		}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for cloud, c := range map[string]struct {
		id, granted, provider string
		arguments             map[string]any
	}{
		"aws": {"Z0123", "Z0123", "aws", map[string]any{"gateway-name": "plinth", "zone-id-filter": "Z0123", "aws-zone-type": "public"}},
		"gcp": {"projects/my-project/managedZones/my-zone", "my-zone", "google", map[string]any{
			"gateway-name": "plinth", "zone-id-filter": "my-zone", "google-project": "my-project", "google-zone-visibility": "public",
		}},
		"azure": {azureZone, azureZone, "azure", map[string]any{"gateway-name": "plinth"}},
	} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				services := &clustertest.Services{}
				rec := run(t, program(t, cloud, c.id, services, nil))
				grant := services.Grants["dns"]
				assert.Equal(t, "external-dns/external-dns", grant.Namespace+"/"+grant.ServiceAccount)
				assert.Equal(t, []cluster.Access{{Zone: pulumi.String(c.granted), Write: true}}, grant.Access)

				values := rec.Get(t, releaseType, "dns").Inputs["values"].(map[string]any)
				chartstest.CheckValues(t, "external-dns", values)
				assert.Equal(t, map[string]any{"name": c.provider}, values["provider"])
				assert.Equal(t, c.arguments, values["extraArgs"])
				assert.Equal(t, "plinth-prod", values["txtOwnerId"])
				assert.Equal(t, []any{"example.com"}, values["domainFilters"])
				assert.Equal(t, map[string]any{"identity": "yes"}, values["podLabels"], "its pods have the identity")
			})
		})
	}
}

func TestAzureFile(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "azure", azureZone, &clustertest.Services{}, nil))
	data := rec.Get(t, releaseType, "dns").Inputs["values"].(map[string]any)["secretConfiguration"].(map[string]any)["data"]
	var file map[string]any
	require.NoError(t, json.Unmarshal([]byte(data.(map[string]any)["azure.json"].(string)), &file))
	assert.Equal(t, map[string]any{
		"subscriptionId": "00000000-0000-0000-0000-000000000001", "resourceGroup": "dns", "useWorkloadIdentityExtension": true,
	}, file)
}

func TestDoors(t *testing.T) {
	t.Parallel()
	closed := mocks.Up(t, program(t, "aws", "Z1", &clustertest.Services{}, nil))
	assert.Empty(t, mocks.As[*k8snet.NetworkPolicy](t, closed.Get(t, policyType, "dns-external-dns")).Spec.Ingress)
	assert.False(t, closed.Has(policyType, "dns-metrics"))

	watched := mocks.Up(t, program(t, "aws", "Z1", &clustertest.Services{}, []pulumi.Resource{}))
	assert.Equal(t, 7979, mocks.As[*k8snet.NetworkPolicy](t, watched.Get(t, policyType, "dns-metrics")).Spec.Ingress[0].Ports[0].Port.IntValue())
	for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
		crds.Validate(t, watched.Get(t, "kubernetes:monitoring.coreos.com/v1:"+kind, "dns").Inputs)
	}
}
