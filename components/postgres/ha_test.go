package postgres

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	clusterType = "kubernetes:postgresql.cnpg.io/v1:Cluster"
	secretType  = "kubernetes:core/v1:Secret"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)

// withServices gives the program a cloud's services.
func withServices(args *Args) { args.Services = &clustertest.Services{} }

// inProd is how prod runs it on a cloud.
func inProd(args *Args) {
	withServices(args)
	args.KeepData, args.Zones = true, 3
}

// everything is a spec with all that mode ha has.
func everything() Spec {
	return Spec{
		Mode: spec.HA, Storage: "100Gi", Memory: "4Gi", Pooler: &Pooler{Mode: "transaction"},
		Databases: map[string]Database{"reports_v2": {Extensions: []string{"pg_trgm"}}, "audit": {Owner: "auditor"}},
		Roles:     map[string]Role{"auditor": {}, "analyst": {Login: true, In: []string{"pg_read_all_data"}}},
	}
}

func TestHA(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, Spec{Mode: spec.HA}, inProd))
		c := rec.Get(t, clusterType, "postgres-ha")
		assert.Equal(t, 3.0, c.At("spec.instances"))
		assert.Equal(t, "ghcr.io/cloudnative-pg/postgresql:17.11-202608170816-standard-bookworm", c.At("spec.imageName"))
		assert.Equal(t, map[string]any{
			"method": "any", "number": 1.0, "dataDurability": "required", "failoverQuorum": true,
		}, c.At("spec.postgresql.synchronous"))
		assert.Equal(t, []any{"hostnossl all all all reject"}, c.At("spec.postgresql.pg_hba"), "passwords and data are encrypted on their way")
		assert.Equal(t, "131072kB", c.At("spec.postgresql.parameters.shared_buffers"), "tuned as mode single is")
		assert.Equal(t, true, c.At("spec.enablePDB"))
		assert.Equal(t, true, c.At("spec.storage.resizeInUseVolumes"))
		assert.Equal(t, c.At("spec.resources.limits.memory"), c.At("spec.resources.requests.memory"))
		assert.Equal(t, "condition=Ready", c.At("metadata.annotations").(map[string]any)["pulumi.com/waitFor"])

		record := rec.Get(t, "kubernetes:core/v1:ConfigMap", "postgres-record")
		assert.Contains(t, c.Dependencies, record.URN, "a change that would lose data is refused before the cluster is touched")
		assert.Len(t, rec.ByType("random:index/randomPassword:RandomPassword"), 1)
		owner := rec.Get(t, secretType, "postgres")
		assert.Equal(t, "kubernetes.io/basic-auth", owner.Inputs["type"])
		assert.Contains(t, c.Dependencies, owner.URN)
	})
}

func TestHASpread(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		zones              int
		zoneRule, nodeRule string
		minDomains         any
	}{
		"prod":      {3, "DoNotSchedule", "required", 3.0},
		"elsewhere": {0, "ScheduleAnyway", "preferred", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := mocks.Up(t, program(t, Spec{Mode: spec.HA}, func(args *Args) { args.Zones = test.zones })).Get(t, clusterType, "postgres-ha")
			zone := mocks.One(t, c.At("spec.topologySpreadConstraints"))
			assert.Equal(t, "topology.kubernetes.io/zone", zone["topologyKey"])
			assert.Equal(t, test.zoneRule, zone["whenUnsatisfiable"])
			assert.Equal(t, test.minDomains, zone["minDomains"])
			assert.Equal(t, map[string]any{"cnpg.io/cluster": "postgres-ha", "cnpg.io/podRole": "instance"},
				zone["labelSelector"].(map[string]any)["matchLabels"], "jobs do not count")
			assert.Equal(t, test.nodeRule, c.At("spec.affinity.podAntiAffinityType"))
		})
	}
}

// TestHAConnection holds the connection to that of mode single, so that workloads need no change.
func TestHAConnection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec Spec
		host string
	}{
		"direct": {Spec{Mode: spec.HA, Database: "orders"}, "postgres-ha-rw.data.svc"},
		"pooled": {Spec{Mode: spec.HA, Database: "orders", Pooler: &Pooler{}}, "postgres-ha-pooler.data.svc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := mocks.Up(t, program(t, test.spec, withServices))
			single := mocks.Up(t, program(t, Spec{Database: "orders"}, withServices))
			assert.Equal(t, single.Outputs["keys"], rec.Outputs["keys"])
			values := rec.Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
			password, _ := values[connection.Password].(string)
			assert.Equal(t, single.Outputs["values"].(mocks.Secret).Reveal().(map[string]any)[connection.Password], password,
				"the password is the same resource in every mode")
			delete(values, connection.Password)
			assert.Equal(t, map[string]any{
				connection.Host: test.host, connection.ReadOnlyHost: "postgres-ha-ro.data.svc", connection.Port: "5432",
				connection.Username: "orders", connection.Database: "orders",
				connection.URI: "postgresql://orders:" + password + "@" + test.host + ":5432/orders?sslmode=require",
			}, values)
			assert.Equal(t, map[string]any{"username": "orders", "password": password},
				rec.Get(t, secretType, "postgres").At("stringData").(mocks.Secret).Reveal())
		})
	}
}

