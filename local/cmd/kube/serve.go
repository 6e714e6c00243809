package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/component-base/version"

	"github.com/plinth-iac/plinth/local/cmd/kube/internal/supervise"
	"github.com/plinth-iac/plinth/local/kube/state"
)

// reportFD is where the supervisor tells the process that started it how it gets on, as lines of state.Report.
const reportFD = 4

var errAlone = errors.New("the process that started this one ended without detaching it")

// runServe is the supervisor. It ends on SIGTERM, or when its starter ends before it says that it detaches.
func runServe(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := flags.String("dir", "", "state directory")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("--dir is required")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	go watchStarter(os.NewFile(lifelineFD, "lifeline"), cancel)

	reports := os.NewFile(reportFD, "reports")
	report := func(r state.Report) {
		fmt.Fprintln(os.Stderr, time.Now().Format(time.RFC3339), r)
		_ = json.NewEncoder(reports).Encode(r) // the starter may be gone; its lifeline tells
	}
	err := supervise.Serve(ctx, state.Dir(*dir), version.Get().GitVersion,
		func(step string) { report(state.Report{Step: step}) },
		func() {
			report(state.Report{Ready: true})
			_ = reports.Close()
		})
	if err != nil && !errors.Is(err, errAlone) {
		report(state.Report{Error: err.Error()})
	}
	return err
}

func watchStarter(lifeline *os.File, cancel context.CancelCauseFunc) {
	word := make([]byte, 1)
	if n, _ := lifeline.Read(word); n == 1 && word[0] == state.Detach {
		return
	}
	cancel(errAlone)
}
