package statestore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// store is the state of one stack on the disk.
type store struct {
	stack               tokens.QName
	checkpoint, journal string
}

func newStore(dir, project, name string) store {
	base := filepath.Join(dir, ".pulumi", "stacks", project, name)
	return store{
		stack:      tokens.QName(organization + "/" + project + "/" + name),
		checkpoint: base + ".json", journal: base + ".json.journal",
	}
}

func (s store) exists() bool {
	_, err := os.Stat(s.checkpoint)
	return err == nil
}

func (s store) read() ([]byte, error) {
	text, err := os.ReadFile(s.checkpoint)
	if err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	return text, nil
}

// load reads the checkpoint, and returns the digest of its file too.
func (s store) load() (*apitype.TypedDeployment, string, error) {
	text, err := s.read()
	if err != nil {
		return nil, "", err
	}
	checkpoint, version, features, err := stack.UnmarshalVersionedCheckpointToLatestCheckpoint(encoding.JSON, text)
	if err != nil {
		return nil, "", s.damagedState(err)
	}
	latest := checkpoint.Latest
	if latest == nil {
		latest = emptyDeployment()
	}
	return &apitype.TypedDeployment{Deployment: latest, Version: version, Features: features}, digest(text), nil
}

// raw is the deployment as its file has it: in Go's types it would take eight times the room.
func (s store) raw() (*apitype.UntypedDeployment, error) {
	text, err := s.read()
	if err != nil {
		return nil, err
	}
	var file struct {
		Version    int
		Features   []string
		Checkpoint struct{ Latest json.RawMessage }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, s.damagedState(err)
	}
	if file.Version >= apitype.DeploymentSchemaVersionCurrent && file.Checkpoint.Latest != nil {
		return &apitype.UntypedDeployment{Version: file.Version, Features: file.Features, Deployment: file.Checkpoint.Latest}, nil
	}
	deployment, _, err := s.load()
	if err != nil {
		return nil, err
	}
	return untyped(deployment)
}

func (s store) damagedState(err error) error {
	return fmt.Errorf("the state in %s is damaged: %w; put a good copy in its place", s.checkpoint, err)
}

func emptyDeployment() *apitype.DeploymentV3 {
	manifest := deploy.Manifest{Time: time.Now()}
	manifest.Magic = manifest.NewMagic()
	return &apitype.DeploymentV3{Manifest: manifest.Serialize()}
}

// encode writes a deployment as the text of a checkpoint file. Pulumi's own code for it indents the text, which is then taken out
// again: with it, bringing in a journal takes twice the time.
func (s store) encode(deployment any, version int, features []string) ([]byte, error) {
	type checkpoint struct {
		Stack  tokens.QName `json:"stack"`
		Latest any          `json:"latest,omitempty"`
	}
	return json.Marshal(struct {
		Version    int        `json:"version"`
		Features   []string   `json:"features,omitempty"`
		Checkpoint checkpoint `json:"checkpoint"`
	}{version, features, checkpoint{s.stack, deployment}})
}

// save replaces the checkpoint.
func (s store) save(d *apitype.UntypedDeployment) error {
	text, err := s.encode(d.Deployment, d.Version, d.Features)
	if err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(s.checkpoint), 0o700); err != nil {
		return fmt.Errorf("making the folder of the state: %w", err)
	}
	return s.replace(text)
}

// replace is all or nothing, even when the machine loses power.
func (s store) replace(text []byte) error {
	next := s.checkpoint + ".next"
	file, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	if err := os.Rename(next, s.checkpoint); err != nil {
		return fmt.Errorf("replacing the state: %w", err)
	}
	return syncFolder(filepath.Dir(s.checkpoint))
}

func (s store) remove() error {
	for _, path := range []string{s.journal, s.checkpoint} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing the state: %w", err)
		}
	}
	return nil
}

// syncFolder makes names that were added, replaced or removed last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
