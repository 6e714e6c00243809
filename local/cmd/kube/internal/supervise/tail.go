package supervise

import (
	"io"
	"os"
	"strings"
)

const (
	lastWords = 10      // lines
	lastBytes = 8 << 10 // a panic's first lines matter and are followed by its stacks, so there are only few of them
)

// lastLines are the end of a log file.
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
	return strings.Join(lines[max(0, len(lines)-lastWords):], "\n")
}
