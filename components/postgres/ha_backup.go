package postgres

import (
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// The Barman Cloud plugin, https://cloudnative-pg.io/plugin-barman-cloud/docs.
const (
	storeAPI     = "barmancloud.cnpg.io/v1"
	barmanPlugin = "barman-cloud.cloudnative-pg.io"
)

// haStore is the bucket of all the backups of mode ha, those of recoveries too.
type haStore struct {
	name string
	// origin is the one of what is recovered: the same, or another stack's.
	origin   string
	identity *cluster.Identity
	// ready are what the instances need for it.
	ready []pulumi.Resource
}

// keep makes the account of the instances, and where they are backed up. It has one name for all recoveries, so that those before
// the last, which are kept in prod, go on being archived.
func (c *haCluster) keep() error {
	account := &corev1.ServiceAccountArgs{Metadata: metav1.ObjectMetaArgs{
		Name: pulumi.String(c.account), Namespace: c.args.Namespace, Labels: c.labels(),
	}}
	if !c.backedUp() {
		_, err := corev1.NewServiceAccount(c.ctx, c.account, account, c.parent)
		return err
	}
	// Barman removes what is too old itself. An age limit of the bucket's would also take the last backups there are once no new
	// ones are made.
	bucket, err := c.args.Services.NewBucket(c.ctx, c.account, &cluster.BucketArgs{Protect: c.args.KeepData}, c.parent)
	if err != nil {
		return err
	}
	access := []cluster.Access{{Bucket: bucket, Write: true}}
	if other := c.other(); other != nil {
		access = append(access, other.access()...)
	}
	identity, err := c.args.Services.Grant(c.ctx, c.account, &cluster.GrantArgs{
		Namespace: c.args.NamespaceName, ServiceAccount: c.account, Access: access,
	}, c.parent)
	if err != nil {
		return err
	}
	account.Metadata = metav1.ObjectMetaArgs{
		Name: pulumi.String(c.account), Namespace: c.args.Namespace, Labels: c.labels(), Annotations: identity.Annotations,
	}
	made, err := corev1.NewServiceAccount(c.ctx, c.account, account, c.parent)
	if err != nil {
		return fmt.Errorf("making the ServiceAccount %s: %w", c.account, err)
	}
	keep := pulumi.Map{"retentionPolicy": pulumi.String(fmt.Sprintf("%dd", c.spec.Backup.KeepDays))}
	object, err := c.newStore(c.account, bucket, keep)
	if err != nil {
		return err
	}
	c.store = &haStore{name: c.account, origin: c.account, identity: identity, ready: append(identity.Resources, made, object)}
	other := c.other()
	if other == nil {
		return nil
	}
	// Of another stack's backups none is removed from here.
	c.store.origin = c.account + "-origin"
	origin, err := c.newStore(c.store.origin, other.bucket(), pulumi.Map{})
	c.store.ready = append(c.store.ready, origin)
	return err
}

// newStore tells the plugin of a bucket.
func (c *haCluster) newStore(name string, bucket *cluster.Bucket, spec pulumi.Map) (pulumi.Resource, error) {
	spec["configuration"] = bucket.URL.ApplyT(storeConfiguration).(pulumi.MapOutput)
	spec["instanceSidecarConfiguration"] = pulumi.Map{"resources": pulumi.Map{
		"requests": pulumi.Map{"cpu": pulumi.String("50m"), "memory": pulumi.String("256Mi")},
		"limits":   pulumi.Map{"memory": pulumi.String("512Mi")},
	}}
	return c.custom(storeAPI, "ObjectStore", name, spec, pulumi.DependsOn(c.args.Operator))
}

// storeConfiguration says how the bucket is reached under the identity of the pod. Its own default encrypts what is put there,
// with the platform's key: Barman's `encryption` would take another one.
func storeConfiguration(bucket string) (map[string]any, error) {
	configuration := map[string]any{
		"destinationPath": bucket,
		"wal":             map[string]any{"compression": "lz4", "maxParallel": 4},
		"data":            map[string]any{"compression": "lz4", "jobs": 2},
	}
	u, err := url.Parse(bucket)
	if err != nil {
		return nil, fmt.Errorf("reading the bucket's address: %w", err)
	}
	switch u.Scheme {
	case "s3":
		configuration["s3Credentials"] = map[string]any{"inheritFromIAMRole": true}
	case "gs":
		configuration["googleCredentials"] = map[string]any{"gkeEnvironment": true}
	case "https":
		configuration["azureCredentials"] = map[string]any{"useDefaultAzureCredentials": true}
	default:
		return nil, fmt.Errorf("the bucket's address is %q, allowed is s3://name, gs://name or https://account.blob.core.windows.net/name", bucket)
	}
	return configuration, nil
}

// plugin points at the backups of a cluster in a store. Each major version has its own: none can be recovered with another, and the next one
// would overwrite the history of the last. https://cloudnative-pg.io/documentation/1.30/postgres_upgrades, "Backup and WAL
// archive considerations"
func plugin(store, cluster string, version int, archiver bool) pulumi.Map {
	plugin := pulumi.Map{"name": pulumi.String(barmanPlugin), "parameters": pulumi.StringMap{
		"barmanObjectName": pulumi.String(store), "serverName": pulumi.String(fmt.Sprintf("%s-%d", cluster, version)),
	}}
	if archiver {
		plugin["isWALArchiver"] = pulumi.Bool(true)
	}
	return plugin
}

// schedule takes a base backup now and then, from which the archived changes lead to any moment.
func (c *haCluster) schedule(of *apiextensions.CustomResource) error {
	if c.store == nil {
		return nil
	}
	// The version is in the name: an upgrade needs a new base at once, as the old ones do not lead beyond it.
	_, err := c.custom(haAPI, "ScheduledBackup", fmt.Sprintf("%s-%d", c.name, c.spec.Version), pulumi.Map{
		"cluster":              pulumi.Map{"name": pulumi.String(c.name)},
		"schedule":             pulumi.String("0 " + c.spec.Backup.Schedule), // with seconds
		"immediate":            pulumi.Bool(true),
		"backupOwnerReference": pulumi.String("self"),
		"method":               pulumi.String("plugin"),
		"pluginConfiguration":  pulumi.Map{"name": pulumi.String(barmanPlugin)},
	}, pulumi.DependsOn([]pulumi.Resource{of}))
	return err
}
