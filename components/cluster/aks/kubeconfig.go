package aks

import (
	"encoding/base64"
	"errors"
	"fmt"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"
)

// aksServer is the Entra application that every AKS cluster's API server is, from kubelogin's documentation of get-token.
const aksServer = "6dae42f8-4368-4678-94ff-3960e28e3630"

// kubeconfig reaches the cluster as whoever is logged in to Azure. AKS tells its address and certificate only as a kubeconfig of the
// user's, and tells them even of a cluster without local accounts; nothing else of that is kept.
func (b *builder) kubeconfig(plane *containerservice.ManagedCluster) pulumi.StringOutput {
	credentials := containerservice.ListManagedClusterUserCredentialsOutput(b.ctx, containerservice.ListManagedClusterUserCredentialsOutputArgs{
		ResourceGroupName: b.group.Name, ResourceName: plane.Name, Format: pulumi.String("exec"),
	}, pulumi.Provider(b.provider), pulumi.Parent(b.parent))
	return pulumi.ToSecret(credentials.Kubeconfigs().ApplyT(exchange)).(pulumi.StringOutput)
}

// kubeconfig is the part of the file's format that is used.
type kubeconfig struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	CurrentContext string         `json:"current-context"`
	Clusters       []namedCluster `json:"clusters"`
	Contexts       []namedContext `json:"contexts"`
	Users          []namedUser    `json:"users"`
}

type namedCluster struct {
	Name    string `json:"name"`
	Cluster struct {
		Server string `json:"server"`
		CA     string `json:"certificate-authority-data"`
	} `json:"cluster"`
}

type namedContext struct {
	Name    string `json:"name"`
	Context struct {
		Cluster string `json:"cluster"`
		User    string `json:"user"`
	} `json:"context"`
}

type namedUser struct {
	Name string `json:"name"`
	User struct {
		Exec execPlugin `json:"exec"`
	} `json:"user"`
}

type execPlugin struct {
	APIVersion  string   `json:"apiVersion"`
	Command     string   `json:"command"`
	Args        []string `json:"args"`
	InstallHint string   `json:"installHint"`
}

// exchange returns a kubeconfig for the same cluster that asks kubelogin for each token. By default kubelogin asks the Azure CLI, which
// serves people and, after a login step, CI; AAD_LOGIN_METHOD in the environment chooses another way, such as workloadidentity.
func exchange(credentials []containerservice.CredentialResultResponse) (string, error) {
	if len(credentials) == 0 {
		return "", errors.New("reading the cluster's credentials: AKS returned none; the identity that deploys needs the role Azure Kubernetes Service Cluster User")
	}
	text, err := base64.StdEncoding.DecodeString(credentials[0].Value)
	if err != nil {
		return "", errors.New("reading the cluster's credentials: they are not in base64") // the error itself could quote them
	}
	var config kubeconfig
	if err := yaml.Unmarshal(text, &config); err != nil || len(config.Clusters) != 1 {
		return "", errors.New("reading the cluster's credentials: they are no kubeconfig of one cluster")
	}

	name := config.Clusters[0].Name
	config.APIVersion, config.Kind, config.CurrentContext = "v1", "Config", name
	config.Contexts, config.Users = make([]namedContext, 1), make([]namedUser, 1)
	config.Contexts[0].Name, config.Contexts[0].Context.Cluster, config.Contexts[0].Context.User = name, name, name
	config.Users[0].Name = name
	config.Users[0].User.Exec = execPlugin{
		APIVersion: "client.authentication.k8s.io/v1beta1", Command: "kubelogin",
		Args:        []string{"get-token", "--login", "azurecli", "--server-id", aksServer},
		InstallHint: "kubelogin is needed to reach AKS: az aks install-cli, or azure.github.io/kubelogin/install.html",
	}
	written, err := yaml.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return string(written), nil
}
