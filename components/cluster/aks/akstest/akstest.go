package akstest

import (
	"encoding/base64"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// Tenant is the id of the pretended Entra tenant.
const Tenant = "72f988bf-0000-0000-0000-2d7cd011db47"

// NetworkID is the resource id of the cluster's network.
const NetworkID = "/subscriptions/1/resourceGroups/cluster-group-1a2b/providers/Microsoft.Network/virtualNetworks/cluster-network-1a2b"

// StaticToken stands in the kubeconfig that Azure answers with, and must not stand in the one made of it.
const StaticToken = "0123456789abcdef-static-token"

// Outputs tell mocks what Azure adds to the resources of a cluster.
func Outputs() []mocks.Option {
	named := func(more ...string) func(string) map[string]any {
		return func(name string) map[string]any {
			all := map[string]any{"name": name + "-1a2b"}
			for i := 0; i < len(more); i += 2 {
				all[more[i]] = name + more[i+1]
			}
			return all
		}
	}
	all := []mocks.Option{
		mocks.WithOutputs("azure-native:network:PublicIPAddress", func(string) map[string]any {
			return map[string]any{"ipAddress": "198.51.100.9"}
		}),
		mocks.WithOutputs("azure-native:network:VirtualNetwork", func(name string) map[string]any {
			return map[string]any{"id": NetworkID, "name": name + "-1a2b"}
		}),
		mocks.WithOutputs("azure-native:managedidentity:UserAssignedIdentity", func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "principalId": name + "-principal", "clientId": name + "-client", "tenantId": Tenant}
		}),
		mocks.WithOutputs("azure-native:keyvault:Vault", func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "properties": map[string]any{"vaultUri": "https://" + name + "-1a2b.vault.azure.net"}}
		}),
		mocks.WithOutputs("azure-native:dbforpostgresql/v20241101preview:Server", func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "fullyQualifiedDomainName": name + "-1a2b.postgres.database.azure.com"}
		}),
		mocks.WithOutputs("azure-native:cache/v20250401:RedisEnterprise", func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "hostName": name + "-1a2b.westeurope.redis.azure.net"}
		}),
		mocks.WithFunction("azure-native:cache/v20250401:listDatabaseKeys", map[string]any{
			"primaryKey": "primary-key-of-redis", "secondaryKey": "secondary-key-of-redis",
		}),
		mocks.WithOutputs("azure-native:containerservice/v20240901:ManagedCluster", func(name string) map[string]any {
			return map[string]any{
				"name":              name + "-1a2b",
				"identityProfile":   map[string]any{"kubeletidentity": map[string]any{"objectId": name + "-kubelet"}},
				"oidcIssuerProfile": map[string]any{"issuerURL": "https://westeurope.oic.prod-aks.azure.com/" + Tenant + "/" + name + "/"},
			}
		}),
		mocks.WithFunction("azure-native:containerservice/v20240901:listManagedClusterUserCredentials", map[string]any{
			"kubeconfigs": []any{map[string]any{"name": "clusterUser", "value": base64.StdEncoding.EncodeToString([]byte(credentials))}},
		}),
	}
	for typ, outputs := range map[string]func(string) map[string]any{
		"azure-native:resources:ResourceGroup":    named(),
		"azure-native:storage:StorageAccount":     named(),
		"azure-native:storage:BlobContainer":      named(),
		"azure-native:keyvault:Key":               named("keyUriWithVersion", ".vault.azure.net/1"),
		"azure-native:containerregistry:Registry": named("loginServer", ".azurecr.io"),
	} {
		all = append(all, mocks.WithOutputs(typ, outputs))
	}
	return all
}

// credentials are what AKS answers with, for a cluster with local accounts: one without leaves the token out.
const credentials = `apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: prod
  cluster:
    server: https://prod-1a2b.hcp.westeurope.azmk8s.io:443
    certificate-authority-data: Q0VSVA==
contexts:
- name: prod
  context: {cluster: prod, user: clusterUser}
users:
- name: clusterUser
  user: {token: ` + StaticToken + `}
`
