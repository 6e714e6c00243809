package network

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Rules are what one app's pods may be reached by and may reach.
type Rules struct {
	// Namespace of the app.
	Namespace pulumi.StringInput
	// App selects its pods: those labelled app.kubernetes.io/name=<App>.
	App string
	// Labels of the policy itself.
	Labels pulumi.StringMap
	// Ports are the app's TCP ports that From may connect to.
	Ports []int
	// From are the peers that may connect; none means nobody.
	From []Peer
	// Open are TCP ports that everybody may connect to, for webhooks: where the API server connects from differs by cloud, and no
	// selector matches it.
	Open []int
	// To are the peers that the app may connect to, each on its own Ports. A peer without ports is left out.
	To []Peer
	// Reach are TCP ports that the app may connect to wherever they are, nodes too. No selector matches those, and where Cilium
	// enforces policies, as on GKE and AKS, no address range does: learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium.
	Reach []int
	// AllPods lets the app connect to every pod of the cluster that lets it in, on any port.
	AllPods bool
}

// DefaultDeny closes a namespace in both directions to all that no other policy allows. opts must carry the parent, here and below. It fails only where the
// registration does.
func DefaultDeny(
	ctx *pulumi.Context, name string, namespace pulumi.StringInput, opts ...pulumi.ResourceOption,
) (*networkingv1.NetworkPolicy, error) {
	return newPolicy(ctx, name, namespace, nil, networkingv1.NetworkPolicySpecArgs{
		PodSelector: metav1.LabelSelectorArgs{},
		PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
	}, opts)
}

// AllowDNS lets every pod of a namespace resolve names, and nothing more. It fails only where the registration does.
func AllowDNS(
	ctx *pulumi.Context, name string, namespace pulumi.StringInput, opts ...pulumi.ResourceOption,
) (*networkingv1.NetworkPolicy, error) {
	return newPolicy(ctx, name, namespace, nil, networkingv1.NetworkPolicySpecArgs{
		PodSelector: metav1.LabelSelectorArgs{},
		PolicyTypes: pulumi.ToStringArray([]string{"Egress"}),
		Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{
				networkingv1.NetworkPolicyPeerArgs{
					NamespaceSelector: namespaceSelector("kube-system"),
					// CoreDNS has the first label on every cloud, as kube-dns had; the per-node cache has the second.
					PodSelector: metav1.LabelSelectorArgs{
						MatchExpressions: metav1.LabelSelectorRequirementArray{metav1.LabelSelectorRequirementArgs{
							Key: pulumi.String("k8s-app"), Operator: pulumi.String("In"),
							Values: pulumi.ToStringArray([]string{"kube-dns", "node-local-dns"}),
						}},
					},
				},
				// A per-node cache runs on the host's network, which no pod selector matches: this is the link-local
				// address that Kubernetes documents for it.
				networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String("169.254.20.10/32")}},
			},
			Ports: networkingv1.NetworkPolicyPortArray{port("UDP", 53), port("TCP", 53)},
		}},
	}, opts)
}

// Allow opens exactly the given rules for one app, under the app's name or any other. It fails only where the registration does.
func Allow(
	ctx *pulumi.Context, name string, rules *Rules, opts ...pulumi.ResourceOption,
) (*networkingv1.NetworkPolicy, error) {
	return newPolicy(ctx, name, rules.Namespace, rules.Labels, networkingv1.NetworkPolicySpecArgs{
		PodSelector: metav1.LabelSelectorArgs{MatchLabels: appLabels(rules.App)},
		PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
		Ingress:     ingress(rules),
		Egress:      egress(rules),
	}, opts)
}

// AllowGossip lets the pods of one app talk to each other on a port, over TCP and UDP, as members of a cluster do to find who is
// there. It fails only where the registration does.
func AllowGossip(
	ctx *pulumi.Context, name string, namespace pulumi.StringInput, app string, number int, opts ...pulumi.ResourceOption,
) (*networkingv1.NetworkPolicy, error) {
	members := networkingv1.NetworkPolicyPeerArray{
		networkingv1.NetworkPolicyPeerArgs{PodSelector: metav1.LabelSelectorArgs{MatchLabels: appLabels(app)}},
	}
	ports := networkingv1.NetworkPolicyPortArray{port("TCP", number), port("UDP", number)}
	return newPolicy(ctx, name, namespace, nil, networkingv1.NetworkPolicySpecArgs{
		PodSelector: metav1.LabelSelectorArgs{MatchLabels: appLabels(app)},
		PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
		Ingress:     networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{From: members, Ports: ports}},
		Egress:      networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{To: members, Ports: ports}},
	}, opts)
}

// ingress has no rule where there is no peer or no port: one that lacks either would admit everyone, or to every port.
func ingress(rules *Rules) networkingv1.NetworkPolicyIngressRuleArray {
	var allowed networkingv1.NetworkPolicyIngressRuleArray
	if len(rules.From) > 0 && len(rules.Ports) > 0 {
		var from networkingv1.NetworkPolicyPeerArray
		for _, p := range rules.From {
			from = append(from, p.selector())
		}
		allowed = append(allowed, networkingv1.NetworkPolicyIngressRuleArgs{From: from, Ports: tcp(rules.Ports)})
	}
	if len(rules.Open) > 0 {
		allowed = append(allowed, networkingv1.NetworkPolicyIngressRuleArgs{Ports: tcp(rules.Open)})
	}
	return allowed
}

func egress(rules *Rules) networkingv1.NetworkPolicyEgressRuleArray {
	var allowed networkingv1.NetworkPolicyEgressRuleArray
	for _, p := range rules.To {
		if len(p.Ports) == 0 { // without ports the rule would open them all
			continue
		}
		allowed = append(allowed, networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{p.selector()}, Ports: tcp(p.Ports),
		})
	}
	if len(rules.Reach) > 0 {
		allowed = append(allowed, networkingv1.NetworkPolicyEgressRuleArgs{Ports: tcp(rules.Reach)})
	}
	if rules.AllPods {
		allowed = append(allowed, networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: metav1.LabelSelectorArgs{}}},
		})
	}
	return allowed
}

func (p Peer) selector() networkingv1.NetworkPolicyPeerArgs {
	if p.CIDR != "" {
		return networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(p.CIDR)}}
	}
	return networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: namespaceSelector(p.Namespace),
		PodSelector:       metav1.LabelSelectorArgs{MatchLabels: appLabels(p.App)},
	}
}

func appLabels(app string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}
}

func namespaceSelector(name string) metav1.LabelSelectorArgs {
	return metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(name)}}
}

func tcp(numbers []int) networkingv1.NetworkPolicyPortArray {
	var ports networkingv1.NetworkPolicyPortArray
	for _, number := range numbers {
		ports = append(ports, port("TCP", number))
	}
	return ports
}

func port(protocol string, number int) networkingv1.NetworkPolicyPortArgs {
	return networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(number)}
}

func newPolicy(
	ctx *pulumi.Context, name string, namespace pulumi.StringInput, labels pulumi.StringMap,
	spec networkingv1.NetworkPolicySpecArgs, opts []pulumi.ResourceOption,
) (*networkingv1.NetworkPolicy, error) {
	policy, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: namespace, Labels: labels},
		Spec:     spec,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("making the NetworkPolicy %s: %w", name, err)
	}
	return policy, nil
}
