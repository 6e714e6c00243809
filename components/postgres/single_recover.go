package postgres

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	// initPath is where the image looks for what makes up a new database, before anyone can connect.
	initPath = "/docker-entrypoint-initdb.d/restore.sh"
	// dumpPath is the dump on the server's own disk, until it is restored.
	dumpPath = dataPath + "/restore.dump"
)

// restoreScript is run by the image's entrypoint in a new, empty data directory.
const restoreScript = `psql -qX -U postgres -d postgres -v database="$DATABASE" -f ` + configPath + `/roles.sql
pg_restore --exit-on-error -U postgres -d "$DATABASE" ` + dumpPath + `
psql -qX -U postgres -d "$DATABASE" -c ANALYZE
touch "$PGDATA.restored"
rm ` + dumpPath + `
`

// startRestored begins again with an empty directory where a restoration was not finished: the image would take what is there
// for the whole.
const startRestored = `test -e "$PGDATA.restored" || rm -rf "$PGDATA"
exec docker-entrypoint.sh "$@"`

// directory is where the data is on the disk. A recovery has its own, beside those that were there before: they stay for whoever
// takes the recovery back.
func (s Spec) directory() string { return dataPath + "/pgdata" + s.Recover.mark() }

// recovers tells whether the data is brought up from a backup.
func (b *builder) recovers() bool { return b.spec.Recover != nil && b.backedUp() }

// restored has the server's container begin with the dump.
func restored(server corev1.ContainerArgs) corev1.ContainerArgs {
	server.Command = pulumi.ToStringArray([]string{"bash", "-c", startRestored, "bash"})
	server.VolumeMounts = append(server.VolumeMounts.(corev1.VolumeMountArray), corev1.VolumeMountArgs{
		Name: pulumi.String("config"), MountPath: pulumi.String(initPath), SubPath: pulumi.String("restore.sh"), ReadOnly: pulumi.Bool(true),
	})
	// Six hours for the restoration.
	server.StartupProbe = dataservice.Probe(acceptsTCP, 2160)
	return server
}

// fetchDump has the pod fetch the dump before its server starts, and returns what the pod needs for that.
func (b *builder) fetchDump(pod *dataservice.Args, from *backup.Backup) ([]pulumi.Resource, error) {
	last, err := b.spec.Recover.target(dumpLayout)
	if err != nil {
		return nil, err
	}
	bucket, access := from.Bucket, []cluster.Access{{Bucket: from.Bucket}}
	if other := b.other(); other != nil {
		bucket, access = other.bucket(), other.access()
	}
	identity, err := b.args.Services.Grant(b.ctx, b.name, &cluster.GrantArgs{
		Namespace: b.args.NamespaceName, ServiceAccount: b.name, Access: access,
	}, b.parent)
	if err != nil {
		return nil, err
	}
	account, err := corev1.NewServiceAccount(b.ctx, b.name, &corev1.ServiceAccountArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(b.name), Namespace: b.args.Namespace,
			Labels: dataservice.Labels(b.name, releases[b.spec.Version]), Annotations: identity.Annotations,
		},
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the ServiceAccount %s: %w", b.name, err)
	}
	pod.ServiceAccount, pod.PodLabels, pod.To = b.name, identity.PodLabels, network.CloudAPIs()
	pod.Init = []corev1.ContainerArgs{backup.Fetch(&backup.FetchArgs{
		Bucket: bucket, Name: b.backupName(), NotAfter: last, To: dumpPath, Unless: b.spec.directory() + ".restored",
	})}
	return append(identity.Resources, account), nil
}
