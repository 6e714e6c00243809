package backup

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/plinth-iac/plinth/components/observe"
)

// slack is how long a backup may take before it counts as missing.
const slack = 2 * time.Hour

// Late is how old the last backup is when one is missing: the time between two, and two hours to make one. It fails where the
// schedule is none.
func (s Spec) Late() (time.Duration, error) {
	schedule, err := cron.ParseStandard(s.Schedule)
	if err != nil {
		return 0, fmt.Errorf("reading the schedule of the backup: %w", err)
	}
	first := schedule.Next(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	return schedule.Next(first).Sub(first) + slack, nil
}

// Overdue is the alert, of the name given, that the last backup called name is late, or that nothing is known of any. The metric is
// that of kube-state-metrics. It fails where the schedule is none.
func Overdue(alert, namespace, name string, s Spec) (observe.Alert, error) {
	late, err := s.Late()
	if err != nil {
		return observe.Alert{}, err
	}
	last := fmt.Sprintf(`max(kube_cronjob_status_last_successful_time{namespace="%s",cronjob="%s"})`, namespace, name)
	return observe.Alert{
		Name: alert, Expr: fmt.Sprintf("time() - %s > %.0f or absent(%s)", last, late.Seconds(), last), For: "30m", Severity: observe.Critical,
		Summary: fmt.Sprintf("The last backup by %s is older than %s.", name, late),
		Remedy:  fmt.Sprintf("Look at `kubectl get jobs -n %s` and at the log of the last one of %s.", namespace, name),
	}, nil
}
