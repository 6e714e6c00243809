package postgres

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestSingleBackup(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, Spec{Storage: "40Gi"}, func(args *Args) { args.Services, args.KeepData = services, true }))
		assert.Equal(t, 30, services.Buckets["postgres-backup"].KeepDays)
		assert.True(t, services.Buckets["postgres-backup"].Protect)

		pod := mocks.As[*batchv1.CronJob](t, rec.Get(t, "kubernetes:batch/v1:CronJob", "postgres-backup")).Spec.JobTemplate.Spec.Template.Spec
		require.Len(t, pod.InitContainers, 1)
		dump := pod.InitContainers[0]
		assert.Equal(t, "docker.io/library/postgres:17.11-bookworm", dump.Image, "pg_dump of the server's own version")
		assert.Contains(t, dump.Env, corev1.EnvVar{Name: "HOST", Value: "postgres"})
		for _, v := range dump.Env {
			assert.Nil(t, v.ValueFrom, "the password is a file")
		}
		space := pod.Volumes[0].Ephemeral.VolumeClaimTemplate.Spec.Resources.Requests[corev1.ResourceStorage]
		assert.Equal(t, "40Gi", space.String(), "room for a dump of a full disk")

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres")).Spec
		require.Len(t, policy.Ingress, 1)
		var admitted []string
		for _, peer := range policy.Ingress[0].From {
			admitted = append(admitted, peer.PodSelector.MatchLabels["app.kubernetes.io/name"])
		}
		assert.Equal(t, []string{"auth", "postgres-backup"}, admitted)
		assert.Empty(t, policy.Egress)
	})
}

// TestDump runs the script with a pg_dump that tells what it was asked for.
func TestDump(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := strings.NewReplacer(secretPath, dir, "/backup/", dir+"/").Replace(dump)
	require.NoError(t, os.WriteFile(filepath.Join(dir, passwordKey), []byte("s3cret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pg_dump"), []byte("#!/bin/sh\necho \"$PGPASSWORD $*\"\n"), 0o755))
	command := exec.CommandContext(t.Context(), "sh", "-c", script)
	command.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOST=db", "DATABASE=app"}
	said, err := command.Output()
	require.NoError(t, err)
	assert.Regexp(t, "^s3cret --format=custom --host=db --username=app --dbname=app --file="+regexp.QuoteMeta(dir)+
		`/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.dump\n$`, string(said))

	file := filepath.Base(strings.TrimSpace(string(said)))
	made, err := time.Parse(dumpLayout, file)
	require.NoError(t, err, "the time to recover to is compared with the file's name")
	assert.Equal(t, file, made.Format(dumpLayout))
}

func TestSingleRecover(t *testing.T) {
	t.Parallel()
	s := Spec{Recover: &Recover{From: "postgres-backup", At: "2026-11-21T09:30:00+01:00"}}
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, s, func(args *Args) { args.Services = services }))
		template := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "postgres")).Spec.Template

		require.Len(t, services.Grants["postgres"].Access, 1)
		assert.False(t, services.Grants["postgres"].Access[0].Write, "a server only reads backups")
		assert.Equal(t, "postgres", template.Spec.ServiceAccountName)
		assert.Equal(t, "yes", template.Labels["identity"])

		require.Len(t, template.Spec.InitContainers, 1)
		fetch := template.Spec.InitContainers[0]
		data := dataPath + "/pgdata" + s.Recover.mark()
		assert.Contains(t, fetch.Env, corev1.EnvVar{Name: "NOT_AFTER", Value: "2026-11-21T08-30-00Z.dump"}, "in UTC, as dumps are named")
		assert.Contains(t, fetch.Env, corev1.EnvVar{Name: "UNLESS", Value: data + ".restored"})
		assert.Equal(t, dataPath, fetch.VolumeMounts[0].MountPath)

		server := template.Spec.Containers[0]
		assert.Contains(t, server.Env, corev1.EnvVar{Name: "PGDATA", Value: data}, "beside what was there")
		assert.Equal(t, []string{"bash", "-c", startRestored, "bash"}, server.Command)
		assert.Equal(t, int32(2160), server.StartupProbe.FailureThreshold)
		var mounted []string
		for _, mount := range server.VolumeMounts {
			mounted = append(mounted, mount.MountPath)
		}
		assert.Contains(t, mounted, initPath)
		script := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "postgres")).Data["restore.sh"]
		assert.Contains(t, script, "pg_restore --exit-on-error")

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres")).Spec
		assert.NotEmpty(t, policy.Egress)
	})
}

// TestStartRestored runs what the server's container does before its image's entrypoint.
func TestStartRestored(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		done bool
		left []string
	}{
		"finished":   {true, []string{"pgdata", "pgdata.restored"}},
		"unfinished": {false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, bin := t.TempDir(), t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(bin, "docker-entrypoint.sh"), []byte("#!/bin/sh\necho \"started $*\"\n"), 0o755))
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "pgdata", "base"), 0o755))
			if test.done {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "pgdata.restored"), nil, 0o644))
			}
			command := exec.CommandContext(t.Context(), "sh", "-c", startRestored, "sh", "postgres", "-c", "config_file=x")
			command.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "PGDATA=" + dir + "/pgdata"}
			said, err := command.Output()
			require.NoError(t, err)
			assert.Equal(t, "started postgres -c config_file=x\n", string(said))
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			var left []string
			for _, entry := range entries {
				left = append(left, entry.Name())
			}
			assert.Equal(t, test.left, left)
		})
	}
}

// TestWithoutRecover leaves the server as it is where nothing is recovered.
func TestWithoutRecover(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{}, withServices))
	pod := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "postgres")).Spec.Template.Spec
	assert.Empty(t, pod.InitContainers)
	assert.Empty(t, pod.ServiceAccountName)
	assert.Empty(t, pod.Containers[0].Command)
	assert.Contains(t, pod.Containers[0].Env, corev1.EnvVar{Name: "PGDATA", Value: dataPath + "/pgdata"})
}
