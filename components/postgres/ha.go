package postgres

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
)

// The API of CloudNativePG 1.30, https://cloudnative-pg.io/documentation/1.30/cloudnative-pg.v1.
const haAPI = "postgresql.cnpg.io/v1"

// images are the operator's own builds of the releases of mode single, on the same Debian, so that text sorts the same, and with
// all locales. From image-catalogs/catalog-standard-bookworm.yaml of cloudnative-pg/artifacts, 2026-08-22.
var images = map[int]string{
	15: "15.19-202608170814-standard-bookworm", 16: "16.15-202608170814-standard-bookworm",
	17: "17.11-202608170816-standard-bookworm", 18: "18.6-202608170814-standard-bookworm",
}

// haApp is how the operator labels the pods of its instances, jobs and poolers.
const haApp = "postgresql"

// haCluster is a cluster of instances in the making.
type haCluster struct {
	*builder

	// name of the cluster: a recovery has its own, so that what was there before is not touched.
	name string
	// account that the instances run as, the same for all recoveries.
	account string
	// owner is the Secret with the name and password of the application's user.
	owner *corev1.Secret
	// logins are the Secrets of the other roles that log in, by role.
	logins map[string]*corev1.Secret
	// store is where the cluster is backed up; nil where it is not.
	store *haStore
}

// ha makes instances that replicate and take over from each other, run by CloudNativePG.
func (b *builder) ha() (connection.Connection, error) {
	if err := b.warnWithoutBackup(); err != nil {
		return connection.Connection{}, err
	}
	c := &haCluster{builder: b, name: b.cluster(), account: b.name + "-ha"}
	if err := c.secrets(); err != nil {
		return connection.Connection{}, err
	}
	if err := c.open(); err != nil {
		return connection.Connection{}, err
	}
	if err := c.keep(); err != nil {
		return connection.Connection{}, err
	}
	made, err := c.instances()
	if err != nil {
		return connection.Connection{}, err
	}
	if err := c.schedule(made); err != nil {
		return connection.Connection{}, err
	}
	if err := c.databases(made); err != nil {
		return connection.Connection{}, err
	}
	host, err := c.entrance(made)
	if err != nil {
		return connection.Connection{}, err
	}
	peer := network.Peer{Namespace: b.args.NamespaceName, App: haApp, Ports: []int{port}}
	return b.connection(peer, c.host(host), c.host(c.name+"-ro"), "require"), nil
}

// cluster is the name of the cluster that has the data.
func (b *builder) cluster() string {
	if b.recovers() {
		return b.name + "-ha" + b.spec.Recover.mark()
	}
	return b.name + "-ha"
}

func (c *haCluster) host(service string) string {
	return fmt.Sprintf("%s.%s.svc", service, c.args.NamespaceName)
}

// custom makes one of the operator's objects.
func (c *haCluster) custom(api, kind, name string, spec pulumi.Map, opts ...pulumi.ResourceOption) (*apiextensions.CustomResource, error) {
	return custom.New(c.ctx, name, &custom.Object{
		APIVersion: api, Kind: kind, Name: name, Namespace: c.args.Namespace, Labels: c.labels(), Spec: spec,
	}, append(opts, c.parent)...)
}

func (c *haCluster) labels() pulumi.StringMap {
	return dataservice.Labels(c.builder.name, releases[c.spec.Version])
}

// secrets makes those of the application's user and of the other roles that log in.
func (c *haCluster) secrets() error {
	var err error
	if c.owner, err = c.login(c.builder.name, nil, c.spec.Database, c.password); err != nil {
		return err
	}
	c.logins = map[string]*corev1.Secret{}
	for _, role := range slices.Sorted(maps.Keys(c.spec.Roles)) {
		if !c.spec.Roles[role].Login {
			continue
		}
		name := c.builder.name + "-role-" + role
		password, err := dataservice.NewPassword(c.ctx, name, c.args.KeepData, c.parent, pulumi.Provider(c.args.Random))
		if err != nil {
			return err
		}
		// People look for this one, so that its name is made to be known.
		known := pulumi.String(c.account + "-" + objectName(role))
		if c.logins[role], err = c.login(name, known, role, password); err != nil {
			return err
		}
	}
	return nil
}

// login is a Secret as the operator takes them. Without a name it gets a new one with each password, and the operator sets the
// password of whichever its cluster names.
func (c *haCluster) login(name string, known pulumi.StringPtrInput, username string, password pulumi.StringOutput) (*corev1.Secret, error) {
	secret, err := corev1.NewSecret(c.ctx, name, &corev1.SecretArgs{
		Metadata:   metav1.ObjectMetaArgs{Name: known, Namespace: c.args.Namespace, Labels: c.labels()},
		Type:       pulumi.String("kubernetes.io/basic-auth"),
		StringData: pulumi.StringMap{"username": pulumi.String(username), "password": password},
	}, c.parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret of %s: %w", username, err)
	}
	return secret, nil
}
