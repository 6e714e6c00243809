package logging

import (
	"fmt"
	"net/url"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// disk is where Loki keeps logs.
type disk struct {
	// kind as Loki's schema names it, and storage as the chart's values do.
	kind    pulumi.StringInput
	storage pulumi.Input
	// claim is the name of the volume's; nil with a bucket.
	claim pulumi.StringInput
	// identity has the right to the bucket.
	identity *cluster.Identity
	// ready is what Loki needs for it.
	ready []pulumi.Resource
}

func (b *builder) disk() (*disk, error) {
	if b.onVolume() {
		return b.volume()
	}
	name := b.name + "-loki"
	bucket, err := b.args.Services.NewBucket(b.ctx, name, &cluster.BucketArgs{Protect: b.args.KeepData}, b.parent)
	if err != nil {
		return nil, err
	}
	identity, err := b.args.Services.Grant(b.ctx, name, &cluster.GrantArgs{
		Namespace: Namespace, ServiceAccount: lokiApp, Access: []cluster.Access{{Bucket: bucket, Write: true}},
	}, b.parent)
	if err != nil {
		return nil, err
	}
	return &disk{
		kind: bucket.URL.ApplyT(func(address string) (string, error) {
			storage, err := objectStorage(address)
			if err != nil {
				return "", err
			}
			return storage["type"].(string), nil
		}).(pulumi.StringOutput),
		storage:  bucket.URL.ApplyT(objectStorage).(pulumi.MapOutput),
		identity: identity, ready: identity.Resources,
	}, nil
}

// objectStorage says in the chart's values how a bucket is reached under the identity of the pod. On EKS that brings the region too.
// Rules and tenants, which have buckets of their own in the chart, are not used.
func objectStorage(address string) (map[string]any, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("reading the bucket's address: %w", err)
	}
	storage, bucket := map[string]any{}, u.Host
	switch u.Scheme {
	case "s3":
		storage["type"] = "s3"
	case "gs":
		storage["type"] = "gcs"
	case "https":
		account, _, _ := strings.Cut(u.Host, ".")
		storage["type"], bucket = "azure", strings.Trim(u.Path, "/")
		storage["azure"] = map[string]any{"accountName": account, "useFederatedToken": true}
	}
	if storage["type"] == nil || bucket == "" {
		return nil, fmt.Errorf("the bucket's address is %q, allowed is s3://name, gs://name or https://account.blob.core.windows.net/name", address)
	}
	storage["bucketNames"] = map[string]any{"chunks": bucket, "ruler": bucket, "admin": bucket}
	return storage, nil
}

// volume is made here and not by the chart's StatefulSet, whose claims cannot grow.
func (b *builder) volume() (*disk, error) {
	claim, err := corev1.NewPersistentVolumeClaim(b.ctx, b.name+"-loki", &corev1.PersistentVolumeClaimArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(lokiApp), Namespace: b.store,
			Labels: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(lokiApp), "app.kubernetes.io/part-of": pulumi.String("plinth")},
			// Where a StorageClass binds at the first consumer, which comes after the claim, waiting for it would never end.
			Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		},
		Spec: corev1.PersistentVolumeClaimSpecArgs{
			AccessModes: pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			Resources: corev1.VolumeResourceRequirementsArgs{
				Requests: pulumi.StringMap{"storage": pulumi.String(b.args.Spec.Storage)},
			},
		},
	}, b.parent, pulumi.Protect(b.args.KeepData), pulumi.RetainOnDelete(b.args.KeepData))
	if err != nil {
		return nil, fmt.Errorf("making the PersistentVolumeClaim %s: %w", lokiApp, err)
	}
	return &disk{
		kind: pulumi.String("filesystem"), storage: pulumi.Map{"type": pulumi.String("filesystem")},
		claim: claim.Metadata.Name().Elem(), identity: &cluster.Identity{}, ready: []pulumi.Resource{claim},
	}, nil
}
