package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	helm "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
)

// newControllers installs what EKS has no add-on for. They need nodes, and DNS to find aws; the add-ons bring both.
func (b *builder) newControllers(k8s *kubernetes.Provider, plane *eks.Cluster, net *network, addOns []pulumi.Resource) ([]pulumi.Resource, error) {
	scaler, err := b.newController(k8s, charts.ClusterAutoscaler, pulumi.String(autoscalerPolicy(b.eksName)), b.autoscalerValues(), addOns)
	if err != nil {
		return nil, err
	}
	// While it starts, the API server refuses new Services: the add-ons are there by now, and the two charts beside it have none.
	balancer, err := b.newController(k8s, charts.AWSLoadBalancerController, pulumi.String(balancerPolicy(b.eksName)), b.balancerValues(net), addOns)
	if err != nil {
		return nil, err
	}
	controllers := []pulumi.Resource{scaler, balancer}
	if b.hasGPU() {
		plugin, err := b.newRelease(k8s, charts.NVIDIADevicePlugin, devicePluginValues, addOns)
		if err != nil {
			return nil, err
		}
		controllers = append(controllers, plugin)
	}
	return controllers, nil
}

// newController installs a chart whose ServiceAccount, of the chart's name, has a role of its own.
func (b *builder) newController(
	k8s *kubernetes.Provider, chart charts.Chart, policy pulumi.StringInput, values pulumi.Map, after []pulumi.Resource,
) (pulumi.Resource, error) {
	role, err := b.newPodRole(b.self, b.name+"-"+chart.Name, podRole{namespace: "kube-system", serviceAccount: chart.Name, own: policy})
	if err != nil {
		return nil, err
	}
	return b.newRelease(k8s, chart, values, append([]pulumi.Resource{role}, after...))
}

func (b *builder) newRelease(k8s *kubernetes.Provider, chart charts.Chart, values pulumi.Map, after []pulumi.Resource) (pulumi.Resource, error) {
	args := chart.Release(b.args.Charts)
	args.Namespace, args.Values = pulumi.String("kube-system"), values
	release, err := helm.NewRelease(b.ctx, b.name+"-"+chart.Name, args, pulumi.Parent(b.self), pulumi.Provider(k8s), pulumi.DependsOn(after))
	if err != nil {
		return nil, fmt.Errorf("installing %s: %w", chart.Name, err)
	}
	return release, nil
}

// onSystem keeps pods on the pool that is always there.
var onSystem = pulumi.StringMap{cluster.PoolLabel: pulumi.String("system")}

// autoscalerImages are those of the autoscaler that simulate the scheduler of a Kubernetes version, as its releases say which to
// take: kubernetes/autoscaler, releases cluster-autoscaler-1.34.5, -1.35.1 and -1.36.1 of mid 2026.
var autoscalerImages = map[string]string{"1.34": "v1.34.5", "1.35": "v1.35.1", "1.36": "v1.36.1"}

func (b *builder) autoscalerValues() pulumi.Map {
	name := pulumi.String(charts.ClusterAutoscaler.Name)
	return pulumi.Map{
		"fullnameOverride": name,
		"cloudProvider":    pulumi.String("aws"),
		"awsRegion":        pulumi.String(b.args.Region),
		"autoDiscovery":    pulumi.Map{"clusterName": pulumi.String(b.eksName)},
		"image":            pulumi.Map{"tag": pulumi.String(autoscalerImages[b.version])},
		"rbac":             pulumi.Map{"serviceAccount": pulumi.Map{"name": name}},
		"extraArgs": pulumi.Map{
			"balance-similar-node-groups":   pulumi.Bool(true),
			"expander":                      pulumi.String("least-waste"),
			"skip-nodes-with-local-storage": pulumi.Bool(false),
			"skip-nodes-with-system-pods":   pulumi.Bool(false),
		},
		"nodeSelector": onSystem,
		"resources":    charts.Requests("100m", "600Mi"),
		"service":      pulumi.Map{"create": pulumi.Bool(false)},
		"securityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(65534),
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		"containerSecurityContext": charts.RestrictedContainer(),
	}
}

// balancerValues make a Service of type LoadBalancer mean what it means on the other clouds: reachable from outside, unless its
// annotations say otherwise. Firewalls and shields of aws are off, and the rights to them are not given.
func (b *builder) balancerValues(net *network) pulumi.Map {
	return pulumi.Map{
		"fullnameOverride":          pulumi.String(charts.AWSLoadBalancerController.Name),
		"clusterName":               pulumi.String(b.eksName),
		"region":                    pulumi.String(b.args.Region),
		"vpcId":                     net.vpc,
		"serviceAccount":            pulumi.Map{"name": pulumi.String(charts.AWSLoadBalancerController.Name)},
		"replicaCount":              pulumi.Int(2),
		"podDisruptionBudget":       pulumi.Map{"maxUnavailable": pulumi.Int(1)},
		"defaultTargetType":         pulumi.String("ip"),
		"defaultLoadBalancerScheme": pulumi.String("internet-facing"),
		"defaultTags":               pulumi.ToStringMap(b.args.Tags),
		"enableShield":              pulumi.Bool(false),
		"enableWaf":                 pulumi.Bool(false),
		"enableWafv2":               pulumi.Bool(false),
		"keepTLSSecret":             pulumi.Bool(true), // else each upgrade has a new certificate and every pod a reason to restart
		"nodeSelector":              onSystem,
		"resources":                 charts.Requests("100m", "200Mi"),
	}
}

// devicePluginValues have it run on every GPU node, whatever taints the pool has. It finds them by the label that they carry.
var devicePluginValues = pulumi.Map{
	"tolerations": pulumi.MapArray{pulumi.Map{"operator": pulumi.String("Exists")}},
	"resources":   charts.Requests("10m", "128Mi"),
}

func (b *builder) hasGPU() bool {
	for _, pool := range b.args.Spec.Pools {
		if pool.GPU != nil {
			return true
		}
	}
	return false
}
