package helm

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/downloader"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/registry"
	"helm.sh/helm/v3/pkg/repo"
	"k8s.io/client-go/transport"
)

// source finds charts, within the directories of one operation.
type source struct {
	settings *cli.EnvSettings
}

// load returns the release's chart with its dependencies, and the path it was read from.
func (s source) load(r *release) (*chart.Chart, string, error) {
	client, err := s.registry(r)
	if err != nil {
		return nil, "", err
	}
	path, err := s.locate(r, client)
	if err != nil {
		return nil, "", err
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, "", fmt.Errorf("chart %s: %w", path, err)
	}
	missing := action.CheckDependencies(loaded, loaded.Metadata.Dependencies)
	if missing == nil {
		return loaded, path, nil
	}
	if !r.DependencyUpdate {
		return nil, "", fmt.Errorf("chart %s: %w: run `helm dependency build`, or set dependencyUpdate", path, missing)
	}
	manager := downloader.Manager{
		Out: io.Discard, ChartPath: path, Keyring: r.Keyring, Getters: getter.All(s.settings),
		RegistryClient: client, RepositoryConfig: s.settings.RepositoryConfig, RepositoryCache: s.settings.RepositoryCache,
	}
	if err := manager.Update(); err != nil {
		return nil, "", fmt.Errorf("chart %s: update of its dependencies: %w", path, err)
	}
	loaded, err = loader.Load(path)
	return loaded, path, err
}

// locate prefers a chart on disk, unless a repository is named.
func (s source) locate(r *release, client *registry.Client) (string, error) {
	name, opts := strings.TrimSpace(r.Chart), repositoryOpts{}
	if r.RepositoryOpts != nil {
		opts = *r.RepositoryOpts
	}
	base := ""
	switch _, err := url.ParseRequestURI(opts.Repo); {
	case registry.IsOCI(name):
	case err == nil:
		base = opts.Repo
	case opts.Repo != "" && !strings.Contains(name, "/"):
		name = opts.Repo + "/" + name
	}
	if base == "" {
		if path, found, err := onDisk(name, r); found || err != nil {
			return path, err
		}
		if filepath.IsAbs(name) || strings.HasPrefix(name, ".") {
			return "", fmt.Errorf("path %q not found", name)
		}
	}
	version := strings.TrimSpace(r.Version)
	if version == "" && r.Devel {
		version = ">0.0.0-0"
	}
	ref, sameHost := name, true
	if base != "" {
		var err error
		if ref, err = s.fromIndex(base, name, version, opts); err != nil {
			return "", err
		}
		sameHost = hostOf(ref) == hostOf(base)
	}
	fetch := downloader.ChartDownloader{
		Out: io.Discard, Keyring: r.Keyring, Getters: getter.All(s.settings), RegistryClient: client,
		RepositoryConfig: s.settings.RepositoryConfig, RepositoryCache: s.settings.RepositoryCache,
		Options: []getter.Option{getter.WithTLSClientConfig(opts.CertFile, opts.KeyFile, opts.CAFile)},
	}
	if sameHost { // an index may point to another host, which has no business with these credentials
		fetch.Options = append(fetch.Options, getter.WithBasicAuth(opts.Username, opts.Password))
	}
	if registry.IsOCI(ref) {
		fetch.Options = append(fetch.Options, getter.WithRegistryClient(client))
	}
	if r.Verify {
		fetch.Verify = downloader.VerifyAlways
	}
	if err := os.MkdirAll(s.settings.RepositoryCache, 0o700); err != nil {
		return "", err
	}
	path, _, err := fetch.DownloadTo(ref, version, s.settings.RepositoryCache)
	return path, err
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// onDisk finds a packed chart, or a folder with a Chart.yaml.
func onDisk(name string, r *release) (string, bool, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", false, nil
	}
	if info.IsDir() {
		if _, err := os.Stat(filepath.Join(name, "Chart.yaml")); err != nil {
			return "", false, nil
		}
	}
	if r.Verify {
		if _, err := downloader.VerifyChart(name, r.Keyring); err != nil {
			return "", false, err
		}
	}
	path, err := filepath.Abs(name)
	return path, err == nil, err
}

// fromIndex asks a repository where it keeps a chart. Helm's own function for it writes to the
// user's cache.
func (s source) fromIndex(base, name, version string, opts repositoryOpts) (string, error) {
	repository, err := repo.NewChartRepository(&repo.Entry{
		Name: "release", URL: base, Username: opts.Username, Password: opts.Password,
		CertFile: opts.CertFile, KeyFile: opts.KeyFile, CAFile: opts.CAFile,
	}, getter.All(s.settings))
	if err != nil {
		return "", err
	}
	repository.CachePath = s.settings.RepositoryCache
	path, err := repository.DownloadIndexFile()
	if err != nil {
		return "", fmt.Errorf("%s is no chart repository, or cannot be reached: %w", base, err)
	}
	index, err := repo.LoadIndexFile(path)
	if err != nil {
		return "", err
	}
	found, err := index.Get(name, version)
	if err != nil {
		return "", fmt.Errorf("chart %q version %q not found in %s: %w", name, version, base, err)
	}
	if len(found.URLs) == 0 {
		return "", fmt.Errorf("chart %q version %q in %s has no address to download from", name, found.Version, base)
	}
	return repo.ResolveReferenceURL(base, found.URLs[0])
}

func (s source) registry(r *release) (*registry.Client, error) {
	options := []registry.ClientOption{
		registry.ClientOptEnableCache(true),
		registry.ClientOptCredentialsFile(s.settings.RegistryConfig),
	}
	if opts := r.RepositoryOpts; opts != nil {
		if opts.Username != "" && opts.Password != "" {
			options = append(options, registry.ClientOptBasicAuth(opts.Username, opts.Password))
		}
		if opts.CAFile != "" || opts.CertFile != "" {
			config, err := tlsConfig(opts)
			if err != nil {
				return nil, err
			}
			options = append(options, registry.ClientOptHTTPClient(&http.Client{
				Transport: &http.Transport{TLSClientConfig: config, Proxy: http.ProxyFromEnvironment},
			}))
		}
	}
	return registry.NewClient(options...)
}

func tlsConfig(opts *repositoryOpts) (*tls.Config, error) {
	config, err := transport.TLSConfigFor(&transport.Config{TLS: transport.TLSConfig{
		CAFile: opts.CAFile, CertFile: opts.CertFile, KeyFile: opts.KeyFile,
	}})
	if err != nil {
		return nil, fmt.Errorf("repositoryOpts: %w", err)
	}
	return config, nil
}

// lint reports what is wrong with a chart under these values.
func lint(path string, values map[string]any) error {
	result := action.NewLint().Run([]string{path}, values)
	if len(result.Errors) == 0 {
		return nil
	}
	return fmt.Errorf("malformed chart or values: %w", errors.Join(result.Errors...))
}

// onProgramPath finds an imported release's chart beside the program, as the name alone or with the version.
func onProgramPath(name, version string) (string, bool) {
	for _, path := range []string{name + "-" + version, name + "-" + version + ".tgz", name, name + ".tgz"} {
		if _, err := loader.Load(path); err == nil {
			return path, true
		}
	}
	return "", false
}