func TestHAKeepData(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		services := &clustertest.Services{}
		rec := mocks.Up(t, program(t, Spec{Mode: spec.HA}, func(args *Args) { args.KeepData, args.Services = keep, services }))
		c := rec.Get(t, clusterType, "postgres-ha")
		assert.Equal(t, keep, c.RetainOnDelete)
		assert.False(t, c.Protect, "a recovery takes its place")
		assert.Equal(t, keep, rec.Get(t, "random:index/randomPassword:RandomPassword", "postgres-password").Protect)
		assert.Equal(t, cluster.BucketArgs{Protect: keep}, services.Buckets["postgres-ha"])
	}
}

func TestHANetwork(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Mode: spec.HA}, withServices))
	clients := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres")).Spec
	assert.Equal(t, map[string]string{"app.kubernetes.io/name": "postgresql"}, clients.PodSelector.MatchLabels, "as the operator labels them")
	require.Len(t, clients.Ingress, 1)
	assert.Equal(t, "auth", clients.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Equal(t, int32(5432), clients.Ingress[0].Ports[0].Port.IntVal)
	var ranges []string
	for _, rule := range clients.Egress {
		if rule.To[0].IPBlock != nil {
			ranges = append(ranges, rule.To[0].IPBlock.CIDR)
		}
	}
	assert.Contains(t, ranges, "0.0.0.0/0", "the API server and the storage of the backups")
	assert.Contains(t, ranges, "169.254.170.23/32", "where tokens come from")

	inside := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres-instances")).Spec
	require.Len(t, inside.Ingress, 1)
	require.Len(t, inside.Ingress[0].From, 2)
	assert.Equal(t, "postgresql", inside.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	operator := inside.Ingress[0].From[1]
	assert.Equal(t, "cloudnative-pg", operator.PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Equal(t, "cnpg-system", operator.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
	assert.Len(t, inside.Ingress[0].Ports, 2)
}

func TestHABackup(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, Spec{Mode: spec.HA}, func(args *Args) { args.Services = services }))

		grant := services.Grants["postgres-ha"]
		assert.Equal(t, "postgres-ha", grant.ServiceAccount)
		require.Len(t, grant.Access, 1)
		assert.True(t, grant.Access[0].Write)
		account := mocks.As[*corev1.ServiceAccount](t, rec.Get(t, "kubernetes:core/v1:ServiceAccount", "postgres-ha"))
		assert.Equal(t, map[string]string{"identity": "postgres-ha"}, account.Annotations)

		c := rec.Get(t, clusterType, "postgres-ha")
		assert.Equal(t, "postgres-ha", c.At("spec.serviceAccountName"))
		assert.Equal(t, map[string]any{"identity": "yes"}, c.At("spec.inheritedMetadata.labels"), "what the cloud's identity needs")
		assert.Equal(t, map[string]any{
			"name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": true,
			"parameters": map[string]any{"barmanObjectName": "postgres-ha", "serverName": "postgres-ha-17"},
		}, mocks.One(t, c.At("spec.plugins")))
		assert.Equal(t, "2min", c.At("spec.postgresql.parameters.archive_timeout"), "less than 5 minutes can be lost")

		store := rec.Get(t, "kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "postgres-ha")
		assert.Equal(t, "30d", store.At("spec.retentionPolicy"))
		assert.Contains(t, c.Dependencies, store.URN)

		schedule := rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "postgres-ha-17")
		assert.Equal(t, "0 30 2 * * *", schedule.At("spec.schedule"), "six fields, the first for seconds")
		assert.Equal(t, true, schedule.At("spec.immediate"))
		assert.Equal(t, "plugin", schedule.At("spec.method"))
		assert.Contains(t, schedule.Dependencies, c.URN)
	})
}

// Simulated nodes run no instance, and so never make the cluster ready.
func TestHAOnSimulatedNodesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Mode: spec.HA}, func(a *Args) { a.Simulated = true }))
	assert.Nil(t, rec.Get(t, clusterType, "postgres-ha").At("metadata.annotations"))
}

