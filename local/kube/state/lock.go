package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Acquire takes the lock for the life of this process. If another holds it, the error names that process. A process
// must call it once only: POSIX drops the lock when any descriptor of the file is closed.
func (d Dir) Acquire() error {
	f, err := os.OpenFile(d.Lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock); err != nil {
		pid, holderErr := d.Holder()
		_ = f.Close()
		if holderErr == nil && pid != 0 {
			return fmt.Errorf("state directory %s is in use by process %d: stop that one, or use another directory", d, pid)
		}
		return fmt.Errorf("lock %s: %w", d.Lock(), err)
	}
	held = append(held, f)
	return nil
}

// held keeps the lock files from being closed by the garbage collector.
var held []*os.File

// Holder is the process that holds the lock, 0 if none does. It never takes the lock, so it disturbs nobody.
func (d Dir) Holder() (int, error) {
	f, err := os.OpenFile(d.Lock(), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil {
		return 0, fmt.Errorf("query lock %s: %w", d.Lock(), err)
	}
	if lock.Type == syscall.F_UNLCK {
		return 0, nil
	}
	return int(lock.Pid), nil
}
