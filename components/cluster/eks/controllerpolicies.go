package eks

// autoscalerPolicy lets the autoscaler look at all pools and change the size of this cluster's, by the tag that EKS puts on the
// groups of managed pools. Actions as in kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md.
func autoscalerPolicy(clusterName string) string {
	return document(
		allow([]string{
			"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLaunchConfigurations",
			"autoscaling:DescribeScalingActivities", "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes",
			"ec2:DescribeLaunchTemplateVersions", "ec2:GetInstanceTypesFromInstanceRequirements", "eks:DescribeNodegroup",
		}, "*"),
		allow([]string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"}, "*").
			when("StringEquals", "aws:ResourceTag/k8s.io/cluster-autoscaler/"+clusterName, "owned"),
	)
}

// ofCluster is the tag that the load balancer controller puts on everything it makes, with the cluster's name as its value.
const ofCluster = "elbv2.k8s.aws/cluster"

// The kinds of load balancer resources that take tags.
var (
	balancers = []string{
		"arn:aws:elasticloadbalancing:*:*:targetgroup/*/*",
		"arn:aws:elasticloadbalancing:*:*:loadbalancer/net/*/*",
		"arn:aws:elasticloadbalancing:*:*:loadbalancer/app/*/*",
	}
	listeners = []string{
		"arn:aws:elasticloadbalancing:*:*:listener/net/*/*/*",
		"arn:aws:elasticloadbalancing:*:*:listener/app/*/*/*",
		"arn:aws:elasticloadbalancing:*:*:listener-rule/net/*/*/*",
		"arn:aws:elasticloadbalancing:*:*:listener-rule/app/*/*/*",
	}
)

// balancerPolicy lets the load balancer controller look around, and change what it made for this cluster. Actions are those that
// version 3.5.0 needs (docs/install/iam_policy.json of its repository), less those for firewalls, shields and user pools; what
// that policy allows for the controllers of any cluster is narrowed to this one's tag.
func balancerPolicy(clusterName string) string {
	const (
		requested = "aws:RequestTag/" + ofCluster
		existing  = "aws:ResourceTag/" + ofCluster
		groups    = "arn:aws:ec2:*:*:security-group/*"
	)
	return document(
		allow([]string{
			"ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways",
			"ec2:DescribeVpcs", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
			"ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ec2:DescribeTags", "ec2:DescribeCoipPools", "ec2:GetCoipPoolUsage",
			"ec2:GetSecurityGroupsForVpc", "ec2:DescribeIpamPools", "ec2:DescribeRouteTables", "elasticloadbalancing:Describe*",
			"acm:ListCertificates", "acm:DescribeCertificate", "iam:ListServerCertificates", "iam:GetServerCertificate",
		}, "*"),
		allow([]string{"iam:CreateServiceLinkedRole"}, "*").when("StringEquals", "iam:AWSServiceName", "elasticloadbalancing.amazonaws.com"),

		// Security groups: its own, and rules in those of the nodes, which EKS made and which have no such tag.
		allow([]string{"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"}, "*"),
		allow([]string{"ec2:DeleteSecurityGroup"}, "*").when("StringEquals", existing, clusterName),
		allow([]string{"ec2:CreateTags"}, groups).when("StringEquals", "ec2:CreateAction", "CreateSecurityGroup").when("StringEquals", requested, clusterName),
		allow([]string{"ec2:CreateTags", "ec2:DeleteTags"}, groups).when("Null", requested, "true").when("StringEquals", existing, clusterName),

		// Load balancers and target groups.
		allow([]string{"elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"}, "*").when("StringEquals", requested, clusterName),
		allow([]string{
			"elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:SetIpAddressType", "elasticloadbalancing:SetSecurityGroups",
			"elasticloadbalancing:SetSubnets", "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:ModifyTargetGroup",
			"elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyListenerAttributes",
			"elasticloadbalancing:ModifyCapacityReservation", "elasticloadbalancing:ModifyIpPools",
		}, "*").when("StringEquals", existing, clusterName),
		allow([]string{"elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"}, balancers[0]),
		allow([]string{"elasticloadbalancing:AddTags"}, balancers...).
			when("StringEquals", "elasticloadbalancing:CreateAction", "CreateTargetGroup", "CreateLoadBalancer").when("StringEquals", requested, clusterName),
		allow([]string{"elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"}, balancers...).
			when("Null", requested, "true").when("StringEquals", existing, clusterName),

		// Listeners and rules, which are made without their tags.
		allow([]string{
			"elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:CreateRule",
			"elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule",
			"elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:RemoveListenerCertificates", "elasticloadbalancing:SetRulePriorities",
		}, "*"),
		allow([]string{"elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"}, listeners...),
	)
}
