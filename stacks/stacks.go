package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/stacks/platform"
)

// Platform is the Pulumi program: it brings up what the stack file describes, on any cloud. A file with mistakes is refused with all
// of them, before any resource is registered.
func Platform(ctx *pulumi.Context) error { return With()(ctx) }

// With is Platform for a stack file that is understood with options.
func With(opts ...config.Option) pulumi.RunFunc { return platform.On(clouds, opts...) }
