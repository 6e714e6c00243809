package dataservice

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
)

// newPolicy admits the clients and nobody else, and lets nothing out: a server of data opens no connections.
func newPolicy(ctx *pulumi.Context, name string, args *Args, meta *metav1.ObjectMetaArgs, selector pulumi.StringMap,
	opts []pulumi.ResourceOption,
) error {
	ingress := networkingv1.NetworkPolicyIngressRuleArray{}
	// A rule without peers would admit everyone, so without clients there must be no rule.
	if len(args.Clients) > 0 {
		from := networkingv1.NetworkPolicyPeerArray{}
		for _, client := range args.Clients {
			from = append(from, peer(client))
		}
		ingress = append(ingress, networkingv1.NetworkPolicyIngressRuleArgs{
			From: from,
			Ports: networkingv1.NetworkPolicyPortArray{networkingv1.NetworkPolicyPortArgs{
				Port: pulumi.Int(args.Port), Protocol: pulumi.String("TCP"),
			}},
		})
	}
	_, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: meta,
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{MatchLabels: selector},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
			Ingress:     ingress,
		},
	}, opts...)
	if err != nil {
		return fmt.Errorf("making the NetworkPolicy %s: %w", name, err)
	}
	return nil
}

func peer(p network.Peer) networkingv1.NetworkPolicyPeerArgs {
	if p.CIDR != "" {
		return networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(p.CIDR)}}
	}
	return networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: metav1.LabelSelectorArgs{
			MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(p.Namespace)},
		},
		PodSelector: metav1.LabelSelectorArgs{
			MatchLabels: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(p.App)},
		},
	}
}
