package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"
)

// kubeconfig is the configured one, given as a path or as its contents, else the ambient one.
func (s *settings) kubeconfig() (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{
		Context:        clientapi.Context{Cluster: s.raw["cluster"], Namespace: s.namespace},
		CurrentContext: s.raw["context"],
	}
	if given := s.raw["kubeconfig"]; given != "" {
		config, err := loadKubeconfig(given)
		if err != nil {
			return nil, err
		}
		return clientcmd.NewDefaultClientConfig(*config, overrides), nil
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.DefaultClientConfig = &clientcmd.DefaultClientConfig
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
}

func loadKubeconfig(pathOrContents string) (*clientapi.Config, error) {
	path := pathOrContents
	if path == "~" || strings.HasPrefix(path, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, path[1:])
	}
	if _, err := os.Stat(path); err == nil {
		return clientcmd.LoadFromFile(path)
	}
	config, err := clientcmd.Load([]byte(pathOrContents))
	if err != nil {
		// The parser's message would quote the text, which may hold credentials.
		return nil, fmt.Errorf("it is neither the path of a file nor a kubeconfig in YAML or JSON")
	}
	return config, nil
}

// kubeconfigOf reads the provider argument: a path, the text, or an object; empty when absent.
func kubeconfigOf(v resource.PropertyValue) (*clientapi.Config, error) {
	switch {
	case v.IsNull() || v.IsString() && v.StringValue() == "":
		return &clientapi.Config{}, nil
	case v.IsString():
		config, err := loadKubeconfig(v.StringValue())
		if err != nil {
			return nil, fmt.Errorf("failed to parse kubeconfig: %w", err)
		}
		return config, nil
	case v.IsObject():
		text, err := json.Marshal(v.ObjectValue().Mappable())
		if err != nil {
			return nil, fmt.Errorf("failed to unmarshal kubeconfig: %w", err)
		}
		return loadKubeconfig(string(text))
	}
	return nil, fmt.Errorf("unexpected kubeconfig format, type: %v", v.TypeString())
}

// activeCluster is the cluster that the kubeconfig and the provider's overrides point to; nil when
// they point to none.
func activeCluster(config *clientapi.Config, overrides resource.PropertyMap) *clientapi.Cluster {
	current := config.CurrentContext
	if v := overrides["context"]; v.IsString() {
		current = v.StringValue()
	}
	context := config.Contexts[current]
	if context == nil {
		return nil
	}
	name := context.Cluster
	if v := overrides["cluster"]; v.IsString() {
		name = v.StringValue()
	}
	return config.Clusters[name]
}
