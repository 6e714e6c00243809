package amazon

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// Platform is the cluster that the services are for.
type Platform struct {
	// Provider of aws, for its region.
	Provider pulumi.ProviderResource
	// Parent of what the services share: the cluster.
	Parent pulumi.Resource
	// Name begins the logical names of what they share, and AWSName all names on aws.
	Name, AWSName string
	// VPC of the cluster, by its id.
	VPC pulumi.StringInput
	// Zones by id, two or three, in each of which a subnet is made for the services.
	Zones []string
	// Ranges are those of the subnets. Unset in an existing network of which no range was given.
	Ranges []netip.Prefix
	// Range holds all Ranges.
	Range netip.Prefix
	// Nodes is the id of the security group that the cluster's nodes and pods are in.
	Nodes pulumi.StringInput
	// DataKey and LogKey are the ARNs of the keys of what is stored and of logs.
	DataKey, LogKey pulumi.StringInput
	// Spread gives each service a standby in another zone, as the cluster's nodes are in several.
	Spread bool
	// Protect keeps the network of the services from deletion.
	Protect bool
}

// New yields the services. Nothing is registered before the first of them is.
func New(p *Platform) managed.Services { return &services{Platform: p} }

// When the cloud works on a service by itself, in UTC: backups first, and then in the night to Sunday what restarts it.
const (
	backupWindow      = "01:00-02:00"
	maintenanceWindow = "sun:03:00-sun:04:00"
)

const (
	// defaultKeepDays is how long backups are kept unless said otherwise.
	defaultKeepDays = 30
	// mostKeepDays is what ElastiCache takes.
	mostKeepDays = 35
	// logDays is a year, the least that CKV_AWS_338 takes.
	logDays = 365
)

type services struct {
	*Platform

	subnets pulumi.StringArray // made with the first service
}

// child are the options of a part of one service.
func (s *services) child(parent pulumi.Resource, opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(s.Provider)}, opts...)
}

// called are the tags that name a resource in the console.
func (s *services) called(part string) pulumi.StringMap {
	return pulumi.StringMap{"Name": pulumi.String(s.AWSName + "-" + part)}
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// physical is a name on aws that is known before the service is there, as its log groups must be, of at most most characters.
func (s *services) physical(name string, most int) (string, error) {
	full := strings.Trim(notInName.ReplaceAllString(strings.ToLower(s.AWSName+"-"+name), "-"), "-")
	if len(full) > most {
		return "", fmt.Errorf("found the name %s, allowed are %d characters on aws; shorten the names of the project, the stack or the service", full, most)
	}
	return full, nil
}

// newFirewall admits the cluster's nodes and pods on the ports, and lets nothing out.
func (s *services) newFirewall(ctx *pulumi.Context, name string, parent pulumi.Resource, ports ...int) (*ec2.SecurityGroup, error) {
	rules := ec2.SecurityGroupIngressArray{}
	for _, port := range ports {
		rules = append(rules, ec2.SecurityGroupIngressArgs{
			Description: pulumi.String("Nodes and pods of the cluster"), Protocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(port), ToPort: pulumi.Int(port), SecurityGroups: pulumi.StringArray{s.Nodes},
		})
	}
	group, err := ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
		Description: pulumi.String("Who reaches " + name + " of " + s.AWSName), VpcId: s.VPC, Ingress: rules,
		Egress: ec2.SecurityGroupEgressArray{}, Tags: s.called(name),
	}, s.child(parent)...)
	if err != nil {
		return nil, fmt.Errorf("making the security group of %s: %w", name, err)
	}
	return group, nil
}

// newLogGroup makes a group of logs before the service does it, without key and end.
func (s *services) newLogGroup(ctx *pulumi.Context, name, group string, parent pulumi.Resource) (*cloudwatch.LogGroup, error) {
	logs, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(group), KmsKeyId: s.LogKey.ToStringOutput(), RetentionInDays: pulumi.Int(logDays),
	}, s.child(parent)...)
	if err != nil {
		return nil, fmt.Errorf("making the log group %s: %w", group, err)
	}
	return logs, nil
}
