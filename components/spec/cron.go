package spec

import (
	"strings"

	"github.com/robfig/cron/v3"
)

// IsCron tells whether when is a time in a cron notation. A time zone is none of it: the parser dies of one without a time after it,
// so it must not see any.
func IsCron(when string, notation cron.ParseOption) bool {
	if strings.Contains(when, "TZ=") {
		return false
	}
	_, err := cron.NewParser(notation).Parse(when)
	return err == nil
}
