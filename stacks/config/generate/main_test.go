package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSchemaIsUpToDate(t *testing.T) {
	t.Chdir("../../..")
	want, err := generate()
	require.NoError(t, err)
	got, err := os.ReadFile(output)
	require.NoError(t, err)
	assert.True(t, string(want) == string(got), "%s is stale: run `go generate ./stacks/config`", output)
}
