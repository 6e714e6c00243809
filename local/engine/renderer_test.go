package engine

import (
	"bytes"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/terminal"
)

const (
	component  = "urn:pulumi:dev::plinth::plinth:workload:Workload::api"
	deployment = "urn:pulumi:dev::plinth::plinth:workload:Workload$kubernetes:apps/v1:Deployment::api-deployment"
)

func step(op apitype.OpType, old, next map[string]any) apitype.StepEventMetadata {
	state := func(inputs map[string]any) *apitype.StepEventStateMetadata {
		return &apitype.StepEventStateMetadata{Custom: true, Parent: component, Inputs: inputs}
	}
	m := apitype.StepEventMetadata{Op: op, URN: deployment, Type: "kubernetes:apps/v1:Deployment"}
	if old != nil {
		m.Old = state(old)
	}
	if next != nil {
		m.New = state(next)
	}
	return m
}

func object(image string) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "api", "namespace": "apps"},
		"spec":     map[string]any{"containers": []any{map[string]any{"image": image, "name": "main"}}},
	}
}

func render(t *testing.T, preview bool, list ...apitype.EngineEvent) (*Report, string) {
	t.Helper()
	var screen bytes.Buffer
	out := terminal.New(&screen)
	s := out.Step("up dev")
	r := newRenderer(out, s, preview)
	stream := make(chan events.EngineEvent)
	go func() {
		for _, e := range list {
			stream <- events.EngineEvent{EngineEvent: e}
		}
		close(stream)
	}()
	r.follow(stream, nil)
	s.Done("")
	return r.report, screen.String()
}

func TestRendererShowsAResourceWhenItIsFinished(t *testing.T) {
	t.Parallel()
	m := step(apitype.OpCreate, nil, object("app:1"))
	begun := apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}}
	finished := apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: m}}

	report, screen := render(t, false, begun)
	assert.Empty(t, report.Changes, "what is under way is not done")
	assert.NotContains(t, screen, "Deployment")

	report, screen = render(t, false, begun, finished)
	require.Len(t, report.Changes, 1)
	assert.Contains(t, screen, "  + api › Deployment apps/api  ")
	assert.Equal(t, "1 created", report.Summary())
}

func TestRendererCountsWhatIsUnchanged(t *testing.T) {
	t.Parallel()
	m := step(apitype.OpSame, object("app:1"), object("app:1"))
	report, screen := render(t, false,
		apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}},
		apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: m}})
	assert.Equal(t, "no change (1 resource)", report.Summary())
	assert.NotContains(t, screen, "Deployment")
}

func TestPreviewShowsEachPropertyOldAndNew(t *testing.T) {
	t.Parallel()
	m := step(apitype.OpUpdate, object("app:1"), object("app:2"))
	report, screen := render(t, true, apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}})
	assert.Equal(t, "1 to update", report.Summary())
	assert.Contains(t, screen, `spec.containers[0].image: "app:1" → "app:2"`)

	m.DetailedDiff = map[string]apitype.PropertyDiff{"spec.containers[0].image": {Kind: apitype.DiffUpdateReplace, InputDiff: true}}
	report, screen = render(t, true, apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}})
	assert.True(t, report.Changes[0].Diffs[0].Replaces)
	assert.Contains(t, screen, `"app:1" → "app:2"  (replaces)`)
}

func TestPreviewMasksSecrets(t *testing.T) {
	t.Parallel()
	secret := func(text string) map[string]any {
		return map[string]any{"data": map[string]any{resource.SigKey: resource.SecretSig, "ciphertext": text}}
	}
	for _, detail := range []map[string]apitype.PropertyDiff{nil, {"data.password": {Kind: apitype.DiffUpdate, InputDiff: true}}} {
		m := step(apitype.OpUpdate, secret("swordfish"), secret("hunter2"))
		m.DetailedDiff = detail
		report, screen := render(t, true, apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}})
		require.Len(t, report.Changes[0].Diffs, 1)
		assert.Contains(t, screen, `"[secret]" → "[secret]"`)
		assert.NotContains(t, screen, "swordfish")
		assert.NotContains(t, screen, "hunter2")
	}
}

func TestRendererSaysEachDiagnosticOnce(t *testing.T) {
	t.Parallel()
	warning := apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: "warning", Message: "<{%fg 3%}>careful<{%reset%}>\n"}}
	failure := apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: "error", URN: deployment, Message: "no such image"}}
	generic := apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: "error", Message: "update failed"}}
	report, screen := render(t, false, warning, warning, failure, failure, generic)
	assert.Equal(t, []string{"careful"}, report.Warnings)
	assert.Equal(t, []string{"api-deployment: no such image"}, report.Errors)
	assert.Equal(t, 1, bytes.Count([]byte(screen), []byte("careful")))
	assert.NotContains(t, screen, "<{%")
}

// What Helm does not help with is told with the release as its command takes it.
func TestRendererSaysWhatToDoAboutAReleaseLeftPending(t *testing.T) {
	t.Parallel()
	const urn = "urn:pulumi:dev::plinth::plinth:charts:Installation$kubernetes:helm.sh/v3:Release::autoscaling"
	fail := func(typ, message string, inputs map[string]any) string {
		m := apitype.StepEventMetadata{
			Op: apitype.OpUpdate, URN: urn, Type: typ, New: &apitype.StepEventStateMetadata{Custom: true, Inputs: inputs},
		}
		report, _ := render(t, false,
			apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}},
			apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: "error", URN: urn, Message: message}})
		require.Len(t, report.Errors, 1)
		return report.Errors[0]
	}
	keda := map[string]any{"name": "keda", "namespace": "autoscaling"}
	pending := "another operation (install/upgrade/rollback) is in progress"
	for name, test := range map[string]struct {
		typ, message string
		inputs       map[string]any
		want         []string
	}{
		"pending": {releaseType, pending, keda, []string{
			"autoscaling: " + pending + "\n", "`helm rollback keda -n autoscaling`", "`helm uninstall keda -n autoscaling`",
		}},
		"taken":     {releaseType, "cannot re-use a name that is still in use", keda, []string{"`helm uninstall keda -n autoscaling`", "install: false"}},
		"unknown":   {releaseType, pending, map[string]any{"name": "keda"}, []string{"`helm rollback keda -n <namespace>`"}},
		"no remedy": {releaseType, "no such chart", keda, nil},
		"another":   {"kubernetes:apps/v1:Deployment", pending, keda, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := fail(test.typ, test.message, test.inputs)
			for _, want := range test.want {
				assert.Contains(t, said, want)
			}
			if test.want == nil {
				assert.Equal(t, "autoscaling: "+test.message, said)
			}
		})
	}
}

func TestReadsPendingOperations(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/dev.json"
	writeFile(t, path, `{"version":3,"checkpoint":{"latest":{"pending_operations":[{"type":"creating","resource":{"urn":"`+deployment+`"}}]}}}`)
	pending, err := readPending(path)
	require.NoError(t, err)
	require.Len(t, pending, 1)
	assert.Equal(t, "creating", pending[0].Type)
	assert.Equal(t, "api-deployment", nameOf(pending[0].Resource.URN))

	writeFile(t, path, `{"version":`)
	_, err = readPending(path)
	assert.ErrorContains(t, err, "damaged")
}
