package gke

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/google"
)

// Managed implements cluster.Services.
func (s *services) Managed() managed.Services { return s.managed }

// dataServices are those that gcp runs, beside the nodes. Nothing is registered yet.
func (b *builder) dataServices(net *network, k *keys) managed.Services {
	_, parts := b.args.DataRange(b.placement)
	return google.New(&google.Platform{
		Provider: b.gcp, Parent: b.self, Name: b.name, Project: b.project, Region: b.args.Region,
		Network: net.id, Ranges: parts, KeyRing: k.ring, Labels: pulumi.ToStringMap(b.labels),
		Spread: b.args.Spec.Zones > 1, Protect: b.args.Protect,
	})
}
