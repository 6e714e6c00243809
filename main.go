// Plinth turns one stack file into a Kubernetes platform; see the README.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/stacks"
)

func main() {
	pulumi.Run(stacks.Platform)
}
