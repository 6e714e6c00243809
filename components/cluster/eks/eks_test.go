package eks_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/eks"
	"github.com/plinth-iac/plinth/components/cluster/eks/ekstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// workload is something that needs the cluster whole.
func workload(ctx *pulumi.Context, c *cluster.Cluster) error {
	_, err := corev1.NewConfigMap(ctx, "workload", nil, pulumi.Provider(c.Provider), pulumi.DependsOn(c.Ready))
	return err
}

// TestOrder holds what must be there before what. Destroy goes the other way: nothing that cleans up goes before what it cleans.
func TestOrder(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(prod(), workload), append(ekstest.Outputs(), mocks.WithStack("prod"), mocks.Without(mocks.Parents))...)
	for _, c := range []struct {
		typ, name string
		after     []string
		notAfter  []string
	}{
		{"kubernetes:core/v1:ConfigMap", "workload", []string{
			releaseType + "::cluster-aws-load-balancer-controller", releaseType + "::cluster-cluster-autoscaler", addOnType + "::cluster-aws-ebs-csi-driver",
			addOnType + "::cluster-coredns", addOnType + "::cluster-vpc-cni", nodeGroupType + "::cluster-gpu", nodeGroupType + "::cluster-spot",
			nodeGroupType + "::cluster-system", entryType + "::cluster-admin-111122223333-role-deploy", "kubernetes:storage.k8s.io/v1:StorageClass::cluster-encrypted",
			"aws:ec2/natGateway:NatGateway::cluster-nat-1", "aws:ec2/internetGateway:InternetGateway::cluster",
		}, nil},
		{releaseType, "cluster-aws-load-balancer-controller", []string{
			associationType + "::cluster-aws-load-balancer-controller", policyType + "::cluster-aws-load-balancer-controller", nodeGroupType + "::cluster-system",
			addOnType + "::cluster-coredns", addOnType + "::cluster-metrics-server", entryType + "::cluster-admin-111122223333-role-deploy",
		}, []string{nodeGroupType + "::cluster-gpu", nodeGroupType + "::cluster-spot"}},
		{releaseType, "cluster-cluster-autoscaler", []string{policyType + "::cluster-cluster-autoscaler", nodeGroupType + "::cluster-system"}, nil},
		{addOnType, "cluster-aws-ebs-csi-driver", []string{
			associationType + "::cluster-aws-ebs-csi-driver", policyType + "::cluster-aws-ebs-csi-driver", attachmentType + "::cluster-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicyV2",
			nodeGroupType + "::cluster-system", keyType + "::cluster-data",
		}, []string{nodeGroupType + "::cluster-gpu"}},
		{nodeGroupType, "cluster-spot", []string{
			addOnType + "::cluster-vpc-cni", addOnType + "::cluster-kube-proxy", addOnType + "::cluster-eks-pod-identity-agent", associationType + "::cluster-vpc-cni",
			attachmentType + "::cluster-vpc-cni-AmazonEKS_CNI_Policy", attachmentType + "::cluster-nodes-AmazonEKSWorkerNodePolicy",
			"aws:ec2/route:Route::cluster-private-1", natType + "::cluster-nat-3", "aws:ec2/route:Route::cluster-public", clusterType + "::cluster",
			"aws:ec2/routeTableAssociation:RouteTableAssociation::cluster-private-2",
		}, []string{addOnType + "::cluster-coredns", nodeGroupType + "::cluster-system", "pulumi:providers:kubernetes::cluster-kubernetes"}},
		{addOnType, "cluster-vpc-cni", []string{clusterType + "::cluster"}, []string{nodeGroupType + "::cluster-system"}},
		{clusterType, "cluster", []string{
			logsType + "::cluster-plane", keyType + "::cluster-control", attachmentType + "::cluster-plane-AmazonEKSClusterPolicy", subnetType + "::cluster-private-3",
		}, []string{natType + "::cluster-nat-1", "aws:ec2/flowLog:FlowLog::cluster-flows", keyType + "::cluster-data"}},
		{"aws:kms/key:Key", "cluster-control", nil, []string{"aws:ec2/vpc:Vpc::cluster"}},
		{roleType, "cluster-aws-load-balancer-controller", nil, []string{clusterType + "::cluster"}},
		{natType, "cluster-nat-2", []string{"aws:ec2/route:Route::cluster-public", "aws:ec2/internetGateway:InternetGateway::cluster"}, nil},
	} {
		t.Run(c.typ+" "+c.name, func(t *testing.T) {
			t.Parallel()
			found := rec.Needs(rec.Get(t, c.typ, c.name))
			has := func(ending string) bool {
				typ, name, _ := strings.Cut(ending, "::")
				return found[rec.Get(t, typ, name).URN]
			}
			for _, ending := range c.after {
				assert.True(t, has(ending), "%s must be there before it, and is not a dependency", ending)
			}
			for _, ending := range c.notAfter {
				assert.False(t, has(ending), "it waits for %s and needs not", ending)
			}
		})
	}
}

