package ekstest

import (
	"strings"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// Account is the id of the pretended account.
const Account = "111122223333"

// Outputs tell mocks what aws adds to the resources of a cluster.
func Outputs() []mocks.Option {
	arns := map[string]string{
		"aws:cloudwatch/logGroup:LogGroup": "arn:aws:logs:eu-central-1:" + Account + ":log-group:",
		"aws:kms/key:Key":                  "arn:aws:kms:eu-central-1:" + Account + ":key/",
		"aws:ecr/repository:Repository":    "arn:aws:ecr:eu-central-1:" + Account + ":repository/",
	}
	var all []mocks.Option
	for typ, prefix := range arns {
		all = append(all, mocks.WithOutputs(typ, func(name string) map[string]any { return map[string]any{"arn": prefix + name} }))
	}
	return append(all,
		mocks.WithOutputs("aws:iam/role:Role", func(name string) map[string]any {
			return map[string]any{"arn": "arn:aws:iam::" + Account + ":role/" + name, "name": name}
		}),
		mocks.WithOutputs("aws:s3/bucketV2:BucketV2", func(name string) map[string]any {
			return map[string]any{"arn": "arn:aws:s3:::" + name + "-1a2b", "bucket": name + "-1a2b"}
		}),
		mocks.WithOutputs("aws:eks/cluster:Cluster", func(name string) map[string]any {
			return map[string]any{
				"endpoint": "https://" + strings.ToUpper(name) + ".gr7.eu-central-1.eks.amazonaws.com", "certificateAuthority": map[string]any{"data": "Y2E="},
			}
		}),
		mocks.WithOutputs("aws:ec2/launchTemplate:LaunchTemplate", func(string) map[string]any { return map[string]any{"latestVersion": 1.0} }),
		mocks.WithOutputs("aws:eks/nodeGroup:NodeGroup", func(name string) map[string]any {
			return map[string]any{"resources": []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": "eks-" + name}}}}}
		}),
		mocks.WithOutputs("aws:rds/instance:Instance", func(name string) map[string]any {
			return map[string]any{"address": name + ".1a2b.eu-central-1.rds.amazonaws.com"}
		}),
		mocks.WithOutputs("aws:elasticache/replicationGroup:ReplicationGroup", func(name string) map[string]any {
			return map[string]any{"primaryEndpointAddress": "master." + name + ".1a2b.euc1.cache.amazonaws.com"}
		}),
		mocks.WithOutputs("aws:mq/broker:Broker", func(string) map[string]any {
			return map[string]any{"instances": []any{map[string]any{
				"endpoints":  []any{"amqps://b-1a2b.mq.eu-central-1.amazonaws.com:5671"},
				"consoleUrl": "https://b-1a2b.mq.eu-central-1.amazonaws.com",
			}}}
		}),
	)
}
