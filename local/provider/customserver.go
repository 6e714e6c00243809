package provider

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// serveCustom puts a Custom behind the engine's protocol. Its calls also end when ctx does.
func serveCustom(custom Custom, ctx context.Context) pulumirpc.ResourceProviderServer {
	return plugin.NewProviderServer(&customProvider{custom: custom, stopped: ctx})
}

type customProvider struct {
	plugin.UnimplementedProvider
	custom  Custom
	stopped context.Context
}

func (p *customProvider) context(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.stopped, cancel)
	return ctx, func() { stop(); cancel() }
}

func (p *customProvider) Check(ctx context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	ctx, done := p.context(ctx)
	defer done()
	return p.custom.Check(ctx, req)
}

func (p *customProvider) Diff(ctx context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	ctx, done := p.context(ctx)
	defer done()
	return p.custom.Diff(ctx, req)
}

func (p *customProvider) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	ctx, done := p.context(ctx)
	defer done()
	resp, err := p.custom.Create(ctx, req)
	return resp, initFailed(err, resp.ID, resp.Properties, nil)
}

func (p *customProvider) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	ctx, done := p.context(ctx)
	defer done()
	resp, err := p.custom.Read(ctx, req)
	return resp, initFailed(err, resp.ID, resp.Outputs, resp.Inputs)
}

func (p *customProvider) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	ctx, done := p.context(ctx)
	defer done()
	resp, err := p.custom.Update(ctx, req)
	return resp, initFailed(err, req.ID, resp.Properties, nil)
}

func (p *customProvider) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	ctx, done := p.context(ctx)
	defer done()
	return p.custom.Delete(ctx, req)
}

// initFailed turns an InitError into the form that carries the state to the engine.
func initFailed(err error, id resource.ID, properties, inputs resource.PropertyMap) error {
	var init *plugin.InitError
	if !errors.As(err, &init) {
		return err
	}
	opts := plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true}
	state, merr := plugin.MarshalProperties(properties, opts)
	if merr != nil {
		return errors.Join(err, merr)
	}
	detail := &pulumirpc.ErrorResourceInitFailed{Id: string(id), Properties: state, Reasons: init.Reasons}
	if inputs != nil {
		if detail.Inputs, merr = plugin.MarshalProperties(inputs, opts); merr != nil {
			return errors.Join(err, merr)
		}
	}
	return withInitFailure(err, detail)
}
