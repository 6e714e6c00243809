package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	liveEvery  = 200 * time.Millisecond
	quietEvery = 10 * time.Second
)

// Printer writes whole lines, and keeps the live line of the running step below them. It may be
// used from several goroutines.
type Printer struct {
	mu     sync.Mutex
	w      io.Writer
	live   bool
	status string
}

// New returns a printer to w, or to nowhere where w is nil. Lines are live where w is a terminal.
func New(w io.Writer) *Printer {
	if w == nil {
		w = io.Discard
	}
	return &Printer{w: w, live: isTerminal(w)}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || f.Name() == os.DevNull {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Count is a number of things in words: "1 zone", "3 zones".
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// Line prints one finished line, or several.
func (p *Printer) Line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, format+"\n", args...)
	p.draw()
}

// Write prints b as it is, which must end a line: for what already writes to an io.Writer.
func (p *Printer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	n, err := p.w.Write(b)
	p.draw()
	return n, err
}

func (p *Printer) clear() {
	if p.live && p.status != "" {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *Printer) draw() {
	if p.live && p.status != "" {
		// Not wrapping (?7l) keeps a long status on one line, which is what clear takes away.
		fmt.Fprintf(p.w, "\x1b[?7l%s\x1b[?7h", p.status)
	}
}

func (p *Printer) setStatus(status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.status = status
	p.draw()
}

// Step is one thing a command does. Exactly one of Done and Fail ends it.
type Step struct {
	p        *Printer
	title    string
	started  time.Time
	mu       sync.Mutex
	progress string
	stop     chan struct{}
	stopped  sync.WaitGroup
	end      sync.Once
}

// Step begins a step. The previous one must have ended.
func (p *Printer) Step(title string) *Step {
	s := &Step{p: p, title: title, started: time.Now(), stop: make(chan struct{})}
	s.stopped.Add(1)
	go s.tick()
	return s
}

// Progress says how far the step is.
func (s *Step) Progress(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress = fmt.Sprintf(format, args...)
}

// Done ends the step well, with its result in a few words, or none.
func (s *Step) Done(format string, args ...any) { s.finish("✓", format, args) }

// Fail ends the step badly; the reason is for the error that the caller returns.
func (s *Step) Fail() { s.finish("✗", "failed", nil) }

func (s *Step) finish(mark, format string, args []any) {
	s.end.Do(func() {
		close(s.stop)
		s.stopped.Wait()
		s.p.setStatus("")
		s.p.Line("%s  %s", line(mark, s.title, fmt.Sprintf(format, args...)), Seconds(time.Since(s.started)))
	})
}

func (s *Step) tick() {
	defer s.stopped.Done()
	every := quietEvery
	if s.p.live {
		every = liveEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			s.mu.Lock()
			status := line("…", s.title, s.progress) + "  " + Seconds(time.Since(s.started))
			s.mu.Unlock()
			if s.p.live {
				s.p.setStatus(status)
			} else {
				s.p.Line("%s", status)
			}
		}
	}
}

func line(mark, title, text string) string {
	if text == "" {
		return mark + " " + title
	}
	return mark + " " + title + ": " + text
}

// Seconds writes a duration for people: "0.4 s", "42 s", "3 min 05 s".
func Seconds(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	default:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
}

// Indent puts prefix before every line of text.
func Indent(prefix, text string) string {
	return prefix + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+prefix)
}
