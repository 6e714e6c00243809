package statestore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// line is one of a journal: the first names the checkpoint it goes on from, the others hold an entry each. A last one
// names the checkpoint that the journal was replayed into, before that replaces the old one. Entries are
// written as the engine sent them, and read to be replayed.
type line[E json.RawMessage | *apitype.JournalEntry] struct {
	Base   string `json:"base,omitempty"`
	Entry  E      `json:"entry,omitempty"`
	Folded string `json:"folded,omitempty"`
}

type (
	writtenLine = line[json.RawMessage]
	readLine    = line[*apitype.JournalEntry]
)

// journal is the open journal of a running update.
type journal struct {
	file *os.File
	size int64
	// seen are the entries it has: the engine sends some again when an answer was lost.
	seen map[int64]bool
}

// begin makes the journal of an update.
func (s store) begin() (*journal, error) {
	text, err := s.read()
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(s.journal, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("making the journal of the state: %w", err)
	}
	j := &journal{file: file, seen: map[int64]bool{}}
	if err := errors.Join(j.write(writtenLine{Base: digest(text)}), syncFolder(filepath.Dir(s.journal))); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// add appends entries. When it returns they are on the disk, or none of them counts.
func (j *journal) add(entries []json.RawMessage) error {
	var lines []writtenLine
	var numbers []int64
	for _, entry := range entries {
		var head struct {
			SequenceID int64 `json:"sequenceID"`
		}
		if err := json.Unmarshal(entry, &head); err != nil {
			return badRequest("a journal entry is no JSON: %v", err)
		}
		if !j.seen[head.SequenceID] {
			lines, numbers = append(lines, writtenLine{Entry: entry}), append(numbers, head.SequenceID)
		}
	}
	if err := j.write(lines...); err != nil {
		return err
	}
	for _, number := range numbers {
		j.seen[number] = true
	}
	return nil
}

func (j *journal) write(lines ...writtenLine) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text) // One line each: Encode compacts the entries.
	for _, l := range lines {
		if err := encoder.Encode(l); err != nil {
			return fmt.Errorf("writing the journal of the state: %w", err)
		}
	}
	_, err := j.file.WriteAt(text.Bytes(), j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// What is left of it would follow the next lines, where those are shorter.
		return fmt.Errorf("writing the journal of the state: %w", errors.Join(err, j.file.Truncate(j.size)))
	}
	j.size += int64(text.Len())
	return nil
}

// fold replays the journal into the checkpoint where there is one, and tells whether there was. It can be killed at any
// point, and called again.
func (s store) fold() (bool, error) {
	text, err := os.ReadFile(s.journal)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the journal of the state: %w", err)
	}
	// What follows the last line break was cut short, so it was never acknowledged.
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	lines, err := s.parse(text)
	if err != nil {
		return false, err
	}
	if len(lines) == 0 {
		return true, s.forget()
	}
	deployment, base, err := s.load()
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%s is gone while %s waits to be brought into it; put the former back, or remove the latter "+
			"to begin with an empty state", s.checkpoint, s.journal)
	}
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(lines, func(l readLine) bool { return l.Folded == base }) {
		return true, s.forget()
	}
	if lines[0].Base != base {
		return false, fmt.Errorf("%s was changed while %s waited to be brought into it; put the former back, or remove the latter "+
			"to go on without what the last run noted", s.checkpoint, s.journal)
	}
	replayer := backend.NewJournalReplayer(deployment.Deployment)
	for i, l := range lines {
		if l.Entry == nil {
			continue
		}
		if err := replayer.Add(*l.Entry); err != nil {
			return false, s.damaged(i, err)
		}
	}
	return true, s.foldInto(replayer, int64(len(text)))
}

func (s store) parse(text []byte) ([]readLine, error) {
	var lines []readLine
	for row := range bytes.Lines(text) {
		var l readLine
		if err := json.Unmarshal(row, &l); err != nil {
			return nil, s.damaged(len(lines), err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (s store) damaged(index int, err error) error {
	return fmt.Errorf("line %d of the journal %s is damaged: %w; remove the file to go on with the state before the last run",
		index+1, s.journal, err)
}

func (s store) foldInto(replayer *backend.JournalReplayer, size int64) error {
	deployment, err := replayer.GenerateDeployment()
	if err != nil {
		return fmt.Errorf("replaying %s: %w", s.journal, err)
	}
	text, err := s.encode(deployment.Deployment, deployment.Version, deployment.Features)
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	file, err := os.OpenFile(s.journal, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("closing the journal of the state: %w", err)
	}
	j := &journal{file: file, size: size}
	if err := errors.Join(file.Truncate(size), j.write(writtenLine{Folded: digest(text)}), file.Close()); err != nil {
		return fmt.Errorf("closing the journal of the state: %w", err)
	}
	if err := s.replace(text); err != nil {
		return err
	}
	return s.forget()
}

func (s store) forget() error {
	if err := os.Remove(s.journal); err != nil {
		return fmt.Errorf("removing the journal of the state: %w", err)
	}
	return syncFolder(filepath.Dir(s.journal))
}
