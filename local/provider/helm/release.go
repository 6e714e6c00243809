package helm

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	helmrelease "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const defaultTimeout = 300 // seconds

// release is the resource. Its fields are the official provider's, which stores every one of them,
// zero or not.
type release struct {
	AllowNullValues          bool                `json:"allowNullValues,omitempty"`
	Atomic                   bool                `json:"atomic,omitempty"`
	Chart                    string              `json:"chart,omitempty"`
	CleanupOnFail            bool                `json:"cleanupOnFail,omitempty"`
	CreateNamespace          bool                `json:"createNamespace,omitempty"`
	DependencyUpdate         bool                `json:"dependencyUpdate,omitempty"`
	Description              string              `json:"description,omitempty"`
	Devel                    bool                `json:"devel,omitempty"`
	DisableCRDHooks          bool                `json:"disableCRDHooks,omitempty"`
	DisableOpenapiValidation bool                `json:"disableOpenapiValidation,omitempty"`
	DisableWebhooks          bool                `json:"disableWebhooks,omitempty"`
	ForceUpdate              bool                `json:"forceUpdate,omitempty"`
	Keyring                  string              `json:"keyring,omitempty"`
	Lint                     bool                `json:"lint,omitempty"`
	MaxHistory               *int                `json:"maxHistory,omitempty"`
	Name                     string              `json:"name,omitempty"`
	Namespace                string              `json:"namespace,omitempty"`
	Postrender               string              `json:"postrender,omitempty"`
	RecreatePods             bool                `json:"recreatePods,omitempty"`
	RenderSubchartNotes      bool                `json:"renderSubchartNotes,omitempty"`
	Replace                  bool                `json:"replace,omitempty"`
	RepositoryOpts           *repositoryOpts     `json:"repositoryOpts,omitempty"`
	ResetValues              bool                `json:"resetValues,omitempty"`
	ReuseValues              bool                `json:"reuseValues,omitempty"`
	Values                   map[string]any      `json:"values,omitempty"`
	SkipCrds                 bool                `json:"skipCrds,omitempty"`
	Timeout                  int                 `json:"timeout,omitempty"`
	Verify                   bool                `json:"verify,omitempty"`
	Version                  string              `json:"version,omitempty"`
	SkipAwait                bool                `json:"skipAwait,omitempty"`
	WaitForJobs              bool                `json:"waitForJobs,omitempty"`
	ResourceNames            map[string][]string `json:"resourceNames,omitempty"`
	Status                   *releaseStatus      `json:"status,omitempty"`
}

type repositoryOpts struct {
	Repo     string `json:"repo,omitempty"`
	CAFile   string `json:"caFile,omitempty"`
	CertFile string `json:"certFile,omitempty"`
	KeyFile  string `json:"keyFile,omitempty"`
	Password string `json:"password,omitempty"`
	Username string `json:"username,omitempty"`
}

type releaseStatus struct {
	AppVersion string `json:"appVersion,omitempty"`
	Chart      string `json:"chart,omitempty"`
	Name       string `json:"name,omitempty"`
	Namespace  string `json:"namespace,omitempty"`
	Revision   *int   `json:"revision,omitempty"`
	Status     string `json:"status,omitempty"`
	Version    string `json:"version,omitempty"`
}

// decode reads a release from inputs or state; what is unknown stays empty.
func decode(props resource.PropertyMap) (*release, error) {
	plain := props.MapRepl(nil, stripSecretsAndUnknowns)
	files := plain["valueYamlFiles"]
	delete(plain, "valueYamlFiles")
	delete(plain, inputsKey)
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, fmt.Errorf("the release's properties are no JSON: %w", err)
	}
	var r release
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("the release's properties do not fit: %w", err)
	}
	values, err := valuesOf(files)
	if err != nil {
		return nil, err
	}
	r.Values = merge(values, r.Values)
	return &r, nil
}

// valuesOf merges the value files, of which a later one wins.
func valuesOf(files any) (map[string]any, error) {
	values := map[string]any{}
	list, ok := files.([]any)
	if !ok && files != nil {
		return nil, fmt.Errorf("valueYamlFiles: found a value of type %T, want a list of assets", files)
	}
	for i, file := range list {
		asset, ok := file.(*resource.Asset)
		if !ok {
			return nil, fmt.Errorf("valueYamlFiles[%d]: found a value of type %T, want an asset", i, file)
		}
		text, err := asset.Bytes()
		if err != nil {
			return nil, fmt.Errorf("valueYamlFiles[%d]: %w", i, err)
		}
		more := map[string]any{}
		if err := yaml.Unmarshal(text, &more); err != nil {
			return nil, fmt.Errorf("valueYamlFiles[%d] is no YAML map: %w", i, err)
		}
		values = merge(values, more)
	}
	return values, nil
}

// merge lays the maps of over onto those of under; a null in over stays, since Helm reads it as
// "without the chart's default".
func merge(under, over map[string]any) map[string]any {
	out := maps.Clone(under)
	for key, value := range over {
		upper, isMap := value.(map[string]any)
		lower, both := out[key].(map[string]any)
		if isMap && both {
			value = merge(lower, upper)
		}
		out[key] = value
	}
	return out
}

// observe takes over what Helm says of the release, for the state.
func (r *release) observe(live *helmrelease.Release) error {
	if r.Name == "" {
		r.Name = live.Name
	}
	if r.Namespace == "" {
		r.Namespace = live.Namespace
	}
	chart := live.Chart.Metadata
	if r.Chart == "" {
		r.Chart = chart.Name
	}
	r.Version = chart.Version
	r.Values = merge(r.Values, live.Config)
	objects, err := objectsOf(live.Manifest)
	if err != nil {
		return err
	}
	r.ResourceNames = map[string][]string{}
	for _, object := range objects {
		gvk, name := object.GroupVersionKind(), object.GetName()
		if ns := object.GetNamespace(); ns != "" {
			name = ns + "/" + name
		}
		key := gvk.GroupKind().String() + "/" + object.GetAPIVersion()
		if !slices.Contains(r.ResourceNames[key], name) {
			r.ResourceNames[key] = append(r.ResourceNames[key], name)
			slices.Sort(r.ResourceNames[key])
		}
	}
	r.Status = &releaseStatus{
		AppVersion: chart.AppVersion, Chart: chart.Name, Name: live.Name, Namespace: live.Namespace,
		Revision: &live.Version, Status: live.Info.Status.String(), Version: chart.Version,
	}
	return nil
}

// objectsOf reads a rendered manifest, in the order in which Helm applies it.
func objectsOf(manifest string) ([]*unstructured.Unstructured, error) {
	documents := releaseutil.SplitManifests(manifest)
	keys := slices.Collect(maps.Keys(documents))
	sort.Sort(releaseutil.BySplitManifestsOrder(keys))
	var objects []*unstructured.Unstructured
	for _, key := range keys {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(documents[key]), &object.Object); err != nil {
			return nil, fmt.Errorf("the release's manifest has a document that is no YAML map: %w", err)
		}
		if object.GetKind() != "" {
			objects = append(objects, object)
		}
	}
	return objects, nil
}

func (r *release) id() resource.ID { return resource.ID(r.Namespace + "/" + r.Name) }

func (r *release) timeout() time.Duration {
	if r.Timeout == 0 {
		return defaultTimeout * time.Second
	}
	return time.Duration(r.Timeout) * time.Second
}
