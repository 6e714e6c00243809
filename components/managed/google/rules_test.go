package google_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// rules are what checkov (CKV) and trivy (GCP-) ask of these services, by their ids. Not held: CKV_GCP_108, log_hostname, which has
// the server look up the name of each client; CKV2_GCP_13, log_duration, a line for each statement, where pgAudit keeps count.
var rules = []struct {
	name  string
	holds func(t *testing.T, rec *mocks.Recording, spread, protect bool)
}{
	{"CKV_GCP_6 GCP-0015 TLS only", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, "ENCRYPTED_ONLY", db.At("settings.ipConfiguration.sslMode"))
	})},
	{"CKV_GCP_11 CKV_GCP_60 GCP-0017 no public address", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, false, db.At("settings.ipConfiguration.ipv4Enabled"))
		assert.Nil(t, db.At("settings.ipConfiguration.authorizedNetworks"))
		assert.Equal(t, true, db.At("settings.ipConfiguration.pscConfigs.0.pscEnabled"))
		assert.Equal(t, []any{"acme"}, db.At("settings.ipConfiguration.pscConfigs.0.allowedConsumerProjects"))
	})},
	{"CKV_GCP_14 GCP-0024 CKV2_GCP_20 backups, and any time of the last week", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, db.At("settings.backupConfiguration.enabled"))
		assert.Equal(t, true, db.At("settings.backupConfiguration.pointInTimeRecoveryEnabled"))
		assert.EqualValues(t, 7, db.At("settings.backupConfiguration.transactionLogRetentionDays"))
		assert.EqualValues(t, 30, db.At("settings.backupConfiguration.backupRetentionSettings.retainedBackups"))
	})},
	{"CKV_GCP_51 GCP-0025 log_checkpoints", flag("log_checkpoints", "on")},
	{"CKV_GCP_52 GCP-0016 log_connections", flag("log_connections", "on")},
	{"CKV_GCP_53 GCP-0022 log_disconnections", flag("log_disconnections", "on")},
	{"CKV_GCP_54 GCP-0020 log_lock_waits", flag("log_lock_waits", "on")},
	{"CKV_GCP_55 GCP-0018 log_min_messages", flag("log_min_messages", "warning")},
	{"CKV_GCP_56 GCP-0014 log_temp_files", flag("log_temp_files", "0")},
	{"CKV_GCP_57 GCP-0021 log_min_duration_statement", flag("log_min_duration_statement", "-1")},
	{"CKV_GCP_109 log_min_error_statement", flag("log_min_error_statement", "error")},
	{"CKV_GCP_110 pgAudit", flag("cloudsql.enable_pgaudit", "on")},
	{"CKV_GCP_111 log_statement", flag("log_statement", "ddl")},
	{"CKV2_GCP_14 to 17 no statistics in the log", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		for name := range flags(db) {
			assert.NotContains(t, name, "_stats")
		}
	})},
	{"standby in another zone", instance(func(t *testing.T, db *mocks.Resource, spread, _ bool) {
		want := map[bool]string{true: "REGIONAL", false: "ZONAL"}[spread]
		assert.Equal(t, want, db.At("settings.availabilityType"))
	})},
	{"deletion protection where protected, of gcp and of both tools", instance(func(t *testing.T, db *mocks.Resource, _, protect bool) {
		assert.Equal(t, protect, db.At("settings.deletionProtectionEnabled"))
		assert.Equal(t, protect, db.At("deletionProtection"))
		assert.Equal(t, protect, db.Protect)
	})},
	{"maintenance window", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, map[string]any{"day": 7.0, "hour": 3.0, "updateTrack": "stable"}, db.At("settings.maintenanceWindow"))
	})},
	{"storage grows by itself, to twice of it, and is never set back", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.EqualValues(t, 100, db.At("settings.diskSize"))
		assert.Equal(t, true, db.At("settings.diskAutoresize"))
		assert.EqualValues(t, 200, db.At("settings.diskAutoresizeLimit"))
		assert.Equal(t, []string{"settings.diskSize"}, db.IgnoreChanges)
	})},

	{"CKV_GCP_95 password", cache(func(t *testing.T, c *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, c.At("authEnabled"))
		assert.Contains(t, c.AdditionalSecretOutputs, "authString")
	})},
	{"CKV_GCP_97 TLS only", cache(func(t *testing.T, c *mocks.Resource, _, _ bool) {
		assert.Equal(t, "SERVER_AUTHENTICATION", c.At("transitEncryptionMode"))
	})},
	{"private network, on a range that is known", cache(func(t *testing.T, c *mocks.Resource, _, _ bool) {
		assert.Equal(t, "networks/cluster", c.At("authorizedNetwork"))
		assert.Equal(t, "10.0.212.0/29", c.At("reservedIpRange"))
		assert.True(t, c.DeleteBeforeReplace, "two cannot have it")
	})},
	{"snapshots every hour, standby, window, protection", cache(func(t *testing.T, c *mocks.Resource, spread, protect bool) {
		assert.Equal(t, map[string]any{"persistenceMode": "RDB", "rdbSnapshotPeriod": "ONE_HOUR"}, c.At("persistenceConfig"))
		assert.Equal(t, map[bool]string{true: "STANDARD_HA", false: "BASIC"}[spread], c.At("tier"))
		assert.Equal(t, "SUNDAY", c.At("maintenancePolicy.weeklyMaintenanceWindows.0.day"))
		assert.Equal(t, protect, c.Protect)
	})},

	{"CKV_GCP_43 GCP-0065 keys of their own, for their agent alone, granted before they are used", func(t *testing.T, rec *mocks.Recording, _, protect bool) {
		for name, service := range map[string]*mocks.Resource{"postgres": rec.Get(t, instanceType, "postgres"), "redis": rec.Get(t, redisType, "redis")} {
			key, grant := rec.Get(t, keyType, name), rec.Get(t, grantType, name)
			assert.Equal(t, "7776000s", key.At("rotationPeriod"))
			assert.Equal(t, protect, key.Protect)
			assert.Equal(t, "roles/cloudkms.cryptoKeyEncrypterDecrypter", grant.At("role"))
			assert.Contains(t, service.Dependencies, grant.URN)
			used := service.PropertyDependencies["encryptionKeyName"]
			if name == "redis" {
				used = service.PropertyDependencies["customerManagedKey"]
			}
			assert.Equal(t, []string{key.URN}, used)
		}
	}},
	{"CKV_GCP_26 GCP-0029 subnet with a log", func(t *testing.T, rec *mocks.Recording, _, protect bool) {
		subnet := rec.Get(t, subnetType, "cluster-data")
		assert.Equal(t, "10.0.208.0/22", subnet.At("ipCidrRange"))
		assert.NotNil(t, subnet.At("logConfig"))
		assert.Equal(t, protect, subnet.Protect)
	}},
	{"password is a secret", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		_, isText := rec.Get(t, userType, "postgres").Inputs["password"].(string)
		assert.False(t, isText)
	}},
}

func instance(holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return func(t *testing.T, rec *mocks.Recording, spread, protect bool) {
		t.Helper()
		holds(t, rec.Get(t, instanceType, "postgres"), spread, protect)
	}
}

func cache(holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return func(t *testing.T, rec *mocks.Recording, spread, protect bool) {
		t.Helper()
		holds(t, rec.Get(t, redisType, "redis"), spread, protect)
	}
}

// flag is a rule of one database flag.
func flag(name, value string) func(*testing.T, *mocks.Recording, bool, bool) {
	return instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		t.Helper()
		assert.Equal(t, value, flags(db)[name])
	})
}

func flags(db *mocks.Resource) map[string]any {
	found := map[string]any{}
	list, _ := db.At("settings.databaseFlags").([]any)
	for _, entry := range list {
		entry := entry.(map[string]any)
		found[strings.TrimSpace(entry["name"].(string))] = entry["value"]
	}
	return found
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
