package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Path names a place in the stack file, such as "workloads.api-gateway.replicas.max".
type Path string

// Key returns the path of a named entry below p.
func (p Path) Key(name string) Path {
	if p == "" {
		return Path(name)
	}
	if strings.ContainsAny(name, ". ") {
		return p + Path(fmt.Sprintf("[%q]", name))
	}
	return p + "." + Path(name)
}

// Index returns the path of a list entry below p, counting from 0.
func (p Path) Index(i int) Path { return p + Path(fmt.Sprintf("[%d]", i)) }

// Problem is one mistake in a stack file.
type Problem struct {
	// Path is the place in the file, without the "plinth:" prefix; empty where it is the file as a whole.
	Path Path `json:"path"`
	// Found is what the file says there; empty where something is missing or must not be shown.
	Found string `json:"found,omitempty"`
	// Allowed is what may stand there.
	Allowed string `json:"allowed"`
	// Remedy is what to do about it, as one instruction.
	Remedy string `json:"remedy"`
}

// String is the problem in several lines, as people read it.
func (p Problem) String() string {
	var b strings.Builder
	if p.Path == "" {
		b.WriteString("the stack file")
	} else {
		fmt.Fprintf(&b, "plinth:%s", p.Path)
	}
	if p.Found != "" {
		fmt.Fprintf(&b, ": found %s", p.Found)
	}
	fmt.Fprintf(&b, "\n    allowed: %s\n    do: %s", p.Allowed, p.Remedy)
	return b.String()
}

// Problems collects every mistake found, so that all are reported at once. The zero value is ready.
type Problems struct {
	// Errors stop the program before any resource is registered.
	Errors []Problem
	// Warnings are printed and do not stop it.
	Warnings []Problem
}

// Add records a mistake. found is quoted with %v as the user wrote it; pass nil where nothing was
// written, or where the value must not be shown because it may be secret.
func (ps *Problems) Add(path Path, found any, allowed, remedy string) {
	ps.Errors = append(ps.Errors, newProblem(path, found, allowed, remedy))
}

// CheckGrowth reports a disk of size now that is smaller than it was.
func (ps *Problems) CheckGrowth(path Path, now, before Quantity) {
	if is, was := now.Value(), before.Value(); is.Cmp(was) < 0 {
		ps.Add(path, now, fmt.Sprintf("at least %s, which is there: a disk only grows", before), fmt.Sprintf("write %s or more", before))
	}
}

// Warn records something allowed but unwise.
func (ps *Problems) Warn(path Path, found any, allowed, remedy string) {
	ps.Warnings = append(ps.Warnings, newProblem(path, found, allowed, remedy))
}

func newProblem(path Path, found any, allowed, remedy string) Problem {
	p := Problem{Path: path, Allowed: allowed, Remedy: remedy}
	if found != nil {
		p.Found = fmt.Sprintf("%q", fmt.Sprint(found))
	}
	return p
}

// Err returns nil where there are no errors, else one error that lists them all.
func (ps *Problems) Err() error {
	if len(ps.Errors) == 0 {
		return nil
	}
	return &Error{Problems: ps.Errors}
}

// Error is what a refused stack file yields: every problem, each with its path and remedy.
type Error struct {
	// Problems in the order in which they were found; never none.
	Problems []Problem
}

// Error implements error: all problems, one below the other.
func (e *Error) Error() string {
	var b strings.Builder
	noun := "problems"
	if len(e.Problems) == 1 {
		noun = "problem"
	}
	fmt.Fprintf(&b, "the stack file has %d %s; nothing was changed:", len(e.Problems), noun)
	for _, p := range e.Problems {
		b.WriteString("\n\n  " + strings.ReplaceAll(p.String(), "\n", "\n  "))
	}
	return b.String()
}

// Nearest returns the candidate most like name, or "" where none is close enough to be a typo of it.
func Nearest(name string, candidates []string) string {
	best, score := "", 0.6
	for _, c := range candidates {
		s := levenshtein.Match(strings.ToLower(name), strings.ToLower(c), nil)
		if letters(name) == letters(c) {
			s = 1 // Swapped letters are the commonest typo, and two edits to the metric.
		}
		if s > score {
			best, score = c, s
		}
	}
	return best
}

// letters of a word in alphabetical order.
func letters(word string) string {
	sorted := []rune(strings.ToLower(word))
	slices.Sort(sorted)
	return string(sorted)
}
