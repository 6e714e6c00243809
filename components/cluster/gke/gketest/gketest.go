package gketest

import "github.com/plinth-iac/plinth/tests/mocks"

// Project is the id of the pretended project.
const Project = "acme"

// Outputs tell mocks what gcp adds to the resources of a cluster, and the program its project.
func Outputs() []mocks.Option {
	one := func(key, form string) func(string) map[string]any {
		return func(name string) map[string]any { return map[string]any{key: form + name} }
	}
	certificates := []any{map[string]any{"cert": "PEM"}}
	return []mocks.Option{
		mocks.WithConfig(map[string]string{"gcp:project": Project}),
		mocks.WithOutputs("gcp:projects/serviceIdentity:ServiceIdentity", func(string) map[string]any {
			return map[string]any{"email": "service-123456789@container-engine-robot.iam.gserviceaccount.com"}
		}),
		mocks.WithOutputs("gcp:serviceaccount/account:Account", func(name string) map[string]any {
			return map[string]any{"email": name + "@" + Project + ".iam.gserviceaccount.com"}
		}),
		mocks.WithOutputs("gcp:compute/network:Network", one("selfLink", "networks/")),
		mocks.WithOutputs("gcp:compute/subnetwork:Subnetwork", one("selfLink", "subnetworks/")),
		mocks.WithOutputs("gcp:compute/router:Router", one("name", "")),
		mocks.WithOutputs("gcp:artifactregistry/repository:Repository", one("name", "")),
		mocks.WithOutputs("gcp:storage/bucket:Bucket", func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "url": "gs://" + name + "-1a2b"}
		}),
		mocks.WithOutputs("gcp:compute/address:Address", func(name string) map[string]any {
			return map[string]any{"address": "10.0.208.2", "selfLink": "addresses/" + name}
		}),
		mocks.WithOutputs("gcp:sql/databaseInstance:DatabaseInstance", func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "pscServiceAttachmentLink": "attachments/" + name, "serverCaCerts": certificates}
		}),
		mocks.WithOutputs("gcp:redis/instance:Instance", func(name string) map[string]any {
			return map[string]any{"host": "10.0.212.3", "authString": "made-by-gcp-for-" + name, "serverCaCerts": certificates}
		}),
		mocks.WithOutputs("gcp:container/cluster:Cluster", func(name string) map[string]any {
			return map[string]any{
				"name": name + "-1a2b", "endpoint": "198.51.100.7",
				"masterAuth": map[string]any{"clusterCaCertificate": "Q0VSVA=="},
			}
		}),
	}
}
