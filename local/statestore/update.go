package statestore

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// leaseTime is how long an engine may be silent before another may start an update. It renews its
// lease twice in that time.
const leaseTime = 5 * time.Minute

var errBusy = failure(http.StatusConflict, "Conflict: Another update is currently in progress.")

// update is one operation of the engine on the stack.
type update struct {
	id string
	// expires is when the lease ends, where the update has begun to write.
	expires time.Time
	// changes tells a real one from a preview, which has no journal.
	changes bool
	journal *journal
	// result is empty until it is over.
	result apitype.UpdateStatus
	info   apitype.UpdateInfo
}

func (s *Server) newUpdate(kind apitype.UpdateKind, program apitype.UpdateProgramRequest) *update {
	u := &update{
		id: rand.Text(), changes: kind != apitype.PreviewUpdate && !program.Options.DryRun,
		info: apitype.UpdateInfo{
			Kind: kind, StartTime: time.Now().Unix(), Config: program.Config,
			Message: program.Metadata.Message, Environment: program.Metadata.Environment,
		},
	}
	s.updates[u.id] = u
	return u
}

func (s *Server) createUpdate(r *http.Request) (any, error) {
	kind := apitype.UpdateKind(r.PathValue("kind"))
	if !slices.Contains([]apitype.UpdateKind{
		apitype.UpdateUpdate, apitype.PreviewUpdate, apitype.RefreshUpdate, apitype.DestroyUpdate,
	}, kind) {
		return nil, badRequest("%s is not part of the local state; its secrets are under the stack's passphrase", kind)
	}
	program, err := decode[apitype.UpdateProgramRequest](r)
	if err != nil {
		return nil, err
	}
	return apitype.UpdateProgramResponse{UpdateID: s.newUpdate(kind, program).id}, nil
}

func (s *Server) find(r *http.Request) (*update, error) {
	if u := s.updates[r.PathValue("update")]; u != nil {
		return u, nil
	}
	return nil, failure(http.StatusNotFound, "Not Found: update %s is not of this run", r.PathValue("update"))
}

func (s *Server) status(r *http.Request) (any, error) {
	u, err := s.find(r)
	if err != nil {
		return nil, err
	}
	status := apitype.StatusRunning
	if u.result != "" {
		status = u.result
	}
	return apitype.UpdateResults{Status: status}, nil
}

func (s *Server) start(r *http.Request) (any, error) {
	u, err := s.find(r)
	if err != nil {
		return nil, err
	}
	request, err := decode[apitype.StartUpdateRequest](r)
	if err != nil {
		return nil, err
	}
	response := apitype.StartUpdateResponse{Version: len(s.history) + 1, Token: s.token, JournalVersion: 1}
	if !u.changes || u == s.active {
		return response, nil
	}
	if request.JournalVersion < 1 {
		return nil, badRequest("this state needs the engine's journal: unset PULUMI_DISABLE_JOURNALING")
	}
	if s.active != nil {
		if time.Now().Before(s.active.expires) {
			return nil, errBusy
		}
		if err := s.finish(s.active, apitype.UpdateStatusCancelled); err != nil {
			return nil, err
		}
	}
	if err := s.settle(); err != nil {
		return nil, err
	}
	if u.journal, err = s.store.begin(); err != nil {
		return nil, err
	}
	u.expires, s.active = time.Now().Add(leaseTime), u
	return response, nil
}

// ofUpdate turns away an engine whose update was taken from it.
func (s *Server) ofUpdate(handle func(*update, *http.Request) (any, error)) answer {
	return s.ofStack(func(r *http.Request) (any, error) {
		u, err := s.find(r)
		if err != nil {
			return nil, err
		}
		if u.result == apitype.UpdateStatusCancelled {
			return nil, failure(http.StatusForbidden, "Forbidden: the update was cancelled")
		}
		u.expires = time.Now().Add(leaseTime)
		return handle(u, r)
	})
}

// ignore drops the engine's events: they come from the CLI itself here.
func (s *Server) ignore(r *http.Request) (any, error) {
	_, err := io.Copy(io.Discard, r.Body)
	return nil, err
}

func (s *Server) renew(u *update, _ *http.Request) (any, error) {
	return apitype.RenewUpdateLeaseResponse{Token: s.token, TokenExpiration: u.expires.Unix()}, nil
}

func (s *Server) note(u *update, r *http.Request) (any, error) {
	if u != s.active {
		return nil, badRequest("update %s does not run", u.id)
	}
	batch, err := decode[struct {
		Entries []json.RawMessage `json:"entries"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, u.journal.add(batch.Entries)
}

func (s *Server) complete(u *update, r *http.Request) (any, error) {
	request, err := decode[apitype.CompleteUpdateRequest](r)
	if err != nil {
		return nil, err
	}
	return nil, s.finish(u, request.Status)
}

// cancel takes the update from the engine that runs it.
func (s *Server) cancel(r *http.Request) (any, error) {
	u, err := s.find(r)
	if err != nil {
		return nil, err
	}
	return nil, s.finish(u, apitype.UpdateStatusCancelled)
}

// finish ends an update. It may be asked for again. What the update noted is on the disk, and settle brings it in.
func (s *Server) finish(u *update, result apitype.UpdateStatus) error {
	if u.result != "" {
		return nil
	}
	if u == s.active {
		s.active = nil
		if err := u.journal.file.Close(); err != nil {
			return fmt.Errorf("closing the journal of the state: %w", err)
		}
	}
	u.result = result
	if u.changes {
		u.info.EndTime, u.info.Result, u.info.Version = time.Now().Unix(), apitype.SucceededResult, len(s.history)+1
		if result != apitype.UpdateStatusSucceeded {
			u.info.Result = apitype.FailedResult
		}
		s.history = slices.Insert(s.history, 0, u.info)
	}
	return nil
}

// settle brings what a finished update noted into the state, before the state is read or replaced, and at Close. Not before: the
// replay takes memory, and so does an engine that has yet to end.
func (s *Server) settle() error {
	if s.active != nil {
		return nil
	}
	_, err := s.store.fold()
	return err
}
