// Command kube is a Kubernetes control plane and its simulated nodes in one binary. People use package local/kube or
// the CLI; that starts
//
//	kube serve --dir DIR
//
// which supervises kube etcd, kube-apiserver, kube-controller-manager, kube-scheduler and nodes as its children.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"github.com/plinth-iac/plinth/local/cmd/kube/internal/simulate"
)

const usage = "usage: kube serve|etcd|kube-apiserver|kube-controller-manager|kube-scheduler|nodes [flags]"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	// Clients choose what they send by this version, and it can only be set while linking.
	if v := version.Get().GitVersion; strings.HasPrefix(v, "v0.0.0") {
		return fmt.Errorf("this binary calls itself Kubernetes %s: build it with -ldflags '-X k8s.io/component-base/version.gitVersion=v1.36.3' (make does)", v)
	}
	if args[0] == "serve" {
		return runServe(args[1:])
	}
	exitWithSupervisor()
	switch args[0] {
	case "etcd":
		return runEtcd(args[1:])
	case "kube-apiserver":
		return execute(apiserver.NewAPIServerCommand(), args[1:])
	case "kube-controller-manager":
		return execute(controllers.NewControllerManagerCommand(), args[1:])
	case "kube-scheduler":
		return execute(scheduler.NewSchedulerCommand(), args[1:])
	case "nodes":
		return simulate.Run(args[1:])
	default:
		return fmt.Errorf("unknown command %q; %s", args[0], usage)
	}
}

func execute(command *cobra.Command, args []string) error {
	command.SetArgs(args)
	return cli.RunNoErrOutput(command)
}
