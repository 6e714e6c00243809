package tests

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// durations are how long a resource takes to be made, by the beginning of "type name": from "How long things take" in
// shared/cloud-facts.md. What has no figure there takes a nominal time, the same in a run and in its lower bound.
var durations = []struct {
	of    string
	takes time.Duration
}{
	{"aws:eks/cluster:Cluster", 10 * time.Minute},
	{"aws:eks/nodeGroup:NodeGroup", 2*time.Minute + 15*time.Second},
	{"aws:eks/addon:Addon", 30 * time.Second},
	{"aws:ec2/natGateway:NatGateway", time.Minute + 45*time.Second},
	{"aws:kms/key:Key", 30 * time.Second},
	{"gcp:container/cluster:Cluster", 9 * time.Minute},
	{"gcp:container/nodePool:NodePool", time.Minute + 45*time.Second},
	{"gcp:compute/routerNat:RouterNat", 12 * time.Second},
	{"azure-native:containerservice/v20240901:ManagedCluster", 5 * time.Minute},
	{"azure-native:containerservice/v20240901:AgentPool", 3*time.Minute + 30*time.Second},
	{"kubernetes:helm.sh/v3:Release kube-prometheus-stack", 2*time.Minute + 15*time.Second},
	{"kubernetes:helm.sh/v3:Release cert-manager", 45 * time.Second},
	{"kubernetes:helm.sh/v3:Release keda", 48 * time.Second},

	// No figure of their own: a chart as cert-manager, pods as their images and probes allow, an object at once.
	{"kubernetes:helm.sh/v3:Release", 45 * time.Second},
	{"kubernetes:apps/v1:", 30 * time.Second},
	{"kubernetes:", time.Second},
	{"aws:", 5 * time.Second},
	{"gcp:", 5 * time.Second},
	{"azure-native:", 5 * time.Second},
	{"", 0}, // components, providers, random values
}

func takes(res *mocks.Resource) time.Duration {
	for _, d := range durations {
		if strings.HasPrefix(res.Type+" "+res.Name, d.of) {
			return d.takes
		}
	}
	return 0
}

// unavoidable are the waits that no input shows and no order of ours could leave out: whatever matches what waits for all that
// matches needs, by "type name".
var unavoidable = []struct{ what, needs, why string }{
	{`^aws:eks/cluster:`, `^aws:iam/rolePolicyAttachment:.* cluster-plane-`, "EKS checks the role's rights when it starts"},
	{`^aws:eks/cluster:`, `^aws:cloudwatch/logGroup:.* cluster-plane$`, "else EKS makes the group itself, without key and retention"},
	{`^aws:eks/nodeGroup:`, `^aws:eks/addon:.*-(vpc-cni|kube-proxy|eks-pod-identity-agent)$`, "no node is ready without them"},
	{`^aws:eks/nodeGroup:`, `^aws:ec2/(route|routeTableAssociation):.* cluster-private-`, "nodes pull their first images through NAT"},
	{`^aws:eks/nodeGroup:`, `^aws:iam/rolePolicyAttachment:.* cluster-nodes-`, "a node that may not join never does"},
	{`^aws:eks/addon:.*-(coredns|aws-ebs-csi-driver|metrics-server)$`, `^aws:eks/nodeGroup:.* cluster-system$`, "their pods need a node"},
	{`^kubernetes:helm.sh/v3:Release cluster-`, `^aws:eks/(addon:.*-coredns|nodeGroup:.* cluster-system)$`, "controllers need a node and names"},
	{`^kubernetes:core/v1:Service `, `^kubernetes:helm.sh/v3:Release cluster-aws-load-balancer-controller$`, "its webhook is asked about every Service"},
	{`^kubernetes:helm.sh/v3:Release (cert-manager|gateway|.*-operator)$`, `^kubernetes:helm.sh/v3:Release cluster-aws-load-balancer-controller$`, "they bring Services"},
	{`^kubernetes:helm.sh/v3:Release cert-manager$`, `^kubernetes:helm.sh/v3:Release gateway$`, "its controller ends where the kinds of the Gateway API are not there"},
	{`^kubernetes:cert-manager.io/`, `^kubernetes:helm.sh/v3:Release cert-manager$`, "its webhook judges them"},
	{`^kubernetes:helm.sh/v3:Release postgres-operator-backup$`, `^kubernetes:helm.sh/v3:Release (cert-manager|postgres-operator)$`, "it brings certificates, and serves the other"},
	{`^kubernetes:apps/v1:Deployment rabbitmq-operator-`, `^kubernetes:cert-manager.io/v1:Certificate rabbitmq-operator-`, "its webhook shows one"},
	{`^kubernetes:rabbitmq.com/`, `^kubernetes:(apps/v1:Deployment|admissionregistration.k8s.io/.*) rabbitmq-operator-`, "its operators judge and make them"},
	{`^kubernetes:postgresql.cnpg.io/`, `^kubernetes:helm.sh/v3:Release postgres-operator$`, "its operator judges and makes them"},
	{`^kubernetes:redis.redis.opstreelabs.in/`, `^kubernetes:helm.sh/v3:Release redis-operator$`, "its operator makes them"},
	{`^gcp:container/cluster:`, `^gcp:kms/cryptoKeyIAMMember:`, "GKE's agents must be allowed the keys first"},
	{`^gcp:container/nodePool:.* cluster-gpu$`, `^gcp:container/nodePool:.* cluster-system$`, "GKE taints GPU nodes only where another pool is there"},
	{`^gcp:container/nodePool:`, `^gcp:projects/iAMMember:IAMMember cluster-nodes$`, "nodes that may not write logs and pull images fail"},
	{`^azure-native:containerservice/v20240901:ManagedCluster`, `^azure-native:authorization:RoleAssignment cluster-(disks-reader|joins-subnet)$`, "AKS checks its identity's rights when it starts"},
	{`^kubernetes:(apps/v1:|helm.sh/v3:Release )`, `(nodeGroup:NodeGroup|nodePool:NodePool|AgentPool) cluster-system$`, "pods need a node"},
	{`AgentPool cluster-gpu$`, `AgentPool cluster-system$`, "AKS makes one pool after the other"},
	{`AgentPool cluster-spot$`, `AgentPool cluster-gpu$`, "AKS makes one pool after the other"},
}

