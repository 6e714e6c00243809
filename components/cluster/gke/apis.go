package gke

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// apis that the cluster, its keys, its registry and what runs on it need. containerscanning scans each image on push;
// containersecurity is what GKE's security posture reports to.
var apis = []string{
	"compute", "container", "cloudkms", "iam", "artifactregistry", "containerscanning", "containersecurity",
	"binaryauthorization", "secretmanager", "storage", "logging", "monitoring",
}

// enableAPIs switches the project's APIs on. A destroy leaves them on, as others may use them.
func (b *builder) enableAPIs() ([]pulumi.Resource, error) {
	var enabled []pulumi.Resource
	for _, api := range apis {
		service, err := projects.NewService(b.ctx, b.name+"-api-"+api, &projects.ServiceArgs{
			Project:          pulumi.String(b.project),
			Service:          pulumi.String(api + ".googleapis.com"),
			DisableOnDestroy: pulumi.Bool(false),
		}, b.child()...)
		if err != nil {
			return nil, fmt.Errorf("enabling the API %s: %w", api, err)
		}
		enabled = append(enabled, service)
	}
	return enabled, nil
}

// projectNumber is in the addresses of all of Google's agents: service-<number>@....
func projectNumber(agent pulumi.StringOutput) pulumi.StringOutput {
	return agent.ApplyT(func(email string) (string, error) {
		user, _, _ := strings.Cut(email, "@")
		number, ok := strings.CutPrefix(user, "service-")
		if !ok {
			return "", fmt.Errorf("found %q as GKE's agent in the project, allowed is service-<project number>@...; enable container.googleapis.com and run up again", email)
		}
		return number, nil
	}).(pulumi.StringOutput)
}
