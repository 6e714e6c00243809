package terminal

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	erased = "\r\x1b[K"
	held   = "\x1b[?7l"
	let    = "\x1b[?7h"
)

func TestAStepEndsInOneLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(*Step)
		want string
	}{
		"done":                 {func(s *Step) { s.Done("%d nodes", 3) }, `^✓ nodes: 3 nodes  \d+\.\d s\n$`},
		"done, nothing to say": {func(s *Step) { s.Done("") }, `^✓ nodes  \d+\.\d s\n$`},
		"failed":               {func(s *Step) { s.Fail() }, `^✗ nodes: failed  \d+\.\d s\n$`},
		"failed, then done":    {func(s *Step) { s.Fail(); s.Done("ready") }, `^✗ nodes: failed  \d+\.\d s\n$`},
		"with progress so far": {func(s *Step) { s.Progress("2 of %d", 3); s.Done("") }, `^✓ nodes  \d+\.\d s\n$`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			test.end(New(&out).Step("nodes"))
			assert.Regexp(t, test.want, out.String())
		})
	}
}

func TestElsewhereThanOnATerminalLinesArePlain(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	out := New(file)
	out.setStatus("… up dev")
	out.Line("%d%% done", 50)
	_, err = out.Write([]byte("as it is: 100%\n"))
	require.NoError(t, err)
	require.NoError(t, file.Close())
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	assert.Equal(t, "50% done\nas it is: 100%\n", string(text))
}

func TestTheLiveLineStaysBelowWhatIsPrinted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &Printer{w: &out, live: true}
	p.Line("before any step")
	assert.Equal(t, "before any step\n", out.String())
	out.Reset()
	p.setStatus("… up dev")
	assert.Equal(t, held+"… up dev"+let, out.String())
	out.Reset()
	p.Line("+ api")
	assert.Equal(t, erased+"+ api\n"+held+"… up dev"+let, out.String())
	out.Reset()
	n, err := p.Write([]byte("said by another\n"))
	require.NoError(t, err)
	assert.Equal(t, len("said by another\n"), n)
	assert.Equal(t, erased+"said by another\n"+held+"… up dev"+let, out.String())
	out.Reset()
	p.setStatus("")
	assert.Equal(t, erased, out.String())
}

// awaited hears when a text has been written.
type awaited struct {
	text string
	came chan struct{}
	once sync.Once
}

func (a *awaited) Write(b []byte) (int, error) {
	if strings.Contains(string(b), a.text) {
		a.once.Do(func() { close(a.came) })
	}
	return len(b), nil
}

func TestALiveStepShowsItsProgress(t *testing.T) {
	t.Parallel()
	w := &awaited{text: "… nodes: 2 of 3  ", came: make(chan struct{})}
	step := (&Printer{w: w, live: true}).Step("nodes")
	step.Progress("%d of %d", 2, 3)
	select {
	case <-w.came:
	case <-time.After(time.Minute):
		t.Error("the progress was never shown")
	}
	step.Done("")
}

func TestNowhereIsNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer func() { _ = null.Close() }()
	assert.False(t, New(null).live)
	assert.False(t, New(nil).live)
	New(nil).Line("unheard")

	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("a terminal cannot be had here: %v", err)
	}
	defer func() { _ = terminal.Close() }()
	t.Setenv("TERM", "xterm")
	assert.True(t, New(terminal).live)
	t.Setenv("TERM", "dumb")
	assert.False(t, New(terminal).live, "one that cannot move its cursor")
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0.0 s":        0,
		"0.4 s":        440 * time.Millisecond,
		"9.9 s":        9940 * time.Millisecond,
		"42 s":         42 * time.Second,
		"1 min 00 s":   time.Minute,
		"3 min 05 s":   3*time.Minute + 5*time.Second,
		"100 min 59 s": 100*time.Minute + 59*time.Second,
	} {
		assert.Equal(t, want, Seconds(d))
	}
}

func TestIndent(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "  ! one", Indent("  ! ", "one"))
	assert.Equal(t, "  one\n  two", Indent("  ", "one\ntwo\n"))
}
