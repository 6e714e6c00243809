package helm

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/kube"
	kubefake "helm.sh/helm/v3/pkg/kube/fake"
	helmrelease "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"
	helmtime "helm.sh/helm/v3/pkg/time"

	"github.com/plinth-iac/plinth/local/provider"
)

const urn = resource.URN("urn:pulumi:dev::plinth::" + Type + "::web")

type props = map[string]any

// bench is the resource's server over Helm's records in memory and a cluster that only says yes.
type bench struct {
	*server
	conf *action.Configuration
	kube *kubefake.FailingKubeClient

	mu       sync.Mutex
	warnings []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{kube: &kubefake.FailingKubeClient{PrintingKubeClient: kubefake.PrintingKubeClient{Out: io.Discard}}}
	b.conf = &action.Configuration{
		Releases: storage.Init(driver.NewMemory()), KubeClient: b.kube,
		Capabilities: chartutil.DefaultCapabilities, Log: func(string, ...any) {},
	}
	custom, err := New(provider.Cluster{Namespace: "default", Log: b.log})
	require.NoError(t, err)
	b.server = custom.(*server)
	b.server.connect = func(namespace string) (*action.Configuration, error) {
		b.conf.Releases.Driver.(*driver.Memory).SetNamespace(namespace)
		return b.conf, nil
	}
	return b
}

func (b *bench) log(_ diag.Severity, _ resource.URN, message string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.warnings = append(b.warnings, message)
}

// check returns the inputs as the engine passes them on.
func (b *bench) check(t *testing.T, olds resource.PropertyMap, news props) resource.PropertyMap {
	t.Helper()
	return b.checkMap(t, olds, resource.NewPropertyMapFromMap(news))
}

func (b *bench) checkMap(t *testing.T, olds, news resource.PropertyMap) resource.PropertyMap {
	t.Helper()
	checked, err := b.Check(t.Context(), plugin.CheckRequest{URN: urn, Olds: olds, News: news, RandomSeed: []byte("seed")})
	require.NoError(t, err)
	require.Empty(t, checked.Failures)
	return checked.Properties
}

func (b *bench) create(t *testing.T, inputs resource.PropertyMap) plugin.CreateResponse {
	t.Helper()
	made, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	require.NoError(t, err)
	return made
}

func (b *bench) update(t *testing.T, olds, inputs resource.PropertyMap) (plugin.UpdateResponse, error) {
	t.Helper()
	return b.Update(t.Context(), plugin.UpdateRequest{URN: urn, OldInputs: oldInputs(olds), OldOutputs: olds, NewInputs: inputs})
}

func (b *bench) diff(t *testing.T, olds, inputs resource.PropertyMap, ignored ...string) plugin.DiffResult {
	t.Helper()
	found, err := b.Diff(t.Context(), plugin.DiffRequest{
		URN: urn, OldInputs: oldInputs(olds), OldOutputs: olds, NewInputs: inputs, IgnoreChanges: ignored,
	})
	require.NoError(t, err)
	return found
}

func (b *bench) status(t *testing.T, name string) map[int]string {
	t.Helper()
	history, err := b.conf.Releases.History(name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil
	}
	require.NoError(t, err)
	found := map[int]string{}
	for _, revision := range history {
		found[revision.Version] = revision.Info.Status.String()
	}
	return found
}

// leave puts a revision into Helm's records, as a crash would.
func (b *bench) leave(t *testing.T, name, dir string, version int, status helmrelease.Status) {
	t.Helper()
	loaded, err := loader.Load(dir)
	require.NoError(t, err)
	_, err = b.server.connect("default")
	require.NoError(t, err)
	require.NoError(t, b.conf.Releases.Create(&helmrelease.Release{
		Name: name, Namespace: "default", Version: version, Chart: loaded, Config: map[string]any{},
		Info: &helmrelease.Info{Status: status, FirstDeployed: helmtime.Now()},
	}))
}

func TestStateIsTheOfficialOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.2.3", "", greeter)
	inputs := b.check(t, nil, props{"chart": dir, "values": props{"greeting": "hi", "none": nil}})
	name := inputs["name"].StringValue()
	assert.Regexp(t, `^web-[0-9a-f]{8}$`, name)
	want := resource.NewPropertyMapFromMap(props{
		"allowNullValues": false, "atomic": false, "chart": dir, "cleanupOnFail": false, "createNamespace": false,
		"dependencyUpdate": false, "description": "", "devel": false, "disableCRDHooks": false,
		"disableOpenapiValidation": false, "disableWebhooks": false, "forceUpdate": false, "keyring": "", "lint": false,
		"name": name, "namespace": "default", "postrender": "", "recreatePods": false, "renderSubchartNotes": false,
		"replace": false, "resetValues": false, "reuseValues": false, "skipAwait": false, "skipCrds": false,
		"timeout": 300, "values": props{"greeting": "hi", "none": nil}, "verify": false, "version": "1.2.3",
		"waitForJobs": false,
	})
	assert.Equal(t, want, inputs)

	made := b.create(t, inputs)
	assert.Equal(t, resource.ID("default/"+name), made.ID)
	want["__inputs"] = resource.MakeSecret(resource.NewObjectProperty(inputs))
	want["resourceNames"] = resource.NewPropertyValue(props{"ConfigMap/v1": []string{name + "-greeting"}})
	want["status"] = resource.NewPropertyValue(props{
		"appVersion": "9.9", "chart": "greeter", "name": name, "namespace": "default", "revision": 1,
		"status": "deployed", "version": "1.2.3",
	})
	assert.Equal(t, want, made.Properties)

	assert.Equal(t, plugin.DiffNone, b.diff(t, made.Properties, b.check(t, inputs, props{
		"chart": dir, "values": props{"greeting": "hi", "none": nil},
	})).Changes, "the same program changes nothing")
}

func TestDiffIsReadable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.2.3", "", greeter)
	base := props{"chart": dir, "name": "web", "values": props{
		"greeting": "hi", "image": props{"tag": "1", "pull": "Always"}, "list": []any{"a", "b", "c"}, "a.b": "x",
	}}
	state := b.create(t, b.check(t, nil, base)).Properties
	with := func(change props) resource.PropertyMap {
		news := maps.Clone(base)
		maps.Copy(news, change)
		return b.check(t, oldInputs(state), news)
	}
	unknown := b.check(t, nil, base)
	unknown["values"].ObjectValue()["greeting"] = resource.MakeComputed(resource.NewStringProperty(""))
	tests := map[string]struct {
		news resource.PropertyMap
		want map[string]plugin.DiffKind
	}{
		"nothing": {with(nil), nil},
		"values": {
			with(props{"values": props{
				"greeting": "ho", "image": props{"tag": "1"}, "list": []any{"a", "x"}, "a.b": "y", "more": true,
			}}),
			map[string]plugin.DiffKind{
				"values.greeting": plugin.DiffUpdate, "values.image.pull": plugin.DiffDelete, `values["a.b"]`: plugin.DiffUpdate,
				"values.list[1]": plugin.DiffUpdate, "values.list[2]": plugin.DiffDelete, "values.more": plugin.DiffAdd,
			},
		},
		"name":      {with(props{"name": "web2"}), map[string]plugin.DiffKind{"name": plugin.DiffUpdateReplace}},
		"namespace": {with(props{"namespace": "apps"}), map[string]plugin.DiffKind{"namespace": plugin.DiffUpdateReplace}},
		"flag":      {with(props{"atomic": true}), map[string]plugin.DiffKind{"atomic": plugin.DiffUpdate}},
		"unknown":   {unknown, map[string]plugin.DiffKind{"values.greeting": plugin.DiffUpdate}},
		"repository": {
			with(props{"repositoryOpts": props{"username": "ada"}}), map[string]plugin.DiffKind{"repositoryOpts": plugin.DiffAdd},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := b.diff(t, state, test.news)
			var kinds map[string]plugin.DiffKind
			for path, diff := range found.DetailedDiff {
				if kinds == nil {
					kinds = map[string]plugin.DiffKind{}
				}
				kinds[path] = diff.Kind
			}
			assert.Equal(t, test.want, kinds)
			assert.Equal(t, len(test.want) > 0, found.Changes == plugin.DiffSome)
			replaces := kinds["name"] == plugin.DiffUpdateReplace || kinds["namespace"] == plugin.DiffUpdateReplace
			assert.Equal(t, replaces, len(found.ReplaceKeys) == 1)
		})
	}
}

func TestIgnoredVersionStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old, next := writeChart(t, "greeter", "1.0.0", "", greeter), writeChart(t, "greeter", "2.0.0", "", greeter)
	url := serveCharts(t, "", old)
	program := props{"chart": "greeter", "name": "web", "repositoryOpts": props{"repo": url}}
	state := b.create(t, b.check(t, nil, program)).Properties
	program["repositoryOpts"] = props{"repo": serveCharts(t, "", old, next)}
	news := b.check(t, oldInputs(state), program)
	assert.Equal(t, "2.0.0", news["version"].StringValue(), "the newest version is taken where none is named")
	assert.Contains(t, b.diff(t, state, news).DetailedDiff, "version")
	assert.NotContains(t, b.diff(t, state, news, "version").DetailedDiff, "version")
	updated, err := b.Update(t.Context(), plugin.UpdateRequest{
		URN: urn, OldOutputs: state, NewInputs: news, IgnoreChanges: []string{"version"},
	})
	require.NoError(t, err)
	assert.Equal(t, "1.0.0", updated.Properties["status"].ObjectValue()["version"].StringValue())
}

func TestChartSources(t *testing.T) {
	t.Parallel()
	old, next := writeChart(t, "greeter", "1.0.0", "", greeter), writeChart(t, "greeter", "2.0.0-rc.1", "", greeter)
	open, closed := serveCharts(t, "", old, next), serveCharts(t, "hunter2", old)
	packed := packChart(t, old, t.TempDir())
	lonely := writeChart(t, "lonely", "1.0.0", "dependencies: [{name: greeter, version: 1.0.0, repository: \"file://"+old+"\"}]\n", nil)
	library := writeChart(t, "library", "1.0.0", "type: library\n", nil)
	registry, ca := serveOCI(t, "hunter2", packed)
	oci := func(password string) props { return props{"username": "ada", "password": password, "caFile": ca} }
	login := func(password string) props { return props{"repo": closed, "username": "ada", "password": password} }
	tests := map[string]struct {
		inputs  props
		version string
		failure string
	}{
		"folder":               {inputs: props{"chart": old}, version: "1.0.0"},
		"archive":              {inputs: props{"chart": packed}, version: "1.0.0"},
		"repository":           {inputs: props{"chart": "greeter", "repositoryOpts": props{"repo": open}}, version: "1.0.0"},
		"development version":  {inputs: props{"chart": "greeter", "devel": true, "repositoryOpts": props{"repo": open}}, version: "2.0.0-rc.1"},
		"range":                {inputs: props{"chart": "greeter", "version": "^1", "repositoryOpts": props{"repo": open}}, version: "1.0.0"},
		"address":              {inputs: props{"chart": open + "/greeter-1.0.0.tgz"}, version: "1.0.0"},
		"login":                {inputs: props{"chart": "greeter", "repositoryOpts": login("hunter2")}, version: "1.0.0"},
		"registry":             {inputs: props{"chart": registry, "version": "1.0.0", "repositoryOpts": oci("hunter2")}, version: "1.0.0"},
		"registry, newest":     {inputs: props{"chart": registry, "repositoryOpts": oci("hunter2")}, version: "1.0.0"},
		"registry, no login":   {inputs: props{"chart": registry, "version": "1.0.0", "repositoryOpts": oci("wrong")}, failure: "401"},
		"registry, no CA file": {inputs: props{"chart": registry, "repositoryOpts": props{"caFile": "/nowhere"}}, failure: "repositoryOpts: "},
		"library":              {inputs: props{"chart": library}, version: "1.0.0"},
		"dependency update":    {inputs: props{"chart": writeChart(t, "updated", "3.0.0", "dependencies: [{name: greeter, version: 1.0.0, repository: \"file://"+old+"\"}]\n", nil), "dependencyUpdate": true}, version: "3.0.0"},
		"missing dependencies": {inputs: props{"chart": lonely}, failure: "missing in charts/ directory: greeter: run `helm dependency build`, or set dependencyUpdate"},
		"no such path":         {inputs: props{"chart": "./nowhere"}, failure: `path "./nowhere" not found`},
		"no such chart":        {inputs: props{"chart": "nobody", "repositoryOpts": props{"repo": open}}, failure: `chart "nobody" version "" not found in ` + open},
		"no such version":      {inputs: props{"chart": "greeter", "version": "7", "repositoryOpts": props{"repo": open}}, failure: `version "7" not found`},
		"wrong login":          {inputs: props{"chart": "greeter", "repositoryOpts": login("wrong")}, failure: "401 Unauthorized"},
	}
	b := newBench(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked, err := b.Check(t.Context(), plugin.CheckRequest{URN: urn, News: resource.NewPropertyMapFromMap(test.inputs)})
			require.NoError(t, err)
			if test.failure != "" {
				require.Len(t, checked.Failures, 1)
				assert.Equal(t, resource.PropertyKey("chart"), checked.Failures[0].Property)
				assert.Contains(t, checked.Failures[0].Reason, test.failure)
				return
			}
			require.Empty(t, checked.Failures)
			assert.Equal(t, test.version, checked.Properties["version"].StringValue())
		})
	}
}

