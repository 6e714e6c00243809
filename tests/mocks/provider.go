package mocks

import (
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// Kubernetes registers an explicit provider for a component under test.
func Kubernetes(t testing.TB, ctx *pulumi.Context) *kubernetes.Provider {
	t.Helper()
	provider, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{ClusterIdentifier: pulumi.String("test")})
	require.NoError(t, err)
	return provider
}

// Random registers an explicit provider of random values for a component under test.
func Random(t testing.TB, ctx *pulumi.Context) *random.Provider {
	t.Helper()
	provider, err := random.NewProvider(ctx, "random", &random.ProviderArgs{})
	require.NoError(t, err)
	return provider
}
