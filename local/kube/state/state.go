package state

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// SimulatedLabel marks the Node objects that stand for no machine.
const (
	SimulatedLabel = "plinth.dev/node"
	SimulatedValue = "simulated"
)

// Dir is a state directory.
type Dir string

// Lock is the file whose lock the running supervisor holds.
func (d Dir) Lock() string { return filepath.Join(string(d), "lock") }

// RunFile tells of the running supervisor.
func (d Dir) RunFile() string { return filepath.Join(string(d), "run.json") }

// Kubeconfig gives cluster admin access.
func (d Dir) Kubeconfig() string { return filepath.Join(string(d), "kubeconfig") }

// Cluster holds what lasts from start to start.
func (d Dir) Cluster() string { return filepath.Join(string(d), "cluster") }

// Log is the log file of a process.
func (d Dir) Log(process string) string { return filepath.Join(string(d), "log", process+".log") }

// Run is a supervisor whose cluster is ready.
type Run struct {
	// PID of the supervisor.
	PID int `json:"pid"`
	// Server is the API server's URL.
	Server string `json:"server"`
	// Version of Kubernetes, as v1.36.3.
	Version string `json:"version"`
	// Started is when the supervisor started.
	Started time.Time `json:"started"`
	// Processes it runs.
	Processes []Process `json:"processes"`
}

// Process is a child of the supervisor.
type Process struct {
	// Name, as kube-apiserver.
	Name string `json:"name"`
	// PID of its present incarnation.
	PID int `json:"pid"`
	// Restarts since the supervisor started.
	Restarts int `json:"restarts"`
}

// ReadRun reads run.json; an error that is fs.ErrNotExist means that nothing is ready.
func (d Dir) ReadRun() (Run, error) {
	var run Run
	data, err := os.ReadFile(d.RunFile())
	if err != nil {
		return run, err
	}
	if err := json.Unmarshal(data, &run); err != nil {
		return run, fmt.Errorf("%s: %w", d.RunFile(), err)
	}
	return run, nil
}

// WriteJSON replaces a file by value as JSON, whole or not at all, mode 0600.
func WriteJSON(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(path, append(data, '\n'))
}

// WriteFile replaces a file, whole or not at all, mode 0600.
func WriteFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
