package kube

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/plinth-iac/plinth/local/kube/state"
)

// Remove deletes the state directory of a cluster that does not run, whatever state it is in. What Start did not make is
// left, and the directory with it. A directory that is not there is no error.
func Remove(dir string) error {
	d := state.Dir(dir)
	holder, err := d.Holder()
	if err != nil {
		return err
	}
	if holder != 0 {
		return fmt.Errorf("the cluster in %s runs (process %d): stop it before removing it", dir, holder)
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !ours(entry.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, syscall.ENOTEMPTY) {
		return err
	}
	return nil
}

func ours(name string) bool {
	switch name {
	case "lock", "run.json", "kubeconfig", "cluster", "log":
		return true
	}
	return strings.HasPrefix(name, ".new-") || strings.HasPrefix(name, ".run.json-") || strings.HasPrefix(name, ".kubeconfig-")
}
