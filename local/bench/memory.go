package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/plinth-iac/plinth/local/kube/state"
)

// sampleEvery is how often memory is read. One look costs 10 ms of a core and holds up what it looks at, so that looking more
// often would slow what is timed.
const sampleEvery = time.Second

// memory of processes, in bytes. The control plane is one binary that runs five times, so that RSS counts its pages in
// memory five times; PSS shares each page out among those who have it, and so adds up to what is really in use.
type memory struct{ pss, rss int64 }

// watch samples the memory of all of local until it is stopped.
type watch struct {
	stopped chan struct{}
	done    sync.WaitGroup
	peak    memory
	err     error
}

// watchMemory watches the cluster, and this process's children; this process too where it stands in for the CLI.
func (b *bench) watchMemory(self bool) *watch {
	w := &watch{stopped: make(chan struct{})}
	w.done.Add(1)
	go func() {
		defer w.done.Done()
		ticker := time.NewTicker(sampleEvery)
		defer ticker.Stop()
		for w.err == nil {
			var now memory
			now, w.err = b.memory(self)
			w.peak.pss, w.peak.rss = max(w.peak.pss, now.pss), max(w.peak.rss, now.rss)
			select {
			case <-w.stopped:
				return
			case <-ticker.C:
			}
		}
	}()
	return w
}

// stop returns the peak of PSS, and that of RSS.
func (w *watch) stop() (memory, error) {
	close(w.stopped)
	w.done.Wait()
	return w.peak, w.err
}

// memory of all processes of local now.
func (b *bench) memory(self bool) (memory, error) {
	children, err := processTree()
	if err != nil {
		return memory{}, err
	}
	roots := children[os.Getpid()]
	if self {
		roots = append(roots, os.Getpid())
	}
	if run, err := state.Dir(b.project.Cluster("dev")).ReadRun(); err == nil {
		roots = append(roots, run.PID)
	}
	var sum memory
	seen := map[int]bool{}
	for len(roots) > 0 {
		pid := roots[0]
		roots = roots[1:]
		if seen[pid] {
			continue
		}
		seen[pid] = true
		roots = append(roots, children[pid]...)
		m, err := memoryOf(pid)
		if err != nil {
			return memory{}, err
		}
		sum.pss, sum.rss = sum.pss+m.pss, sum.rss+m.rss
	}
	return sum, nil
}

// processTree lists the children of each process.
func processTree() (map[int][]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("memory is read from /proc, which has no processes here (%v); leave it out with -only", err)
	}
	children := map[int][]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // It ended meanwhile.
		}
		pid, parent, err := parseStat(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		children[parent] = append(children[parent], pid)
	}
	return children, nil
}

// parseStat reads a process's number and its parent's. Its name, in parentheses, may have spaces and parentheses itself.
func parseStat(text string) (pid, parent int, err error) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return 0, 0, fmt.Errorf("%q has no name in parentheses", text)
	}
	fields := strings.Fields(text[end+1:])
	if len(fields) < 2 {
		return 0, 0, fmt.Errorf("%q ends before the parent's number", text)
	}
	if pid, err = strconv.Atoi(strings.TrimSpace(text[:open])); err != nil {
		return 0, 0, err
	}
	parent, err = strconv.Atoi(fields[1])
	return pid, parent, err
}

// memoryOf is zero for a process that has ended.
func memoryOf(pid int) (memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if errors.Is(err, syscall.ESRCH) {
		return memory{}, nil
	}
	if _, gone := os.Stat(fmt.Sprintf("/proc/%d", pid)); errors.Is(gone, fs.ErrNotExist) {
		return memory{}, nil
	}
	if err != nil {
		return memory{}, fmt.Errorf("reading the memory of process %d: %w; PSS needs Linux 4.14 or newer", pid, err)
	}
	return parseRollup(string(text))
}

// parseRollup reads what /proc/<pid>/smaps_rollup says.
func parseRollup(text string) (memory, error) {
	m := memory{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[2] != "kB" {
			continue
		}
		kibibytes, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return m, fmt.Errorf("%q is no size: %w", line, err)
		}
		switch fields[0] {
		case "Pss:":
			m.pss = kibibytes << 10
		case "Rss:":
			m.rss = kibibytes << 10
		}
	}
	return m, nil
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }
