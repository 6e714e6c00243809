package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/util/version"

	"github.com/plinth-iac/plinth/local/cmd/kube/internal/pki"
	"github.com/plinth-iac/plinth/local/kube/state"
)

// marker is cluster/cluster.json.
type marker struct {
	// Kubernetes version that wrote the data last.
	Kubernetes string `json:"kubernetes"`
	// Port of the API server, kept while it is free so that kubeconfigs that people copied stay good.
	Port int `json:"port,omitempty"`
	// HasData says that etcd has been up, so that its data must be there.
	HasData bool `json:"hasData,omitempty"`
}

type cluster struct {
	dir    state.Dir
	marker marker
}

func (c cluster) pki() string        { return filepath.Join(c.dir.Cluster(), "pki") }
func (c cluster) etcd() string       { return filepath.Join(c.dir.Cluster(), "etcd") }
func (c cluster) markerFile() string { return filepath.Join(c.dir.Cluster(), "cluster.json") }
func (c cluster) save() error        { return state.WriteJSON(c.markerFile(), c.marker) }

// open makes the cluster's lasting state if there is none, else checks that this binary can serve it.
func open(dir state.Dir, kubernetes string) (cluster, error) {
	c := cluster{dir: dir}
	if err := c.sweep(); err != nil {
		return c, err
	}
	_, err := os.Stat(dir.Cluster())
	if errors.Is(err, fs.ErrNotExist) {
		return create(c, kubernetes)
	}
	if err == nil {
		err = c.check(kubernetes)
	}
	if err != nil {
		return c, unusable(dir, err)
	}
	return c, nil
}

// unusable says what to do about a damaged directory; nothing is repaired, for the data may be worth a look.
func unusable(dir state.Dir, err error) error {
	return fmt.Errorf("state directory %s cannot be used: %w\nNothing was repaired: start afresh with `make down`, or remove that directory (its cluster's data goes with it)", dir, err)
}

// sweep removes what a crash left half made, and what told of an earlier run.
func (c cluster) sweep() error {
	left, err := filepath.Glob(filepath.Join(string(c.dir), ".new-*"))
	if err != nil {
		return err
	}
	for _, path := range append(left, c.dir.RunFile()) {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

func create(c cluster, kubernetes string) (cluster, error) {
	c.marker.Kubernetes = kubernetes
	tmp, err := os.MkdirTemp(string(c.dir), ".new-")
	if err != nil {
		return c, err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	if err := os.Mkdir(filepath.Join(tmp, "pki"), 0o700); err != nil {
		return c, err
	}
	if err := pki.Create(filepath.Join(tmp, "pki"), apiServiceIP); err != nil {
		return c, err
	}
	if err := state.WriteJSON(filepath.Join(tmp, "cluster.json"), c.marker); err != nil {
		return c, err
	}
	return c, os.Rename(tmp, c.dir.Cluster())
}

func (c *cluster) check(kubernetes string) error {
	data, err := os.ReadFile(c.markerFile())
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("it is incomplete: %s is missing", c.markerFile())
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &c.marker); err != nil {
		return fmt.Errorf("%s is damaged: %w", c.markerFile(), err)
	}
	if err := sameMinor(c.marker.Kubernetes, kubernetes); err != nil {
		return err
	}
	if err := pki.Check(c.pki()); err != nil {
		return fmt.Errorf("a key or certificate is missing or damaged: %w", err)
	}
	c.marker.Kubernetes = kubernetes
	if !c.marker.HasData {
		return nil
	}
	for _, path := range []string{"member/snap/db", "member/wal"} {
		info, err := os.Stat(filepath.Join(c.etcd(), path))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("its data is missing: no %s", filepath.Join(c.etcd(), path))
		}
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			return fmt.Errorf("its data is truncated: %s is empty", filepath.Join(c.etcd(), path))
		}
	}
	return nil
}

// Stored objects of one minor version are read by all its patches; across minors that needs a migration we do not do.
func sameMinor(found, mine string) error {
	f, err := version.ParseSemantic(found)
	if err != nil {
		return fmt.Errorf("its Kubernetes version is unreadable: %w", err)
	}
	m, err := version.ParseSemantic(mine)
	if err != nil {
		return err
	}
	if f.Major() != m.Major() || f.Minor() != m.Minor() {
		return fmt.Errorf("it was written by Kubernetes %s, and this is %s", found, mine)
	}
	return nil
}
