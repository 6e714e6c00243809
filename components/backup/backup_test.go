package backup

import (
	"errors"
	"testing"

	corev1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

type host struct{ pulumi.ResourceState }

func program(t *testing.T, services cluster.Services, protect bool) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		h := &host{}
		if err := ctx.RegisterComponentResource("plinth:test:Host", "host", h, pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		taken, err := New(ctx, "db-backup", &Args{
			Spec: Spec{}.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Version: "1", Services: services,
			Server: network.Peer{Namespace: "data", App: "db", Ports: []int{1234}},
			Dump: corev1args.ContainerArgs{
				Name: pulumi.String("dump"), Image: pulumi.String("example.com/db:1"), Command: pulumi.ToStringArray([]string{"dump"}),
				VolumeMounts: corev1args.VolumeMountArray{corev1args.VolumeMountArgs{Name: pulumi.String("x"), MountPath: pulumi.String("/x")}},
			},
			Volumes: corev1args.VolumeArray{corev1args.VolumeArgs{Name: pulumi.String("x"), EmptyDir: corev1args.EmptyDirVolumeSourceArgs{}}},
			User:    999, Space: "7Gi", Protect: protect,
		}, pulumi.Parent(h))
		if err != nil {
			return err
		}
		if (taken == nil) != (services == nil) {
			return errors.New("a backup is made where there are services, and only there")
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{})
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, services, true))

		job := mocks.As[*batchv1.CronJob](t, rec.Get(t, "kubernetes:batch/v1:CronJob", "db-backup"))
		assert.Equal(t, "30 2 * * *", job.Spec.Schedule)
		assert.Equal(t, batchv1.ForbidConcurrent, job.Spec.ConcurrencyPolicy)
		pod := job.Spec.JobTemplate.Spec.Template
		assert.Equal(t, "yes", pod.Labels["identity"], "what the cloud's identity needs")
		assert.Equal(t, "db-backup", pod.Labels["app.kubernetes.io/name"], "what the network policies select")
		require.Len(t, pod.Spec.InitContainers, 1)
		assert.Equal(t, []string{"dump"}, pod.Spec.InitContainers[0].Command)
		assert.Equal(t, Directory, pod.Spec.InitContainers[0].VolumeMounts[0].MountPath)
		assert.Equal(t, "/x", pod.Spec.InitContainers[0].VolumeMounts[1].MountPath)
		assert.True(t, pod.Spec.Containers[0].VolumeMounts[0].ReadOnly)
		space := pod.Spec.Volumes[0].Ephemeral.VolumeClaimTemplate.Spec.Resources.Requests[corev1.ResourceStorage]
		assert.Equal(t, "7Gi", space.String())

		account := mocks.As[*corev1.ServiceAccount](t, rec.Get(t, "kubernetes:core/v1:ServiceAccount", "db-backup"))
		assert.Equal(t, "db-backup", pod.Spec.ServiceAccountName)
		assert.Equal(t, map[string]string{"identity": "db-backup"}, account.Annotations)

		require.Len(t, services.Buckets, 1)
		assert.Equal(t, cluster.BucketArgs{KeepDays: 30, Protect: true}, services.Buckets["db-backup"])
		grant := services.Grants["db-backup"]
		assert.Equal(t, "data", grant.Namespace)
		assert.Equal(t, "db-backup", grant.ServiceAccount)
		require.Len(t, grant.Access, 1)
		assert.True(t, grant.Access[0].Write)

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "db-backup"))
		assert.Empty(t, policy.Spec.Ingress)
		assert.Len(t, policy.Spec.Egress, len(network.CloudAPIs())+1)
	})
}

func TestUploadGoesToItsOwnFolder(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, &clustertest.Services{}, false))
	job := mocks.As[*batchv1.CronJob](t, rec.Get(t, "kubernetes:batch/v1:CronJob", "db-backup"))
	upload := job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	assert.Contains(t, upload.Env, corev1.EnvVar{Name: "FROM", Value: "/backup"})
	assert.Contains(t, upload.Env, corev1.EnvVar{
		Name: "TO", Value: ":s3,provider=AWS,env_auth=true,no_check_bucket=true:db-backup/db-backup",
	})
}

func TestLeftOutWithoutServices(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, nil, false))
		assert.False(t, rec.Has("kubernetes:batch/v1:CronJob", "db-backup"))
		require.Len(t, rec.Logs, 1)
		assert.Equal(t, "WARNING", rec.Logs[0].Severity)
		assert.Contains(t, rec.Logs[0].Message, "db-backup is left out")
	})
}

func TestRemote(t *testing.T) {
	t.Parallel()
	for bucket, want := range map[string]string{
		"s3://b":                                 ":s3,provider=AWS,env_auth=true,no_check_bucket=true:b/db",
		"gs://b":                                 ":gcs,env_auth=true,bucket_policy_only=true,no_check_bucket=true:b/db",
		"https://acc.blob.core.windows.net/data": ":azureblob,env_auth=true,no_check_container=true,account=acc:data/db",
	} {
		got, err := remote(bucket, "db")
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, bucket := range []string{"", "b", "ftp://b", "https://example.com/data", "https://acc.blob.core.windows.net", "s3://%zz"} {
		_, err := remote(bucket, "db")
		assert.Error(t, err, bucket)
	}
}

func TestSpec(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec  Spec
		wrong []spec.Path
	}{
		"default":         {Spec{}.Complete(), nil},
		"weekly":          {Spec{Schedule: "0 0 * * 0", KeepDays: 1}, nil},
		"no schedule":     {Spec{Schedule: "daily", KeepDays: 1}, []spec.Path{"x.schedule"}},
		"zone":            {Spec{Schedule: "CRON_TZ=UTC 0 0 * * 0", KeepDays: 1}, []spec.Path{"x.schedule"}},
		"less than a day": {Spec{Schedule: "0 0 * * 0", KeepDays: -1}, []spec.Path{"x.keepDays"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			test.spec.Validate("x", &problems)
			var wrong []spec.Path
			for _, p := range problems.Errors {
				wrong = append(wrong, p.Path)
			}
			assert.Equal(t, test.wrong, wrong)
		})
	}
}
