package local

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/plinth-iac/plinth/local/terminal"
)

// Print writes the status for people: programs, services, what does not fit, and what to try next.
func (st *Status) Print(w io.Writer) error {
	var b strings.Builder
	if !st.Running {
		fmt.Fprintf(&b, "stack %s is not up here\nnext: make up STACK=%s\n", st.Stack, st.Stack)
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "\nstack %s, on %s (%s)\n", st.Stack, st.Server, st.nodes())
	st.printWorkloads(&b, "workloads", false)
	st.printWorkloads(&b, "data services", true)
	if len(st.Services) > 0 {
		fmt.Fprintln(&b, "\nservices")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, s := range st.Services {
			fmt.Fprintf(table, "  %s/%s\t%s\t%s\n", s.Namespace, s.Name, s.Type, s.Endpoint)
		}
		table.Flush()
	}
	if len(st.Misfits) > 0 {
		fmt.Fprintln(&b, "\ndoes not fit")
		for _, m := range st.Misfits {
			fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(m.String(), "\n", "\n  "))
		}
	}
	st.printSkipped(&b)
	if st.Mistake != "" {
		fmt.Fprintf(&b, "\nthe cluster is as the last up left it, and whether it all fits is not known:\n%s\n", terminal.Indent("  ", st.Mistake))
	}
	fmt.Fprintf(&b, "\nuse it:  export KUBECONFIG=%s\n", st.Kubeconfig)
	fmt.Fprintf(&b, "next:    kubectl get pods -A · change Pulumi.%s.yaml, then make preview%[2]s or make up%[2]s · make down%[2]s\n",
		st.Stack, forStack(st.Stack))
	_, err := io.WriteString(w, b.String())
	return err
}

// forStack is what make's commands need for a stack that is not their default.
func forStack(stack string) string {
	if stack == "dev" {
		return ""
	}
	return " STACK=" + stack
}

func (st *Status) printSkipped(b *strings.Builder) {
	if len(st.Skipped) == 0 {
		return
	}
	fmt.Fprintln(b, "\nskipped, and taken out where an earlier up had it (above are the whole reasons, and what to do)")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, skip := range st.Skipped {
		standIn := ""
		if skip.StandIn {
			standIn = "; a single server stands in"
		}
		fmt.Fprintf(table, "  · %s\t%s%s\n", skip.Service, skip.Why, standIn)
	}
	table.Flush()
}

func (st *Status) nodes() string {
	total := 0
	var pools []string
	for _, pool := range slices.Sorted(maps.Keys(st.Nodes)) {
		total += st.Nodes[pool]
		pools = append(pools, fmt.Sprintf("%s %d", pool, st.Nodes[pool]))
	}
	return fmt.Sprintf("%s: %s", terminal.Count(total, "simulated node"), strings.Join(pools, ", "))
}

func (st *Status) printWorkloads(b *strings.Builder, title string, data bool) {
	started := false
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, w := range st.Workloads {
		if w.Data != data {
			continue
		}
		if !started {
			fmt.Fprintf(b, "\n%s\n", title)
			started = true
		}
		if w.Operated {
			fmt.Fprintf(table, "  · %s/%s\t%s\t%s, which its operator starts on real nodes only\n", w.Namespace, w.Name, w.Kind, terminal.Count(w.Desired, "server"))
			continue
		}
		mark := "✓"
		rolling := ""
		if w.Rolling {
			rolling = ", rollout not finished"
		}
		if w.Ready < w.Desired || w.Rolling {
			mark = "✗"
		}
		secrets := ""
		if len(w.Secrets) > 0 {
			secrets = "\tSecret " + strings.Join(w.Secrets, ", ")
		}
		fmt.Fprintf(table, "  %s %s/%s\t%s\t%d/%d ready%s%s\n", mark, w.Namespace, w.Name, w.Kind, w.Ready, w.Desired, rolling, secrets)
	}
	table.Flush()
}