// criticalPath is when the last resource of a first up is there, where nothing waits for a free worker, and the chain that ends it.
func criticalPath(r *mocks.Recording, waits map[string][]string) (time.Duration, []string) {
	resources := map[string]*mocks.Resource{}
	for _, res := range r.Resources() {
		resources[res.URN] = res
	}
	type moment struct {
		at    time.Duration
		after string
	}
	done := map[string]moment{}
	var finish func(of string) time.Duration
	finish = func(of string) time.Duration {
		if known, ok := done[of]; ok {
			return known.at
		}
		var last moment
		for _, dependency := range waits[of] {
			if resources[dependency] == nil {
				continue
			}
			if at := finish(dependency); at > last.at {
				last = moment{at, dependency}
			}
		}
		done[of] = moment{last.at + takes(resources[of]), last.after}
		return done[of].at
	}
	end := ""
	for _, of := range slices.Sorted(maps.Keys(resources)) {
		if end == "" || finish(of) > finish(end) {
			end = of
		}
	}
	var chain []string
	for of := end; of != ""; of = done[of].after {
		chain = append(chain, fmt.Sprintf("%7s %s", done[of].at, label(of)))
	}
	slices.Reverse(chain)
	return done[end].at, chain
}

// neededWaits are what each resource cannot do without: what its inputs are made of, its provider's too, and the unavoidable.
func neededWaits(r *mocks.Recording) map[string][]string {
	waits := map[string][]string{}
	for _, res := range r.Resources() {
		for _, of := range res.PropertyDependencies {
			waits[res.URN] = append(waits[res.URN], of...)
		}
		if end := strings.LastIndex(res.Provider, "::"); end > 0 {
			waits[res.URN] = append(waits[res.URN], res.Provider[:end])
		}
	}
	for _, rule := range unavoidable {
		what, needs := regexp.MustCompile(rule.what), regexp.MustCompile(rule.needs)
		for _, res := range r.Resources() {
			if !what.MatchString(res.Type + " " + res.Name) {
				continue
			}
			for _, needed := range r.Resources() {
				if needed != res && needs.MatchString(needed.Type+" "+needed.Name) {
					waits[res.URN] = append(waits[res.URN], needed.URN)
				}
			}
		}
	}
	return waits
}

// registeredWaits are what each resource does wait for: a child waits for all that its parent waits for.
func registeredWaits(r *mocks.Recording) map[string][]string {
	waits := map[string][]string{}
	for _, res := range r.Resources() {
		waits[res.URN] = append(res.Direct(), res.Parent)
	}
	return waits
}

// mostAboveBound is how much longer than its lower bound a first up of prod may take.
const mostAboveBound = 1.05

// Nothing waits for what it does not need: the simulated time of a first up is that of the longest chain that has to be.
func TestCriticalPath(t *testing.T) {
	t.Parallel()
	for cloud := range clouds {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			r := mocks.Up(t, stacks.Platform, onCloud(t, "prod", cloud)...)
			takes, chain := criticalPath(r, registeredWaits(r))
			bound, least := criticalPath(r, neededWaits(r))
			require.Positive(t, bound)
			assert.LessOrEqual(t, takes.Seconds()/bound.Seconds(), mostAboveBound, "up takes %s:\n%s\nand need take only %s:\n%s",
				takes, strings.Join(chain, "\n"), bound, strings.Join(least, "\n"))
		})
	}
}

// BenchmarkCriticalPath reports the simulated times; make bench runs it.
func BenchmarkCriticalPath(b *testing.B) {
	for _, cloud := range slices.Sorted(maps.Keys(clouds)) {
		b.Run(cloud, func(b *testing.B) {
			r := mocks.Up(b, stacks.Platform, onCloud(b, "prod", cloud)...)
			takes, _ := criticalPath(r, registeredWaits(r))
			bound, _ := criticalPath(r, neededWaits(r))
			for b.Loop() {
			}
			b.ReportMetric(0, "ns/op") // which leaves it out: nothing is timed
			b.ReportMetric(takes.Minutes(), "min-first-up")
			b.ReportMetric(bound.Minutes(), "min-lower-bound")
			b.ReportMetric(takes.Seconds()/bound.Seconds(), "ratio")
		})
	}
}
