package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/plinth-iac/plinth/local/dirs"
)

// claim lets one process at a time work on a stack of this checkout. The returned file holds the
// claim until it is closed, or its process ends, however it ends.
func claim(d dirs.Dirs, stack string) (*os.File, error) {
	if err := os.MkdirAll(d.Work(stack), 0o755); err != nil {
		return nil, fmt.Errorf("making %s: %w; free its disk or fix its owner", d.Work(stack), err)
	}
	path := filepath.Join(d.Work(stack), "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("claiming stack %s: %w", stack, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := os.ReadFile(path)
		file.Close()
		return nil, fmt.Errorf("process %s is working on stack %s of this checkout; wait for it, or stop it with `kill -INT %s`",
			owner, stack, owner)
	}
	if err := file.Truncate(0); err == nil {
		_, err = file.WriteAt(fmt.Appendf(nil, "%d", os.Getpid()), 0)
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("claiming stack %s: %w", stack, err)
		}
	}
	return file, nil
}

// clearDeadLocks removes the file backend's locks of a stack whose process is gone, and returns how many.
// One that is alive, or of another machine, stays: the engine names it when it refuses to run.
func clearDeadLocks(d dirs.Dirs, project, stack string) (int, error) {
	dir := filepath.Join(d.State(), ".pulumi", "locks", "organization", project, stack)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking for locks of the state: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return 0, err
	}
	cleared := 0
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return cleared, fmt.Errorf("reading a lock of the state: %w", err)
		}
		var lock struct {
			Pid      int    `json:"pid"`
			Hostname string `json:"hostname"`
		}
		// One cut short in writing has no living owner either: it is written before anything else is done.
		broken := json.Unmarshal(text, &lock) != nil
		if !broken && (lock.Hostname != host || isAlive(lock.Pid)) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return cleared, fmt.Errorf("removing the lock of a dead process: %w", err)
		}
		cleared++
	}
	return cleared, nil
}

// isAlive tells whether pid is a running Pulumi engine: after a reboot its number may be another program's.
func isAlive(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err != nil || strings.TrimSpace(string(name)) == "pulumi"
}
