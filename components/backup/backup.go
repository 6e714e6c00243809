package backup

import (
	"fmt"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// Directory is where the dump leaves its files.
const Directory = "/backup"

// Args describe the backup of one data service.
type Args struct {
	// Spec is complete and validated: see Spec.Complete and Spec.Validate.
	Spec Spec
	// Namespace it is made in. An output of the Namespace resource also orders the two.
	Namespace pulumi.StringInput
	// NamespaceName is the same name, known now.
	NamespaceName string
	// Version of what is dumped, for its label.
	Version string
	// Services of the cloud. Nil leaves the backup out.
	Services cluster.Services
	// Server that the dump connects to. It must admit the backup: see Peer.
	Server network.Peer
	// Dump writes files to Directory, under names that differ from day to day. Its security context and the mount there are added.
	Dump corev1.ContainerArgs
	// Volumes that Dump mounts.
	Volumes corev1.VolumeArray
	// User is the numeric user and group that the dump's image is made for.
	User int
	// Space for one dump, in bytes.
	Space spec.Quantity
	// Protect refuses to delete what was backed up with the stack.
	Protect bool
}

// Backup is what copies a data service to object storage.
type Backup struct {
	pulumi.ResourceState

	// Bucket with the copies, in a folder named after the backup.
	Bucket *cluster.Bucket
}

// Peer is the backup called name as the network policy of its server names it.
func Peer(namespace, name string) network.Peer { return network.Peer{Namespace: namespace, App: name} }

// New registers a backup named name; its objects have that name too. opts must carry the parent and the `kubernetes` provider.
// Where the cluster has no Services it warns, and returns nil. It fails where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Backup, error) {
	if args.Services == nil {
		return nil, ctx.Log.Warn(fmt.Sprintf("%s is left out: this cluster has no object storage that Plinth knows of. "+
			"Copy the data elsewhere yourself, or run the stack on cloud: aws, gcp or azure.", name), nil)
	}
	b := &Backup{}
	if err := ctx.RegisterComponentResource("plinth:backup:Backup", name, b, opts...); err != nil {
		return nil, fmt.Errorf("registering backup %s: %w", name, err)
	}
	parent := pulumi.Parent(b)
	var err error
	b.Bucket, err = args.Services.NewBucket(ctx, name, &cluster.BucketArgs{KeepDays: args.Spec.KeepDays, Protect: args.Protect}, parent)
	if err != nil {
		return nil, err
	}
	identity, err := args.Services.Grant(ctx, name, &cluster.GrantArgs{
		Namespace: args.NamespaceName, ServiceAccount: name, Access: []cluster.Access{{Bucket: b.Bucket, Write: true}},
	}, parent)
	if err != nil {
		return nil, err
	}
	labels := dataservice.Labels(name, args.Version)
	if _, err := network.Allow(ctx, name, &network.Rules{
		Namespace: args.Namespace, App: name, Labels: labels, To: append(network.CloudAPIs(), args.Server),
	}, parent); err != nil {
		return nil, err
	}
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Namespace: args.Namespace, Labels: labels, Annotations: identity.Annotations,
		},
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the ServiceAccount %s: %w", name, err)
	}
	if _, err := batchv1.NewCronJob(ctx, name, &batchv1.CronJobArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: args.Namespace, Labels: labels},
		Spec: batchv1.CronJobSpecArgs{
			Schedule: pulumi.String(args.Spec.Schedule), TimeZone: pulumi.String("Etc/UTC"),
			ConcurrencyPolicy: pulumi.String("Forbid"), StartingDeadlineSeconds: pulumi.Int(3600),
			SuccessfulJobsHistoryLimit: pulumi.Int(1), FailedJobsHistoryLimit: pulumi.Int(3),
			JobTemplate: batchv1.JobTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: labels},
				Spec: batchv1.JobSpecArgs{
					BackoffLimit: pulumi.Int(2), ActiveDeadlineSeconds: pulumi.Int(deadlineSeconds),
					Template: podTemplate(name, args, b.Bucket, account, labels, identity.PodLabels),
				},
			},
		},
	}, parent, pulumi.DependsOn(identity.Resources)); err != nil {
		return nil, fmt.Errorf("making the CronJob %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(b, pulumi.Map{"bucket": b.Bucket.URL}); err != nil {
		return nil, fmt.Errorf("registering the outputs of backup %s: %w", name, err)
	}
	return b, nil
}
