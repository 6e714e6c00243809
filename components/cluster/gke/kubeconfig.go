package gke

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
)

// newKubernetes registers the provider that reaches the cluster, and returns the kubeconfig that it does so with.
func (b *builder) newKubernetes(plane *container.Cluster) (*kubernetes.Provider, pulumi.StringOutput, error) {
	text := pulumi.All(plane.Name, plane.Endpoint, plane.MasterAuth.ClusterCaCertificate().Elem()).ApplyT(
		func(parts []any) (string, error) {
			return kubeconfig(parts[0].(string), parts[1].(string), parts[2].(string))
		},
	)
	secret := pulumi.ToSecret(text).(pulumi.StringOutput)
	provider, err := kubernetes.NewProvider(b.ctx, b.name+"-kubernetes", &kubernetes.ProviderArgs{
		// The id names project, region and cluster: none changes with the cluster's address or certificate.
		ClusterIdentifier: plane.ID().ToStringOutput(),
		Kubeconfig:        secret,
	}, pulumi.Parent(b.self))
	if err != nil {
		return nil, secret, fmt.Errorf("reaching the cluster: %w", err)
	}
	return provider, secret, nil
}

// kubeconfig works for whoever gcloud is logged in as: people, and CI through workload identity federation.
func kubeconfig(name, endpoint, authority string) (string, error) {
	certificate, err := base64.StdEncoding.DecodeString(authority)
	if err != nil {
		return "", fmt.Errorf("reading the certificate of cluster %s: %w", name, err)
	}
	text, err := json.Marshal(clientcmd.Config{
		APIVersion: "v1", Kind: "Config", CurrentContext: name,
		Clusters: []clientcmd.NamedCluster{{Name: name, Cluster: clientcmd.Cluster{
			Server: "https://" + endpoint, CertificateAuthorityData: certificate,
		}}},
		Contexts: []clientcmd.NamedContext{{Name: name, Context: clientcmd.Context{Cluster: name, AuthInfo: name}}},
		AuthInfos: []clientcmd.NamedAuthInfo{{Name: name, AuthInfo: clientcmd.AuthInfo{Exec: &clientcmd.ExecConfig{
			APIVersion: "client.authentication.k8s.io/v1beta1", Command: "gke-gcloud-auth-plugin",
			InstallHint:        "Install it with: gcloud components install gke-gcloud-auth-plugin",
			ProvideClusterInfo: true, InteractiveMode: clientcmd.IfAvailableExecInteractiveMode,
		}}}},
	})
	if err != nil {
		return "", fmt.Errorf("writing the kubeconfig of cluster %s: %w", name, err)
	}
	return string(text), nil
}