func TestHAWithoutBackup(t *testing.T) {
	t.Parallel()
	off := Backup{Enabled: new(false)}
	for name, test := range map[string]struct {
		spec   Spec
		change func(*Args)
		warns  string // part of the warning; empty where there is none
	}{
		"no services":     {Spec{Mode: spec.HA}, nil, "no object storage that Plinth knows of"},
		"switched off":    {Spec{Mode: spec.HA, Backup: off}, withServices, ""},
		"off in prod":     {Spec{Mode: spec.HA, Backup: off}, inProd, "it is switched off"},
		"off in single":   {Spec{Backup: off}, inProd, "it is switched off"},
		"single, nothing": {Spec{}, nil, "no object storage that Plinth knows of"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, program(t, test.spec, test.change))
				for _, kind := range []string{
					"kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup",
					"kubernetes:batch/v1:CronJob", "plinth:clustertest:Bucket",
				} {
					assert.Empty(t, rec.ByType(kind), kind)
				}
				if test.spec.Mode == spec.HA {
					c := rec.Get(t, clusterType, "postgres-ha")
					assert.Nil(t, c.At("spec.plugins"))
				}
				if test.warns == "" {
					assert.Empty(t, rec.Logs)
					return
				}
				require.Len(t, rec.Logs, 1)
				assert.Equal(t, "WARNING", rec.Logs[0].Severity)
				assert.Contains(t, rec.Logs[0].Message, test.warns)
			})
		})
	}
}

func TestHARecover(t *testing.T) {
	t.Parallel()
	s := Spec{Mode: spec.HA, Recover: &Recover{From: "postgres-ha", At: "2026-11-21T09:00:00+01:00"}, Pooler: &Pooler{}}
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, s, func(args *Args) { args.Services = services }))
		name := "postgres-ha" + s.Recover.mark()
		require.Len(t, name, len("postgres-ha-12345678"))
		c := rec.Get(t, clusterType, name)
		recovery := c.At("spec.bootstrap.recovery").(map[string]any)
		assert.Equal(t, "postgres-ha", recovery["source"])
		assert.Equal(t, map[string]any{"targetTime": "2026-11-21T08:00:00Z"}, recovery["recoveryTarget"])
		assert.Equal(t, "app", recovery["owner"], "its password is set to the one that the clients have")
		assert.Nil(t, c.At("spec.bootstrap.initdb"))
		assert.Equal(t, map[string]any{"name": "postgres-ha", "plugin": map[string]any{
			"name": "barman-cloud.cloudnative-pg.io", "parameters": map[string]any{"barmanObjectName": "postgres-ha", "serverName": "postgres-ha-17"},
		}}, mocks.One(t, c.At("spec.externalClusters")))
		archive := mocks.One(t, c.At("spec.plugins"))["parameters"].(map[string]any)["serverName"]
		assert.Equal(t, name+"-17", archive, "an archive takes one cluster only")
		assert.Equal(t, name, rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:Pooler", name+"-pooler").At("spec.cluster.name"))

		assert.Contains(t, services.Buckets, "postgres-ha", "the same bucket as before")
		assert.Len(t, services.Buckets, 1)
		assert.Equal(t, "postgres-ha", services.Grants["postgres-ha"].ServiceAccount)
	})
}

func TestRecoveriesDiffer(t *testing.T) {
	t.Parallel()
	marks := map[string]bool{}
	for _, r := range []*Recover{nil, {From: "postgres-ha"}, {From: "postgres-ha", At: "2026-11-21T09:00:00Z"}, {From: "postgres-ha-12345678"}} {
		marks[r.mark()] = true
	}
	assert.Len(t, marks, 4)
	latest, err := (&Recover{From: "postgres-ha"}).target(dumpLayout)
	require.NoError(t, err)
	assert.Empty(t, latest)
}

func TestRecoverOnSimulatedNodes(t *testing.T) {
	t.Parallel()
	for _, s := range []Spec{{Mode: spec.HA, Recover: &Recover{From: "postgres-ha"}}, {Recover: &Recover{From: "postgres-backup"}}} {
		rec := mocks.Up(t, program(t, s, func(args *Args) { args.Simulated = true }))
		require.Len(t, rec.Logs, 2)
		assert.Contains(t, rec.Logs[0].Message, "The recovery of postgres is left out")
	}
}

