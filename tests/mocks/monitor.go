package mocks

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// monitor is the half of the engine that takes registrations.
type monitor struct {
	pulumirpc.UnimplementedResourceMonitorServer

	options options
	rec     *Recording
}

var properties = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true}

func (m *monitor) GetDeploymentInfo(context.Context, *emptypb.Empty) (*pulumirpc.DeploymentInfo, error) {
	return &pulumirpc.DeploymentInfo{
		Project: m.options.project, Stack: m.options.stack,
		SupportedFeatures: []pulumirpc.ResourceMonitorFeature{
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_SECRETS,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_DELETED_WITH,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
		},
	}, nil
}

func (m *monitor) RegisterResource(
	_ context.Context, in *pulumirpc.RegisterResourceRequest,
) (*pulumirpc.RegisterResourceResponse, error) {
	name := m.urn(in)
	if in.GetType() == string(resource.RootStackType) {
		return &pulumirpc.RegisterResourceResponse{Urn: name}, nil
	}
	inputs, err := plugin.UnmarshalProperties(in.GetObject(), properties)
	if err != nil {
		return nil, fmt.Errorf("reading the inputs of %s: %w", name, err)
	}
	id, outputs, secrets := answer(in, inputs, m.options.dryRun)
	id = m.options.addOutputs(in, id, outputs)
	object, err := plugin.MarshalProperties(outputs, properties)
	if err != nil {
		return nil, fmt.Errorf("answering for %s: %w", name, err)
	}

	m.rec.mu.Lock()
	defer m.rec.mu.Unlock()
	if m.rec.byURN(name) != nil {
		m.rec.duplicates = append(m.rec.duplicates, name)
	}
	m.rec.resources = append(m.rec.resources, newResource(in, name, plainMap(inputs)))
	m.rec.secrets = append(m.rec.secrets, secrets...)
	return &pulumirpc.RegisterResourceResponse{Urn: name, Id: id, Object: object}, nil
}

func (m *monitor) RegisterResourceOutputs(
	_ context.Context, in *pulumirpc.RegisterResourceOutputsRequest,
) (*emptypb.Empty, error) {
	outputs, err := plugin.UnmarshalProperties(in.GetOutputs(), properties)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of %s: %w", in.GetUrn(), err)
	}
	m.rec.mu.Lock()
	defer m.rec.mu.Unlock()
	if res := m.rec.byURN(in.GetUrn()); res != nil {
		res.Outputs = plainMap(outputs)
	} else {
		m.rec.Outputs = plainMap(outputs)
	}
	return &emptypb.Empty{}, nil
}

func (m *monitor) RegisterResourceHook(context.Context, *pulumirpc.RegisterResourceHookRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (m *monitor) SignalAndWaitForShutdown(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (m *monitor) urn(in *pulumirpc.RegisterResourceRequest) string {
	var parentType tokens.Type
	if parent := urn.URN(in.GetParent()); parent != "" && parent.QualifiedType() != resource.RootStackType {
		parentType = parent.QualifiedType()
	}
	return string(urn.New(tokens.QName(m.options.stack), tokens.PackageName(m.options.project), parentType,
		tokens.Type(in.GetType()), in.GetName()))
}

func (r *Recording) byURN(urn string) *Resource {
	for _, res := range r.resources {
		if res.URN == urn {
			return res
		}
	}
	return nil
}

// calledByProgram tells whether a registration was made in the program's own call, and so not in an Apply, which runs
// on a goroutine of its own.
func calledByProgram(trace *pulumirpc.StackTrace) bool {
	for _, frame := range trace.GetFrames() {
		if strings.HasSuffix(frame.GetPc().GetUri(), "/go/pulumi/run.go") {
			return true
		}
	}
	return false
}

// engine is the half of the engine that takes messages.
type engine struct {
	pulumirpc.UnimplementedEngineServer

	rec *Recording
}

func (e *engine) Log(_ context.Context, in *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.rec.mu.Lock()
	defer e.rec.mu.Unlock()
	e.rec.Logs = append(e.rec.Logs, Log{Severity: in.GetSeverity().String(), Message: in.GetMessage(), URN: in.GetUrn()})
	return &emptypb.Empty{}, nil
}

func (e *engine) GetRootResource(
	context.Context, *pulumirpc.GetRootResourceRequest,
) (*pulumirpc.GetRootResourceResponse, error) {
	return &pulumirpc.GetRootResourceResponse{}, nil
}

func (e *engine) SetRootResource(
	context.Context, *pulumirpc.SetRootResourceRequest,
) (*pulumirpc.SetRootResourceResponse, error) {
	return &pulumirpc.SetRootResourceResponse{}, nil
}

var (
	_ pulumirpc.ResourceMonitorServer = (*monitor)(nil)
	_ pulumirpc.EngineServer          = (*engine)(nil)
)
