package helm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/plinth-iac/plinth/local/provider"
)

// Type is the token of the resource that New serves.
const Type = "kubernetes:helm.sh/v3:Release"

// New serves Helm releases on the cluster of a configured provider.
func New(cluster provider.Cluster) (provider.Custom, error) {
	s, err := parseSettings(cluster.Settings["helmReleaseSettings"])
	if err != nil {
		return nil, err
	}
	return &server{
		cluster: cluster, settings: s,
		connect: func(namespace string) (*action.Configuration, error) {
			return connect(cluster.Config, namespace, s.driver())
		},
	}, nil
}

type server struct {
	cluster  provider.Cluster
	settings settings
	connect  func(namespace string) (*action.Configuration, error)
}

// charts runs do with a source of charts, whose directory is removed afterwards.
func (s *server) charts(do func(source) error) error {
	dir, err := os.MkdirTemp("", "plinth-helm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return do(source{s.settings.within(dir)})
}

func (s *server) warn(urn resource.URN, format string, args ...any) {
	s.cluster.Log(diag.Warning, urn, fmt.Sprintf(format, args...))
}

// Check fills in the name, the defaults and the very version of the chart, so that Diff sees an upgrade.
func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	news := req.News.Copy()
	if err := s.complete(news, req); err != nil {
		return plugin.CheckResponse{}, err
	}
	r, err := decode(news)
	if err != nil {
		return plugin.CheckResponse{}, provider.Hide(err, news)
	}
	if r.AllowNullValues {
		s.warn(req.URN, "allowNullValues has no effect any more: nulls in values are kept; remove it")
	}
	var failures []plugin.CheckFailure
	if !sourceUnknown(news) {
		err := s.charts(func(from source) error {
			chart, _, err := from.load(r)
			if err == nil {
				r.Version = chart.Metadata.Version
			}
			return err
		})
		if err != nil {
			failures = append(failures, plugin.CheckFailure{
				Property: "chart", Reason: provider.HideSecrets(err.Error(), news) + "; check the chart name and repository configuration",
			})
		}
	}
	inputs := resource.NewPropertyMap(r)
	delete(inputs, "resourceNames")
	mark(inputs, req.News)
	return plugin.CheckResponse{Properties: inputs, Failures: failures}, nil
}

// sourceUnknown reports whether it is not known yet which chart is meant.
func sourceUnknown(news resource.PropertyMap) bool {
	for _, key := range []resource.PropertyKey{"chart", "version", "repositoryOpts", "devel", "verify", "keyring", "dependencyUpdate"} {
		if news[key].ContainsUnknowns() {
			return true
		}
	}
	return false
}

// complete sets what the program left out.
func (s *server) complete(news resource.PropertyMap, req plugin.CheckRequest) error {
	if _, named := news["name"]; !named && req.Olds["name"].IsString() {
		news["name"] = req.Olds["name"]
	}
	if isEmpty(news["name"]) {
		name, err := resource.NewUniqueName(req.RandomSeed, req.URN.Name()+"-", 0, 0, nil)
		if err != nil {
			return err
		}
		news["name"] = resource.NewStringProperty(name)
	}
	s.defaults(news)
	return nil
}

func (s *server) defaults(news resource.PropertyMap) {
	if isEmpty(news["namespace"]) {
		news["namespace"] = resource.NewStringProperty(s.cluster.Namespace)
	}
	skip := news["skipAwait"]
	if _, given := news["timeout"]; !given && (skip.IsNull() || skip.IsBool() && !skip.BoolValue()) {
		news["timeout"] = resource.NewNumberProperty(defaultTimeout)
	}
	if verify := news["verify"]; verify.IsBool() && verify.BoolValue() && isEmpty(news["keyring"]) {
		news["keyring"] = resource.NewStringProperty(os.ExpandEnv("$HOME/.gnupg/pubring.gpg"))
	}
}

func isEmpty(v resource.PropertyValue) bool {
	return v.IsNull() || v.IsString() && v.StringValue() == ""
}

func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResult, error) {
	olds := oldInputs(req.OldOutputs).Copy()
	delete(olds, "checksum")
	delete(olds, "resourceNames")
	return compare(req.OldOutputs, olds, pinned(req.NewInputs, req.OldOutputs, req.IgnoreChanges)), nil
}

// pinned keeps the installed version where the program ignores new ones: Check has resolved it anew.
func pinned(news, olds resource.PropertyMap, ignored []string) resource.PropertyMap {
	for _, path := range ignored {
		if path == "version" {
			news = news.Copy()
			news["version"] = olds["version"]
		}
	}
	return news
}

