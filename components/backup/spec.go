package backup

import (
	"github.com/robfig/cron/v3"

	"github.com/plinth-iac/plinth/components/spec"
)

// Spec is how a data service is backed up, as the stack file describes it.
type Spec struct {
	// Schedule in cron notation, UTC. Default "30 2 * * *": daily at 02:30.
	Schedule string `json:"schedule,omitempty" jsonschema:"example=30 2 * * *"`
	// KeepDays is how many days a backup is kept. Default 30.
	KeepDays int `json:"keepDays,omitempty" jsonschema:"minimum=1"`
}

// Complete fills in what the stack file left out, with the defaults that the fields document.
func (s Spec) Complete() Spec {
	if s.Schedule == "" {
		s.Schedule = "30 2 * * *"
	}
	if s.KeepDays == 0 {
		s.KeepDays = 30
	}
	return s
}

// standard is what cron.ParseStandard takes.
const standard = cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor

// Validate reports every mistake that can be seen in the spec alone. s is complete, and path is where it stands.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	if !spec.IsCron(s.Schedule, standard) {
		problems.Add(path.Key("schedule"), s.Schedule, "five fields in UTC: minute, hour, day of month, month, day of week, such as 30 2 * * *",
			"write it in that form")
	}
	if s.KeepDays < 1 {
		problems.Add(path.Key("keepDays"), s.KeepDays, "at least 1 day", "raise it; with less, no backup would be there to restore")
	}
}
