package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/plinth-iac/plinth/local"
)

// Exit codes.
const (
	// OK is success, with or without changes.
	OK = 0
	// Failed is any failure; standard error says what to do.
	Failed = 1
	// Usage is a command line that is not understood.
	Usage = 2
	// Interrupted is a run broken off by Ctrl-C, as shells number it.
	Interrupted = 130
)

// Run runs one command and returns its exit code. Results go to stdout; progress and errors to stderr.
// When ctx is cancelled, the command tidies up before it returns.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var failed failure
	switch {
	case err == nil:
		return OK
	case errors.As(err, &failed) && ctx.Err() != nil:
		why := ""
		if err.Error() != ctx.Err().Error() {
			why = ": " + err.Error()
		}
		fmt.Fprintf(stderr, "stopped by a signal%s\nwhat was finished is in the stack's state; the same command goes on from there\n", why)
		return Interrupted
	case errors.As(err, &failed):
		fmt.Fprintf(stderr, "\nerror: %v\n", err)
		return Failed
	default:
		fmt.Fprintf(stderr, "error: %v\nplinth --help lists what there is\n", err)
		return Usage
	}
}

// failure marks the errors of commands, as against those of the command line.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	o := local.Options{Out: stderr}
	root := &cobra.Command{
		Use:   "plinth",
		Short: "Bring a Plinth stack up on this machine",
		Long: `Plinth brings any stack of a checkout up on this machine: the real Pulumi engine, against a
real Kubernetes with simulated nodes shaped like the stack's pools.`,
		Example:       "  plinth up\n  plinth up --stack prod\n  plinth preview --stack stage\n  plinth status --json\n  plinth down",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	stack := os.Getenv("STACK")
	if stack == "" {
		stack = "dev"
	}
	root.PersistentFlags().StringVarP(&o.Stack, "stack", "s", stack, "stack to work on: Pulumi.<stack>.yaml; $STACK sets the default")
	root.PersistentFlags().StringVarP(&o.Dir, "dir", "C", "", "folder of the checkout (default: the working directory)")
	root.AddCommand(upCommand(&o, stdout), previewCommand(&o, stdout), downCommand(&o, stdout), stopCommand(&o, stdout), statusCommand(&o, stdout), kubeconfigCommand(&o, stdout))
	return root
}

func upCommand(o *local.Options, stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use: "up", Short: "Bring the stack to what its file says", Args: cobra.NoArgs,
		Example: "  plinth up\n  plinth up --stack prod    # rehearse prod here\n  plinth up --refresh       # put right what others changed in the cluster",
		RunE: func(cmd *cobra.Command, _ []string) error {
			result, err := local.Up(cmd.Context(), *o)
			if err != nil {
				return failure{err}
			}
			return result.Status.Print(stdout)
		},
	}
	refreshFlag(cmd, o)
	return cmd
}

func refreshFlag(cmd *cobra.Command, o *local.Options) {
	cmd.Flags().BoolVarP(&o.Refresh, "refresh", "r", false, "read the cluster first, to find what others changed there")
}

func previewCommand(o *local.Options, stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use: "preview", Short: "Show what up would change, and change nothing", Args: cobra.NoArgs,
		Example: "  plinth preview --stack prod",
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := local.Preview(cmd.Context(), *o)
			if err != nil {
				return failure{err}
			}
			_, err = fmt.Fprintf(stdout, "stack %s: %s\n", o.Stack, report.Summary())
			return err
		},
	}
	refreshFlag(cmd, o)
	return cmd
}

func downCommand(o *local.Options, stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use: "down", Short: "Delete the stack here, and stop its cluster", Args: cobra.NoArgs,
		Long: `Delete everything of the stack, protected resources too (what runs here is a rehearsal), stop its
cluster and remove its data. A stack that is not up is fine.`,
		Example: "  plinth down --stack prod",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := local.Down(cmd.Context(), *o); err != nil {
				return failure{err}
			}
			_, err := fmt.Fprintf(stdout, "stack %s is down\n", o.Stack)
			return err
		},
	}
	cmd.Flags().BoolVar(&o.KeepCluster, "keep-cluster", false, "leave the cluster running, empty")
	return cmd
}

func stopCommand(o *local.Options, stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "Stop the stack's cluster and keep all that is in it for the next up", Args: cobra.NoArgs,
		Example: "  plinth stop --stack prod",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := local.Stop(cmd.Context(), *o); err != nil {
				return failure{err}
			}
			_, err := fmt.Fprintf(stdout, "the cluster of stack %s is stopped; `make up STACK=%s` goes on with it\n", o.Stack, o.Stack)
			return err
		},
	}
}

func statusCommand(o *local.Options, stdout io.Writer) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "status", Short: "Show how the stack does", Args: cobra.NoArgs,
		Example: "  plinth status\n  plinth status --json | jq .workloads",
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := local.GetStatus(cmd.Context(), *o)
			if err != nil {
				return failure{err}
			}
			if !asJSON {
				return st.Print(stdout)
			}
			encoder := json.NewEncoder(stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(st)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

func kubeconfigCommand(o *local.Options, stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "kubeconfig", Short: "Print the path of the stack's kubeconfig", Args: cobra.NoArgs,
		Example: "  export KUBECONFIG=$(plinth kubeconfig)",
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := local.GetStatus(cmd.Context(), *o)
			if err != nil {
				return failure{err}
			}
			if !st.Running {
				return failure{fmt.Errorf("stack %s is not up here: `make up STACK=%s` starts it", o.Stack, o.Stack)}
			}
			_, err = fmt.Fprintln(stdout, st.Kubeconfig)
			return err
		},
	}
}
