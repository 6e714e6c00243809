package local

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/rehearsal"
	"github.com/plinth-iac/plinth/stacks/platform"
)

func someStatus() *Status {
	return &Status{
		Stack: "prod", Running: true, Server: "https://127.0.0.1:6443", Kubeconfig: "/src/.plinth/clusters/prod/kubeconfig",
		Processes: []Process{{Name: "supervisor", PID: 7}},
		Nodes:     map[string]int{"system": 3, "gpu": 1},
		Workloads: []Workload{
			{Kind: "Deployment", Namespace: "apps", Name: "api", Ready: 3, Desired: 3},
			{Kind: "Deployment", Namespace: "apps", Name: "auth", Ready: 1, Desired: 1, Rolling: true},
			{Kind: "Deployment", Namespace: "apps", Name: "inference", Ready: 0, Desired: 1},
			{Kind: "StatefulSet", Namespace: "data", Name: "postgres", Ready: 1, Desired: 1, Data: true, Secrets: []string{"postgres-app", "postgres-tls"}},
			{Kind: "RabbitmqCluster", Namespace: "data", Name: "rabbitmq-ha", Desired: 3, Data: true, Operated: true},
		},
		Services: []Service{{Namespace: "apps", Name: "api", Type: "ClusterIP", Endpoint: "api.apps.svc:80"}},
		Misfits: []rehearsal.Misfit{{
			Workload: "apps/inference", Pods: []string{"inference-0"}, Pool: "gpu", Reason: "0/4 nodes are available", Remedy: "more nodes in pool gpu",
		}},
		Skipped: []platform.Skip{
			{Service: "logging", Why: "the chart loki cannot be had", Cause: "no such host"},
			{Service: "redis", Why: "the chart redis-operator cannot be had", StandIn: true},
		},
		Mistake: "line 3\nline 4",
	}
}

func printed(t *testing.T, st *Status) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, st.Print(&b))
	return b.String()
}

func TestSummaryOfAStackThatRuns(t *testing.T) {
	t.Parallel()
	text := printed(t, someStatus())
	for _, want := range []string{
		"\nstack prod, on https://127.0.0.1:6443 (4 simulated nodes: gpu 1, system 3)\n",
		"\nworkloads\n  ✓ apps/api        Deployment  3/3 ready\n  ✗ apps/auth       Deployment  1/1 ready, rollout not finished\n  ✗ apps/inference  Deployment  0/1 ready\n",
		"\ndata services\n  ✓ data/postgres     StatefulSet      1/1 ready  Secret postgres-app, postgres-tls\n",
		"  · data/rabbitmq-ha  RabbitmqCluster  3 servers, which its operator starts on real nodes only\n",
		"\nservices\n  apps/api  ClusterIP  api.apps.svc:80\n",
		"\ndoes not fit\n  apps/inference: 1 pod does not fit (meant for pool gpu)\n",
		"the scheduler: 0/4 nodes are available\n",
		"do: more nodes in pool gpu\n",
		"\nuse it:  export KUBECONFIG=/src/.plinth/clusters/prod/kubeconfig\n",
		"\nskipped, and taken out where an earlier up had it (above are the whole reasons, and what to do)\n  · logging  the chart loki cannot be had\n  · redis    the chart redis-operator cannot be had; a single server stands in\n",
		"\nthe cluster is as the last up left it, and whether it all fits is not known:\n  line 3\n  line 4\n",
		"change Pulumi.prod.yaml, then make preview STACK=prod or make up STACK=prod · make down STACK=prod\n",
	} {
		assert.Contains(t, text, want)
	}
}

func TestSummaryLeavesOutWhatThereIsNone(t *testing.T) {
	t.Parallel()
	st := someStatus()
	st.Workloads, st.Services, st.Misfits, st.Skipped, st.Mistake = st.Workloads[:1], nil, nil, nil, ""
	text := printed(t, st)
	for _, heading := range []string{"data services", "\nservices", "does not fit", "skipped", "not known"} {
		assert.NotContains(t, text, heading)
	}
	assert.Contains(t, text, "\nworkloads\n")
}

func TestSummaryOfAStackThatIsNotUp(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "stack prod is not up here\nnext: make up STACK=prod\n", printed(t, &Status{Stack: "prod"}))
}

// The keys are what scripts read, so that a changed one breaks them.
func TestStatusAsJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(someStatus())
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Equal(t, map[string]any{
		"stack": "prod", "running": true, "server": "https://127.0.0.1:6443",
		"kubeconfig": "/src/.plinth/clusters/prod/kubeconfig",
		"processes":  []any{map[string]any{"name": "supervisor", "pid": 7.0}},
		"nodes":      map[string]any{"system": 3.0, "gpu": 1.0},
		"workloads": []any{
			map[string]any{"kind": "Deployment", "namespace": "apps", "name": "api", "ready": 3.0, "desired": 3.0},
			map[string]any{"kind": "Deployment", "namespace": "apps", "name": "auth", "ready": 1.0, "desired": 1.0, "rolling": true},
			map[string]any{"kind": "Deployment", "namespace": "apps", "name": "inference", "ready": 0.0, "desired": 1.0},
			map[string]any{
				"kind": "StatefulSet", "namespace": "data", "name": "postgres", "ready": 1.0, "desired": 1.0,
				"data": true, "secrets": []any{"postgres-app", "postgres-tls"},
			},
			map[string]any{
				"kind": "RabbitmqCluster", "namespace": "data", "name": "rabbitmq-ha", "ready": 0.0, "desired": 3.0, "data": true, "operated": true,
			},
		},
		"services": []any{map[string]any{"namespace": "apps", "name": "api", "type": "ClusterIP", "endpoint": "api.apps.svc:80"}},
		"misfits": []any{map[string]any{
			"workload": "apps/inference", "pods": []any{"inference-0"}, "pool": "gpu",
			"reason": "0/4 nodes are available", "remedy": "more nodes in pool gpu",
		}},
		"skipped": []any{
			map[string]any{"service": "logging", "why": "the chart loki cannot be had", "cause": "no such host"},
			map[string]any{"service": "redis", "why": "the chart redis-operator cannot be had", "standIn": true},
		},
		"mistake": "line 3\nline 4",
	}, got)
}

func TestTheStackThatMakeDoesByItselfNeedsNoName(t *testing.T) {
	t.Parallel()
	st := someStatus()
	st.Stack, st.Nodes = "dev", map[string]int{"system": 1}
	text := printed(t, st)
	assert.Contains(t, text, "change Pulumi.dev.yaml, then make preview or make up · make down\n")
	assert.Contains(t, text, "(1 simulated node: system 1)")
}
