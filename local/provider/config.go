package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/providers"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/client-go/rest"
)

// settings are the provider's configuration. A value in the program wins over its environment variable.
type settings struct {
	namespace string
	// raw are the values as the engine sent them, by bare key.
	raw map[string]string
	// keepSecrets is false for an engine that cannot store them.
	keepSecrets bool

	deleteUnreachable           bool
	skipUpdateUnreachable       bool
	enableConfigMapMutable      bool
	enableSecretMutable         bool
	enablePatchForce            bool
	upsertExistingObjects       bool
	rejectUnknownResources      bool
	suppressDeprecationWarnings bool
	suppressHelmHookWarnings    bool
}

func (s *settings) flag(key, env string) bool {
	if v, ok := s.raw[key]; ok {
		return v == "true"
	}
	return os.Getenv(env) == "true"
}

func parseSettings(variables map[string]string, keepSecrets bool) (settings, error) {
	s := settings{raw: map[string]string{}, keepSecrets: keepSecrets}
	for k, v := range variables {
		s.raw[strings.TrimPrefix(k, packageName+":config:")] = v
	}
	s.namespace = s.raw["namespace"]
	s.deleteUnreachable = s.flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE")
	s.skipUpdateUnreachable = s.flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE")
	s.enableConfigMapMutable = s.flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE")
	s.enableSecretMutable = s.flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE")
	s.enablePatchForce = s.flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE")
	s.upsertExistingObjects = s.flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS")
	s.suppressDeprecationWarnings = s.flag("suppressDeprecationWarnings", "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS")
	s.suppressHelmHookWarnings = s.flag("suppressHelmHookWarnings", "PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS")
	s.rejectUnknownResources = s.raw["rejectUnknownResources"] == "true"

	serverSideApply, ok := s.raw["enableServerSideApply"]
	if !ok {
		serverSideApply, ok = os.LookupEnv("PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY")
	}
	if ok && serverSideApply != "true" {
		return s, fmt.Errorf("enableServerSideApply is %q, but the stand-in kubernetes provider knows only "+
			"server-side apply: remove the setting, or install the official plugin "+
			"(pulumi plugin install resource kubernetes)", serverSideApply)
	}
	if dir := s.raw["renderYamlToDirectory"]; dir != "" {
		return s, fmt.Errorf("renderYamlToDirectory is %q, but the stand-in kubernetes provider does not render "+
			"YAML: remove the setting, or install the official plugin (pulumi plugin install resource kubernetes)", dir)
	}
	return s, nil
}

// CheckConfig enforces strict mode and refuses settings that exclude one another.
func (s *Server) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := plugin.UnmarshalProperties(req.GetNews(), plugin.MarshalOptions{Label: "news", KeepUnknowns: true})
	if err != nil {
		return nil, fmt.Errorf("CheckConfig failed because of malformed resource inputs: %w", err)
	}
	var failures []*pulumirpc.CheckFailure
	fail := func(property, format string, args ...any) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	truthy := func(key resource.PropertyKey) bool {
		v := news[key]
		return v.IsString() && v.StringValue() != "" || v.IsBool() && v.BoolValue()
	}
	urn := resource.URN(req.GetUrn())
	render := truthy("renderYamlToDirectory")
	if strictMode(news) && providers.IsProviderType(urn.Type()) {
		if providers.IsDefaultProvider(urn) {
			fail("", "strict mode prohibits default provider")
		}
		for _, key := range []resource.PropertyKey{"kubeconfig", "context"} {
			if v := news[key]; !v.HasValue() || v.IsString() && v.StringValue() == "" {
				fail(string(key), "strict mode requires Provider %q argument", key)
			}
		}
	}
	if render && len(failures) == 0 {
		ambient := os.Getenv("KUBECONFIG")
		for _, key := range []resource.PropertyKey{"cluster", "context", "kubeconfig"} {
			fromEnv := key == "kubeconfig" && news[key].IsString() && ambient != "" && news[key].StringValue() == ambient
			if truthy(key) && !fromEnv {
				fail(string(key), `%q arg is not compatible with "renderYamlToDirectory" arg`, key)
			}
		}
	}
	always := news["alwaysRender"]
	if (always.IsBool() && always.BoolValue() || always.IsString() && always.StringValue() == "true") &&
		!render && len(failures) == 0 {
		fail("alwaysRender", `"alwaysRender" requires "renderYamlToDirectory" to be set`)
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

// strictMode is set in the program, or for all providers in the stack's configuration, which the
// engine passes in the environment.
func strictMode(news resource.PropertyMap) bool {
	if v := news["strictMode"]; v.IsString() {
		return v.StringValue() == "true"
	}
	var config map[string]any
	if json.Unmarshal([]byte(os.Getenv("PULUMI_CONFIG")), &config) != nil {
		return false
	}
	return config["strictMode"] == "true"
}

// DiffConfig replaces the provider, and with it every object, when it points to another cluster. With
// a clusterIdentifier only a change of that counts, so that a new kubeconfig for the same cluster
// replaces nothing.
func (s *Server) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	opts := plugin.MarshalOptions{Label: "olds", KeepUnknowns: true}
	olds, err := plugin.UnmarshalProperties(req.GetOlds(), opts)
	if err != nil {
		return nil, err
	}
	news, err := plugin.UnmarshalProperties(req.GetNews(), opts)
	if err != nil {
		return nil, fmt.Errorf("DiffConfig failed because of malformed resource inputs: %w", err)
	}
	diff := olds.Diff(news)
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	resp := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME}
	const identifier = "clusterIdentifier"
	pinned := diff.Same(identifier) && news.HasValue(identifier)
	if diff.Updated(identifier) {
		resp.Replaces = append(resp.Replaces, identifier)
	}
	replace := func(key string) {
		if !pinned {
			resp.Replaces = append(resp.Replaces, key)
		}
	}
	points := []string{"kubeconfig", "context", "cluster"}
	for _, key := range points {
		// It may or may not be another cluster; taking it for one is the side to err on.
		if news[resource.PropertyKey(key)].IsComputed() {
			resp.Diffs = []string{key}
			replace(key)
			return resp, nil
		}
	}
	oldConfig, err := kubeconfigOf(olds["kubeconfig"])
	if err != nil {
		return nil, err
	}
	newConfig, err := kubeconfigOf(news["kubeconfig"])
	if err != nil {
		return nil, err
	}
	for _, key := range diff.ChangedKeys() {
		resp.Diffs = append(resp.Diffs, string(key))
		if key == "renderYamlToDirectory" {
			replace(string(key))
		}
	}
	oldCluster, newCluster := activeCluster(oldConfig, olds), activeCluster(newConfig, news)
	if oldCluster != nil && newCluster != nil && !reflect.DeepEqual(oldCluster, newCluster) {
		for _, key := range points {
			if slices.Contains(resp.Diffs, key) {
				replace(key)
			}
		}
	}
	return resp, nil
}

