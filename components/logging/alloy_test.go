package logging

import (
	"bytes"
	"testing"

	"github.com/grafana/river/parser"
	"github.com/grafana/river/printer"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestAlloyConfig parses it as Alloy would, and holds it to the form that `alloy fmt` writes. River is what Alloy's language was
// called when it was a module of its own.
func TestAlloyConfig(t *testing.T) {
	t.Parallel()
	for name, json := range map[string]network.Peer{"with a gateway": proxies, "without": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := alloyConfig("http://loki.logging.svc:3100", json)
			require.NoError(t, err)
			file, err := parser.ParseFile("config.alloy", []byte(text))
			require.NoError(t, err)
			var formatted bytes.Buffer
			require.NoError(t, printer.Fprint(&formatted, file))
			assert.Equal(t, formatted.String()+"\n", text)
			assert.Contains(t, text, `url = "http://loki.logging.svc:3100/loki/api/v1/push"`)
			assert.NotContains(t, text, "{{", "the chart takes the text for a template")
			assert.Equal(t, name == "with a gateway", bytes.Contains([]byte(text), []byte("stage.structured_metadata")))
		})
	}
}

func TestAlloyOnEveryNode(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{}, nil))
	values := at(t, rec.Get(t, releaseType, "logging-alloy").Inputs, "values").(map[string]any)
	chartstest.CheckValues(t, "alloy", values)
	assert.Equal(t, []any{map[string]any{"operator": "Exists"}}, at(t, values, "controller", "tolerations"), "spot and GPU nodes too")
	assert.Equal(t, "25%", at(t, values, "controller", "updateStrategy", "rollingUpdate", "maxUnavailable"), "a rollout ends before Helm gives up")
	assert.Equal(t, "plinth-high", at(t, values, "controller", "priorityClassName"))
	for list, verbs := range map[string][]any{"rules": {"get"}, "clusterRules": {"list", "watch"}} {
		assert.Equal(t, []any{map[string]any{
			"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": verbs,
		}}, at(t, values, "rbac", list), "no Secrets, and no empty list, which the chart makes a broken role of")
	}
	assert.Equal(t, []any{
		map[string]any{"name": "logs", "mountPath": "/var/log/pods", "readOnly": true},
		map[string]any{"name": "state", "mountPath": "/var/lib/plinth-alloy", "readOnly": false},
	}, at(t, values, "alloy", "mounts", "extra"))
	assert.Equal(t, at(t, values, "alloy", "storagePath"), "/var/lib/plinth-alloy")
	security := at(t, values, "alloy", "securityContext").(map[string]any)
	assert.Equal(t, false, security["allowPrivilegeEscalation"])
	assert.Equal(t, map[string]any{"drop": []any{"ALL"}}, security["capabilities"])
	assert.Equal(t, true, security["readOnlyRootFilesystem"])
}
