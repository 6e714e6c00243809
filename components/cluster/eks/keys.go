package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// keys are the customer's own, rotated every year.
type keys struct {
	// control encrypts Kubernetes' secrets and all logs.
	control *kms.Key
	// data encrypts volumes, buckets and images.
	data *kms.Key
}

func (b *builder) newKeys(r *roles) (*keys, error) {
	owner := func(account string) statement {
		return allow([]string{"kms:*"}, "*").by("AWS", "arn:aws:iam::"+account+":root")
	}
	control := r.account.ApplyT(func(account string) string {
		logs := allow([]string{"kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"}, "*").
			by("Service", "logs."+b.args.Region+".amazonaws.com").
			when("ArnLike", "kms:EncryptionContext:aws:logs:arn", fmt.Sprintf("arn:aws:logs:%s:%s:*", b.args.Region, account))
		return document(owner(account), logs)
	}).(pulumi.StringOutput)
	data := r.account.ApplyT(func(account string) string { return document(owner(account)) }).(pulumi.StringOutput)

	k := &keys{}
	var err error
	if k.control, err = b.newKey("control", "Kubernetes' secrets and the logs of "+b.eksName, control); err != nil {
		return nil, err
	}
	k.data, err = b.newKey("data", "Volumes, buckets and images of "+b.eksName, data)
	return k, err
}

func (b *builder) newKey(part, description string, policy pulumi.StringInput) (*kms.Key, error) {
	key, err := kms.NewKey(b.ctx, b.name+"-"+part, &kms.KeyArgs{
		Description:          pulumi.String(description),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(30), // the longest that aws gives to change one's mind
		Policy:               policy,
		Tags:                 b.called(part),
	}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("making the %s key: %w", part, err)
	}
	return key, nil
}

// retentionDays is a year, the least that CKV_AWS_338 takes.
const retentionDays = 365

// newLogGroup makes a group of logs under the control key.
func (b *builder) newLogGroup(part, group string, k *keys) (*cloudwatch.LogGroup, error) {
	logs, err := cloudwatch.NewLogGroup(b.ctx, b.name+"-"+part, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(group), KmsKeyId: k.control.Arn, RetentionInDays: pulumi.Int(retentionDays),
	}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("making the log group %s: %w", group, err)
	}
	return logs, nil
}
