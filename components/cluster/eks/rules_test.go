package eks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// rules are the rows of the AWS table of cloud-facts.md, by number and rule ids. What they hold of must be there: all fails
// where there is none.
var rules = []struct {
	name  string
	holds func(t *testing.T, rec *mocks.Recording, args *cluster.Args)
}{
	{"01 CKV_AWS_37 AWS-0038 CIS-2.1.1 control plane logs", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.ElementsMatch(t, []any{"api", "audit", "authenticator", "controllerManager", "scheduler"}, c.At("enabledClusterLogTypes"))
	})},
	{"02 CKV_AWS_58 AWS-0039 CIS-5.3.1 secrets under a customer key", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, []any{"secrets"}, c.At("encryptionConfig.resources"))
		assert.NotEmpty(t, c.At("encryptionConfig.provider.keyArn"))
		assert.Contains(t, strings.Join(c.PropertyDependencies["encryptionConfig"], " "), keyType+"::cluster-control")
	})},
	{"03 CKV_AWS_39 AWS-0040 CIS-5.4.2 public endpoint only for named ranges", onCluster(func(t *testing.T, c *mocks.Resource, args *cluster.Args) {
		assert.Equal(t, len(args.Spec.API.Allow) > 0, c.At("vpcConfig.endpointPublicAccess"))
	})},
	{"04 CKV_AWS_38 AWS-0041 CIS-5.4.1 ranges of the public endpoint", onCluster(func(t *testing.T, c *mocks.Resource, args *cluster.Args) {
		if c.At("vpcConfig.endpointPublicAccess") == true {
			assert.NotEmpty(t, c.At("vpcConfig.publicAccessCidrs"))
			assert.NotContains(t, c.At("vpcConfig.publicAccessCidrs"), "0.0.0.0/0")
		} else {
			assert.Nil(t, c.At("vpcConfig.publicAccessCidrs"))
		}
	})},
	{"05 CIS-5.4.2 private endpoint", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("vpcConfig.endpointPrivateAccess"))
	})},
	{"06 CIS-4.1.7 access entries, and no creator's rights", func(t *testing.T, rec *mocks.Recording, args *cluster.Args) {
		c := rec.Get(t, clusterType, "cluster")
		assert.Equal(t, "API", c.At("accessConfig.authenticationMode"))
		assert.Equal(t, false, c.At("accessConfig.bootstrapClusterCreatorAdminPermissions"))
		assert.Len(t, rec.ByType(entryType), len(args.Admins))
		assert.Len(t, rec.ByType("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"), len(args.Admins))
	}},
	{"07 CKV_AWS_339 supported version at standard price", onCluster(func(t *testing.T, c *mocks.Resource, args *cluster.Args) {
		assert.Equal(t, args.Spec.Version, c.At("version"))
		assert.Equal(t, "STANDARD", c.At("upgradePolicy.supportType"))
	})},
	{"08 CIS-5.4.3 private subnets in two zones or more", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		c := rec.Get(t, clusterType, "cluster")
		assert.GreaterOrEqual(t, len(c.PropertyDependencies["vpcConfig"]), 2)
		for _, urn := range c.PropertyDependencies["vpcConfig"] {
			assert.Contains(t, urn, subnetType+"::cluster-private-")
		}
		all(t, rec, nodeGroupType, func(group *mocks.Resource) {
			assert.NotEmpty(t, group.PropertyDependencies["subnetIds"])
			for _, urn := range group.PropertyDependencies["subnetIds"] {
				assert.Contains(t, urn, subnetType+"::cluster-private-")
			}
		})
		zones := map[any]bool{}
		all(t, rec, subnetType, func(s *mocks.Resource) { zones[s.At("availabilityZoneId")] = true })
		assert.GreaterOrEqual(t, len(zones), 2)
	}},
	{"09 CKV_AWS_130 AWS-0164 no public addresses by default", each(subnetType, func(t *testing.T, s *mocks.Resource) {
		assert.Equal(t, false, s.At("mapPublicIpOnLaunch"))
	})},
	{"10 CKV2_AWS_11 AWS-0178 flow log", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		flows := rec.Get(t, "aws:ec2/flowLog:FlowLog", "cluster-flows")
		assert.Equal(t, "ALL", flows.At("trafficType"))
		assert.Contains(t, strings.Join(flows.PropertyDependencies["vpcId"], " "), "aws:ec2/vpc:Vpc::cluster")
		assert.Len(t, rec.ByType("aws:ec2/vpc:Vpc"), 1)
	}},
	{"11 CKV2_AWS_12 closed default security group", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		group := rec.Get(t, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "cluster-default")
		assert.Nil(t, group.At("ingress"))
		assert.Nil(t, group.At("egress"))
	}},
	// One zone's loss may cut dev and stage off: a gateway costs more than all that runs there at night.
	{"12 NAT gateway in each zone of prod", func(t *testing.T, rec *mocks.Recording, args *cluster.Args) {
		want := 1
		if args.NATPerZone {
			want = args.Spec.Zones
		}
		assert.Len(t, rec.ByType(natType), want)
	}},
	{"13 CKV_AWS_79 AWS-0130 metadata by token", each(templateType, func(t *testing.T, lt *mocks.Resource) {
		assert.Equal(t, "required", lt.At("metadataOptions.httpTokens"))
	})},
	{"14 CKV_AWS_341 metadata within one hop", each(templateType, func(t *testing.T, lt *mocks.Resource) {
		assert.EqualValues(t, 1, lt.At("metadataOptions.httpPutResponseHopLimit"))
	})},
	{"15 encrypted gp3 disks", each(templateType, func(t *testing.T, lt *mocks.Resource) {
		disk := mocks.One(t, lt.At("blockDeviceMappings"))["ebs"].(map[string]any)
		assert.Equal(t, "true", disk["encrypted"])
		assert.Equal(t, "gp3", disk["volumeType"])
	})},
	{"16 CKV_AWS_88 no public addresses", each(templateType, func(t *testing.T, lt *mocks.Resource) {
		assert.Nil(t, lt.At("networkInterfaces"))
	})},
	{"17 CKV_AWS_100 no remote access", each(nodeGroupType, func(t *testing.T, group *mocks.Resource) {
		assert.Nil(t, group.At("remoteAccess"))
	})},
	{"18 current image", each(nodeGroupType, func(t *testing.T, group *mocks.Resource) {
		assert.Regexp(t, `^(AL2023|BOTTLEROCKET)_`, group.At("amiType"))
	})},
	{"19 rolling update and repair", each(nodeGroupType, func(t *testing.T, group *mocks.Resource) {
		assert.EqualValues(t, 33, group.At("updateConfig.maxUnavailablePercentage"))
		assert.Equal(t, true, group.At("nodeRepairConfig.enabled"))
	})},
	{"20 CKV_AWS_7 AWS-0065 keys rotate", each(keyType, func(t *testing.T, key *mocks.Resource) {
		assert.Equal(t, true, key.At("enableKeyRotation"))
	})},
	{"21 CKV_AWS_158 CKV_AWS_338 AWS-0017 encrypted logs, kept a year, before the cluster", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		each(logsType, func(t *testing.T, logs *mocks.Resource) {
			assert.NotEmpty(t, logs.At("kmsKeyId"))
			assert.GreaterOrEqual(t, logs.At("retentionInDays"), 365.0)
		})(t, rec, nil)
		plane := rec.Get(t, logsType, "cluster-plane")
		c := rec.Get(t, clusterType, "cluster")
		assert.Equal(t, "/aws/eks/"+c.At("name").(string)+"/cluster", plane.At("name"))
		assert.Contains(t, c.Dependencies, plane.URN)
	}},
	{"22 CIS-4.3.1 CIS-5.4.4 network policy engine", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		settings := parsed(t, rec.Get(t, addOnType, "cluster-vpc-cni").At("configurationValues"))
		assert.Equal(t, "true", settings["enableNetworkPolicy"], "a string, as the add-on's schema has it")
	}},
	{"23 CIS-5.2.1 a role for each controller", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		var accounts []any
		all(t, rec, associationType, func(a *mocks.Resource) {
			accounts = append(accounts, a.At("serviceAccount"))
			role := rec.Get(t, roleType, a.Name)
			assert.Contains(t, a.PropertyDependencies["roleArn"], role.URN)
			trust := mocks.One(t, parsed(t, role.At("assumeRolePolicy"))["Statement"])
			assert.Equal(t, map[string]any{"Service": "pods.eks.amazonaws.com"}, trust["Principal"])
			assert.ElementsMatch(t, []any{"sts:AssumeRole", "sts:TagSession"}, trust["Action"])
			assert.Equal(t, map[string]any{"StringEquals": map[string]any{
				"aws:RequestTag/eks-cluster-name":           []any{"plinth-prod-cluster"},
				"aws:RequestTag/kubernetes-namespace":       []any{"kube-system"},
				"aws:RequestTag/kubernetes-service-account": []any{a.At("serviceAccount")},
			}}, trust["Condition"])
		})
		assert.ElementsMatch(t, []any{"aws-node", "ebs-csi-controller-sa", "cluster-autoscaler", "aws-load-balancer-controller"}, accounts)
	}},
	{"24 CIS-5.1.3 CIS-5.2.1 least rights of nodes", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		rights := map[string][]any{}
		all(t, rec, attachmentType, func(a *mocks.Resource) {
			require.Len(t, a.PropertyDependencies["role"], 1)
			role := a.PropertyDependencies["role"][0]
			rights[role[strings.LastIndex(role, "::")+2:]] = append(rights[role[strings.LastIndex(role, "::")+2:]], a.At("policyArn"))
		})
		assert.ElementsMatch(t, []any{
			"arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
		}, rights["cluster-nodes"])
		assert.Equal(t, []any{"arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"}, rights["cluster-vpc-cni"])
		assert.Equal(t, []any{"arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"}, rights["cluster-aws-ebs-csi-driver"])
		all(t, rec, policyType, func(p *mocks.Resource) {
			assert.NotContains(t, strings.Join(p.PropertyDependencies["role"], " "), "cluster-nodes")
		})
	}},
	// Stricter than the rule: nothing but a route names the whole internet, so no security group lets it in, to any port.
	{"25 AWS-0107 nothing open to the world", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		for _, res := range rec.Resources() {
			if strings.HasPrefix(res.Type, "aws:") && res.Type != "aws:ec2/route:Route" {
				assert.False(t, mentions(res.Inputs, "0.0.0.0/0"), "%s names the whole internet", res.URN)
			}
		}
		assert.NotEmpty(t, rec.ByType("aws:ec2/route:Route"))
	}},
}

