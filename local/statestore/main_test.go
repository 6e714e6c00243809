package statestore

import (
	"context"
	"io"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/backend/httpstate/client"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"
)

var dev = client.StackIdentifier{Owner: organization, Project: "plinth", Stack: tokens.MustParseStackName("dev")}

// session is a server and the engine's own client of it.
type session struct {
	t      *testing.T
	server *Server
	client *client.Client
}

func open(t *testing.T, dir string) *session {
	t.Helper()
	server, err := Open(Options{Dir: dir, Project: "plinth", Stack: "dev"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	env := server.Environment()
	return &session{t: t, server: server, client: newClient(env["PULUMI_BACKEND_URL"], env["PULUMI_ACCESS_TOKEN"])}
}

func newClient(url, token string) *client.Client {
	return client.NewClient(url, token, false, diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never}))
}

func (s *session) create() {
	s.t.Helper()
	_, _, err := s.client.CreateStack(context.Background(), dev, nil, nil, nil, nil)
	require.NoError(s.t, err)
}

// lease is the token of a running update.
type lease string

func (l lease) GetToken(context.Context) (string, error) { return string(l), nil }

func (s *session) createUpdate(kind apitype.UpdateKind) client.UpdateIdentifier {
	s.t.Helper()
	project := &workspace.Project{Name: "plinth", Runtime: workspace.NewProjectRuntimeInfo("go", nil)}
	u, _, err := s.client.CreateUpdate(context.Background(), kind, dev, project, config.Map{}, apitype.UpdateMetadata{}, engine.UpdateOptions{}, false)
	require.NoError(s.t, err)
	return u
}

func (s *session) start(kind apitype.UpdateKind) (client.UpdateIdentifier, lease) {
	s.t.Helper()
	u := s.createUpdate(kind)
	_, token, version, err := s.client.StartUpdate(context.Background(), u, nil)
	require.NoError(s.t, err)
	require.EqualValues(s.t, 1, version)
	return u, lease(token)
}

func (s *session) note(u client.UpdateIdentifier, l lease, entries ...apitype.JournalEntry) {
	s.t.Helper()
	require.NoError(s.t, s.client.SaveJournalEntries(context.Background(), u, entries, l))
}

func (s *session) complete(u client.UpdateIdentifier, l lease) {
	s.t.Helper()
	require.NoError(s.t, s.client.CompleteUpdate(context.Background(), u, apitype.UpdateStatusSucceeded, l))
}

// state is what the engine would start its next update from.
func (s *session) state() apitype.DeploymentV3 {
	s.t.Helper()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	require.NoError(s.t, s.server.settle())
	deployment, _, err := s.server.store.load()
	require.NoError(s.t, err)
	return *deployment.Deployment
}

func names(d apitype.DeploymentV3) []string {
	all := []string{}
	for _, r := range d.Resources {
		all = append(all, r.URN.Name())
	}
	return all
}

func state(name string) apitype.ResourceV3 {
	return apitype.ResourceV3{
		URN:  resource.NewURN("dev", "plinth", "", "plinth:test:Thing", name),
		Type: "plinth:test:Thing",
	}
}

// begin and success are what the engine notes before it creates a resource, and after.
func begin(number int64, name string) apitype.JournalEntry {
	return apitype.JournalEntry{
		Version: 1, Kind: apitype.JournalEntryKindBegin, SequenceID: 2*number - 1, OperationID: number,
		Operation: &apitype.OperationV2{Type: apitype.OperationTypeCreating, Resource: state(name)},
	}
}

func success(number int64, name string) apitype.JournalEntry {
	made := state(name)
	return apitype.JournalEntry{
		Version: 1, Kind: apitype.JournalEntryKindSuccess, SequenceID: 2 * number, OperationID: number, State: &made,
	}
}
