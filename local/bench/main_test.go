package main

import (
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"-cold=false", "-sizes", "300, 100,300", "-only", "dev,start", "-json"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, options{json: true, only: []string{"dev", "start"}, sizes: []int{100, 300}}, o)

	o, err = parse(nil, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, options{cold: true, only: []string{}, sizes: []int{100, 300, 1000}}, o)
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		`there is no "up" to measure`:       {"-only", "up"},
		`"many" is not a number`:            {"-sizes", "many"},
		`"0" is not a number`:               {"-sizes", "0"},
		"name at least one":                 {"-sizes", ","},
		`"dev" is no flag`:                  {"dev"},
		"flag provided but not defined: -x": {"-x"},
	} {
		_, err := parse(args, io.Discard)
		assert.ErrorContains(t, err, want)
	}
}

func TestParseStatReadsTheParentOfAnyName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		"12 (kube) S 7 12 12 0 -1":            {12, 7},
		"340 (a ) R 9 (odd) name) S 12 1 1 0": {340, 12},
	} {
		pid, parent, err := parseStat(text)
		require.NoError(t, err)
		assert.Equal(t, want, [2]int{pid, parent}, text)
	}
	for _, text := range []string{"", "12 kube S 7", "12 (kube)", "x (kube) S 7", "12 (kube) S y"} {
		_, _, err := parseStat(text)
		assert.Error(t, err, "%q", text)
	}
}

func TestParseRollup(t *testing.T) {
	t.Parallel()
	m, err := parseRollup("00400000-7fff838af000 ---p 00000000 00:00 0   [rollup]\nRss:   1736 kB\nPss:    244 kB\nPss_Dirty:  112 kB\n")
	require.NoError(t, err)
	assert.Equal(t, memory{pss: 244 << 10, rss: 1736 << 10}, m)
	_, err = parseRollup("Rss: much kB\n")
	assert.ErrorContains(t, err, "is no size")
}

func TestMemoryOfThisProcessAndOfNone(t *testing.T) {
	t.Parallel()
	m, err := memoryOf(os.Getpid())
	require.NoError(t, err)
	assert.Positive(t, m.pss)
	assert.GreaterOrEqual(t, m.rss, m.pss)

	none, err := memoryOf(1 << 30)
	require.NoError(t, err)
	assert.Zero(t, none)
}

func TestDeploymentsDifferAndFitTheirNodes(t *testing.T) {
	t.Parallel()
	names := map[any]bool{}
	for _, d := range makeDeployments("here", 250) {
		metadata := d["metadata"].(map[string]any)
		names[metadata["name"]] = true
		assert.Equal(t, "here", metadata["namespace"])
	}
	assert.Len(t, names, 250)
	assert.Len(t, roomFor(250), 3)
	assert.Len(t, roomFor(100), 1)
}
