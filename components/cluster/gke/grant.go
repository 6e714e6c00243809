package gke

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/dns"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// Grant binds roles to the ServiceAccount itself, as Google advises (cloud.google.com/kubernetes-engine/docs/concepts/workload-identity):
// no service account of the project in between, whose roles and impersonation would be two more things to hold, and no
// annotation. Signing URLs is what such a principal cannot do.
//
// Each role is bound to the one resource, but for two that only the project can bind: reading secrets, under a condition on
// their names, and listing DNS zones. Append to Access rather than insert, as the bindings are counted.
func (s *services) Grant(
	ctx *pulumi.Context, name string, args *cluster.GrantArgs, opts ...pulumi.ResourceOption,
) (*cluster.Identity, error) {
	g := &grant{
		services: s, ctx: ctx, opts: append(s.child(), opts...),
		member: pulumi.Sprintf("principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/%s.svc.id.goog/subject/ns/%s/sa/%s",
			s.number, s.project, args.Namespace, args.ServiceAccount),
	}
	for i, access := range args.Access {
		if err := g.add(fmt.Sprintf("%s-%d", name, i), access); err != nil {
			return nil, fmt.Errorf("granting access %d of %s: %w", i, name, err)
		}
	}
	return &cluster.Identity{Resources: g.made}, nil
}

// grant is one ServiceAccount's bindings as they are made.
type grant struct {
	*services

	ctx    *pulumi.Context
	opts   []pulumi.ResourceOption
	member pulumi.StringOutput
	made   []pulumi.Resource
}

func (g *grant) add(name string, access cluster.Access) error {
	var adds []func(string, cluster.Access) error
	if access.Bucket != nil {
		adds = append(adds, g.addBucket)
	}
	if access.Secret != nil {
		adds = append(adds, g.addSecret)
	}
	if access.Zone != nil {
		adds = append(adds, g.addZone)
	}
	if access.Key != nil {
		adds = append(adds, g.addKey)
	}
	if len(adds) != 1 {
		return fmt.Errorf("found %d things to grant access to, allowed is exactly one of Bucket, Secret, Zone and Key; set one in each Access", len(adds))
	}
	return adds[0](name, access)
}

// either is the role that lets write, or the one that only lets read.
func either(write bool, writing, reading string) pulumi.String {
	if write {
		return pulumi.String(writing)
	}
	return pulumi.String(reading)
}

// addBucket adds a role to look at the bucket itself, which the roles on its objects lack and barman asks for before each
// backup (Smana/cloud-native-ref #1887).
func (g *grant) addBucket(name string, access cluster.Access) error {
	roles := map[string]pulumi.String{
		"objects": either(access.Write, "roles/storage.objectUser", "roles/storage.objectViewer"),
		"bucket":  "roles/storage.legacyBucketReader",
	}
	for _, part := range []string{"objects", "bucket"} {
		member, err := storage.NewBucketIAMMember(g.ctx, name+"-"+part, &storage.BucketIAMMemberArgs{
			Bucket: access.Bucket.ID, Role: roles[part], Member: g.member,
		}, g.opts...)
		if err != nil {
			return fmt.Errorf("on a bucket: %w", err)
		}
		g.made = append(g.made, member)
	}
	return nil
}

// addSecret binds in the project, as the secret's name may stand for several and is known only once the program runs.
func (g *grant) addSecret(name string, access cluster.Access) error {
	roles := []string{"roles/secretmanager.secretAccessor"}
	if access.Write {
		roles = append(roles, "roles/secretmanager.secretVersionAdder")
	}
	condition := projects.IAMMemberConditionArgs{
		Title: pulumi.String(name),
		Expression: pulumi.All(g.number, access.Secret).ApplyT(func(parts []any) string {
			return secretCondition(parts[0].(string), parts[1].(string))
		}).(pulumi.StringOutput),
	}
	for _, role := range roles {
		member, err := projects.NewIAMMember(g.ctx, name+"-"+strings.TrimPrefix(role, "roles/secretmanager."), &projects.IAMMemberArgs{
			Project: pulumi.String(g.project), Role: pulumi.String(role), Member: g.member, Condition: condition,
		}, g.opts...)
		if err != nil {
			return fmt.Errorf("on a secret: %w", err)
		}
		g.made = append(g.made, member)
	}
	return nil
}

// secretCondition holds for a secret and its versions, or for all whose names begin as one that ends in *.
func secretCondition(number, secret string) string {
	_, short, ok := strings.Cut(secret, "/secrets/")
	if !ok {
		short = secret
	}
	path := fmt.Sprintf("projects/%s/secrets/%s", number, strings.TrimSuffix(short, "*"))
	if strings.HasSuffix(short, "*") {
		return fmt.Sprintf("resource.name.startsWith(%q)", path)
	}
	return fmt.Sprintf("resource.name == %q || resource.name.startsWith(%q)", path, path+"/")
}

// addZone adds the project's reader, as both external-dns and cert-manager look a zone up in the list of all, which no role
// on a single zone lets them see (kubernetes-sigs/external-dns #1413).
func (g *grant) addZone(name string, access cluster.Access) error {
	zone, err := dns.NewDnsManagedZoneIamMember(g.ctx, name+"-zone", &dns.DnsManagedZoneIamMemberArgs{
		Project: pulumi.String(g.project), ManagedZone: access.Zone,
		Role: either(access.Write, "roles/dns.admin", "roles/dns.reader"), Member: g.member,
	}, g.opts...)
	if err != nil {
		return fmt.Errorf("on a zone: %w", err)
	}
	list, err := projects.NewIAMMember(g.ctx, name+"-zones", &projects.IAMMemberArgs{
		Project: pulumi.String(g.project), Role: pulumi.String("roles/dns.reader"), Member: g.member,
	}, g.opts...)
	if err != nil {
		return fmt.Errorf("on the list of zones: %w", err)
	}
	g.made = append(g.made, zone, list)
	return nil
}

func (g *grant) addKey(name string, access cluster.Access) error {
	member, err := kms.NewCryptoKeyIAMMember(g.ctx, name+"-key", &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: access.Key, Member: g.member,
		Role: either(access.Write, "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.cryptoKeyDecrypter"),
	}, g.opts...)
	if err != nil {
		return fmt.Errorf("on a key: %w", err)
	}
	g.made = append(g.made, member)
	return nil
}
