package reach_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/tests/reach"
)

func policy(t *testing.T, namespace, spec string) *networkingv1.NetworkPolicy {
	t.Helper()
	p := &networkingv1.NetworkPolicy{}
	p.Namespace = namespace
	require.NoError(t, yaml.UnmarshalStrict([]byte(spec), &p.Spec))
	return p
}

const (
	web = `
podSelector: { matchLabels: { app.kubernetes.io/name: web } }
egress:
- to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: data } }, podSelector: { matchLabels: { app.kubernetes.io/name: redis } } }]
  ports: [{ protocol: TCP, port: 6379 }, { protocol: TCP, port: 26379 }]
- to: [{ ipBlock: { cidr: 203.0.113.0/24 } }]
  ports: [{ protocol: TCP, port: 443 }]
`
	redis = `
podSelector: { matchLabels: { app.kubernetes.io/name: redis } }
ingress:
- from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: apps } }, podSelector: { matchLabels: { app.kubernetes.io/name: web } } }]
  ports: [{ protocol: TCP, port: 6379 }]
- from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } }, podSelector: { matchLabels: { app.kubernetes.io/name: prometheus } } }]
  ports: [{ protocol: TCP, port: 9121 }]
`
	prometheus = `
podSelector: { matchLabels: { app.kubernetes.io/name: prometheus } }
egress: [{ to: [{ namespaceSelector: {} }] }]
`
	webhook = `
podSelector: { matchLabels: { app.kubernetes.io/name: hook } }
ingress: [{ ports: [{ protocol: TCP, port: 9443 }] }]
egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ protocol: TCP, port: 443 }] }]
`
	gossip = `
podSelector: { matchLabels: { app.kubernetes.io/name: hook } }
ingress: [{ from: [{ podSelector: { matchLabels: { app.kubernetes.io/name: hook } } }], ports: [{ protocol: UDP, port: 7946 }] }]
egress: [{ to: [{ podSelector: { matchLabels: { app.kubernetes.io/name: hook } } }], ports: [{ protocol: UDP, port: 7946 }] }]
`
	closed = `podSelector: {}`
)

func TestPairs(t *testing.T) {
	t.Parallel()
	policies := []*networkingv1.NetworkPolicy{
		policy(t, "apps", closed), policy(t, "apps", web), policy(t, "data", redis), policy(t, "monitoring", prometheus),
		policy(t, "hooks", webhook), policy(t, "hooks", gossip),
	}
	assert.Equal(t, []string{
		"any -> hooks/hook:9443",
		"apps/web -> 203.0.113.0/24:443",
		"apps/web -> data/redis:6379",
		"hooks/hook -> 0.0.0.0/0:443",
		"hooks/hook -> hooks/hook:7946/UDP",
		"monitoring/prometheus -> data/redis:9121",
		"monitoring/prometheus -> hooks/hook:9443",
	}, reach.Pairs(policies))
	assert.Equal(t, []string{"apps/web may leave for data/redis, which does not let it in on 26379"}, reach.HalfOpen(policies))
}

func TestADoorThatIsOpenedFromInsideOnly(t *testing.T) {
	t.Parallel()
	policies := []*networkingv1.NetworkPolicy{policy(t, "apps", closed), policy(t, "data", redis), policy(t, "monitoring", closed)}
	assert.Empty(t, reach.Pairs(policies), "nobody is there whose policies let him leave")
	stays := `podSelector: { matchLabels: { app.kubernetes.io/name: web } }`
	assert.Equal(t, []string{"data/redis lets apps/web in, which may not leave for it on 6379"},
		reach.HalfOpen(append(policies, policy(t, "apps", stays))))
}

func TestTheSameNameElsewhereIsSomebodyElse(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"other/web -> 203.0.113.0/24:443"},
		reach.Pairs([]*networkingv1.NetworkPolicy{policy(t, "other", web), policy(t, "data", redis)}))
}

func TestSelectorThatIsNone(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]string{
		"of the policy": `podSelector: { matchExpressions: [{ key: app, operator: Is, values: [web] }] }`,
		"of a peer": `
podSelector: { matchLabels: { app.kubernetes.io/name: web } }
ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: team, operator: In }] } }] }]
`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policies := []*networkingv1.NetworkPolicy{policy(t, "apps", web), policy(t, "apps", spec)}
			assert.Panics(t, func() { reach.Pairs(policies) })
			assert.Panics(t, func() { reach.HalfOpen(policies) })
		})
	}
}
