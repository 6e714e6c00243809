package azure_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// rules are what checkov (CKV) and trivy (AZU-) ask of these services, by their ids, the older services' where the newer have none
// of their own. Not held: CKV_AZURE_136, backups in another region, which would need a key and a vault there.
var rules = []struct {
	name  string
	holds func(t *testing.T, rec *mocks.Recording, spread, protect bool)
}{
	{"AZU-0022 AZU-0029 CKV2_AZURE_26 no public access", server(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, map[string]any{"publicNetworkAccess": "Disabled"}, db.At("network"))
	})},
	{"CKV2_AZURE_57 private endpoint, by its own name in the network", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		zones := map[string]string{"postgres": "privatelink.postgres.database.azure.com", "redis": "privatelink.redis.azure.net"}
		kinds := map[string]string{"postgres": "postgresqlServer", "redis": "redisEnterprise"}
		require.Len(t, rec.ByType(endpointType), len(zones))
		for name, zone := range zones {
			endpoint := rec.Get(t, endpointType, name)
			assert.Equal(t, []any{kinds[name]}, endpoint.At("privateLinkServiceConnections.0.groupIds"))
			assert.Equal(t, []string{rec.Get(t, "azure-native:network:Subnet", "cluster-data").URN}, endpoint.PropertyDependencies["subnet"])
			assert.Equal(t, zone, rec.Get(t, zoneType, name).At("privateZoneName"))
			assert.Equal(t, vnet, rec.Get(t, "azure-native:network:VirtualNetworkLink", name).At("virtualNetwork.id"))
			group := rec.Get(t, "azure-native:network:PrivateDnsZoneGroup", name)
			assert.Contains(t, group.PropertyDependencies["privateDnsZoneConfigs"], rec.Get(t, zoneType, name).URN)
		}
	}},
	{"CKV2_AZURE_31 only nodes, and only on the services' ports", func(t *testing.T, rec *mocks.Recording, _, protect bool) {
		subnet := rec.Get(t, "azure-native:network:Subnet", "cluster-data")
		assert.Equal(t, "10.0.208.0/20", subnet.At("addressPrefix"))
		assert.Equal(t, []any{"net-group", "cluster-network"}, []any{subnet.At("resourceGroupName"), subnet.At("virtualNetworkName")})
		assert.Equal(t, "Enabled", subnet.At("privateEndpointNetworkPolicies"), "or the security group would not hold")
		assert.Equal(t, protect, subnet.Protect)
		group := rec.Get(t, "azure-native:network:NetworkSecurityGroup", "cluster-data")
		assert.Equal(t, []string{group.URN}, subnet.PropertyDependencies["networkSecurityGroup"])
		require.Len(t, group.At("securityRules"), 2)
		assert.Equal(t, "10.0.0.0/18", group.At("securityRules.0.sourceAddressPrefix"))
		assert.Equal(t, []any{"5432", "10000"}, group.At("securityRules.0.destinationPortRanges"))
		assert.Equal(t, []any{"Deny", "*", "*"}, []any{
			group.At("securityRules.1.access"), group.At("securityRules.1.sourceAddressPrefix"), group.At("securityRules.1.protocol"),
		})
	}},
	{"AZU-0020 TLS only", setting("require_secure_transport", "on")},
	{"AZU-0026 TLS 1.2", setting("ssl_min_protocol_version", "TLSv1.2")},
	{"AZU-0019 log_connections", setting("log_connections", "on")},
	{"AZU-0021 connection throttling", setting("connection_throttle.enable", "on")},
	{"AZU-0024 log_checkpoints", setting("log_checkpoints", "on")},
	{"log_disconnections", setting("log_disconnections", "on")},
	{"encrypted with a key of the platform's vault, granted before", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		db, cache := rec.Get(t, serverType, "postgres"), rec.Get(t, redisType, "redis")
		assert.Equal(t, "AzureKeyVault", db.At("dataEncryption.type"))
		assert.Equal(t, "https://vault.example/keys/postgres/1", db.At("dataEncryption.primaryKeyURI"))
		assert.Equal(t, "https://vault.example/keys/redis/1", cache.At("encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl"))
		for name, service := range map[string]*mocks.Resource{"postgres": db, "redis": cache} {
			assert.Contains(t, service.Dependencies, rec.Get(t, grantType, name+"-key").URN)
			assert.Equal(t, "UserAssigned", service.At("identity.type"))
		}
	}},
	{"backups of a month, any time of it", server(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.EqualValues(t, 30, db.At("backup.backupRetentionDays"))
	})},
	{"standby in another zone", func(t *testing.T, rec *mocks.Recording, spread, _ bool) {
		assert.Equal(t, map[bool]string{true: "ZoneRedundant", false: "Disabled"}[spread], rec.Get(t, serverType, "postgres").At("highAvailability.mode"))
		assert.Equal(t, map[bool]string{true: "Enabled", false: "Disabled"}[spread], rec.Get(t, redisType, "redis").At("highAvailability"))
	}},
	{"locked where protected", func(t *testing.T, rec *mocks.Recording, _, protect bool) {
		for typ, name := range map[string]string{serverType: "postgres", redisType: "redis", databaseType: "postgres", redisDBType: "redis"} {
			assert.Equal(t, protect, rec.Get(t, typ, name).Protect, typ)
		}
		assert.Equal(t, protect, rec.Has(lockType, "postgres"))
		assert.Equal(t, protect, rec.Has(lockType, "redis"))
	}},
	{"maintenance window", server(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, map[string]any{"customWindow": "Enabled", "dayOfWeek": 0.0, "startHour": 3.0, "startMinute": 0.0}, db.At("maintenanceWindow"))
	})},
	{"storage grows by itself", server(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, map[string]any{"storageSizeGB": 128.0, "autoGrow": "Enabled"}, db.At("storage"), "Azure sells certain sizes only")
	})},
	{"CKV_AZURE_91 CKV_AZURE_148 Redis by TLS 1.2 only", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		assert.Equal(t, "1.2", rec.Get(t, redisType, "redis").At("minimumTlsVersion"))
		assert.Equal(t, "Encrypted", rec.Get(t, redisDBType, "redis").At("clientProtocol"))
	}},
	{"Redis saves every hour", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		assert.Equal(t, map[string]any{"rdbEnabled": true, "rdbFrequency": "1h", "aofEnabled": false}, rec.Get(t, redisDBType, "redis").At("persistence"))
	}},
	{"password is a secret", server(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		require.NotNil(t, db.At("administratorLoginPassword"))
		_, isText := db.At("administratorLoginPassword").(string)
		assert.False(t, isText)
	})},
}

func server(holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return func(t *testing.T, rec *mocks.Recording, spread, protect bool) {
		t.Helper()
		holds(t, rec.Get(t, serverType, "postgres"), spread, protect)
	}
}

// setting is a rule of one parameter.
func setting(name, value string) func(*testing.T, *mocks.Recording, bool, bool) {
	return func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		t.Helper()
		res := rec.Get(t, settingType, "postgres-"+name)
		assert.Equal(t, []any{name, value, "user-override"}, []any{res.At("configurationName"), res.At("value"), res.At("source")})
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for environment, is := range environments {
		t.Run(environment, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, everything(t, environment), answers()...)
				for _, rule := range rules {
					t.Run(rule.name, func(t *testing.T) { rule.holds(t, rec, is.spread, is.protect) })
				}
			})
		})
	}
}
