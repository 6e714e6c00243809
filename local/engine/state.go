package engine

import (
	"encoding/json"
	"fmt"
	"os"
)

// pendingOperation is what the engine notes before it begins on a resource, and takes back when it is done.
type pendingOperation struct {
	Type     string `json:"type"`
	Resource struct {
		URN string `json:"urn"`
	} `json:"resource"`
}

// readPending reads the operations pending in a state file: without the engine, whose export takes half a second.
func readPending(path string) ([]pendingOperation, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	var state struct {
		Checkpoint struct {
			Latest struct {
				Pending []pendingOperation `json:"pending_operations"`
			} `json:"latest"`
		} `json:"checkpoint"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("the state in %s is damaged: %w; the one before it is beside it as .bak", path, err)
	}
	return state.Checkpoint.Latest.Pending, nil
}
