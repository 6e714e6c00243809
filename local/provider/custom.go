package provider

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"k8s.io/client-go/rest"
)

// Custom serves a resource type that is no Kubernetes object, such as a Helm release.
//
// Property maps carry secrets and unknowns as such. Create and Update honour Preview. An error that
// is (or wraps) a *plugin.InitError means that the resource exists but is not ready: the properties
// and ID returned beside it are kept in the state, and the next update tries again. Read returns an
// empty ID when the resource is gone. Context ends when the engine cancels.
type Custom interface {
	// Check fills in defaults and lists what is wrong with the inputs; the error is for when it cannot tell.
	Check(context.Context, plugin.CheckRequest) (plugin.CheckResponse, error)
	// Diff compares the inputs with the state, without asking the cluster.
	Diff(context.Context, plugin.DiffRequest) (plugin.DiffResult, error)
	// Create makes the resource and waits until it is ready. The error without an ID means that nothing is there.
	Create(context.Context, plugin.CreateRequest) (plugin.CreateResponse, error)
	// Read tells what is there, for a refresh or an import.
	Read(context.Context, plugin.ReadRequest) (plugin.ReadResponse, error)
	// Update changes the resource in place and waits until it is ready.
	Update(context.Context, plugin.UpdateRequest) (plugin.UpdateResponse, error)
	// Delete removes the resource. One that is gone already is no error.
	Delete(context.Context, plugin.DeleteRequest) (plugin.DeleteResponse, error)
}

// NewCustom makes the server of a custom type for one configured provider.
type NewCustom func(Cluster) (Custom, error)

// Cluster is what the configured provider knows, for those who serve custom types.
type Cluster struct {
	// Config reaches the API server; nil when Unreachable is set.
	Config *rest.Config
	// Unreachable says why there is no cluster to talk to (yet); empty when there is one.
	Unreachable string
	// Namespace is the default namespace of the provider, "default" when none was configured.
	Namespace string
	// Settings are the provider's configuration values by their bare key ("helmReleaseSettings"),
	// as the engine sends them: strings, and JSON where the value is an object.
	Settings map[string]string
	// Log writes a diagnostic that stays in the engine's output, under the resource it is about.
	Log func(severity diag.Severity, urn resource.URN, message string)
	// Status writes a line that the engine shows beside the resource while it is being worked on.
	Status func(severity diag.Severity, urn resource.URN, message string)
}
