package await

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/theory/jsonpath"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// look judges an object as it is. With deep it also reads what belongs to it: pods, events.
type look func(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress

type progress struct {
	ready bool
	// status is the line to show while it is not.
	status string
	// reasons say why not.
	reasons []string
	// final is true when it never will be.
	final bool
}

// after keeps the reasons that a deep look found when a shallow one follows it.
func (p progress) after(last progress, deep bool) progress {
	if !deep && len(last.reasons) > len(p.reasons) {
		p.reasons = last.reasons
	}
	return p
}

func skipped(inputs *unstructured.Unstructured) bool {
	return inputs.GetAnnotations()[AnnotationSkip] == "true"
}

// conditionFor returns what to wait for; nil for nothing.
func conditionFor(inputs, live *unstructured.Unstructured) (look, error) {
	if skipped(inputs) {
		return nil, nil
	}
	if wanted := live.GetAnnotations()[AnnotationFor]; wanted != "" {
		return parseWaitFor(wanted)
	}
	if check, ok := builtIn(live); ok {
		return check.look, nil
	}
	if os.Getenv("PULUMI_K8S_AWAIT_ALL") == "true" {
		return kstatus, nil
	}
	return nil, nil
}

// kstatus is the readiness that the object's own conditions tell.
func kstatus(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
	result, err := status.Compute(obj)
	if err != nil {
		return progress{status: "couldn't get status: " + err.Error()}
	}
	p := progress{ready: result.Status == status.CurrentStatus, status: result.Message}
	if !p.ready && result.Message != "" {
		p.reasons = []string{result.Message}
	}
	return p
}

// parseWaitFor reads one expression, or a JSON list of which all must hold.
func parseWaitFor(text string) (look, error) {
	var expressions []string
	if json.Unmarshal([]byte(text), &expressions) != nil {
		expressions = []string{text}
	}
	if len(expressions) == 0 {
		return nil, errors.New("at least one condition must be specified")
	}
	var looks []look
	for _, e := range expressions {
		var l look
		var err error
		switch {
		case strings.HasPrefix(e, "jsonpath="):
			l, err = jsonPath(strings.TrimPrefix(e, "jsonpath="))
		case strings.HasPrefix(e, "condition="):
			l = condition(strings.TrimPrefix(e, "condition="))
		default:
			err = fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, e)
		}
		if err != nil {
			return nil, err
		}
		looks = append(looks, l)
	}
	return func(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
		for _, l := range looks {
			if p := l(ctx, w, obj, deep); !p.ready {
				return p
			}
		}
		return progress{ready: true}
	}, nil
}

// observed reports whether the object's controller has seen its last change.
func observed(obj *unstructured.Unstructured) bool {
	seen, ok, _ := unstructured.NestedInt64(obj.Object, "status", "observedGeneration")
	return !ok || seen >= obj.GetGeneration()
}

// condition waits for <type>, or <type>=<status>.
func condition(expression string) look {
	name, want, ok := strings.Cut(expression, "=")
	if !ok {
		want = "True"
	}
	return func(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
		conditions, _, _ := unstructured.NestedSlice(obj.Object, "status", "conditions")
		for _, c := range conditions {
			c, _ := c.(map[string]any)
			if typ, _ := c["type"].(string); !strings.EqualFold(typ, name) {
				continue
			}
			got, _ := c["status"].(string)
			message, _ := c["message"].(string)
			if strings.EqualFold(got, want) && observed(obj) {
				return progress{ready: true}
			}
			text := fmt.Sprintf("Waiting for condition %s=%s, which is %s. %s", name, want, got, message)
			return progress{status: strings.TrimSpace(text), reasons: []string{strings.TrimSpace(text)}}
		}
		text := fmt.Sprintf("Waiting for condition %s=%s, which is not set", name, want)
		return progress{status: text, reasons: []string{text}}
	}
}

var braces = regexp.MustCompile(`\{\s*(.*?)\s*\}`)

// jsonPath waits for {.path} to be there, or for {.path}=value.
func jsonPath(expression string) (look, error) {
	const equals = "\x00"
	parts := strings.Split(strings.ReplaceAll(expression, "==", equals), "=")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], equals, "==")
	}
	path, want := parts[0], ""
	switch {
	case len(parts) > 2:
		return nil, fmt.Errorf("format should be {.path}=value or {.path}, got %q", expression)
	case len(parts) == 2 && parts[1] == "":
		return nil, fmt.Errorf("%s= requires a value", path)
	case len(parts) == 2:
		want = parts[1]
	}
	if strings.HasPrefix(path, "'") && strings.HasSuffix(path, "'") {
		return nil, fmt.Errorf("%s should omit shell quotes", path)
	}
	inner := braces.FindStringSubmatch(path)
	if inner == nil {
		return nil, fmt.Errorf("%s should be wrapped in brackets { ... }", path)
	}
	parsed, err := jsonpath.NewParser().Parse("$" + strings.TrimPrefix(inner[1], "$"))
	if err != nil {
		return nil, fmt.Errorf("parsing %q: %w", path, err)
	}
	return func(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
		if !observed(obj) {
			return progress{}
		}
		found := slices.Collect(parsed.Select(obj.Object).All())
		text := fmt.Sprintf("Waiting for %s", strings.TrimSuffix(path+"="+want, "="))
		if len(found) == 0 {
			return progress{status: path + " selected nothing", reasons: []string{text + ", which selected nothing"}}
		}
		switch value := found[0].(type) {
		case map[string]any, []any:
			if want != "" {
				text := fmt.Sprintf("%q has a non-primitive value (%v)", path, value)
				return progress{reasons: []string{text}, final: true}
			}
		default:
			if got := fmt.Sprint(value); want != "" && got != want {
				text = fmt.Sprintf("%s (found %q)", text, got)
				return progress{status: text, reasons: []string{text}}
			}
		}
		return progress{ready: true}
	}, nil
}