// Configure connects to the cluster. When it cannot, that is kept for the operations that need one: a
// preview may come before the cluster, and a destroy after it.
func (s *Server) Configure(_ context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	//lint:ignore SA1019 The engine sends the values in both forms, and this is the one the official provider reads.
	parsed, err := parseSettings(req.GetVariables(), req.GetAcceptSecrets())
	if err != nil {
		return nil, err
	}
	s.settings = parsed
	config, err := s.connect()
	if err != nil {
		return nil, err
	}
	s.custom = map[string]pulumirpc.ResourceProviderServer{}
	for token, make := range s.newCustom {
		custom, err := make(Cluster{
			Config: config, Unreachable: s.unreachable, Namespace: namespaceOrDefault(s.settings.namespace),
			Settings: s.settings.raw,
			Log: func(severity diag.Severity, urn resource.URN, message string) {
				s.log(urn, severity, "%s", message)
			},
			Status: func(severity diag.Severity, urn resource.URN, message string) { s.status(urn, severity, message) },
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", token, err)
		}
		s.custom[token] = serveCustom(custom, s.ctx)
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

// connect sets cluster, or unreachable with the reason. An error is a mistake in the settings.
func (s *Server) connect() (*rest.Config, error) {
	limits, err := s.settings.clientLimits()
	if err != nil {
		return nil, err
	}
	loader, err := s.settings.kubeconfig()
	if err != nil {
		s.unreachable = fmt.Sprintf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %v", err)
		return nil, nil
	}
	if namespace, _, err := loader.Namespace(); err == nil {
		s.settings.namespace = namespace
	}
	config, err := loader.ClientConfig()
	if err != nil {
		s.unreachable = fmt.Sprintf("unable to load Kubernetes client configuration from kubeconfig file. "+
			"Set the provider's kubeconfig, or KUBECONFIG: %v", err)
		return nil, nil
	}
	config.QPS, config.Burst, config.Timeout = limits.qps, limits.burst, limits.timeout
	config.WarningHandler = rest.NoWarnings{}
	config.UserAgent = "pulumi-kubernetes/" + Version
	s.cluster, err = newCluster(config)
	if err != nil {
		s.unreachable = fmt.Sprintf("unable to load schema information from the API server: %v", err)
		return nil, nil
	}
	return config, nil
}

type clientLimits struct {
	qps     float32
	burst   int
	timeout time.Duration
}

// clientLimits are those of kubeClientSettings and its environment variables. Without any there are
// none: the API server's priority and fairness protects it better than a client's guess.
func (s *settings) clientLimits() (clientLimits, error) {
	var in struct {
		QPS     *float64 `json:"qps"`
		Burst   *int     `json:"burst"`
		Timeout *int     `json:"timeout"`
	}
	if raw := s.raw["kubeClientSettings"]; raw != "" {
		if err := json.Unmarshal([]byte(raw), &in); err != nil {
			return clientLimits{}, fmt.Errorf("failed to unmarshal kubeClientSettings option: %w", err)
		}
	}
	if v := os.Getenv("PULUMI_K8S_CLIENT_QPS"); v != "" && in.QPS == nil {
		qps, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return clientLimits{}, fmt.Errorf("invalid value specified for PULUMI_K8S_CLIENT_QPS: %w", err)
		}
		in.QPS = &qps
	}
	for _, e := range []struct {
		name string
		to   **int
	}{{"PULUMI_K8S_CLIENT_BURST", &in.Burst}, {"PULUMI_K8S_CLIENT_TIMEOUT", &in.Timeout}} {
		if v := os.Getenv(e.name); v != "" && *e.to == nil {
			n, err := strconv.Atoi(v)
			if err != nil {
				return clientLimits{}, fmt.Errorf("invalid value specified for %s: %w", e.name, err)
			}
			*e.to = &n
		}
	}
	limits := clientLimits{qps: -1}
	if in.QPS != nil {
		limits.qps = float32(*in.QPS)
	}
	if in.Burst != nil {
		limits.burst = *in.Burst
	}
	if in.Timeout != nil {
		limits.timeout = time.Duration(*in.Timeout) * time.Second
	}
	return limits, nil
}
