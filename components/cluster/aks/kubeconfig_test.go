package aks

import (
	"encoding/base64"
	"testing"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCredentials has what Azure might answer with instead of the kubeconfig of one cluster. No error quotes it.
func TestCredentials(t *testing.T) {
	t.Parallel()
	answer := func(value string) []containerservice.CredentialResultResponse {
		return []containerservice.CredentialResultResponse{{Name: "clusterUser", Value: value}}
	}
	for name, c := range map[string]struct {
		credentials []containerservice.CredentialResultResponse
		want        string
	}{
		"none":          {nil, "the role Azure Kubernetes Service Cluster User"},
		"no base64":     {answer("hunter2*"), "not in base64"},
		"no YAML":       {answer(base64.StdEncoding.EncodeToString([]byte("hunter2: hunter2: ["))), "no kubeconfig of one cluster"},
		"no kubeconfig": {answer(base64.StdEncoding.EncodeToString([]byte("password: hunter2"))), "no kubeconfig of one cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := exchange(c.credentials)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, config)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}