func TestHADatabasesAndRoles(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, everything(), withServices))
		roles := rec.Get(t, clusterType, "postgres-ha").At("spec.managed.roles").([]any)
		require.Len(t, roles, 2)
		analyst, auditor := roles[0].(map[string]any), roles[1].(map[string]any)
		assert.Equal(t, []any{"pg_read_all_data"}, analyst["inRoles"])
		assert.Equal(t, map[string]any{"name": "postgres-ha-analyst"}, analyst["passwordSecret"])
		assert.Equal(t, false, auditor["login"])
		assert.NotContains(t, auditor, "passwordSecret")
		password := rec.Get(t, "random:index/randomPassword:RandomPassword", "postgres-role-analyst")
		assert.Contains(t, rec.Get(t, secretType, "postgres-role-analyst").Dependencies, password.URN)

		reports := rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:Database", "postgres-ha-reports-v2")
		assert.Equal(t, "reports_v2", reports.At("spec.name"))
		assert.Equal(t, "app", reports.At("spec.owner"))
		assert.Equal(t, "retain", reports.At("spec.databaseReclaimPolicy"))
		assert.Equal(t, "pg_trgm", mocks.One(t, reports.At("spec.extensions"))["name"])
		audit := rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:Database", "postgres-ha-audit")
		assert.Equal(t, "auditor", audit.At("spec.owner"))
	})
}

func TestHAPooler(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, everything(), withServices))
	pooler := rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:Pooler", "postgres-ha-pooler")
	assert.Equal(t, 2.0, pooler.At("spec.instances"))
	assert.Equal(t, "transaction", pooler.At("spec.pgbouncer.poolMode"))
	// 4Gi make 450 connections, of which 20 are left to others.
	assert.Equal(t, "215", pooler.At("spec.pgbouncer.parameters.max_db_connections"))
	assert.Equal(t, "1000", pooler.At("spec.pgbouncer.parameters.max_client_conn"))
	budget := mocks.As[*policyv1.PodDisruptionBudget](t, rec.Get(t, "kubernetes:policy/v1:PodDisruptionBudget", "postgres-ha-pooler"))
	assert.Equal(t, map[string]string{"cnpg.io/poolerName": "postgres-ha-pooler"}, budget.Spec.Selector.MatchLabels)
	assert.Equal(t, 1, budget.Spec.MaxUnavailable.IntValue())
}

// TestHADefinitions has the operators' own definitions judge every custom resource, of the least and of the most.
func TestHADefinitions(t *testing.T) {
	t.Parallel()
	recovery := everything()
	recovery.Recover = &Recover{From: "postgres-ha", At: "2026-11-21T08:00:00Z"}
	single := Spec{Mode: spec.HA, Instances: 1}
	for name, rec := range map[string]*mocks.Recording{
		"least":    mocks.Up(t, program(t, single, nil)),
		"most":     mocks.Up(t, program(t, everything(), func(args *Args) { inProd(args); args.Monitoring = []pulumi.Resource{} })),
		"recovery": mocks.Up(t, program(t, recovery, inProd)),
		"single":   mocks.Up(t, program(t, Spec{}, func(args *Args) { inProd(args); args.Monitoring = []pulumi.Resource{} })),
	} {
		t.Run(name, func(t *testing.T) {
			judged := 0
			for _, res := range rec.Resources() {
				version, _ := res.Inputs["apiVersion"].(string)
				group, _, _ := strings.Cut(version, "/")
				if strings.HasSuffix(group, "cnpg.io") || strings.HasSuffix(group, "coreos.com") {
					crds.Validate(t, res.Inputs)
					judged++
				}
			}
			assert.Positive(t, judged)
		})
	}
}

func TestStoreConfiguration(t *testing.T) {
	t.Parallel()
	for bucket, want := range map[string]string{
		"s3://b": "s3Credentials", "gs://b": "googleCredentials", "https://acc.blob.core.windows.net/data": "azureCredentials",
	} {
		configuration, err := storeConfiguration(bucket)
		require.NoError(t, err)
		assert.Equal(t, bucket, configuration["destinationPath"])
		assert.Len(t, configuration, 4)
		require.Contains(t, configuration, want)
		crds.Validate(t, map[string]any{
			"apiVersion": storeAPI, "kind": "ObjectStore", "metadata": map[string]any{"name": "a"},
			"spec": map[string]any{"configuration": configuration},
		})
	}
	for _, bucket := range []string{"", "b", "ftp://b", "s3://%zz"} {
		_, err := storeConfiguration(bucket)
		assert.Error(t, err, bucket)
	}
}

// TestUpgrade moves the archive with the major version: the old backups do not lead beyond it.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Mode: spec.HA, Version: 18}, withServices))
	c := rec.Get(t, clusterType, "postgres-ha")
	assert.Contains(t, c.At("spec.imageName"), ":18.")
	assert.Equal(t, "postgres-ha-18", mocks.One(t, c.At("spec.plugins"))["parameters"].(map[string]any)["serverName"])
	assert.True(t, rec.Has("kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "postgres-ha-18"), "a new base at once")
	for version, release := range releases {
		assert.True(t, strings.HasPrefix(images[version], release+"-"), "mode ha has another release of %d than single", version)
		assert.Contains(t, images[version], "bookworm", "the Debian of mode single")
	}
}
