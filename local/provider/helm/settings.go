package helm

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/cli"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// settings are the provider's helmReleaseSettings.
type settings struct {
	Driver               *string `json:"driver"`
	PluginsPath          *string `json:"pluginsPath"`
	RegistryConfigPath   *string `json:"registryConfigPath"`
	RepositoryConfigPath *string `json:"repositoryConfigPath"`
	RepositoryCache      *string `json:"repositoryCache"`
}

func parseSettings(text string) (settings, error) {
	var s settings
	if text == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("helmReleaseSettings does not fit: %w", err)
	}
	return s, nil
}

func (s settings) driver() string { return either(s.Driver, "PULUMI_K8S_HELM_DRIVER", "secret") }

// within points Helm at the given paths, and at dir for what is not given.
func (s settings) within(dir string) *cli.EnvSettings {
	env := cli.New()
	env.PluginsDirectory = either(s.PluginsPath, "PULUMI_K8S_HELM_PLUGINS_PATH", filepath.Join(dir, "plugins"))
	env.RegistryConfig = either(s.RegistryConfigPath, "PULUMI_K8S_HELM_REGISTRY_CONFIG_PATH", filepath.Join(dir, "registry.json"))
	env.RepositoryConfig = either(s.RepositoryConfigPath, "PULUMI_K8S_HELM_REPOSITORY_CONFIG_PATH", filepath.Join(dir, "repositories.yaml"))
	env.RepositoryCache = either(s.RepositoryCache, "PULUMI_K8S_HELM_REPOSITORY_CACHE", filepath.Join(dir, "repository"))
	return env
}

func either(given *string, variable, fallback string) string {
	if given != nil {
		return *given
	}
	if value, ok := os.LookupEnv(variable); ok {
		return value
	}
	return fallback
}

// connect opens Helm's records and the cluster, for one namespace.
func connect(config *rest.Config, namespace, driver string) (*action.Configuration, error) {
	conf := new(action.Configuration)
	// Helm's debug lines are dropped: they can show values.
	if err := conf.Init(restGetter{config, namespace}, namespace, driver, func(string, ...any) {}); err != nil {
		return nil, fmt.Errorf("helm storage %q: %w", driver, err)
	}
	return conf, nil
}

// restGetter is what Helm asks for the cluster; objects without a namespace go to its own.
type restGetter struct {
	config    *rest.Config
	namespace string
}

func (g restGetter) ToRESTConfig() (*rest.Config, error) { return rest.CopyConfig(g.config), nil }

func (g restGetter) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	client, err := discovery.NewDiscoveryClientForConfig(g.config)
	if err != nil {
		return nil, err
	}
	return memory.NewMemCacheClient(client), nil
}

func (g restGetter) ToRESTMapper() (meta.RESTMapper, error) {
	client, err := g.ToDiscoveryClient()
	if err != nil {
		return nil, err
	}
	return restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(client), client, nil), nil
}

func (g restGetter) ToRawKubeConfigLoader() clientcmd.ClientConfig {
	return clientcmd.NewDefaultClientConfig(*api.NewConfig(),
		&clientcmd.ConfigOverrides{Context: api.Context{Namespace: g.namespace}})
}
