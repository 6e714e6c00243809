package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/plinth-iac/plinth/local/dirs"
)

// lock holds a stack until it is released, or its process ends, however it ends.
type lock struct{ file *os.File }

// release unlocks, and does not only close: a child that is being started at this moment has the file too, until it runs its
// own program, and would hold the lock that long.
func (l lock) release() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}

// claim lets one process at a time work on a stack of this checkout.
func claim(d dirs.Dirs, stack string) (*lock, error) {
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
	return &lock{file: file}, nil
}

// endOrphans kills the engine and the plugins of a run that was itself killed. They must be gone before others begin: nothing
// that they still do is noted any more. The caller holds the claim, so no living run has any in the stack's folder.
func endOrphans(d dirs.Dirs, stack string) error {
	work, err := filepath.EvalSymlinks(d.Work(stack))
	if err != nil {
		return fmt.Errorf("looking for what a killed run of stack %s left: %w", stack, err)
	}
	folders, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		// What ends meanwhile, or is another user's, cannot be read and is none of them.
		cwd, _ := os.Readlink(folder)
		name, _ := os.ReadFile(filepath.Join(filepath.Dir(folder), "comm"))
		if cwd != work || !bytes.HasPrefix(name, []byte("pulumi")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err != nil {
			return err
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("ending process %d, which a killed run of stack %s left: %w", pid, stack, err)
		}
	}
	return nil
}
