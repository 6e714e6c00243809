package provider_test

import (
	"context"
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/provider"
)

// thing is a custom type whose objects are made at once and never ready.
type thing struct{ cluster provider.Cluster }

func (th thing) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	return plugin.CheckResponse{Properties: req.News}, nil
}

func (th thing) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResult, error) {
	return plugin.DiffResult{
		Changes: plugin.DiffSome, DetailedDiff: map[string]plugin.PropertyDiff{"size": {Kind: plugin.DiffUpdate}},
	}, nil
}

func (th thing) Create(_ context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	return plugin.CreateResponse{ID: "thing-1", Properties: req.Properties}, &plugin.InitError{Reasons: []string{"never ready"}}
}

func (th thing) Read(context.Context, plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{}, nil
}

func (th thing) Update(context.Context, plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	return plugin.UpdateResponse{}, errors.New("cannot be updated")
}

func (th thing) Delete(ctx context.Context, _ plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	<-ctx.Done() // Only a cancellation ends it.
	return plugin.DeleteResponse{}, context.Cause(ctx)
}

func TestCustomType(t *testing.T) {
	t.Parallel()
	e := connected(t, map[string]string{"helmReleaseSettings": `{"driver":"secret"}`})
	var got provider.Cluster
	e.custom = map[string]provider.NewCustom{"kubernetes:example.org/v1:Thing": func(c provider.Cluster) (provider.Custom, error) {
		got = c
		return thing{c}, nil
	}}
	e.configure(map[string]string{"helmReleaseSettings": `{"driver":"secret"}`})
	assert.Equal(t, e.namespace, got.Namespace)
	assert.Equal(t, `{"driver":"secret"}`, got.Settings["helmReleaseSettings"])
	assert.NotNil(t, got.Config)
	assert.Empty(t, got.Unreachable)

	r := e.resource("example.org/v1:Thing", "t")
	var failed *initError
	require.ErrorAs(t, r.tryCreate(object{"size": 1}, 0), &failed)
	assert.Equal(t, []string{"never ready"}, failed.reasons)
	assert.Equal(t, "thing-1", r.id, "what exists is kept")
	assert.Equal(t, resource.PropertyMap{"size": resource.NewNumberProperty(1)}, r.state)
	assert.Equal(t, map[string]string{"size": "UPDATE"}, changes(r.diff(object{"size": 2})))
	_, err := r.tryUpdate(object{"size": 2}, false)
	require.ErrorContains(t, err, "cannot be updated")
	there, err := r.refresh()
	require.NoError(t, err)
	assert.False(t, there)

	deleted := make(chan error, 1)
	go func() { deleted <- r.tryDelete() }()
	_, err = e.server.Cancel(t.Context(), nil)
	require.NoError(t, err)
	require.ErrorIs(t, <-deleted, context.Canceled)
}
