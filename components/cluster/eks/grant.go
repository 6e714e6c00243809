package eks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// identity is a role for the pods of one ServiceAccount.
type identity struct{ pulumi.ResourceState }

// Grant implements cluster.Services, through EKS Pod Identity: neither the ServiceAccount nor its pods need an annotation.
func (s *services) Grant(ctx *pulumi.Context, name string, args *cluster.GrantArgs, opts ...pulumi.ResourceOption) (*cluster.Identity, error) {
	policy, err := s.policy(args.Access)
	if err != nil {
		return nil, fmt.Errorf("grant %s to ServiceAccount %s/%s: %w", name, args.Namespace, args.ServiceAccount, err)
	}
	self := &identity{}
	if err := ctx.RegisterComponentResource("plinth:eks:Identity", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering identity %s: %w", name, err)
	}
	association, err := s.newPodRole(self, name, podRole{namespace: args.Namespace, serviceAccount: args.ServiceAccount, own: policy})
	if err != nil {
		return nil, err
	}
	return &cluster.Identity{Resources: []pulumi.Resource{association}}, ctx.RegisterResourceOutputs(self, pulumi.Map{})
}

// policy allows the access asked for.
func (s *services) policy(access []cluster.Access) (pulumi.StringOutput, error) {
	if len(access) == 0 {
		return pulumi.StringOutput{}, errors.New("no access is named: name at least one bucket, secret, zone or key")
	}
	ids := []any{s.account, s.keys.data.Arn}
	kinds := make([]func(id, account, key string) []statement, len(access))
	for i, a := range access {
		id, kind, err := s.statements(a)
		if err != nil {
			return pulumi.StringOutput{}, fmt.Errorf("access %d: %w", i+1, err)
		}
		ids, kinds[i] = append(ids, id), kind
	}
	return pulumi.All(ids...).ApplyT(func(values []any) string {
		var all []statement
		for i, kind := range kinds {
			all = append(all, kind(values[i+2].(string), values[0].(string), values[1].(string))...)
		}
		return document(all...)
	}).(pulumi.StringOutput), nil
}

// statements are the id of what is accessed and what allows that, given the id, the account's and the ARN of the data key.
func (s *services) statements(a cluster.Access) (id pulumi.StringInput, allowing func(id, account, key string) []statement, err error) {
	set := 0
	if a.Bucket != nil {
		set++
		id = a.Bucket.ID
		allowing = func(arn, _, key string) []statement { return s.onBucket(arn, key, a.Write) }
	}
	if a.Secret != nil {
		set++
		id = a.Secret
		allowing = func(secret, account, _ string) []statement { return s.onSecret(secret, account, a.Write) }
	}
	if a.Zone != nil {
		set++
		id = a.Zone
		allowing = func(zone, _, _ string) []statement { return onZone(zone, a.Write) }
	}
	if a.Key != nil {
		set++
		id = a.Key
		allowing = func(key, account, _ string) []statement { return s.onKey(key, account, a.Write) }
	}
	if set != 1 {
		return nil, nil, fmt.Errorf("%d of bucket, secret, zone and key are set: set exactly one", set)
	}
	return id, allowing, nil
}

// onBucket allows to list the bucket and read its objects, and to use the key for nothing but them.
func (s *services) onBucket(arn, key string, write bool) []statement {
	objects, crypt := []string{"s3:GetObject"}, []string{"kms:Decrypt"}
	if write {
		objects = append(objects, "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
		crypt = append(crypt, "kms:GenerateDataKey")
	}
	return []statement{
		allow([]string{"s3:ListBucket", "s3:GetBucketLocation"}, arn),
		allow(objects, arn+"/*"),
		allow(crypt, key).
			when("StringEquals", "kms:ViaService", "s3."+s.args.Region+".amazonaws.com").
			when("StringEquals", "kms:EncryptionContext:aws:s3:arn", arn), // of a bucket with a bucket key, it is the bucket's
	}
}

// onSecret takes a secret's ARN or name. Secrets Manager adds a dash and six characters to a name in its ARN.
func (s *services) onSecret(secret, account string, write bool) []statement {
	if !strings.HasPrefix(secret, "arn:") {
		if !strings.HasSuffix(secret, "*") {
			secret += "-??????"
		}
		secret = fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s", s.args.Region, account, secret)
	}
	actions := []string{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}
	if write {
		actions = append(actions, "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret")
	}
	return []statement{allow(actions, secret)}
}

// onZone takes a hosted zone's id. What has no zone to be narrowed to only lists zones and follows changes.
func onZone(zone string, write bool) []statement {
	records := []string{"route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"}
	if write {
		records = append(records, "route53:ChangeResourceRecordSets")
	}
	return []statement{
		allow(records, "arn:aws:route53:::hostedzone/"+strings.TrimPrefix(zone, "/hostedzone/")),
		allow([]string{"route53:GetChange"}, "arn:aws:route53:::change/*"),
		allow([]string{"route53:ListHostedZones", "route53:ListHostedZonesByName"}, "*"),
	}
}

// onKey takes a key's ARN or id.
func (s *services) onKey(key, account string, write bool) []statement {
	if !strings.HasPrefix(key, "arn:") {
		key = fmt.Sprintf("arn:aws:kms:%s:%s:key/%s", s.args.Region, account, key)
	}
	actions := []string{"kms:Decrypt", "kms:DescribeKey"}
	if write {
		actions = append(actions, "kms:Encrypt", "kms:GenerateDataKey*")
	}
	return []statement{allow(actions, key)}
}
