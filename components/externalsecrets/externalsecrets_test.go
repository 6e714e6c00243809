package externalsecrets_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/externalsecrets"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	storeType   = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
	secretType  = "kubernetes:external-secrets.io/v1:ExternalSecret"
)

// stores has the secret store of one cloud.
type stores struct {
	clustertest.Services
	store cluster.SecretStore
}

func (s *stores) SecretStore() cluster.SecretStore { return s.store }

func program(t *testing.T, services *stores, change func(*externalsecrets.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &externalsecrets.Args{
			Services: services, Prefix: "plinth-prod-", Refresh: "1h", Replicas: 2,
			Namespaces: map[string]externalsecrets.Namespaced{
				"apps":  {Name: pulumi.String("apps"), Secrets: map[string][]string{"jwt": {"key", "secret"}, "smtp": {"password"}}},
				"batch": {Name: pulumi.String("batch"), Secrets: map[string][]string{"smtp": {"password"}}},
			},
		}
		if change != nil {
			change(args)
		}
		made, err := externalsecrets.New(ctx, "secrets", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("jwt", made.Names["apps"]["jwt"])
		return nil
	}
}

// accessOf is the one secret that may be read: an output, which mocks do not show.
func accessOf(t *testing.T, services *stores) string {
	t.Helper()
	require.Len(t, services.Grants["secrets"].Access, 1)
	access := services.Grants["secrets"].Access[0]
	assert.False(t, access.Write)
	id := make(chan string, 1)
	access.Secret.ToStringOutput().ApplyT(func(text string) string {
		id <- text
		return text
	})
	return <-id
}

func TestStore(t *testing.T) {
	t.Parallel()
	for cloud, c := range map[string]struct {
		store cluster.SecretStore
		id    string
		want  map[string]any
	}{
		"aws": {
			cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{"service": pulumi.String("SecretsManager"), "region": pulumi.String("eu-central-1")}},
			"plinth-prod-*",
			map[string]any{"aws": map[string]any{"service": "SecretsManager", "region": "eu-central-1"}},
		},
		"gcp": {
			cluster.SecretStore{Provider: "gcpsm", Spec: pulumi.Map{"projectID": pulumi.String("p")}},
			"plinth-prod-*",
			map[string]any{"gcpsm": map[string]any{"projectID": "p"}},
		},
		"azure": {
			cluster.SecretStore{
				Provider: "azurekv", Spec: pulumi.Map{"vaultUrl": pulumi.String("https://v"), "tenantId": pulumi.String("t")},
				IDPrefix: pulumi.String("/vaults/v/secrets/"),
			},
			"/vaults/v/secrets/plinth-prod-*",
			map[string]any{"azurekv": map[string]any{"vaultUrl": "https://v", "tenantId": "t", "authType": "WorkloadIdentity"}},
		},
	} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				services := &stores{store: c.store}
				rec := run(t, program(t, services, nil))
				assert.Equal(t, c.id, accessOf(t, services), "it may read the platform's own and no others")
				assert.Equal(t, "external-secrets/external-secrets", services.Grants["secrets"].Namespace+"/"+services.Grants["secrets"].ServiceAccount)
				store := rec.Get(t, storeType, "secrets-store")
				crds.Validate(t, store.Inputs)
				assert.Equal(t, map[string]any{
					"provider": c.want, "conditions": []any{map[string]any{"namespaces": []any{"apps", "batch"}}},
				}, store.Inputs["spec"])
				assert.Contains(t, store.Dependencies, rec.Get(t, releaseType, "secrets").URN)
			})
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, &stores{store: cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{}}}, nil))
		assert.Len(t, rec.ByType(secretType), 3, "each namespace has what it reads")
		jwt := rec.Get(t, secretType, "secrets-apps-jwt")
		crds.Validate(t, jwt.Inputs)
		assert.Equal(t, "apps", jwt.Inputs["metadata"].(map[string]any)["namespace"])
		assert.Equal(t, map[string]any{
			"secretStoreRef":  map[string]any{"kind": "ClusterSecretStore", "name": "cloud"},
			"refreshInterval": "1h", "refreshPolicy": "Periodic",
			"target": map[string]any{"name": "jwt", "creationPolicy": "Owner", "deletionPolicy": "Retain"},
			"data": []any{
				map[string]any{"secretKey": "key", "remoteRef": map[string]any{"key": "plinth-prod-jwt", "property": "key"}},
				map[string]any{"secretKey": "secret", "remoteRef": map[string]any{"key": "plinth-prod-jwt", "property": "secret"}},
			},
		}, jwt.Inputs["spec"])
		assert.Contains(t, jwt.Dependencies, rec.Get(t, storeType, "secrets-store").URN)
		assert.Contains(t, jwt.Dependencies, rec.Get(t, releaseType, "secrets-reloader").URN)
		assert.Equal(t, "jwt", rec.Outputs["jwt"], "known in a preview too")
		assert.Empty(t, rec.ByType("kubernetes:core/v1:Secret"), "no value passes through the stack")
	})
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, &stores{store: cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{}}}, nil))
	values := rec.Get(t, releaseType, "secrets").Inputs["values"].(map[string]any)
	chartstest.CheckValues(t, "external-secrets", values)
	assert.Equal(t, map[string]any{"annotations": map[string]any{"helm.sh/resource-policy": "keep"}}, values["crds"], "secrets outlive a destroy")
	assert.Equal(t, map[string]any{"identity": "yes"}, values["podLabels"])
	reloader := rec.Get(t, releaseType, "secrets-reloader").Inputs["values"].(map[string]any)["reloader"].(map[string]any)
	assert.Equal(t, []any{"apps", "batch"}, reloader["namespaces"])
	assert.Equal(t, false, reloader["watchGlobally"])

	webhook := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "secrets-external-secrets-webhook"))
	assert.Equal(t, 10250, webhook.Spec.Ingress[0].Ports[0].Port.IntValue())
	assert.Empty(t, mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "secrets-external-secrets")).Spec.Ingress)
	assert.Len(t, rec.ByType("kubernetes:core/v1:Namespace"), 1, "one for both programs")
}

func TestSimulated(t *testing.T) {
	t.Parallel()
	store := cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{}}
	for simulated, waits := range map[bool]any{false: map[string]any{"pulumi.com/waitFor": "condition=Ready"}, true: nil} {
		rec := mocks.Up(t, program(t, &stores{store: store}, func(a *externalsecrets.Args) { a.Simulated = simulated }))
		assert.Equal(t, waits, rec.Get(t, secretType, "secrets-apps-jwt").Inputs["metadata"].(map[string]any)["annotations"])
		webhook := rec.Get(t, releaseType, "secrets").Inputs["values"].(map[string]any)["webhook"].(map[string]any)
		assert.Equal(t, !simulated, webhook["create"])
	}
}

func TestPresent(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, &stores{store: cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{}}},
		func(a *externalsecrets.Args) { a.Present = true }))
	assert.Empty(t, rec.ByType(releaseType))
	assert.Len(t, rec.ByType(secretType), 3)
}

func TestMonitoring(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, &stores{store: cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{}}},
		func(a *externalsecrets.Args) { a.Monitoring = []pulumi.Resource{} }))
	for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
		crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:"+kind, "secrets").Inputs)
	}
}
