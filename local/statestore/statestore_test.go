package statestore

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack/snapshot"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnUpdateBecomesTheState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	s.create()
	u, l := s.start(apitype.UpdateUpdate)
	s.note(u, l, begin(1, "one"), success(1, "one"), begin(2, "two"))
	s.note(u, l, success(2, "two"))
	assert.Empty(t, names(s.state()), "the checkpoint is written once, at the end")
	s.complete(u, l)
	s.complete(u, l) // The engine asks again when an answer was lost.

	got := s.state()
	assert.Equal(t, []string{"one", "two"}, names(got))
	assert.Empty(t, got.PendingOperations)
	assert.NoError(t, snapshot.VerifyIntegrity(&got))
	assert.NoFileExists(t, s.server.store.journal)
	history, err := s.client.GetStackUpdates(context.Background(), dev, 10, 1)
	require.NoError(t, err)
	require.Len(t, history, 1)
	assert.Equal(t, apitype.SucceededResult, history[0].Result)
}

func TestWhatAKilledUpdateNotedIsRecovered(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		torn    string
		pending []string
	}{
		"whole":                      {pending: []string{"three"}},
		"cut short in its last line": {torn: `{"entry":{"version":1,"kind":1,"sequen`, pending: []string{"three"}},
		"cut short by a power loss":  {torn: "\x00\x00\x00\x00", pending: []string{"three"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir)
			s.create()
			u, l := s.start(apitype.UpdateUpdate)
			s.note(u, l, begin(1, "one"), success(1, "one"), begin(2, "two"), success(2, "two"), begin(3, "three"))
			require.NoError(t, s.server.Close())
			appendTo(t, s.server.store.journal, test.torn)

			next := open(t, dir)
			assert.True(t, next.server.Recovered)
			got := next.state()
			assert.Equal(t, []string{"one", "two"}, names(got))
			pending := []string{}
			for _, operation := range got.PendingOperations {
				pending = append(pending, operation.Resource.URN.Name())
			}
			assert.Equal(t, test.pending, pending)
			u, l = next.start(apitype.UpdateUpdate)
			next.complete(u, l)
			require.NoError(t, next.server.Close())
			assert.False(t, open(t, dir).server.Recovered)
		})
	}
}

func TestAFinishedUpdateIsBroughtInByWhoeverIsNext(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(*session){
		"its own server, at the end": func(s *session) { require.NoError(t, s.server.Close()) },
		"the server of the next run, as this one was killed": func(s *session) {
			assert.True(t, open(t, s.server.options.Dir).server.Recovered)
		},
		"the next update": func(s *session) { s.start(apitype.DestroyUpdate) },
		"an export": func(s *session) {
			_, err := s.client.ExportStackDeployment(context.Background(), dev, nil)
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			s.create()
			u, l := s.start(apitype.UpdateUpdate)
			s.note(u, l, begin(1, "one"), success(1, "one"))
			s.complete(u, l)
			assert.NotContains(t, read(t, s.server.store.checkpoint), "::one")
			next(s)
			assert.Contains(t, read(t, s.server.store.checkpoint), "::one")
		})
	}
}

// A kill between any two steps of bringing the journal in leaves these files behind.
func TestTheJournalCountsOnceWhereverItsReplayIsKilled(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	before := read(t, s.server.store.checkpoint)
	u, l := s.start(apitype.UpdateUpdate)
	s.note(u, l, begin(1, "one"), success(1, "one"))
	journal := read(t, s.server.store.journal)
	s.complete(u, l)
	s.state()
	after := read(t, s.server.store.checkpoint)
	folded, err := json.Marshal(readLine{Folded: digest([]byte(after))})
	require.NoError(t, err)

	for name, files := range map[string][2]string{
		"before the replay":                    {before, journal},
		"after it was announced":               {before, journal + string(folded) + "\n"},
		"while it was announced":               {before, journal + string(folded[:9])},
		"after the checkpoint was replaced":    {after, journal + string(folded) + "\n"},
		"while the journal was made":           {after, `{"base":"0`},
		"after an empty journal file was made": {after, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			st := newStore(dir, "plinth", "dev")
			require.NoError(t, os.MkdirAll(filepath.Dir(st.checkpoint), 0o700))
			require.NoError(t, os.WriteFile(st.checkpoint, []byte(files[0]), 0o600))
			require.NoError(t, os.WriteFile(st.journal, []byte(files[1]), 0o600))
			next := open(t, dir)
			assert.Equal(t, []string{"one"}, names(next.state()))
			assert.Empty(t, next.state().PendingOperations)
			assert.NoFileExists(t, st.journal)
		})
	}
}

func TestAJournalThatDoesNotBelongIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ journal, message string }{
		"of another checkpoint": {`{"base":"00"}` + "\n", "was changed while"},
		"damaged":               {`{"base":"00"}` + "\nnonsense\n{}\n", "line 2 of the journal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir)
			s.create()
			before := read(t, s.server.store.checkpoint)
			require.NoError(t, os.WriteFile(s.server.store.journal, []byte(test.journal), 0o600))
			_, err := Open(Options{Dir: dir, Project: "plinth", Stack: "dev"})
			require.ErrorContains(t, err, test.message)
			assert.ErrorContains(t, err, s.server.store.journal)
			assert.Equal(t, before, read(t, s.server.store.checkpoint))
		})
	}
}

func TestAJournalWithoutItsStateIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	s.create()
	u, l := s.start(apitype.UpdateUpdate)
	s.note(u, l, begin(1, "one"), success(1, "one"))
	require.NoError(t, s.server.Close())
	require.NoError(t, os.Remove(s.server.store.checkpoint))
	_, err := Open(Options{Dir: dir, Project: "plinth", Stack: "dev"})
	require.ErrorContains(t, err, "dev.json is gone while")
	assert.ErrorContains(t, err, "remove the latter to begin with an empty state")
	assert.FileExists(t, s.server.store.journal)
}

// Another version of Pulumi may write more into its checkpoint than encode does.
func TestACheckpointIsWrittenAsPulumiWritesIt(t *testing.T) {
	t.Parallel()
	st := newStore(t.TempDir(), "plinth", "dev")
	deployment, features := emptyDeployment(), []string{"refreshBeforeUpdate"}
	made := state("one")
	made.Outputs = map[string]any{"text": "a < b & c\u2028", "number": 1e21, "list": []any{nil, true}}
	deployment.Resources = append(deployment.Resources, made)
	checkpoint, err := stack.DeploymentV3ToCheckpoint(st.stack, deployment, 4, features)
	require.NoError(t, err)
	want, err := json.Marshal(checkpoint)
	require.NoError(t, err)
	got, err := st.encode(deployment, 4, features)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))

	whole, err := untyped(&apitype.TypedDeployment{Deployment: deployment, Version: 4, Features: features})
	require.NoError(t, err)
	got, err = st.encode(whole.Deployment, whole.Version, whole.Features)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

func TestEntriesSentAgainCountOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	u, l := s.start(apitype.UpdateUpdate)
	for range 2 {
		s.note(u, l, begin(1, "one"), success(1, "one"))
	}
	s.complete(u, l)
	assert.Equal(t, []string{"one"}, names(s.state()))
}

func TestOneUpdateAtATime(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	ctx := context.Background()
	first, l := s.start(apitype.UpdateUpdate)
	s.note(first, l, begin(1, "one"), success(1, "one"))

	second := s.createUpdate(apitype.DestroyUpdate)
	_, _, _, err := s.client.StartUpdate(ctx, second, nil)
	assert.ErrorContains(t, err, "[409] Conflict: Another update is currently in progress.")
	_, err = s.client.DeleteStack(ctx, dev, true)
	assert.ErrorContains(t, err, "[409]")
	s.start(apitype.PreviewUpdate)

	s.server.mu.Lock()
	s.server.active.expires = time.Now()
	s.server.mu.Unlock()
	_, _, _, err = s.client.StartUpdate(ctx, second, nil)
	require.NoError(t, err, "the lease of the first has run out")
	assert.Equal(t, []string{"one"}, names(s.state()))
	err = s.client.SaveJournalEntries(ctx, first, []apitype.JournalEntry{begin(2, "two")}, l)
	assert.ErrorContains(t, err, "the update was cancelled")
}

