package postgres

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/backup"
)

// Backup is how the server is backed up.
type Backup struct {
	backup.Spec
	// Enabled false keeps no backup, in prod with a warning. Default true.
	Enabled *bool `json:"enabled,omitempty"`
}

// On tells whether there is to be a backup.
func (b Backup) On() bool { return b.Enabled == nil || *b.Enabled }

// backedUp tells whether there is anywhere to put a backup, and anything to put there.
func (b *builder) backedUp() bool { return b.spec.Backup.On() && b.args.Services != nil }

// warnWithoutBackup says so where one was to be expected: on a cluster without storage, and in prod where it is switched off.
func (b *builder) warnWithoutBackup() error {
	why := ""
	switch {
	case b.backedUp():
	case b.spec.Backup.On():
		why = "this cluster has no object storage that Plinth knows of; copy the data elsewhere yourself, or run the stack on cloud: aws, gcp or azure"
	case b.args.KeepData:
		why = "it is switched off; remove backup.enabled from plinth:postgres to have one"
	}
	if why == "" {
		return nil
	}
	return b.ctx.Log.Warn(fmt.Sprintf("The backup of %s is left out: %s.", b.name, why), nil)
}
