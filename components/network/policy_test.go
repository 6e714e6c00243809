package network_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// rendered runs a program that makes one policy named "p", and returns the policy as the API server would get it.
func rendered(t *testing.T, register func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error) networkingv1.NetworkPolicySpec {
	t.Helper()
	rec := mocks.Up(t, func(ctx *pulumi.Context) error {
		parent := &pulumi.ResourceState{}
		if err := ctx.RegisterComponentResource("test:index:Parent", "parent", parent); err != nil {
			return err
		}
		if err := register(ctx, pulumi.Parent(parent), pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(parent, pulumi.Map{})
	})
	object := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "p"))
	assert.Equal(t, "p", object.Name)
	assert.Equal(t, "apps", object.Namespace)
	return object.Spec
}

func pods(namespace, app string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": app}},
	}
}

func ports(protocol corev1.Protocol, numbers ...int32) []networkingv1.NetworkPolicyPort {
	var all []networkingv1.NetworkPolicyPort
	for _, number := range numbers {
		port := intstr.FromInt32(number)
		all = append(all, networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: &port})
	}
	return all
}

func TestAllow(t *testing.T) {
	t.Parallel()
	web := network.Peer{Namespace: "apps", App: "web"}
	tests := map[string]struct {
		rules   network.Rules
		ingress []networkingv1.NetworkPolicyIngressRule
		egress  []networkingv1.NetworkPolicyEgressRule
	}{
		"nothing asked for opens nothing": {},
		"callers reach the app's ports and no others": {
			rules: network.Rules{Ports: []int{8080, 8443}, From: []network.Peer{web, {CIDR: "203.0.113.0/24"}}},
			ingress: []networkingv1.NetworkPolicyIngressRule{{
				From: []networkingv1.NetworkPolicyPeer{
					pods("apps", "web"), {IPBlock: &networkingv1.IPBlock{CIDR: "203.0.113.0/24"}},
				},
				Ports: ports("TCP", 8080, 8443),
			}},
		},
		"ports without callers admit nobody":  {rules: network.Rules{Ports: []int{8080}}},
		"callers without ports reach no port": {rules: network.Rules{From: []network.Peer{web}}},
		"an open port is open to everybody, and others are not": {
			rules: network.Rules{Ports: []int{8080}, From: []network.Peer{web}, Open: []int{9443}},
			ingress: []networkingv1.NetworkPolicyIngressRule{
				{From: []networkingv1.NetworkPolicyPeer{pods("apps", "web")}, Ports: ports("TCP", 8080)},
				{Ports: ports("TCP", 9443)},
			},
		},
		"the API server is reached wherever it is": {
			rules: network.Rules{To: []network.Peer{network.APIServer()}},
			egress: []networkingv1.NetworkPolicyEgressRule{{
				To: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0"}}}, Ports: ports("TCP", 443, 6443),
			}},
		},
		"some ports are reached anywhere, and all pods on any": {
			rules: network.Rules{Reach: []int{9100, 10250}, AllPods: true},
			egress: []networkingv1.NetworkPolicyEgressRule{
				{Ports: ports("TCP", 9100, 10250)},
				{To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}},
			},
		},
		"a callee without ports is not reached": {rules: network.Rules{To: []network.Peer{web}}},
		"each callee is reached on its own ports": {
			rules: network.Rules{To: []network.Peer{
				{Namespace: "data", App: "redis", Ports: []int{6379}}, {CIDR: "198.51.100.7/32", Ports: []int{443}},
			}},
			egress: []networkingv1.NetworkPolicyEgressRule{
				{To: []networkingv1.NetworkPolicyPeer{pods("data", "redis")}, Ports: ports("TCP", 6379)},
				{
					To:    []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "198.51.100.7/32"}}},
					Ports: ports("TCP", 443),
				},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.rules.Namespace, test.rules.App = pulumi.String("apps"), "api"
			spec := rendered(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				_, err := network.Allow(ctx, "p", &test.rules, opts...)
				return err
			})
			assert.Equal(t, map[string]string{"app.kubernetes.io/name": "api"}, spec.PodSelector.MatchLabels)
			assert.Equal(t, []networkingv1.PolicyType{"Ingress", "Egress"}, spec.PolicyTypes)
			assert.ElementsMatch(t, test.ingress, spec.Ingress)
			assert.ElementsMatch(t, test.egress, spec.Egress)
		})
	}
}

func TestAllowGossip(t *testing.T) {
	t.Parallel()
	spec := rendered(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := network.AllowGossip(ctx, "p", pulumi.String("apps"), "api", 9094, opts...)
		return err
	})
	members := []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "api"}}}}
	both := append(ports("TCP", 9094), ports("UDP", 9094)...)
	assert.Equal(t, map[string]string{"app.kubernetes.io/name": "api"}, spec.PodSelector.MatchLabels)
	assert.Equal(t, []networkingv1.NetworkPolicyIngressRule{{From: members, Ports: both}}, spec.Ingress)
	assert.Equal(t, []networkingv1.NetworkPolicyEgressRule{{To: members, Ports: both}}, spec.Egress)
}

func TestAllowDNS(t *testing.T) {
	t.Parallel()
	spec := rendered(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := network.AllowDNS(ctx, "p", pulumi.String("apps"), opts...)
		return err
	})
	assert.Equal(t, []networkingv1.PolicyType{"Egress"}, spec.PolicyTypes)
	assert.Empty(t, spec.PodSelector.MatchLabels, "every pod")
	require.Len(t, spec.Egress, 1)
	assert.ElementsMatch(t, append(ports("UDP", 53), ports("TCP", 53)...), spec.Egress[0].Ports)
	require.Len(t, spec.Egress[0].To, 2)
	assert.Equal(t, "kube-system", spec.Egress[0].To[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
	assert.Equal(t, []string{"kube-dns", "node-local-dns"}, spec.Egress[0].To[0].PodSelector.MatchExpressions[0].Values)
	assert.Equal(t, "169.254.20.10/32", spec.Egress[0].To[1].IPBlock.CIDR)
}
