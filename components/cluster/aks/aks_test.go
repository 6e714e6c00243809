package aks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestPreviewShowsAll has nothing hidden in what is unknown.
func TestPreviewShowsAll(t *testing.T) {
	t.Parallel()
	for name, args := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, record(t, mocks.Up, args(), nil).Names(), record(t, mocks.Preview, args(), nil).Names())
		})
	}
}
