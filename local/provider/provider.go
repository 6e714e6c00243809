package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	sdk "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// Version is the official provider's version whose behaviour this one has.
const Version = "4.33.0"

const packageName = "kubernetes"

// Host is the part of the engine that a provider talks to; *provider.HostClient of the SDK is one.
type Host interface {
	// Log writes a diagnostic that stays in the output.
	Log(ctx context.Context, severity diag.Severity, urn resource.URN, message string) error
	// LogStatus writes a line that is shown only while the resource is being worked on.
	LogStatus(ctx context.Context, severity diag.Severity, urn resource.URN, message string) error
}

// Options say what a provider is made of.
type Options struct {
	// Host receives the diagnostics; an Attach replaces it.
	Host Host
	// Custom serves further types, by type token.
	Custom map[string]NewCustom
}

// Server answers the engine's calls. Make it with New; the engine then calls Configure once.
type Server struct {
	pulumirpc.UnimplementedResourceProviderServer

	host      Host
	newCustom map[string]NewCustom
	// stop ends every wait and request that is under way.
	ctx  context.Context
	stop context.CancelFunc

	settings    settings
	cluster     *cluster
	crds        crds
	unreachable string
	custom      map[string]pulumirpc.ResourceProviderServer
}

// New makes a provider that is not configured yet.
func New(opts Options) *Server {
	ctx, stop := context.WithCancel(context.Background())
	return &Server{host: opts.Host, newCustom: opts.Custom, ctx: ctx, stop: stop}
}

// GetPluginInfo names the official version that this provider stands in for.
func (s *Server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// GetSchema returns the package without its types: programs bring their own SDK.
func (s *Server) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	spec, err := json.Marshal(map[string]any{
		"name": packageName, "version": Version, "provider": map[string]any{}, "resources": map[string]any{},
	})
	return &pulumirpc.GetSchemaResponse{Schema: string(spec)}, err
}

// Attach connects to the engine of a debugging session.
func (s *Server) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	host, err := sdk.NewHostClient(req.GetAddress())
	if err != nil {
		return nil, err
	}
	s.host = host
	return &emptypb.Empty{}, nil
}

// Cancel ends the waits and requests under way; the engine then gets their errors.
func (s *Server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.stop()
	return &emptypb.Empty{}, nil
}

// Invoke refuses the official provider's functions.
func (s *Server) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, missing("function %q", req.GetTok())
}

// Construct refuses the official provider's components.
func (s *Server) Construct(_ context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, missing("component %q", req.GetType())
}

// Parameterize refuses packages made of CustomResourceDefinitions.
func (s *Server) Parameterize(context.Context, *pulumirpc.ParameterizeRequest) (*pulumirpc.ParameterizeResponse, error) {
	return nil, missing("packages made of CustomResourceDefinitions")
}

// List refuses to list what is in the cluster.
func (s *Server) List(req *pulumirpc.ListRequest, _ grpc.ServerStreamingServer[pulumirpc.ListResponse]) error {
	return missing("list of %q", req.GetToken())
}

func missing(format string, args ...any) error {
	return fmt.Errorf("the stand-in kubernetes provider has no "+format+": use helm.sh/v3 Release for charts, "+
		"typed resources or apiextensions CustomResource for manifests, or install the official plugin "+
		"(pulumi plugin install resource kubernetes)", args...)
}

func (s *Server) log(urn resource.URN, severity diag.Severity, format string, args ...any) {
	if s.host != nil {
		// A lost diagnostic is no reason to fail the operation it is about.
		_ = s.host.Log(s.ctx, severity, urn, fmt.Sprintf(format, args...))
	}
}

func (s *Server) status(urn resource.URN, severity diag.Severity, message string) {
	if s.host != nil {
		_ = s.host.LogStatus(s.ctx, severity, urn, message)
	}
}

// reporter gives the waits a voice. The engine shows only the last status, so a repeated one is not sent.
func (s *Server) reporter(urn resource.URN) await.Reporter {
	var last string
	return func(severity diag.Severity, message string) {
		if message != last {
			last = message
			s.status(urn, severity, message)
		}
	}
}

// exists reports whether the API server knows the type.
func (s *Server) exists(gvk schema.GroupVersionKind) bool {
	if s.unreachable != "" {
		return false
	}
	_, err := s.cluster.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	return err == nil
}