func TestLibraryChartIsNotInstalled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inputs := b.check(t, nil, props{"chart": writeChart(t, "library", "1.0.0", "type: library\n", nil), "name": "web"})
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	require.EqualError(t, err, "helm release default/web: library charts are not installable: name a chart of type application")
}

func TestPreviewTouchesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.0.0", "", greeter)
	news := resource.NewPropertyMapFromMap(props{"chart": dir, "name": "web", "values": props{"fixed": "x"}})
	news["values"].ObjectValue()["greeting"] = resource.MakeComputed(resource.NewStringProperty(""))
	inputs := b.checkMap(t, nil, news)
	assert.True(t, inputs["values"].ObjectValue()["greeting"].IsComputed())
	assert.Equal(t, "1.0.0", inputs["version"].StringValue(), "an unknown value does not hide the version")
	made, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs, Preview: true})
	require.NoError(t, err)
	assert.Empty(t, made.ID)
	for _, key := range []resource.PropertyKey{"status", "resourceNames"} {
		assert.True(t, made.Properties[key].IsComputed(), key)
	}
	assert.True(t, made.Properties["values"].ObjectValue()["greeting"].IsComputed())
	updated, err := b.Update(t.Context(), plugin.UpdateRequest{URN: urn, OldOutputs: made.Properties, NewInputs: inputs, Preview: true})
	require.NoError(t, err)
	assert.True(t, updated.Properties["status"].IsComputed())
	assert.Empty(t, b.status(t, "web"))
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.0.0", "", files{
		"templates/fail.yaml": `{{ if .Values.password }}{{ fail (printf "bad %s %s" .Values.password (.Values.password | b64enc)) }}{{ end }}`,
	})
	news := resource.NewPropertyMapFromMap(props{"chart": dir, "name": "web", "values": props{"plain": "x"}})
	news["values"].ObjectValue()["password"] = resource.MakeSecret(resource.NewStringProperty("hunter2"))
	inputs := b.checkMap(t, nil, news)
	assert.True(t, inputs["values"].ObjectValue()["password"].IsSecret())
	assert.False(t, inputs["values"].ObjectValue()["plain"].IsSecret())
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	require.ErrorContains(t, err, "bad [secret] [secret]")
	assert.NotContains(t, fmt.Sprintf("%+v", err), "hunter2")

	quiet := writeChart(t, "greeter", "1.0.0", "", greeter)
	inputs = b.checkMap(t, nil, resource.PropertyMap{
		"chart": resource.NewStringProperty(quiet), "name": resource.NewStringProperty("web"),
		"values": resource.NewObjectProperty(resource.PropertyMap{
			"greeting": resource.MakeSecret(resource.NewStringProperty("hunter2")),
			"list":     resource.NewArrayProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewStringProperty("hunter2"))}),
		}),
	})
	state := b.create(t, inputs).Properties
	values := state["values"].ObjectValue()
	assert.True(t, values["greeting"].IsSecret())
	assert.True(t, values["list"].IsSecret())
	assert.True(t, state["__inputs"].IsSecret())
	assert.Equal(t, plugin.DiffNone, b.diff(t, state, inputs).Changes)
}

