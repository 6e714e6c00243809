package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"

	"github.com/plinth-iac/plinth/local/terminal"
)

// renderer makes of the engine's events a line for each resource when it is finished, a live status, and a report.
type renderer struct {
	out     *terminal.Printer
	step    *terminal.Step
	preview bool
	report  *Report
	began   map[string]time.Time
	// releases are the Helm releases begun, by URN: their failures are told of by URN only.
	releases map[string]apitype.StepEventMetadata
	// said are the diagnostics shown, by text: engine and provider repeat each other.
	said map[string]bool
	// moved hears of every resource begun or finished.
	moved func()
}

func newRenderer(out *terminal.Printer, step *terminal.Step, preview bool) *renderer {
	return &renderer{
		out: out, step: step, preview: preview,
		report: &Report{Preview: preview}, began: map[string]time.Time{}, said: map[string]bool{}, moved: func() {},
		releases: map[string]apitype.StepEventMetadata{},
	}
}

// follow handles events until their stream ends. Where the engine died before it opened the stream,
// nobody ends it: then finished does.
func (r *renderer) follow(stream <-chan events.EngineEvent, finished <-chan struct{}) {
	for {
		select {
		case event, ok := <-stream:
			if !ok {
				return
			}
			r.handle(event)
		case <-finished:
			return
		}
	}
}

func (r *renderer) handle(event events.EngineEvent) {
	switch {
	case event.ResourcePreEvent != nil:
		r.moved()
		r.begin(event.ResourcePreEvent.Metadata)
	case event.ResOutputsEvent != nil:
		r.moved()
		r.finish(event.ResOutputsEvent.Metadata)
	case event.ResOpFailedEvent != nil:
		r.fail(event.ResOpFailedEvent.Metadata)
	case event.DiagnosticEvent != nil:
		r.diagnose(event.DiagnosticEvent)
	case event.ErrorEvent != nil:
		r.addError(event.ErrorEvent.Error)
	}
	r.progress()
}

func (r *renderer) begin(m apitype.StepEventMetadata) {
	op := shortOp(m.Op)
	if op == "" || !isCustom(m) {
		return
	}
	if r.preview {
		// In a preview nothing is under way: what is begun is what would be done.
		r.add(m, op, 0)
		return
	}
	r.began[m.URN] = time.Now()
	if m.Type == releaseType {
		r.releases[m.URN] = m
	}
}

func (r *renderer) finish(m apitype.StepEventMetadata) {
	if m.Op == apitype.OpSame && isCustom(m) {
		r.report.Same++
	}
	if started, ok := r.began[m.URN]; ok {
		delete(r.began, m.URN)
		r.add(m, shortOp(m.Op), time.Since(started))
	}
}

func (r *renderer) add(m apitype.StepEventMetadata, op string, took time.Duration) {
	change := newChange(m, op)
	change.Took = took
	r.report.Changes = append(r.report.Changes, change)
	if r.preview {
		r.out.Line("  %s", change)
		for _, d := range change.Diffs {
			r.out.Line("      %s", d)
		}
		return
	}
	r.out.Line("  %s  %s", change, terminal.Seconds(took))
}

func (r *renderer) fail(m apitype.StepEventMetadata) {
	took := ""
	if started, ok := r.began[m.URN]; ok {
		took = "  after " + terminal.Seconds(time.Since(started))
		delete(r.began, m.URN)
	}
	r.out.Line("  ✗ %s%s", newChange(m, shortOp(m.Op)).title(), took)
}

func (r *renderer) diagnose(d *apitype.DiagnosticEvent) {
	text := strings.TrimSpace(colors.Never.Colorize(d.Message))
	if text == "" {
		return
	}
	switch {
	case d.Ephemeral:
		r.step.Progress("%s", firstLine(text))
	case d.Severity == "error":
		if release, ok := r.releases[d.URN]; ok {
			text = withRemedy(text, release)
		}
		if d.URN != "" && !isStack(d.URN) {
			text = nameOf(d.URN) + ": " + text
		}
		r.addError(text)
	case d.Severity == "warning" && !r.said[text]:
		r.said[text] = true
		r.report.Warnings = append(r.report.Warnings, text)
		r.out.Line("%s", terminal.Indent("  ! ", text))
	case strings.HasPrefix(d.Severity, "info") && !r.said[text]:
		r.said[text] = true
		r.out.Line("%s", terminal.Indent("  i ", text))
	}
}

// addError keeps an error for the end, unless all it says is that there were errors.
func (r *renderer) addError(text string) {
	if text == "update failed" || text == "preview failed" || text == "resource monitor shut down while waiting on step's done channel" || r.said[text] {
		return
	}
	r.said[text] = true
	r.report.Errors = append(r.report.Errors, text)
}

func (r *renderer) progress() {
	if len(r.began) == 0 {
		return
	}
	var names []string
	for urn := range r.began {
		names = append(names, nameOf(urn))
	}
	slices.Sort(names)
	more := ""
	if len(names) > 3 {
		more = fmt.Sprintf(" and %d more", len(names)-3)
		names = names[:3]
	}
	r.step.Progress("%d done, %d unchanged, waiting for %s%s", len(r.report.Changes), r.report.Same, strings.Join(names, ", "), more)
}

// shortOp names what a step does for people; "" for the steps that are nothing to tell.
func shortOp(op apitype.OpType) string {
	switch op {
	case apitype.OpCreate, apitype.OpUpdate, apitype.OpDelete, apitype.OpReplace, apitype.OpRead, apitype.OpImport:
		return string(op)
	case apitype.OpReadReplacement, apitype.OpImportReplacement:
		return "replace"
	default:
		// create-replacement and delete-replaced are halves of a replace, which is told of itself.
		return ""
	}
}

func isCustom(m apitype.StepEventMetadata) bool {
	state := m.New
	if state == nil {
		state = m.Old
	}
	return state != nil && state.Custom
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}
