package monitoring_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/golden"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestAlert keeps what Alertmanager is told, from which tests/rules has the operator's own code make its configuration, and Alertmanager's
// decide who is told of what. After a change that is meant, UPDATE_GOLDEN=1 go test ./components/monitoring -run TestAlert.
func TestAlert(t *testing.T) {
	t.Parallel()
	for file, alerts := range map[string]monitoring.Alerts{
		"everybody": everybody,
		"nobody":    {},
		"slack":     {Slack: everybody.Slack},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, program(t, func(a *monitoring.Args) { a.Spec.Alerts = alerts }))
				made := rec.Get(t, alertsType, "monitoring")
				crds.Validate(t, made.Inputs)
				assert.Contains(t, made.Dependencies, rec.Get(t, releaseType, "monitoring").URN)
			})
			rec := mocks.Up(t, program(t, func(a *monitoring.Args) { a.Spec.Alerts = alerts }))
			text, err := yaml.Marshal(rec.Get(t, alertsType, "monitoring").Inputs)
			require.NoError(t, err)
			golden.Check(t, filepath.Join("testdata", "alerts", file+".yaml"), string(text))
		})
	}
}

func TestAlertWithoutItsSecret(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, program(t, func(a *monitoring.Args) {
		a.Spec.Alerts = monitoring.Alerts{PagerDuty: &monitoring.PagerDuty{Key: spec.SecretRef{Name: "oncall", Key: "key"}}}
	}))
	assert.ErrorContains(t, err, "alerts.pagerduty.key names the secret oncall")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	problemsOf := func(text string) []string {
		var s monitoring.Spec
		require.NoError(t, json.Unmarshal([]byte(text), &s))
		var problems spec.Problems
		s.Complete().Validate("monitoring", &problems)
		var paths []string
		for _, p := range problems.Errors {
			paths = append(paths, string(p.Path))
		}
		return paths
	}
	good := `{"name": "a", "key": "b"}`
	assert.Empty(t, problemsOf(`{"storage": "10Gi", "alerts": {"email": {"to": ["a@b.c"], "from": "d@b.c", "server": "smtp.b.c:25", "password": `+good+`}}}`))
	assert.Equal(t, []string{"monitoring.storage", "monitoring.memory"}, problemsOf(`{"storage": "1Mi", "memory": "lots"}`))
	for server, bad := range map[string]bool{"smtp.b.c": true, "smtp.b.c:x": true, "smtp.b.c:70000": true, "smtp.b.c:25": false} {
		got := problemsOf(`{"alerts": {"email": {"to": ["a@b.c"], "from": "d@b.c", "server": "` + server + `"}}}`)
		assert.Equal(t, bad, len(got) == 1, server)
	}
	assert.Equal(t, []string{"monitoring.alerts.email.to[1]", "monitoring.alerts.email.from"},
		problemsOf(`{"alerts": {"email": {"to": ["a@b.c", "Ops <o@b.c>"], "from": "b.c", "server": "smtp.b.c:25"}}}`))
}

func TestComplete(t *testing.T) {
	t.Parallel()
	done := monitoring.Spec{Alerts: monitoring.Alerts{
		Email: &monitoring.Email{From: "alerts@example.com"}, Webhook: &monitoring.Webhook{}, Heartbeat: &monitoring.Webhook{Port: 8443},
	}}.Complete()
	assert.False(t, *done.Enabled)
	assert.True(t, *done.Install)
	assert.True(t, *done.GPU)
	assert.Equal(t, "alerts@example.com", done.Alerts.Email.User)
	assert.Equal(t, 443, done.Alerts.Webhook.Port)
	assert.Equal(t, 8443, done.Alerts.Heartbeat.Port)
}