func TestValueFiles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	text := func(s string) resource.PropertyValue {
		file, err := asset.FromText(s)
		require.NoError(t, err)
		return resource.NewAssetProperty(file)
	}
	news := resource.NewPropertyMapFromMap(props{"chart": writeChart(t, "greeter", "1.0.0", "", greeter), "values": props{"c": props{"v": 3}}})
	news["valueYamlFiles"] = resource.NewArrayProperty([]resource.PropertyValue{text("a: 1\nb: 1\nc: {u: 1, v: 1}"), text("b: 2")})
	inputs := b.checkMap(t, nil, news)
	assert.Equal(t, resource.NewPropertyValue(props{"a": 1, "b": 2, "c": props{"u": 1, "v": 3}}), inputs["values"])
	assert.NotContains(t, inputs, resource.PropertyKey("valueYamlFiles"))

	news["valueYamlFiles"] = resource.MakeSecret(news["valueYamlFiles"])
	assert.True(t, b.checkMap(t, nil, news)["values"].IsSecret(), "a secret file makes the values secret")

	news["valueYamlFiles"] = resource.NewArrayProperty([]resource.PropertyValue{text("- hunter2: [")})
	_, err := b.Check(t.Context(), plugin.CheckRequest{URN: urn, News: news})
	require.ErrorContains(t, err, "valueYamlFiles[0] is no YAML map")
}

func TestRejectsWrongTypes(t *testing.T) {
	t.Parallel()
	_, err := newBench(t).Check(t.Context(), plugin.CheckRequest{URN: urn, News: resource.NewPropertyMapFromMap(props{"chart": "x", "timeout": "soon"})})
	require.ErrorContains(t, err, "the release's properties do not fit")
	require.ErrorContains(t, err, "timeout")
	_, err = New(provider.Cluster{Settings: map[string]string{"helmReleaseSettings": `{"driver": 1}`}})
	require.ErrorContains(t, err, "helmReleaseSettings does not fit")
}

func TestFailedInstallIsKeptForTheNextTry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inputs := b.check(t, nil, props{"chart": writeChart(t, "greeter", "1.0.0", "", greeter), "name": "web"})
	b.kube.WaitError = errors.New("deadline exceeded")
	made, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	var failed *plugin.InitError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, []string{"Helm release default/web was created, but does not work yet", "deadline exceeded", remedy}, failed.Reasons)
	assert.Equal(t, resource.ID("default/web"), made.ID)
	assert.Equal(t, "failed", made.Properties["status"].ObjectValue()["status"].StringValue())

	b.kube.WaitError = nil
	updated, err := b.update(t, made.Properties, inputs)
	require.NoError(t, err)
	assert.Equal(t, "deployed", updated.Properties["status"].ObjectValue()["status"].StringValue())
	assert.Equal(t, map[int]string{1: "superseded", 2: "deployed"}, b.status(t, "web"))
}