// TestUpgradeOrder: a change of the version reaches control plane, the nodes' add-ons and pools in this order.
func TestUpgradeOrder(t *testing.T) {
	t.Parallel()
	args := prod()
	args.Spec.Version = "1.36"
	rec := record(t, mocks.Preview, args, nil)
	proxy, group := rec.Get(t, addOnType, "cluster-kube-proxy"), rec.Get(t, nodeGroupType, "cluster-system")
	assert.Equal(t, "1.36", rec.Get(t, clusterType, "cluster").At("version"))
	assert.Equal(t, "1.36", group.At("version"))
	assert.Contains(t, proxy.At("addonVersion"), "v1.36.")
	assert.Contains(t, group.Dependencies, proxy.URN)
	assert.Contains(t, proxy.Dependencies, rec.Get(t, clusterType, "cluster").URN)
	assert.Equal(t, "v1.36.1", rec.Get(t, releaseType, "cluster-cluster-autoscaler").At("values.image.tag"))
	assert.Nil(t, group.At("forceUpdateVersion"), "forced updates pass over disruption budgets")
}

func TestAddOns(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Preview, prod(), nil)
	var names []any
	all(t, rec, addOnType, func(a *mocks.Resource) {
		names = append(names, a.At("addonName"))
		assert.NotEmpty(t, a.At("addonVersion"))
		assert.Equal(t, a.At("addonName") == "vpc-cni", a.At("preserve"), "%s", a.Name)
	})
	assert.ElementsMatch(t, []any{"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver", "metrics-server"}, names)
	assert.Equal(t, false, rec.Get(t, clusterType, "cluster").At("bootstrapSelfManagedAddons"))
}

func TestProtect(t *testing.T) {
	t.Parallel()
	kept := []string{clusterType, "aws:ec2/vpc:Vpc", subnetType, keyType, logsType, "aws:ec2/eip:Eip", "aws:ecr/repository:Repository"}
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := environment()
			rec := record(t, mocks.Preview, args, nil)
			for _, typ := range kept {
				all(t, rec, typ, func(res *mocks.Resource) { assert.Equal(t, args.Protect, res.Protect, res.URN) })
			}
			all(t, rec, nodeGroupType, func(res *mocks.Resource) { assert.False(t, res.Protect, "a pool must be replaceable: %s", res.URN) })
			all(t, rec, "aws:ecr/repository:Repository", func(res *mocks.Resource) { assert.Equal(t, !args.Protect, res.At("forceDelete")) })
		})
	}
}

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	secret, ok := rec.Outputs["kubeconfig"].(mocks.Secret)
	require.True(t, ok, "the kubeconfig is not secret")
	config := parsed(t, secret.Reveal())
	user := mocks.One(t, config["users"])["user"].(map[string]any)
	require.Len(t, user, 1, "nothing but exec: no token")
	exec := user["exec"].(map[string]any)
	assert.Equal(t, "aws", exec["command"])
	assert.Equal(t, []any{"eks", "get-token", "--cluster-name", "plinth-prod-cluster", "--region", "eu-central-1", "--output", "json"}, exec["args"])
	server := mocks.One(t, config["clusters"])["cluster"].(map[string]any)
	assert.Equal(t, "https://CLUSTER.gr7.eu-central-1.eks.amazonaws.com", server["server"])
	assert.Equal(t, "Y2E=", server["certificate-authority-data"])

	provider := rec.Get(t, "pulumi:providers:kubernetes", "cluster-kubernetes")
	assert.Equal(t, "https://CLUSTER.gr7.eu-central-1.eks.amazonaws.com", provider.Inputs["clusterIdentifier"])
	assert.IsType(t, mocks.Secret(""), provider.Inputs["kubeconfig"])
	assert.Equal(t, "111122223333.dkr.ecr.eu-central-1.amazonaws.com/plinth-prod-cluster", rec.Outputs["registry"])
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	args := prod()
	args.KeepImages = 7
	rec := record(t, mocks.Preview, args, nil)
	var names []any
	all(t, rec, "aws:ecr/repository:Repository", func(r *mocks.Resource) {
		names = append(names, r.At("name"))
		assert.Equal(t, true, r.At("imageScanningConfiguration.scanOnPush"))
		assert.Equal(t, "IMMUTABLE", r.At("imageTagMutability"))
		assert.Equal(t, "KMS", mocks.One(t, r.At("encryptionConfigurations"))["encryptionType"])
		rules := parsed(t, rec.Get(t, "aws:ecr/lifecyclePolicy:LifecyclePolicy", r.Name).At("policy"))["rules"].([]any)
		assert.EqualValues(t, 7, rules[1].(map[string]any)["selection"].(map[string]any)["countNumber"])
	})
	assert.ElementsMatch(t, []any{"plinth-prod-cluster/api-gateway", "plinth-prod-cluster/team/auth"}, names)
}

