package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value float64
		opts  []option
		want  string
	}{
		"no target":                       {9, nil, ""},
		"a peer alone is no target":       {9, []option{against("kubectl", time.Second)}, ""},
		"below the limit":                 {4.9, []option{atMost(5)}, "met"},
		"at the limit":                    {5, []option{atMost(5)}, "met"},
		"above the limit":                 {5.1, []option{atMost(5)}, "missed"},
		"within half of the peer":         {4, []option{against("kubectl", 8*time.Second), atMostOfPeer(0.5)}, "met"},
		"above half of the peer":          {5, []option{against("kubectl", 8*time.Second), atMostOfPeer(0.5)}, "missed"},
		"a part of no peer is not shown":  {5, []option{atMostOfPeer(0.5)}, "missed"},
		"one of two targets is not both":  {5, []option{atMost(9), against("kubectl", 8*time.Second), atMostOfPeer(0.5)}, "missed"},
		"a peer of zero cannot be judged": {5, []option{against("kubectl", 0), atMostOfPeer(0.5)}, "missed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := results{}
			r.add("x", c.value, seconds, c.opts...)
			assert.Equal(t, c.want, r.Rows[0].Verdict)
		})
	}
}

func someResults() *results {
	r := &results{section: "dev"}
	r.time("up of dev", 42*time.Second, atMost(60))
	r.add("memory", 1300, megabyte, atMost(1200))
	r.section = "deployments"
	r.time("no-op up of 1000", 4*time.Second, against("kubectl apply", 20*time.Second), atMostOfPeer(0.5))
	r.time("up of 1000", 354*time.Second)
	r.add("growth", 1.962, exponent)
	r.note("the machine had %d cores", 2)
	return r
}

func TestTableIsReadable(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, someResults().print(&b, false))
	want := strings.Join([]string{
		"metric              measured    peer or floor         ratio  target         verdict",
		"dev",
		"  up of dev         42.0 s      -                     -      ≤ 60.0 s       met",
		"  memory            1300 MB     -                     -      ≤ 1200 MB      missed",
		"deployments",
		"  no-op up of 1000  4.00 s      20.0 s kubectl apply  0.20   ≤ 0.5 of peer  met",
		"  up of 1000        5 min 54 s  -                     -      -",
		"  growth            N^1.96      -                     -      -",
		"",
		"- the machine had 2 cores",
		"",
	}, "\n")
	assert.Equal(t, want, b.String())
}

func TestJSONHasWhatTheTableHas(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, someResults().print(&b, true))
	var got results
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	assert.Equal(t, someResults().Rows, got.Rows)
	assert.Equal(t, []string{"the machine had 2 cores"}, got.Notes)
	assert.InDelta(t, 20, *got.Rows[2].Peer, 0)
}