func TestAtomic(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.0.0", "", greeter)
	inputs := b.check(t, nil, props{"chart": dir, "name": "web", "atomic": true})
	b.kube.WaitError = errors.New("deadline exceeded")
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	require.ErrorContains(t, err, "the release was rolled back, as atomic asks\ndeadline exceeded")
	assert.Empty(t, b.status(t, "web"), "a failed atomic install leaves nothing")

	b.kube.WaitError = nil
	state := b.create(t, inputs).Properties
	b.kube.WaitError = errors.New("deadline exceeded")
	b.conf.KubeClient = &failOnce{FailingKubeClient: b.kube}
	news := b.check(t, inputs, props{"chart": dir, "name": "web", "atomic": true, "values": props{"greeting": "ho"}})
	_, err = b.update(t, state, news)
	var failed *plugin.InitError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "Helm release default/web could not be upgraded, and was rolled back to revision 1, as atomic asks", failed.Reasons[0])
	assert.Equal(t, map[int]string{1: "superseded", 2: "failed", 3: "deployed"}, b.status(t, "web"))
}

// failOnce fails the first wait only: what is rolled back to works.
type failOnce struct {
	*kubefake.FailingKubeClient
	once sync.Once
}

func (f *failOnce) Wait(kube.ResourceList, time.Duration) (err error) {
	f.once.Do(func() { err = f.WaitError })
	return err
}

func TestPendingReleaseIsRecovered(t *testing.T) {
	t.Parallel()
	dir := writeChart(t, "greeter", "1.0.0", "", greeter)
	program := props{"chart": dir, "name": "web"}
	t.Run("upgrade", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		inputs := b.check(t, nil, program)
		state := b.create(t, inputs).Properties
		b.leave(t, "web", dir, 2, helmrelease.StatusPendingUpgrade)
		_, err := b.update(t, state, inputs)
		require.NoError(t, err)
		assert.Equal(t, []string{"Helm release default/web was left in pending-upgrade by an operation that did not end: it was rolled back to revision 1"}, b.warnings)
		assert.Equal(t, "deployed", b.status(t, "web")[4])
	})
	t.Run("install of this stack", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		b.leave(t, "web", dir, 1, helmrelease.StatusPendingInstall)
		b.create(t, b.check(t, nil, program))
		assert.Equal(t, []string{"Helm release default/web was left in pending-install by an operation that did not end, and never worked: it was removed, and is installed again"}, b.warnings)
		assert.Equal(t, map[int]string{1: "deployed"}, b.status(t, "web"))
	})
	t.Run("install that the state knows", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		inputs := b.check(t, nil, program)
		b.leave(t, "web", dir, 1, helmrelease.StatusPendingInstall)
		_, err := b.update(t, checkpoint(inputs, &release{Name: "web", Namespace: "default"}, false), inputs)
		require.NoError(t, err)
		assert.Equal(t, map[int]string{1: "deployed"}, b.status(t, "web"))
		assert.Len(t, b.warnings, 2)
	})
	t.Run("somebody else's", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		b.leave(t, "web", dir, 1, helmrelease.StatusDeployed)
		b.leave(t, "web", dir, 2, helmrelease.StatusPendingUpgrade)
		_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: b.check(t, nil, program)})
		require.ErrorContains(t, err, "the name is taken by a release that somebody else is changing (it is in pending-upgrade)")
		assert.Equal(t, map[int]string{1: "deployed", 2: "pending-upgrade"}, b.status(t, "web"))
	})
}