func (s *server) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	r, err := decode(req.Properties)
	if err != nil {
		return plugin.CreateResponse{}, provider.Hide(err, req.Properties)
	}
	if req.Preview {
		return plugin.CreateResponse{Properties: checkpoint(req.Properties, r, true)}, nil
	}
	err = s.change(ctx, req.URN, req.Properties, r, s.install)
	if err != nil && r.Status == nil {
		return plugin.CreateResponse{}, err
	}
	return plugin.CreateResponse{ID: r.id(), Properties: checkpoint(req.Properties, r, false)}, err
}

func (s *server) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	news := pinned(req.NewInputs, req.OldOutputs, req.IgnoreChanges)
	r, err := decode(news)
	if err != nil {
		return plugin.UpdateResponse{}, provider.Hide(err, news)
	}
	if req.Preview {
		return plugin.UpdateResponse{Properties: checkpoint(news, r, true)}, nil
	}
	err = s.change(ctx, req.URN, news, r, s.upgrade)
	if err != nil && r.Status == nil {
		return plugin.UpdateResponse{}, err
	}
	return plugin.UpdateResponse{Properties: checkpoint(news, r, false)}, err
}

// change runs an operation on the cluster. When the release is there afterwards, r has its status,
// and an error is an InitError.
func (s *server) change(
	ctx context.Context, urn resource.URN, props resource.PropertyMap, r *release,
	operation func(context.Context, operation) error,
) error {
	if s.cluster.Unreachable != "" {
		return fmt.Errorf("helm release %s: the cluster cannot be reached: %s", r.id(), s.cluster.Unreachable)
	}
	conf, err := s.connect(r.Namespace)
	if err != nil {
		return err
	}
	err = s.charts(func(from source) error {
		chart, path, err := from.load(r)
		if err != nil {
			return err
		}
		return operation(ctx, newOperation(s, conf, urn, r, chart, path))
	})
	var failed *plugin.InitError
	if errors.As(err, &failed) {
		reasons := make([]string, len(failed.Reasons))
		for i, reason := range failed.Reasons {
			reasons[i] = provider.HideSecrets(reason, props)
		}
		return &plugin.InitError{Reasons: reasons}
	}
	if err != nil {
		return fmt.Errorf("helm release %s: %w", r.id(), provider.Hide(err, props))
	}
	return nil
}

// Read refreshes from Helm's records; without a state it imports `namespace/name`.
func (s *server) Read(_ context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	gone := plugin.ReadResponse{}
	if s.cluster.Unreachable != "" {
		return gone, fmt.Errorf("helm release %s: the cluster cannot be reached: %s", req.ID, s.cluster.Unreachable)
	}
	r, err := decode(req.State)
	if err != nil {
		return gone, provider.Hide(err, req.State)
	}
	namespace, name := r.Namespace, r.Name
	if len(req.State) == 0 {
		namespace, name = s.parseID(req.ID)
	}
	conf, err := s.connect(namespace)
	if err != nil {
		return gone, err
	}
	live, err := action.NewGet(conf).Run(name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return gone, nil
	}
	if err != nil {
		return gone, fmt.Errorf("helm release %s: %w", req.ID, err)
	}
	if err := r.observe(live); err != nil {
		return gone, err
	}
	inputs := oldInputs(req.State)
	if inputs == nil {
		if path, ok := onProgramPath(live.Chart.Name(), live.Chart.Metadata.Version); ok {
			r.Chart = path
		}
		inputs = resource.NewPropertyMap(r)
		delete(inputs, "resourceNames")
		delete(inputs, "status")
		s.defaults(inputs)
	}
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{
		ID: req.ID, Inputs: inputs, Outputs: checkpoint(inputs, r, false),
	}}, nil
}

func (s *server) parseID(id resource.ID) (namespace, name string) {
	namespace, name, ok := strings.Cut(string(id), "/")
	if !ok {
		return s.cluster.Namespace, namespace
	}
	return namespace, name
}

// Delete uninstalls; that there is nothing to uninstall is as good.
func (s *server) Delete(_ context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	r, err := decode(req.Outputs)
	if err != nil {
		return plugin.DeleteResponse{}, provider.Hide(err, req.Outputs)
	}
	if s.cluster.Unreachable != "" {
		return plugin.DeleteResponse{}, fmt.Errorf(
			"helm release %s: the cluster cannot be reached: %s", r.id(), s.cluster.Unreachable)
	}
	conf, err := s.connect(r.Namespace)
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
	uninstall := action.NewUninstall(conf)
	uninstall.IgnoreNotFound = true
	uninstall.Wait = r.Atomic || !r.SkipAwait
	uninstall.Timeout = r.timeout()
	result, err := uninstall.Run(r.Name)
	if err != nil {
		return plugin.DeleteResponse{}, fmt.Errorf("helm release %s: uninstall: %w", r.id(), provider.Hide(err, req.Outputs))
	}
	if result != nil && result.Info != "" {
		s.warn(req.URN, "Helm uninstall: %s", provider.HideSecrets(result.Info, req.Outputs))
	}
	return plugin.DeleteResponse{}, nil
}
