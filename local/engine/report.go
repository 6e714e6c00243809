package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/local/terminal"
)

// Change is one resource that an operation touches.
type Change struct {
	// Op is create, update, replace, delete, read or import.
	Op string `json:"op"`
	// Type is the resource's kind in short, such as "Deployment".
	Type string `json:"type"`
	// Name is the object's own name with its namespace, or the resource's name in the program.
	Name string `json:"name"`
	// Component the resource is part of, by name; empty for none.
	Component string `json:"component,omitempty"`
	// Diffs are the properties that an update or a replacement is for. Secrets are masked.
	Diffs []Diff `json:"diffs,omitempty"`
	// Took is how long the operation was under way. Zero in a preview.
	Took time.Duration `json:"-"`
}

// Diff is one property that changes.
type Diff struct {
	// Path of the property, such as "spec.template.spec.containers[0].image".
	Path string `json:"path"`
	// Old value as JSON; empty where the property is added.
	Old string `json:"old,omitempty"`
	// New value as JSON; empty where the property is removed.
	New string `json:"new,omitempty"`
	// Replaces tells that this property cannot be changed in place.
	Replaces bool `json:"replaces,omitempty"`
}

// Report is what an operation did, or would do.
type Report struct {
	// Changes in the order they were finished. Components are left out: their parts are here.
	Changes []Change `json:"changes"`
	// Same is how many resources were as they should be.
	Same int `json:"same"`
	// Warnings of the program and the providers, each once.
	Warnings []string `json:"warnings,omitempty"`
	// Errors of the same, each once.
	Errors []string `json:"errors,omitempty"`
	// Preview tells that nothing was done: the changes are what would be.
	Preview bool `json:"preview,omitempty"`
}

// Summary counts the changes: "12 created, 1 updated, 3 unchanged", or "12 to create" in a preview.
func (r *Report) Summary() string {
	if len(r.Changes) == 0 {
		return fmt.Sprintf("no change (%s)", terminal.Count(r.Same, "resource"))
	}
	counts := map[string]int{}
	for _, c := range r.Changes {
		counts[c.Op]++
	}
	var parts []string
	for _, op := range ops {
		if n := counts[op.name]; n > 0 {
			word := op.done
			if r.Preview {
				word = "to " + op.name
			}
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	if r.Same > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", r.Same))
	}
	return strings.Join(parts, ", ")
}

// ops are the operations on a resource, each with the sign it is shown with.
var ops = []struct{ name, sign, done string }{
	{"create", "+", "created"},
	{"import", "=", "imported"},
	{"update", "~", "updated"},
	{"replace", "±", "replaced"},
	{"delete", "-", "deleted"},
	{"read", "<", "read"},
}

func signOf(op string) string {
	for _, o := range ops {
		if o.name == op {
			return o.sign
		}
	}
	return "?"
}

// Error is an operation that the engine did not finish, with every cause it told.
type Error struct {
	// Operation is up, preview or down.
	Operation string
	// Stack it was on.
	Stack string
	// Causes, each once.
	Causes []string
}

// Error lists every cause, and says how to go on.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of stack %s stopped:", e.Operation, e.Stack)
	for _, cause := range e.Causes {
		b.WriteString("\n  " + strings.ReplaceAll(cause, "\n", "\n  "))
	}
	b.WriteString("\nput right what is named here, and run it again: it goes on from what is finished")
	return b.String()
}
