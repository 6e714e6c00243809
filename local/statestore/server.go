package statestore

import (
	"compress/gzip"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// organization is what the file backend calls the owner of every stack.
const organization = "organization"

// Options say whose state is served.
type Options struct {
	// Dir is the folder of the state: what the file backend would be given as file://<Dir>.
	Dir string
	// Project and Stack name the stack. It need not be there yet: the engine makes it.
	Project, Stack string
}

// Server serves the state of one stack until Close.
type Server struct {
	// Recovered tells that an update had been killed: what it noted is brought into the state.
	Recovered bool

	options     Options
	token       string
	credentials string
	listener    net.Listener
	server      *http.Server

	mu      sync.Mutex
	store   store
	updates map[string]*update
	active  *update
	history []apitype.UpdateInfo
}

// Open brings what a killed update noted into the state, and serves it. The caller holds the stack alone.
func Open(o Options) (*Server, error) {
	s := &Server{options: o, store: newStore(o.Dir, o.Project, o.Stack), token: rand.Text(), updates: map[string]*update{}}
	var err error
	if s.Recovered, err = s.store.fold(); err != nil {
		return nil, err
	}
	s.credentials = filepath.Join(o.Dir, "session-"+o.Project+"-"+o.Stack)
	if err := os.RemoveAll(s.credentials); err != nil {
		return nil, fmt.Errorf("removing what a killed run left: %w", err)
	}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("serving the state on the loopback interface: %w", err)
	}
	s.server = &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.server.Serve(s.listener) }() // It ends at Close; a request that fails is the engine's to report.
	return s, nil
}

// Environment is what the Pulumi CLI must run with to reach the state. It holds a token that dies with the server.
func (s *Server) Environment() map[string]string {
	return map[string]string{
		"PULUMI_BACKEND_URL":  "http://" + s.listener.Addr().String(),
		"PULUMI_ACCESS_TOKEN": s.token,
		// The CLI notes the token: in a folder of its own, which goes with the server.
		"PULUMI_CREDENTIALS_PATH": s.credentials,
		// How long the engine gathers entries before it sends them, in ms; each resource waits for it twice.
		"PULUMI_JOURNALING_BATCH_PERIOD": "2",
	}
}

// Close stops the server, and brings what the last update noted into the state. An update that still runs fails, and its journal
// is brought in at the next Open.
func (s *Server) Close() error {
	err := s.server.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	err = errors.Join(err, s.settle())
	if s.active != nil {
		err = errors.Join(err, s.active.journal.file.Close())
	}
	return errors.Join(err, os.RemoveAll(s.credentials))
}

// answer handles one request, and returns what to write as JSON.
type answer func(r *http.Request) (any, error)

func (s *Server) routes() http.Handler {
	const project = "/api/stacks/{org}/{project}"
	const stack = project + "/{stack}"
	const one = stack + "/{kind}/{update}"
	mux := http.NewServeMux()
	for pattern, handle := range map[string]answer{
		"GET /api/capabilities":               s.capabilities,
		"GET /api/user":                       s.user,
		"GET /api/user/organizations/default": s.user,
		"GET /api/user/stacks":                s.list,
		"HEAD " + project:                     s.findProject,
		"POST " + project:                     s.create,
		"GET " + stack:                        s.ofStack(s.get),
		"DELETE " + stack:                     s.ofStack(s.remove),
		"GET " + stack + "/export":            s.ofStack(s.export),
		"POST " + stack + "/import":           s.ofStack(s.replace),
		"GET " + stack + "/updates":           s.ofStack(s.past),
		"POST " + stack + "/{kind}":           s.ofStack(s.createUpdate),
		"GET " + one:                          s.ofStack(s.status),
		"POST " + one:                         s.ofStack(s.start),
		"POST " + one + "/cancel":             s.ofStack(s.cancel),
		"POST " + one + "/events/batch":       s.ignore,
		"POST " + one + "/renew_lease":        s.ofUpdate(s.renew),
		"PATCH " + one + "/journalentries":    s.ofUpdate(s.note),
		"POST " + one + "/complete":           s.ofUpdate(s.complete),
	} {
		mux.Handle(pattern, s.serve(handle))
	}
	mux.Handle("/", s.serve(func(r *http.Request) (any, error) {
		return nil, failure(http.StatusNotFound, "%s %s is not part of the local state", r.Method, r.URL.Path)
	}))
	return mux
}

// serve lets in who has the token, and writes answers and failures as the engine expects them.
func (s *Server) serve(handle answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result, err := any(nil), error(nil)
		if !s.allows(r) {
			err = failure(http.StatusUnauthorized, "Unauthorized: the token is not this server's")
		} else {
			result, err = handle(r)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			reply := &apitype.ErrorResponse{Code: http.StatusInternalServerError, Message: err.Error()}
			errors.As(err, &reply)
			w.WriteHeader(reply.Code)
			result = reply
		}
		if result != nil {
			_ = json.NewEncoder(w).Encode(result) // Who does not read the answer asks again.
		}
	})
}

// allows checks the token. That of an update is the same: as there is one engine, a token of its own would guard nothing.
func (s *Server) allows(r *http.Request) bool {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}

// unzippers are used again: each has 40 KB, and an update of many resources sends a request for each.
var unzippers = sync.Pool{New: func() any { return new(gzip.Reader) }}

// decode reads the body of a request, which the engine may have compressed.
func decode[T any](r *http.Request) (T, error) {
	var value T
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipper := unzippers.Get().(*gzip.Reader)
		defer unzippers.Put(unzipper)
		if err := unzipper.Reset(body); err != nil {
			return value, badRequest("the request is not compressed as it says: %v", err)
		}
		body = unzipper
	}
	if err := json.NewDecoder(body).Decode(&value); err != nil {
		return value, badRequest("the request cannot be read: %v", err)
	}
	return value, nil
}

func failure(code int, format string, args ...any) error {
	return &apitype.ErrorResponse{Code: code, Message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) error {
	return failure(http.StatusBadRequest, "Bad Request: "+format, args...)
}
