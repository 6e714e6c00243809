package state

// Detach is the byte a starter writes to the supervisor's lifeline to let it run on alone.
const Detach = 'd'

// Report is what a supervisor tells the process that started it, one a line as JSON.
type Report struct {
	// Step that begins or ended, in words.
	Step string `json:"step,omitempty"`
	// Ready says that everything serves; it is the last report.
	Ready bool `json:"ready,omitempty"`
	// Error that ended it; it is the last report.
	Error string `json:"error,omitempty"`
}

// String is the report as a log line.
func (r Report) String() string {
	switch {
	case r.Error != "":
		return "error: " + r.Error
	case r.Ready:
		return "ready"
	default:
		return r.Step
	}
}