// The engine's remedies are found by Helm's words.
func TestAReleaseThatTheStateDoesNotKnowIsNotTakenOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.0.0", "", greeter)
	b.leave(t, "web", dir, 1, helmrelease.StatusDeployed)
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: b.check(t, nil, props{"chart": dir, "name": "web"})})
	require.EqualError(t, err, "helm release default/web: cannot re-use a name that is still in use")
}

func TestReadAndImport(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := writeChart(t, "greeter", "1.0.0", "", greeter)
	inputs := b.check(t, nil, props{"chart": dir, "name": "web", "values": props{"greeting": "hi"}})
	made := b.create(t, inputs)
	refreshed, err := b.Read(t.Context(), plugin.ReadRequest{URN: urn, ID: made.ID, Inputs: inputs, State: made.Properties})
	require.NoError(t, err)
	assert.Equal(t, made.Properties, refreshed.Outputs)
	assert.Equal(t, inputs, refreshed.Inputs)

	imported, err := b.Read(t.Context(), plugin.ReadRequest{URN: urn, ID: "default/web"})
	require.NoError(t, err)
	assert.Equal(t, resource.ID("default/web"), imported.ID)
	assert.Equal(t, "greeter", imported.Inputs["chart"].StringValue(), "where the chart came from is not on record")
	assert.Equal(t, resource.NewPropertyValue(props{"greeting": "hi"}), imported.Inputs["values"])
	assert.InDelta(t, 0, imported.Inputs["timeout"].NumberValue(), 0, "as the official provider imports it")
	assert.NotContains(t, imported.Inputs, resource.PropertyKey("status"))
	assert.Equal(t, "deployed", imported.Outputs["status"].ObjectValue()["status"].StringValue())

	_, err = b.Delete(t.Context(), plugin.DeleteRequest{URN: urn, ID: made.ID, Outputs: made.Properties})
	require.NoError(t, err)
	gone, err := b.Read(t.Context(), plugin.ReadRequest{URN: urn, ID: made.ID, State: made.Properties})
	require.NoError(t, err)
	assert.Empty(t, gone.ID)
	_, err = b.Delete(t.Context(), plugin.DeleteRequest{URN: urn, ID: made.ID, Outputs: made.Properties})
	require.NoError(t, err, "what is gone needs no uninstall")
}

func TestUnreachableCluster(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Unreachable = "no kubeconfig"
	inputs := b.check(t, nil, props{"chart": writeChart(t, "greeter", "1.0.0", "", greeter), "name": "web"})
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	require.EqualError(t, err, "helm release default/web: the cluster cannot be reached: no kubeconfig")
	_, err = b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs, Preview: true})
	require.NoError(t, err)
}

func TestLintOnUpgrade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	state := b.create(t, b.check(t, nil, props{"chart": writeChart(t, "greeter", "1.0.0", "", greeter), "name": "web"})).Properties
	bad := writeChart(t, "greeter", "1.0.1", "", files{"templates/notes.conf": ""})
	_, err := b.update(t, state, b.check(t, oldInputs(state), props{"chart": bad, "name": "web", "lint": true}))
	require.ErrorContains(t, err, "malformed chart or values: file extension '.conf' not valid")
	assert.Equal(t, map[int]string{1: "deployed"}, b.status(t, "web"))
}

func TestOwnFilesOnly(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR"} {
		t.Setenv(name, home)
	}
	b := newBench(t)
	url := serveCharts(t, "", writeChart(t, "greeter", "1.0.0", "", greeter))
	before, err := filepath.Glob(home + "/*")
	require.NoError(t, err)
	b.create(t, b.check(t, nil, props{"chart": "greeter", "repositoryOpts": props{"repo": url}}))
	after, err := filepath.Glob(home + "/*")
	require.NoError(t, err)
	assert.Equal(t, before, after, "nothing is left behind, in the user's folders or in the temporary one")
}
