package machines

import "fmt"

// Refusal is a wish that a cloud cannot meet. Its parts are those of a spec.Problem, whose path the caller knows.
type Refusal struct {
	// Found is what was asked for.
	Found string
	// Allowed is what the cloud has instead.
	Allowed string
	// Remedy is what to do about it.
	Remedy string
}

// Error implements error, in one line.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s; allowed: %s; %s", r.Found, r.Allowed, r.Remedy)
}
