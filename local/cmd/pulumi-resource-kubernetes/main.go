// Command pulumi-resource-kubernetes is the stand-in for the official resource plugin of that name,
// which the engine starts. It takes the engine's address and is of no use by hand.
package main

import (
	"fmt"
	"os"

	sdk "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/plinth-iac/plinth/local/provider"
	"github.com/plinth-iac/plinth/local/provider/helm"
)

func main() {
	err := sdk.Main("kubernetes", func(host *sdk.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return provider.New(provider.Options{
			Host: host, Custom: map[string]provider.NewCustom{helm.Type: helm.New},
		}), nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
