package postgres

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
)

// These ask the server over TCP, where the one that the image runs for a moment while it makes a new database does not
// listen. pg_isready exits with 0 when connections are accepted, 1 when they are refused for now and 2 without an answer.
const (
	// acceptsTCP names the application's user because the superuser is turned away there, and each time logged.
	acceptsTCP = `pg_isready -q -h 127.0.0.1 -U "$DATABASE" -d "$DATABASE"`
	// A server that recovers from a crash refuses connections, and would start over if it were killed.
	answersTCP = acceptsTCP + `; test $? -lt 2`
	// The superuser's connections are reserved, so this works when the clients have taken all the others.
	answersQuery = `test "$(psql -qtAX -U postgres -d "$DATABASE" -c 'SELECT 1')" = 1`
)

// setRoles runs when the real server listens, also where it does so only after a long recovery. What it says of
// passwords must not reach the log, whatever the configuration logs.
const setRoles = `until ` + acceptsTCP + `; do sleep 1; done
export PGOPTIONS='-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic'
exec psql -qX -U postgres -d postgres -v database="$DATABASE" -f ` + configPath + `/roles.sql`

func serverContainer(s Spec, recovers bool) corev1.ContainerArgs {
	initdb := "--data-checksums --auth-local=peer --auth-host=scram-sha-256"
	if s.Version >= 16 { // which is the first to have --set
		initdb += " --set=huge_pages=off"
	}
	// An hour for the recovery of a large database, or the first start.
	startup := dataservice.Probe(acceptsTCP, 360)
	server := corev1.ContainerArgs{
		Name:  pulumi.String("postgres"),
		Image: pulumi.String(image(s)),
		Args:  pulumi.ToStringArray([]string{"postgres", "-c", "config_file=" + configPath + "/postgresql.conf"}),
		Env: corev1.EnvVarArray{
			env("DATABASE", s.Database),
			// Below the mount, which may hold a lost+found, and under the same name in all versions, so that another
			// major version fails on these files instead of starting with an empty database beside them.
			env("PGDATA", s.directory()),
			env("POSTGRES_INITDB_ARGS", initdb),
			env("POSTGRES_PASSWORD_FILE", secretPath+"/"+passwordKey),
		},
		Resources:      dataservice.Resources(s.CPU, s.Memory),
		StartupProbe:   startup,
		LivenessProbe:  dataservice.Probe(answersTCP, 6),
		ReadinessProbe: dataservice.Probe(answersQuery, 3),
		Lifecycle: corev1.LifecycleArgs{PostStart: corev1.LifecycleHandlerArgs{
			Exec: corev1.ExecActionArgs{Command: pulumi.ToStringArray([]string{"sh", "-c", setRoles})},
		}},
		VolumeMounts: corev1.VolumeMountArray{
			dataservice.MountReadOnly("config", configPath),
			dataservice.MountReadOnly("secret", secretPath),
			dataservice.Mount("socket", socketPath),
			dataservice.Mount("tmp", "/tmp"),
			dataservice.Mount("shm", "/dev/shm"),
		},
	}
	if recovers {
		return restored(server)
	}
	return server
}

func sharedMemoryBytes(s Spec) int64 {
	memory := s.Memory.Value()
	return memory.Value() / 4
}

// sharedMemory replaces the 64 MiB of /dev/shm that a container gets, in which parallel queries run out of room. What is
// used of it counts as the container's memory.
func sharedMemory(s Spec) corev1.VolumeArgs {
	return corev1.VolumeArgs{
		Name: pulumi.String("shm"),
		EmptyDir: corev1.EmptyDirVolumeSourceArgs{
			Medium:    pulumi.String("Memory"),
			SizeLimit: pulumi.String(fmt.Sprint(sharedMemoryBytes(s))),
		},
	}
}

func exporterContainer() corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Image: pulumi.String(exporterImage),
		Env: corev1.EnvVarArray{
			env("DATA_SOURCE_URI", fmt.Sprintf("127.0.0.1:%d/postgres?sslmode=disable", port)),
			env("DATA_SOURCE_USER", exporterRole),
			env("DATA_SOURCE_PASS_FILE", secretPath+"/"+exporterPasswordKey),
		},
		Resources:    dataservice.Resources("10m", "64Mi"),
		VolumeMounts: corev1.VolumeMountArray{dataservice.MountReadOnly("exporter-secret", secretPath)},
	}
}

func env(name, value string) corev1.EnvVarArgs {
	return corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}
