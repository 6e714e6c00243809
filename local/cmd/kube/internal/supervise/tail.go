package supervise

import (
	"io"
	"os"
	"slices"
	"strings"
)

const (
	lastWords = 10 // lines
	lastBytes = 64 << 10
)

// lastLines are the end of a log file; of a panic, its beginning, for stacks follow.
func lastLines(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > lastBytes {
		if _, err := f.Seek(-lastBytes, io.SeekEnd); err != nil {
			return err.Error()
		}
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	panicked := slices.IndexFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")
	})
	if panicked >= 0 {
		return strings.Join(lines[panicked:min(panicked+lastWords, len(lines))], "\n")
	}
	return strings.Join(lines[max(0, len(lines)-lastWords):], "\n")
}
