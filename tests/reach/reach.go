package reach

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// anywhere is the range of every address.
const anywhere = "0.0.0.0/0"

// world is the policies of a cluster, and the pods that they are about.
type world struct {
	policies []*networkingv1.NetworkPolicy
	pods     []pod
}

// pod stands for all that one selector selects.
type pod struct {
	namespace string
	labels    labels.Set
}

func newWorld(policies []*networkingv1.NetworkPolicy) world {
	w := world{policies: policies}
	for _, policy := range policies {
		if set := policy.Spec.PodSelector.MatchLabels; len(set) > 0 {
			w.add(pod{policy.Namespace, set})
		}
	}
	return w
}

func (w *world) add(p pod) {
	if !slices.ContainsFunc(w.pods, func(other pod) bool { return other.String() == p.String() }) {
		w.pods = append(w.pods, p)
	}
}

// String is the pod's app where the labels name one.
func (p pod) String() string {
	if app := p.labels["app.kubernetes.io/name"]; app != "" && len(p.labels) == 1 {
		return p.namespace + "/" + app
	}
	return p.namespace + "/" + p.labels.String()
}

// Pairs lists who reaches whom on which port, sorted: pods that both sides' policies let through, and addresses outside the cluster.
func Pairs(policies []*networkingv1.NetworkPolicy) []string {
	w, pairs := newWorld(policies), map[string]bool{}
	for _, from := range w.pods {
		for _, rule := range w.egress(from) {
			for _, peer := range rule.To {
				if peer.IPBlock != nil {
					addEach(pairs, from.String(), peer.IPBlock.CIDR, rule.Ports)
				}
			}
			if len(rule.To) == 0 {
				addEach(pairs, from.String(), "any", rule.Ports)
			}
		}
		for _, to := range w.pods {
			for _, port := range w.open(from, to) {
				pairs[fmt.Sprintf("%s -> %s:%s", from, to, port)] = true
			}
		}
	}
	for _, to := range w.pods {
		for _, rule := range w.ingress(to) {
			for _, peer := range rule.From {
				if peer.IPBlock != nil {
					addEach(pairs, peer.IPBlock.CIDR, to.String(), rule.Ports)
				}
			}
			if len(rule.From) == 0 {
				addEach(pairs, "any", to.String(), rule.Ports)
			}
		}
	}
	return slices.Sorted(maps.Keys(pairs))
}

// HalfOpen lists the doors between pods that one side opens by name and the other does not, sorted.
func HalfOpen(policies []*networkingv1.NetworkPolicy) []string {
	w, half := newWorld(policies), map[string]bool{}
	for _, from := range w.pods {
		for _, to := range w.pods {
			open := w.open(from, to)
			for _, rule := range w.egress(from) {
				if len(rule.Ports) > 0 && slices.ContainsFunc(rule.To, func(peer networkingv1.NetworkPolicyPeer) bool {
					return named(peer) && selects(peer, from.namespace, to)
				}) {
					addClosed(half, fmt.Sprintf("%s may leave for %s, which does not let it in", from, to), rule.Ports, open)
				}
			}
			for _, rule := range w.ingress(to) {
				if slices.ContainsFunc(rule.From, func(peer networkingv1.NetworkPolicyPeer) bool {
					return named(peer) && selects(peer, to.namespace, from)
				}) {
					addClosed(half, fmt.Sprintf("%s lets %s in, which may not leave for it", to, from), rule.Ports, open)
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(half))
}

func addEach(pairs map[string]bool, from, to string, ports []networkingv1.NetworkPolicyPort) {
	for _, port := range namesOf(ports) {
		pairs[fmt.Sprintf("%s -> %s:%s", from, to, port)] = true
	}
}

func addClosed(half map[string]bool, what string, ports []networkingv1.NetworkPolicyPort, open []string) {
	for _, port := range namesOf(ports) {
		if !slices.Contains(open, port) {
			half[what+" on "+port] = true
		}
	}
}

// open lists the ports of a pod that another reaches.
func (w world) open(from, to pod) []string {
	ports := map[string]bool{}
	for _, in := range w.ingress(to) {
		if !admits(in.From, to.namespace, from) {
			continue
		}
		for _, out := range w.egress(from) {
			if !admits(out.To, from.namespace, to) {
				continue
			}
			for _, port := range both(namesOf(in.Ports), namesOf(out.Ports)) {
				ports[port] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ports))
}

// ingress are the rules that let others in to a pod.
func (w world) ingress(p pod) []networkingv1.NetworkPolicyIngressRule {
	var rules []networkingv1.NetworkPolicyIngressRule
	for _, policy := range w.selecting(p) {
		rules = append(rules, policy.Spec.Ingress...)
	}
	return rules
}

// egress are the rules that let a pod out.
func (w world) egress(p pod) []networkingv1.NetworkPolicyEgressRule {
	var rules []networkingv1.NetworkPolicyEgressRule
	for _, policy := range w.selecting(p) {
		rules = append(rules, policy.Spec.Egress...)
	}
	return rules
}

func (w world) selecting(p pod) []*networkingv1.NetworkPolicy {
	var selecting []*networkingv1.NetworkPolicy
	for _, policy := range w.policies {
		if policy.Namespace == p.namespace && matches(&policy.Spec.PodSelector, p.labels) {
			selecting = append(selecting, policy)
		}
	}
	return selecting
}

// admits tells whether a rule's peers, all where there are none, hold a pod. home is the namespace of the rule.
func admits(peers []networkingv1.NetworkPolicyPeer, home string, p pod) bool {
	return len(peers) == 0 || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool { return selects(peer, home, p) })
}

func selects(peer networkingv1.NetworkPolicyPeer, home string, p pod) bool {
	if peer.IPBlock != nil {
		return peer.IPBlock.CIDR == anywhere
	}
	if peer.NamespaceSelector == nil {
		if p.namespace != home {
			return false
		}
	} else if !matches(peer.NamespaceSelector, labels.Set{corev1.LabelMetadataName: p.namespace}) {
		return false
	}
	return peer.PodSelector == nil || matches(peer.PodSelector, p.labels)
}

// named tells whether a peer is certain pods, and not all of them or an address.
func named(peer networkingv1.NetworkPolicyPeer) bool {
	return peer.PodSelector != nil && len(peer.PodSelector.MatchLabels) > 0
}

func matches(selector *metav1.LabelSelector, set labels.Set) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		panic(fmt.Errorf("reading the selector %s of a NetworkPolicy: %w", metav1.FormatLabelSelector(selector), err))
	}
	return s.Matches(set)
}

// namesOf are ports as text: UDP with its name, TCP without, "*" where a rule has none and so opens all.
func namesOf(ports []networkingv1.NetworkPolicyPort) []string {
	if len(ports) == 0 {
		return []string{"*"}
	}
	var names []string
	for _, port := range ports {
		number := port.Port
		if number == nil {
			number = &intstr.IntOrString{Type: intstr.String, StrVal: "*"}
		}
		name := number.String()
		if port.EndPort != nil {
			name += fmt.Sprintf("-%d", *port.EndPort)
		}
		if port.Protocol != nil && *port.Protocol != corev1.ProtocolTCP {
			name += "/" + string(*port.Protocol)
		}
		names = append(names, name)
	}
	return names
}

// both are the ports that two lists have in common.
func both(a, b []string) []string {
	switch {
	case slices.Contains(a, "*"):
		return b
	case slices.Contains(b, "*"):
		return a
	}
	return slices.DeleteFunc(slices.Clone(a), func(port string) bool { return !slices.Contains(b, port) })
}
