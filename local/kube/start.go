package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/plinth-iac/plinth/local/kube/state"
)

// Options of Start.
type Options struct {
	// Dir is the state directory; it is made, with its parents, if it is not there. One cluster has one directory.
	Dir string
	// Binary is the path of the built command local/cmd/kube.
	Binary string
	// Progress, if set, hears of each step, in a few words. It is called from one goroutine.
	Progress func(step string)
}

// Start starts the cluster of a state directory, new or with the data of before, and returns when the API server, the
// controllers, the scheduler and the simulation of nodes are ready. A cluster started here ends with this process,
// unless Detach is called. If the directory's cluster runs already, or is just being started by another process, it is
// attached to and is not ended with this process.
//
// The error says what is wrong with the directory if it is half-written, damaged or of another Kubernetes version; with a
// process that died, it has that one's last words. When ctx is done before the cluster is ready, it is stopped.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	path, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	dir := state.Dir(path)
	holder, err := dir.Holder()
	if err != nil {
		return nil, err
	}
	if holder != 0 {
		return join(ctx, dir, holder, o.Progress)
	}
	if err := os.MkdirAll(filepath.Dir(dir.Log("")), 0o700); err != nil {
		return nil, err
	}
	return spawn(ctx, dir, o)
}

// join waits for the cluster that another process started.
func join(ctx context.Context, dir state.Dir, holder int, progress func(string)) (*Cluster, error) {
	progress(fmt.Sprintf("process %d runs this cluster already", holder))
	for {
		c, err := Attach(ctx, string(dir))
		if err == nil || !errors.Is(err, ErrNotRunning) {
			return c, err
		}
		if now, err := dir.Holder(); err != nil || now != holder {
			return nil, errors.Join(err, fmt.Errorf("process %d ended before its cluster was ready; see %s", holder, dir.Log("supervisor")))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("process %d holds %s and its cluster is not ready: %w", holder, dir, context.Cause(ctx))
		case <-time.After(pollInterval):
		}
	}
}

// spawn starts a supervisor and listens to its reports until it is ready or failed.
func spawn(ctx context.Context, dir state.Dir, o Options) (*Cluster, error) {
	log, err := os.OpenFile(dir.Log("supervisor"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	lifelineEnd, lifeline, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = lifelineEnd.Close() }()
	reports, reportsEnd, err := os.Pipe()
	if err != nil {
		_ = lifeline.Close()
		return nil, err
	}
	defer func() { _ = reports.Close() }()

	cmd := exec.Command(o.Binary, "serve", "--dir", string(dir))
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lifelineEnd, reportsEnd}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for the starter, which ends it in order
	err = cmd.Start()
	_ = reportsEnd.Close()
	if err != nil {
		_ = lifeline.Close()
		return nil, fmt.Errorf("start the control plane's binary: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	// The starter's patience is the supervisor's: closing the lifeline stops it.
	stop := context.AfterFunc(ctx, func() { _ = lifeline.Close() })
	err = listen(reports, o.Progress)
	if !stop() {
		<-ended
		return nil, fmt.Errorf("start of %s given up: %w", dir, context.Cause(ctx))
	}
	if err != nil {
		_ = lifeline.Close()
		return nil, errors.Join(err, unlessZero(<-ended, err))
	}
	return tied(dir, cmd.Process.Pid, lifeline), nil
}

// unlessZero drops the exit status if the report told why.
func unlessZero(exit, reported error) error {
	if errors.Is(reported, io.ErrUnexpectedEOF) {
		return exit
	}
	return nil
}

// listen returns nil once the supervisor is ready.
func listen(reports io.Reader, progress func(string)) error {
	decoder := json.NewDecoder(reports)
	for {
		var r state.Report
		switch err := decoder.Decode(&r); {
		case err != nil:
			return fmt.Errorf("the supervisor ended without a word: %w", io.ErrUnexpectedEOF)
		case r.Error != "":
			return errors.New(r.Error)
		case r.Ready:
			return nil
		default:
			progress(r.Step)
		}
	}
}

// environment is what the control plane may know of ours: its processes outlive this one, and need no one's secrets.
func environment() []string {
	var kept []string
	for _, name := range []string{"HOME", "PATH", "TMPDIR", "TZ", "LANG"} {
		if value, ok := os.LookupEnv(name); ok {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}
