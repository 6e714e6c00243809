package engine

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestExplainTellsWhyTheProgramWasStopped(t *testing.T) {
	t.Parallel()
	stopped := fmt.Errorf("installing: %w", status.Error(codes.Canceled, "context canceled"))
	mistake := errors.New("a mistake of the program")
	failed := &Report{Errors: []string{"Deployment web: Insufficient cpu"}}
	for name, c := range map[string]struct {
		program error
		report  *Report
		want    string
	}{
		"a resource failed":         {stopped, failed, "Insufficient cpu"},
		"the program failed":        {mistake, failed, "a mistake of the program"},
		"it was stopped by nothing": {stopped, &Report{}, "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &Engine{programs: &failure{err: c.program}}
			assert.ErrorContains(t, e.explain("up", errors.New("exit status 255"), c.report), c.want)
		})
	}
}
