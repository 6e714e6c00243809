// Command pulumi-resource-random is the plugin that serves the stand-in for the provider random.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"

	"github.com/plinth-iac/plinth/local/provider/random"
)

func main() {
	if err := provider.Main("random", random.New); err != nil {
		cmdutil.ExitError(err.Error())
	}
}