func TestCancelTakesTheUpdateFromItsEngine(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	u, l := s.start(apitype.UpdateUpdate)
	s.note(u, l, begin(1, "one"))
	require.NoError(t, s.client.CancelUpdate(context.Background(), u))
	_, err := s.client.RenewUpdateLease(context.Background(), u, string(l), time.Minute)
	assert.ErrorContains(t, err, "the update was cancelled")
	assert.Len(t, s.state().PendingOperations, 1)
}

func TestAStackIsMadeReplacedAndRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	ctx := context.Background()
	_, err := s.client.GetStack(ctx, dev)
	require.ErrorContains(t, err, "[404]")
	s.create()
	_, _, err = s.client.CreateStack(ctx, dev, nil, nil, nil, nil)
	require.ErrorContains(t, err, "already exists")

	exported, err := s.client.ExportStackDeployment(ctx, dev, nil)
	require.NoError(t, err)
	var deployment apitype.DeploymentV3
	require.NoError(t, json.Unmarshal(exported.Deployment, &deployment))
	deployment.Resources = append(deployment.Resources, state("one"))
	exported.Deployment, err = json.Marshal(deployment)
	require.NoError(t, err)
	u, err := s.client.ImportStackDeployment(ctx, dev, &exported)
	require.NoError(t, err)
	results, err := s.client.GetUpdateEvents(ctx, u, nil)
	require.NoError(t, err)
	assert.Equal(t, apitype.StatusSucceeded, results.Status)
	assert.Equal(t, []string{"one"}, names(s.state()))

	hasResources, err := s.client.DeleteStack(ctx, dev, false)
	require.Error(t, err)
	assert.True(t, hasResources)
	_, err = s.client.DeleteStack(ctx, dev, true)
	require.NoError(t, err)
	assert.NoFileExists(t, s.server.store.checkpoint)
}

func TestStatesOfOldEnginesAreServed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"of the second format": `{"version":2,"checkpoint":{"stack":"organization/plinth/dev","latest":{"manifest":{"time":"2019-01-02T03:04:05Z","magic":"","version":""},` +
			`"resources":[{"urn":"` + string(state("one").URN) + `","custom":false,"type":"plinth:test:Thing"}]}}}`,
		"with nothing in it": `{"version":3,"checkpoint":{"stack":"organization/plinth/dev"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			s.create()
			require.NoError(t, os.WriteFile(s.server.store.checkpoint, []byte(text), 0o600))
			exported, err := s.client.ExportStackDeployment(context.Background(), dev, nil)
			require.NoError(t, err)
			assert.Equal(t, 3, exported.Version)
			var deployment apitype.DeploymentV3
			require.NoError(t, json.Unmarshal(exported.Deployment, &deployment))
			assert.Equal(t, names(s.state()), names(deployment))
		})
	}
}

func TestADamagedStateIsSaid(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	require.NoError(t, os.WriteFile(s.server.store.checkpoint, []byte(`{"version":3,`), 0o600))
	_, err := s.client.ExportStackDeployment(context.Background(), dev, nil)
	require.ErrorContains(t, err, "is damaged")
	assert.ErrorContains(t, err, "put a good copy in its place")
}

func TestOnlyTheHolderOfTheTokenIsServed(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	url := s.server.Environment()["PULUMI_BACKEND_URL"]
	for _, authorization := range []string{"", "token ", "token wrong", "update-token wrong", "update-token "} {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url+"/api/stacks/organization/plinth/dev/export", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", authorization)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode, "Authorization: %q", authorization)
	}
}

func TestTheServersOwnEncryptionIsNotOffered(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.create()
	_, err := s.client.EncryptValue(context.Background(), dev, []byte("open"))
	assert.ErrorContains(t, err, "passphrase")
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(read(t, path)+text), 0o600))
}
