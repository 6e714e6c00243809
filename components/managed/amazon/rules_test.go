package amazon_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// rules are what checkov (CKV) and trivy (AWS-) ask of these services, by their ids. Not held: CKV2_AWS_8 and a backup plan of AWS
// Backup, as the services' own backups do the same; CKV_AWS_197 and AWS-0070, audit logs, which RabbitMQ does not have there.
var rules = []struct {
	name  string
	holds func(t *testing.T, rec *mocks.Recording, spread, protect bool)
}{
	{"CKV_AWS_16 AWS-0080 storage encrypted with the platform's key", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, db.At("storageEncrypted"))
		assert.Equal(t, dataKey, db.At("kmsKeyId"))
	})},
	{"CKV_AWS_17 AWS-0180 not public", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, false, db.At("publiclyAccessible"))
	})},
	{"CKV_AWS_118 enhanced monitoring", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.EqualValues(t, 60, db.At("monitoringInterval"))
		assert.NotEmpty(t, db.PropertyDependencies["monitoringRoleArn"])
	})},
	{"CKV_AWS_129 logs", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.ElementsMatch(t, []any{"postgresql", "upgrade"}, db.At("enabledCloudwatchLogsExports"))
	})},
	{"CKV_AWS_133 AWS-0077 backups, from which any time of a month comes back", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.EqualValues(t, 30, db.At("backupRetentionPeriod"))
		assert.Equal(t, "01:00-02:00", db.At("backupWindow"))
	})},
	{"CKV_AWS_157 standby in another zone", instance(func(t *testing.T, db *mocks.Resource, spread, _ bool) {
		assert.Equal(t, spread, db.At("multiAz"))
	})},
	{"CKV_AWS_161 AWS-0176 IAM may log in", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, db.At("iamDatabaseAuthenticationEnabled"))
	})},
	{"CKV_AWS_211 current authority", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, "rds-ca-rsa2048-g1", db.At("caCertIdentifier"))
	})},
	{"CKV_AWS_226 minor upgrades, in the maintenance window", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, db.At("autoMinorVersionUpgrade"))
		assert.Equal(t, "sun:03:00-sun:04:00", db.At("maintenanceWindow"))
	})},
	{"CKV_AWS_293 AWS-0177 deletion protection where protected", instance(func(t *testing.T, db *mocks.Resource, _, protect bool) {
		assert.Equal(t, protect, db.At("deletionProtection"))
		assert.Equal(t, protect, db.Protect)
		assert.Equal(t, !protect, db.At("skipFinalSnapshot"))
		assert.Equal(t, !protect, db.At("deleteAutomatedBackups"))
		assert.Equal(t, protect, db.At("finalSnapshotIdentifier") != nil)
	})},
	{"CKV_AWS_353 CKV_AWS_354 AWS-0133 AWS-0078 performance insights under the platform's key", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, db.At("performanceInsightsEnabled"))
		assert.Equal(t, dataKey, db.At("performanceInsightsKmsKeyId"))
	})},
	{"CKV2_AWS_30 CKV2_AWS_69 queries logged, plain text refused", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		set := parameters(t, rec.Get(t, "aws:rds/parameterGroup:ParameterGroup", "postgres-17"))
		assert.Equal(t, "ddl", set["log_statement"])
		assert.Equal(t, "5000", set["log_min_duration_statement"])
		assert.Equal(t, "1", set["rds.force_ssl"])
	}},
	{"CKV2_AWS_60 tags on snapshots", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, db.At("copyTagsToSnapshot"))
	})},
	{"storage grows by itself, to twice of it", instance(func(t *testing.T, db *mocks.Resource, _, _ bool) {
		assert.EqualValues(t, 100, db.At("allocatedStorage"))
		assert.EqualValues(t, 200, db.At("maxAllocatedStorage"))
	})},

	{"CKV_AWS_29 CKV_AWS_191 AWS-0045 cache encrypted with the platform's key", cache(func(t *testing.T, c *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, c.At("atRestEncryptionEnabled"))
		assert.Equal(t, dataKey, c.At("kmsKeyId"))
	})},
	{"CKV_AWS_30 CKV_AWS_31 AWS-0051 TLS only, with a password", cache(func(t *testing.T, c *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, c.At("transitEncryptionEnabled"))
		assert.Equal(t, "required", c.At("transitEncryptionMode"))
		assert.NotNil(t, c.At("authToken"))
		assert.Equal(t, "ROTATE", c.At("authTokenUpdateStrategy"), "the old one stays valid while clients follow")
	})},
	{"CKV2_AWS_50 failover to another zone", cache(func(t *testing.T, c *mocks.Resource, spread, _ bool) {
		assert.Equal(t, spread, c.At("multiAzEnabled"))
		assert.Equal(t, spread, c.At("automaticFailoverEnabled"))
		nodes := 1
		if spread {
			nodes = 2
		}
		assert.EqualValues(t, nodes, c.At("numCacheClusters"))
	})},
	{"AWS-0050 daily backups", cache(func(t *testing.T, c *mocks.Resource, _, protect bool) {
		assert.EqualValues(t, 30, c.At("snapshotRetentionLimit"))
		assert.Equal(t, protect, c.At("finalSnapshotIdentifier") != nil)
		assert.Equal(t, protect, c.Protect)
	})},

	{"CKV_AWS_48 AWS-0071 broker's log", broker(func(t *testing.T, b *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, b.At("logs.general"))
	})},
	{"CKV_AWS_69 AWS-0072 broker not public", broker(func(t *testing.T, b *mocks.Resource, _, _ bool) {
		assert.Equal(t, false, b.At("publiclyAccessible"))
	})},
	{"CKV_AWS_207 CKV_AWS_208 broker current, in the maintenance window", broker(func(t *testing.T, b *mocks.Resource, _, _ bool) {
		assert.Equal(t, true, b.At("autoMinorVersionUpgrade"))
		assert.Equal(t, "4.2", b.At("engineVersion"))
		assert.Equal(t, "SUNDAY", b.At("maintenanceWindowStartTime.dayOfWeek"))
	})},
	{"CKV_AWS_209 broker encrypted with the platform's key", broker(func(t *testing.T, b *mocks.Resource, _, _ bool) {
		assert.Equal(t, dataKey, b.At("encryptionOptions.kmsKeyId"))
		assert.Equal(t, false, b.At("encryptionOptions.useAwsOwnedKey"))
	})},
	{"broker in three zones, or one", broker(func(t *testing.T, b *mocks.Resource, spread, protect bool) {
		mode, subnets := "CLUSTER_MULTI_AZ", 2 // as many as the cluster has zones here
		if !spread {
			mode, subnets = "SINGLE_INSTANCE", 1
		}
		assert.Equal(t, mode, b.At("deploymentMode"))
		assert.Len(t, b.PropertyDependencies["subnetIds"], subnets)
		assert.Equal(t, protect, b.Protect)
	})},

	{"AWS-0104 AWS-0107 only nodes and pods, and only on the services' ports", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		ports := map[string][]float64{"postgres": {5432}, "redis": {6379}, "rabbitmq": {5671, 443}}
		require.Len(t, rec.ByType(firewallType), len(ports))
		for name, want := range ports {
			group := rec.Get(t, firewallType, name)
			var open []float64
			for _, rule := range group.Inputs["ingress"].([]any) {
				rule := rule.(map[string]any)
				assert.Equal(t, []any{"sg-nodes"}, rule["securityGroups"])
				assert.Nil(t, rule["cidrBlocks"])
				assert.Equal(t, rule["fromPort"], rule["toPort"])
				open = append(open, rule["fromPort"].(float64))
			}
			assert.Equal(t, want, open)
			assert.Empty(t, group.Inputs["egress"])
		}
	}},
	{"CKV_AWS_130 subnets without public addresses and without a way out", func(t *testing.T, rec *mocks.Recording, _, protect bool) {
		require.Len(t, rec.ByType(subnetType), 2)
		for _, subnet := range rec.ByType(subnetType) {
			assert.Equal(t, false, subnet.At("mapPublicIpOnLaunch"))
			assert.Equal(t, protect, subnet.Protect)
		}
		assert.Empty(t, rec.ByType("aws:ec2/route:Route"))
		assert.Len(t, rec.ByType("aws:ec2/routeTableAssociation:RouteTableAssociation"), 2)
	}},
	{"CKV_AWS_158 CKV_AWS_338 AWS-0017 logs encrypted and kept a year", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		require.Len(t, rec.ByType(logsType), 3)
		for _, logs := range rec.ByType(logsType) {
			assert.Equal(t, logKey, logs.At("kmsKeyId"))
			assert.EqualValues(t, 365, logs.At("retentionInDays"))
		}
	}},
	{"passwords are secrets", func(t *testing.T, rec *mocks.Recording, _, _ bool) {
		for typ, name := range map[string]string{instanceType: "password", groupType: "authToken"} {
			assert.NotEmpty(t, rec.ByType(typ))
			for _, res := range rec.ByType(typ) {
				_, isText := res.Inputs[name].(string)
				assert.False(t, isText, "%s of %s", name, res.Name)
			}
		}
	}},
}

// instance, cache and broker are rules of the one resource of their type.
func instance(holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return of(instanceType, "postgres", holds)
}

func cache(holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return of(groupType, "redis", holds)
}

func broker(holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return of(brokerType, "rabbitmq", holds)
}

func of(typ, name string, holds func(*testing.T, *mocks.Resource, bool, bool)) func(*testing.T, *mocks.Recording, bool, bool) {
	return func(t *testing.T, rec *mocks.Recording, spread, protect bool) {
		t.Helper()
		holds(t, rec.Get(t, typ, name), spread, protect)
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
