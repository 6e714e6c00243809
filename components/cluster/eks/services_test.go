package eks_test

import (
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/eks/ekstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func grant(access ...cluster.Access) func(*pulumi.Context, *cluster.Cluster) error {
	return func(ctx *pulumi.Context, c *cluster.Cluster) error {
		_, err := c.Services.Grant(ctx, "reader", &cluster.GrantArgs{Namespace: "apps", ServiceAccount: "api", Access: access})
		return err
	}
}

func allowed(actions []any, resources ...any) map[string]any {
	return map[string]any{"Effect": "Allow", "Action": actions, "Resource": resources}
}

func TestGrant(t *testing.T) {
	t.Parallel()
	const bucket = "arn:aws:s3:::backup"
	made := &cluster.Bucket{ID: pulumi.String(bucket).ToStringOutput()}
	zoneLists := []any{
		allowed([]any{"route53:GetChange"}, "arn:aws:route53:::change/*"),
		allowed([]any{"route53:ListHostedZones", "route53:ListHostedZonesByName"}, "*"),
	}
	bucketKey := func(actions ...any) map[string]any {
		return map[string]any{
			"Effect": "Allow", "Action": actions, "Resource": []any{"arn:aws:kms:eu-central-1:111122223333:key/cluster-data"},
			"Condition": map[string]any{"StringEquals": map[string]any{
				"kms:ViaService": []any{"s3.eu-central-1.amazonaws.com"}, "kms:EncryptionContext:aws:s3:arn": []any{bucket},
			}},
		}
	}
	for _, c := range []struct {
		name   string
		access cluster.Access
		want   []any
	}{
		{"read a bucket", cluster.Access{Bucket: made}, []any{
			allowed([]any{"s3:ListBucket", "s3:GetBucketLocation"}, bucket), allowed([]any{"s3:GetObject"}, bucket+"/*"), bucketKey("kms:Decrypt"),
		}},
		{"write a bucket", cluster.Access{Bucket: made, Write: true}, []any{
			allowed([]any{"s3:ListBucket", "s3:GetBucketLocation"}, bucket),
			allowed([]any{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, bucket+"/*"),
			bucketKey("kms:Decrypt", "kms:GenerateDataKey"),
		}},
		{"read a secret by name", cluster.Access{Secret: pulumi.String("prod/jwt")}, []any{allowed(
			[]any{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}, "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/jwt-??????",
		)}},
		{"read secrets by prefix", cluster.Access{Secret: pulumi.String("prod/*")}, []any{allowed(
			[]any{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}, "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/*",
		)}},
		{"write a secret by ARN", cluster.Access{Secret: pulumi.String("arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-123456"), Write: true}, []any{allowed(
			[]any{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"},
			"arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-123456",
		)}},
		{"read a zone", cluster.Access{Zone: pulumi.String("Z123")}, append([]any{allowed(
			[]any{"route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"}, "arn:aws:route53:::hostedzone/Z123",
		)}, zoneLists...)},
		{"write a zone", cluster.Access{Zone: pulumi.String("/hostedzone/Z123"), Write: true}, append([]any{allowed(
			[]any{"route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ChangeResourceRecordSets"},
			"arn:aws:route53:::hostedzone/Z123",
		)}, zoneLists...)},
		{"decrypt with a key", cluster.Access{Key: pulumi.String("1234-abcd")}, []any{allowed(
			[]any{"kms:Decrypt", "kms:DescribeKey"}, "arn:aws:kms:eu-central-1:111122223333:key/1234-abcd",
		)}},
		{"encrypt with a key", cluster.Access{Key: pulumi.String("arn:aws:kms:eu-west-1:1:key/a"), Write: true}, []any{allowed(
			[]any{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"}, "arn:aws:kms:eu-west-1:1:key/a",
		)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rec := record(t, mocks.Up, dev(), grant(c.access))
			assert.Equal(t, c.want, parsed(t, rec.Get(t, policyType, "reader").At("policy"))["Statement"])
			association := rec.Get(t, associationType, "reader")
			assert.Equal(t, "apps", association.At("namespace"))
			assert.Equal(t, "api", association.At("serviceAccount"))
			assert.Contains(t, association.Dependencies, rec.Get(t, policyType, "reader").URN, "a pod that starts with the role has its rights")
			assert.Contains(t, association.Parent, "plinth:eks:Identity::reader")
			record(t, mocks.Preview, dev(), grant(c.access))
		})
	}
}

func TestGrantRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		access []cluster.Access
		want   string
	}{
		"nothing": {nil, "no access is named"},
		"neither": {[]cluster.Access{{Write: true}}, "access 1: 0 of bucket, secret, zone and key are set"},
		"both":    {[]cluster.Access{{Key: pulumi.String("a")}, {Key: pulumi.String("a"), Zone: pulumi.String("b")}}, "access 2: 2 of bucket"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, mocks.Fail(t, program(dev(), grant(c.access...)), ekstest.Outputs()...), c.want)
		})
	}
}

