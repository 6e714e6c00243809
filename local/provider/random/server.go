package random

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Version is the release of the official provider whose behaviour and state are followed.
const Version = "4.21.2"

type server struct {
	pulumirpc.UnimplementedResourceProviderServer
}

// New serves the provider; it needs nothing from the engine, so host may be nil.
func New(_ *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
	return server{}, nil
}

func (server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

func (server) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (server) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

// Configure declines secrets, as the official provider does: the engine then unwraps secret inputs
// and marks what was secret again in the outputs.
func (server) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptResources: true}, nil
}

func (server) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	k, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	failures, err := k.check(news)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

func (server) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	k, olds, news, err := unmarshalUpdate(req)
	if err != nil {
		return nil, err
	}
	if err := ignore(req.GetIgnoreChanges(), olds, news); err != nil {
		return nil, err
	}
	plan, err := k.plan(news)
	if err != nil {
		return nil, err
	}
	diffs, replaces := k.diff(k.upgraded(olds), plan)
	changes := pulumirpc.DiffResponse_DIFF_NONE
	if len(diffs) > 0 {
		changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return &pulumirpc.DiffResponse{Changes: changes, Diffs: diffs, Replaces: replaces}, nil
}

func (server) Create(_ context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	k, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	state, err := k.plan(news)
	if err != nil {
		return nil, err
	}
	if req.GetPreview() {
		props, err := marshal(k.preview(state))
		return &pulumirpc.CreateResponse{Properties: props}, err
	}
	id, err := k.generate(state)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resource.URN(req.GetUrn()).Name(), err)
	}
	props, err := marshal(k.sealed(id, state))
	return &pulumirpc.CreateResponse{Id: id, Properties: props}, err
}

// Read refreshes from what the state says, as nothing else knows the value; without a state it
// imports the value that the ID carries.
func (server) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	k, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	state, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	id, inputs := req.GetId(), req.GetInputs()
	if len(state) == 0 {
		if k.adopt == nil {
			return nil, fmt.Errorf("%s cannot be imported: remove the import option, a new value is made",
				resource.URN(req.GetUrn()).Type())
		}
		if id, state, err = k.adopt(req.GetId()); err != nil {
			return nil, fmt.Errorf("import of %s: %w", resource.URN(req.GetUrn()).Name(), err)
		}
		if inputs, err = marshal(k.importedInputs(state)); err != nil {
			return nil, err
		}
	}
	props, err := marshal(k.sealed(id, k.upgraded(state)))
	return &pulumirpc.ReadResponse{Id: id, Properties: props, Inputs: inputs}, err
}

// Update carries the value over: whatever would change it is a replacement.
func (server) Update(_ context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	k, olds, news, err := unmarshalUpdate(req)
	if err != nil {
		return nil, err
	}
	if err := ignore(req.GetIgnoreChanges(), olds, news); err != nil {
		return nil, err
	}
	state, err := k.plan(news)
	if err != nil {
		return nil, err
	}
	for _, name := range k.outputs {
		key := resource.PropertyKey(name)
		state[key] = olds[key]
	}
	props, err := marshal(k.sealed(req.GetId(), state))
	return &pulumirpc.UpdateResponse{Properties: props}, err
}

func (server) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (server) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, status.Errorf(codes.Unimplemented,
		"function %q is not served by the stand-in for the provider random: install the official plugin random v%s",
		req.GetTok(), Version)
}

func kindOf(urn string) (kind, error) {
	token := string(resource.URN(urn).Type())
	k, ok := kinds[token]
	if !ok {
		return kind{}, status.Errorf(codes.Unimplemented,
			"%s is not served by the stand-in for the provider random, only %s are: use one of them, or install the "+
				"official plugin random v%s", token, strings.Join(slices.Sorted(tokens()), ", "), Version)
	}
	return k, nil
}

type updating interface {
	GetUrn() string
	GetOlds() *structpb.Struct
	GetNews() *structpb.Struct
}

func unmarshalUpdate(req updating) (k kind, olds, news resource.PropertyMap, err error) {
	if k, err = kindOf(req.GetUrn()); err != nil {
		return k, nil, nil, err
	}
	if olds, err = unmarshal(req.GetOlds()); err != nil {
		return k, nil, nil, err
	}
	news, err = unmarshal(req.GetNews())
	return k, olds, news, err
}

func unmarshal(props *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(props, plugin.MarshalOptions{KeepUnknowns: true})
}

func marshal(props resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(props, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

// ignore puts the old value in the place of each new one that ignoreChanges names.
func ignore(paths []string, olds, news resource.PropertyMap) error {
	for _, text := range paths {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("ignoreChanges %q is no property path: %w", text, err)
		}
		root := resource.NewObjectProperty(news)
		if old, ok := path.Get(resource.NewObjectProperty(olds)); ok {
			path.Set(root, old)
		} else {
			path.Delete(root)
		}
	}
	return nil
}