// TestRules holds each row against each environment. Exceptions stand with their rows; dev and stage have one, row 12.
func TestRules(t *testing.T) {
	t.Parallel()
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run mode) {
				args := environment()
				rec := record(t, run, args, nil)
				for _, rule := range rules {
					t.Run(rule.name, func(t *testing.T) { rule.holds(t, rec, args) })
				}
			})
		})
	}
}

func onCluster(holds func(*testing.T, *mocks.Resource, *cluster.Args)) func(*testing.T, *mocks.Recording, *cluster.Args) {
	return func(t *testing.T, rec *mocks.Recording, args *cluster.Args) {
		holds(t, rec.Get(t, clusterType, "cluster"), args)
	}
}

func each(typ string, holds func(*testing.T, *mocks.Resource)) func(*testing.T, *mocks.Recording, *cluster.Args) {
	return func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		all(t, rec, typ, func(res *mocks.Resource) { holds(t, res) })
	}
}

func all(t *testing.T, rec *mocks.Recording, typ string, visit func(*mocks.Resource)) {
	t.Helper()
	found := rec.ByType(typ)
	require.NotEmpty(t, found, "no %s", typ)
	for _, res := range found {
		visit(res)
	}
}

// mentions tells whether the text is anywhere below v.
func mentions(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case map[string]any:
		for _, value := range v {
			if mentions(value, text) {
				return true
			}
		}
	case []any:
		for _, value := range v {
			if mentions(value, text) {
				return true
			}
		}
	}
	return false
}
