package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/local/dirs"
)

// A folder of another owner was answered with the advice to clear it.
func TestAdviceDoesNotClearWhatOnlyCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := &session{stack: "prod", dirs: dirs.Dirs{Project: "/src"}}
	path := func(cause error) error {
		return fmt.Errorf("starting: %w", &os.PathError{Op: "mkdir", Path: "/src/.plinth/clusters", Err: cause})
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{path(fs.ErrPermission), "make /src/.plinth a folder that you own and may write to; nothing was changed"},
		{path(syscall.EACCES), "make /src/.plinth a folder that you own and may write to; nothing was changed"},
		{path(syscall.EROFS), "make /src/.plinth a folder that you own and may write to; nothing was changed"},
		{path(syscall.ENOSPC), "free space on the disk of /src/.plinth, then do it again"},
		{errors.New("the state directory is half-written"), "`make down STACK=prod` clears what is left of it, and what it held"},
	} {
		assert.Equal(t, c.want, s.advice(c.err), c.err.Error())
	}
}