func TestStorageClass(t *testing.T) {
	t.Parallel()
	class := record(t, mocks.Up, prod(), nil).Get(t, "kubernetes:storage.k8s.io/v1:StorageClass", "cluster-encrypted")
	assert.Equal(t, map[string]any{
		"type": "gp3", "encrypted": "true", "csi.storage.k8s.io/fstype": "ext4",
		"kmsKeyId": "arn:aws:kms:eu-central-1:111122223333:key/cluster-data",
	}, class.At("parameters"))
	assert.Equal(t, map[string]any{"storageclass.kubernetes.io/is-default-class": "true"}, class.At("metadata.annotations"))
	assert.Equal(t, "WaitForFirstConsumer", class.At("volumeBindingMode"))
}

func TestControllers(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	flags := map[string][]string{charts.ClusterAutoscaler.Name: {"extraArgs"}}
	for _, chart := range []charts.Chart{charts.AWSLoadBalancerController, charts.ClusterAutoscaler, charts.NVIDIADevicePlugin} {
		t.Run(chart.Name, func(t *testing.T) {
			t.Parallel()
			release := rec.Get(t, releaseType, "cluster-"+chart.Name)
			assert.Equal(t, "kube-system", release.At("namespace"))
			assert.Equal(t, chart.Version, release.At("version"))
			chartstest.CheckValues(t, chart.Name, release.At("values"), flags[chart.Name]...)
		})
	}
	assert.False(t, record(t, mocks.Preview, dev(), nil).Has(releaseType, "cluster-nvidia-device-plugin"), "there is no GPU pool")
}

func TestChartMirror(t *testing.T) {
	t.Parallel()
	args := prod()
	args.Charts = "oci://registry.example.com/charts"
	all(t, record(t, mocks.Preview, args, nil), releaseType, func(r *mocks.Resource) {
		assert.Contains(t, r.At("chart"), "oci://registry.example.com/charts/")
	})
}

func TestExistingNetwork(t *testing.T) {
	t.Parallel()
	args := stage()
	args.Spec.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{
		ID: "vpc-1", Private: []string{"subnet-a", "subnet-b"}, Public: []string{"subnet-c", "subnet-d"},
	}}
	rec := record(t, mocks.Preview, args, nil)
	for _, res := range rec.Resources() {
		assert.False(t, strings.HasPrefix(res.Type, "aws:ec2/") && res.Type != templateType, "made %s in a network that is there", res.URN)
	}
	assert.Equal(t, []any{"subnet-a", "subnet-b"}, rec.Get(t, clusterType, "cluster").At("vpcConfig.subnetIds"))
	assert.Equal(t, []any{"subnet-a", "subnet-b"}, rec.Get(t, nodeGroupType, "cluster-system").At("subnetIds"))
	assert.Equal(t, "vpc-1", rec.Get(t, releaseType, "cluster-aws-load-balancer-controller").At("values.vpcId"))
}

func TestGivenProvider(t *testing.T) {
	t.Parallel()
	rec := mocks.Preview(t, func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "mine", &aws.ProviderArgs{Region: pulumi.String("eu-central-1")})
		if err != nil {
			return err
		}
		_, err = eks.New(ctx, "cluster", prod(), pulumi.Providers(provider))
		return err
	}, ekstest.Outputs()...)
	assert.False(t, rec.Has("pulumi:providers:aws", "cluster-aws"))
	assert.Contains(t, rec.Get(t, clusterType, "cluster").Provider, "::mine")
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*cluster.Args)
		want   string
	}{
		{"no administrator", func(a *cluster.Args) { a.Admins = nil }, "EKS lets nobody else in"},
		{"a session", func(a *cluster.Args) { a.Admins = []string{"arn:aws:sts::111122223333:assumed-role/deploy/me"} }, "admins[0]"},
		{"an account", func(a *cluster.Args) { a.Admins = []string{"111122223333"} }, "admins[0]"},
		{"the same twice", func(a *cluster.Args) { a.Admins = append(a.Admins, a.Admins[0]) }, "admins[1]"},
		{"capitals in a repository", func(a *cluster.Args) { a.Repositories = []string{"Api"} }, "repositories[0]"},
		{"a region that is none", func(a *cluster.Args) { a.Region = "eu-central" }, "eu-central-1"},
		{"an endpoint open to all", func(a *cluster.Args) { a.Spec.API.Allow = []string{"0.0.0.0/0"} }, "not the whole internet"},
		{"a zone without its subnet", func(a *cluster.Args) {
			a.Spec.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{ID: "vpc-1", Private: []string{"a", "b"}}}
		}, "a subnet for each of the 3 zones"},
		{"an old version", func(a *cluster.Args) { a.Spec.Version = "1.33" }, "cluster.version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := prod()
			c.change(args)
			require.ErrorContains(t, mocks.Fail(t, program(args, nil), ekstest.Outputs()...), c.want)
		})
	}
}
