package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"time"

	"github.com/plinth-iac/plinth/components/spec"
)

// Recover is a point in time to go back to.
type Recover struct {
	// From is whose backup: the server as the backups call it, at first postgres-ha in mode ha and postgres-backup in mode single.
	From string `json:"from,omitempty"`
	// At is the time to go back to, as 2026-11-21T08:00:00Z: exactly so in mode ha, and to the last dump before it in mode single. Default: the latest.
	At string `json:"at,omitempty"`
	// Bucket that the backup is in, where that is another stack's. Default: this stack's own.
	Bucket *OtherBucket `json:"bucket,omitempty"`
}

// mark tells one recovery from another. It is part of names, so that what was there before is not touched.
func (r *Recover) mark() string {
	if r == nil {
		return ""
	}
	what := r.From + "@" + r.At
	if r.Bucket != nil {
		what += "@" + r.Bucket.URL
	}
	sum := sha256.Sum256([]byte(what))
	return "-" + hex.EncodeToString(sum[:])[:8]
}

// backups are the names that backups have in a mode, and the first of them.
func backups(mode spec.Mode, name string) (*regexp.Regexp, string) {
	if mode == spec.HA {
		return regexp.MustCompile(`^` + regexp.QuoteMeta(name) + `-ha(-[0-9a-f]{8})?$`), name + "-ha"
	}
	return regexp.MustCompile(`^` + regexp.QuoteMeta(name) + `-backup$`), name + "-backup"
}

// service is the name that the platform's Postgres has: what its backups are called begins with it.
const service = "postgres"

func (s Spec) validateRecover(path spec.Path, problems *spec.Problems) {
	if s.Recover == nil {
		return
	}
	named, first := backups(s.Mode, service)
	switch {
	case s.Mode == spec.Managed:
		problems.Add(path, nil, "recover in mode single or ha", "remove it, and restore with the cloud's own tools: it keeps the backups of mode managed")
		return
	case !s.Backup.On():
		problems.Add(path, nil, "recover where there are backups", "remove backup.enabled: false")
	case !named.MatchString(s.Recover.From):
		allowed := "the name of a backup of mode " + string(s.Mode) + ": " + first
		if s.Mode == spec.HA {
			allowed += ", or " + first + "- and eight digits or letters after a recovery"
		}
		problems.Add(path.Key("from"), orNil(s.Recover.From), allowed, "write "+first+", or look it up in the bucket of the backups")
	}
	if s.Recover.Bucket != nil {
		s.Recover.Bucket.validate(path.Key("bucket"), problems)
	}
	if s.Recover.At == "" {
		return
	}
	if at, err := time.Parse(time.RFC3339, s.Recover.At); err != nil {
		problems.Add(path.Key("at"), s.Recover.At, "a time with its zone, such as 2026-11-21T08:00:00Z", "write it in that form, in quotes")
	} else if at.After(time.Now()) {
		problems.Add(path.Key("at"), s.Recover.At, "a time in the past", "correct it, or remove it for the latest")
	}
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// target is the time to go back to in UTC; empty for the latest.
func (r *Recover) target(layout string) (string, error) {
	if r.At == "" {
		return "", nil
	}
	at, err := time.Parse(time.RFC3339, r.At)
	if err != nil {
		return "", fmt.Errorf("reading the time to recover to: %w", err)
	}
	return at.UTC().Format(layout), nil
}