func TestBucket(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run mode) {
		for _, protect := range []bool{true, false} {
			rec := record(t, run, dev(), func(ctx *pulumi.Context, c *cluster.Cluster) error {
				b, err := c.Services.NewBucket(ctx, "backup", &cluster.BucketArgs{KeepDays: 14, Protect: protect})
				if err != nil {
					return err
				}
				ctx.Export("url", b.URL)
				return nil
			})
			made := rec.Get(t, "aws:s3/bucketV2:BucketV2", "backup")
			assert.Equal(t, protect, made.Protect)
			assert.Equal(t, !protect, made.At("forceDestroy"))
			for _, input := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
				assert.Equal(t, true, rec.Get(t, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "backup").At(input), input)
			}
			encryption := rec.Get(t, "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "backup")
			rule := mocks.One(t, encryption.At("rules"))
			assert.Equal(t, "aws:kms", rule["applyServerSideEncryptionByDefault"].(map[string]any)["sseAlgorithm"])
			assert.Equal(t, true, rule["bucketKeyEnabled"])
			assert.Equal(t, "Enabled", rec.Get(t, "aws:s3/bucketVersioningV2:BucketVersioningV2", "backup").At("versioningConfiguration.status"))
			keep := mocks.One(t, rec.Get(t, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "backup").At("rules"))
			assert.Equal(t, map[string]any{"days": 14.0}, keep["expiration"])
			assert.Equal(t, map[string]any{"noncurrentDays": 14.0}, keep["noncurrentVersionExpiration"])
			if rec.Outputs["url"] != mocks.Unknown {
				assert.Equal(t, "s3://backup-1a2b", rec.Outputs["url"])
				deny := mocks.One(t, parsed(t, rec.Get(t, "aws:s3/bucketPolicy:BucketPolicy", "backup").At("policy"))["Statement"])
				assert.Equal(t, "Deny", deny["Effect"])
				assert.Equal(t, map[string]any{"Bool": map[string]any{"aws:SecureTransport": []any{"false"}}}, deny["Condition"])
			}
		}
	})
}

func TestSecretStore(t *testing.T) {
	t.Parallel()
	record(t, mocks.Preview, dev(), func(_ *pulumi.Context, c *cluster.Cluster) error {
		assert.Equal(t, cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{
			"service": pulumi.String("SecretsManager"), "region": pulumi.String("eu-central-1"),
		}}, c.Services.SecretStore())
		return nil
	})
}

// TestControllerPolicies: what a controller may change is this cluster's.
func TestControllerPolicies(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	for name, free := range map[string]map[string]bool{
		// Rules of security groups that EKS made, and listeners, which are made before they have tags.
		"cluster-aws-load-balancer-controller": {
			"ec2:CreateSecurityGroup": true, "ec2:AuthorizeSecurityGroupIngress": true, "ec2:RevokeSecurityGroupIngress": true,
			"elasticloadbalancing:CreateListener": true, "elasticloadbalancing:DeleteListener": true, "elasticloadbalancing:CreateRule": true,
			"elasticloadbalancing:DeleteRule": true, "elasticloadbalancing:ModifyListener": true, "elasticloadbalancing:ModifyRule": true,
			"elasticloadbalancing:AddListenerCertificates": true, "elasticloadbalancing:RemoveListenerCertificates": true,
			"elasticloadbalancing:SetRulePriorities": true,
		},
		"cluster-cluster-autoscaler": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range parsed(t, rec.Get(t, policyType, name).At("policy"))["Statement"].([]any) {
				statement := s.(map[string]any)
				for _, action := range statement["Action"].([]any) {
					assert.NotRegexp(t, `^(\*|[a-z0-9-]+:\*)$`, action)
					if statement["Condition"] == nil && contains(statement["Resource"], "*") && !reads.MatchString(action.(string)) {
						assert.True(t, free[action.(string)], "%s is allowed on everything", action)
					}
				}
			}
		})
	}
}

// reads are the actions that change nothing.
var reads = regexp.MustCompile(`^[a-z0-9-]+:(Describe|Get|List)`)

func contains(resources any, resource string) bool {
	for _, r := range resources.([]any) {
		if r == resource {
			return true
		}
	}
	return false
}
