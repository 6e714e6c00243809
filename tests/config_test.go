package tests

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/stacks/config"
)

// update rewrites what the fixtures expect: PLINTH_UPDATE=1 go test ./tests -run Config. Read the diff before you commit it.
var update = os.Getenv("PLINTH_UPDATE") != ""

// An invalid fixture begins with "# expect:" and the whole message, a valid one with its warnings or nothing; "# stack: prod"
// says which stack it is, dev if absent.
var (
	stackLine = regexp.MustCompile(`(?m)^# stack: (\S+)$`)
	header    = regexp.MustCompile(`(?m)\A(?:# stack: \S+\n)?(# expect:\n(?:#.*\n)*)?`)
)

// day is when the fixtures are read: which versions the clouds support hangs on it.
var day = config.On(time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC))

type fixture struct {
	path, text, stack string
}

func fixtures(t *testing.T, pattern string, least int) []fixture {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(paths), least, "too few fixtures match %s", pattern)
	var all []fixture
	for _, path := range paths {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		f := fixture{path: path, text: string(b), stack: "dev"}
		if m := stackLine.FindStringSubmatch(f.text); m != nil {
			f.stack = m[1]
		}
		all = append(all, f)
	}
	return all
}

func (f fixture) name() string { return strings.TrimSuffix(filepath.Base(f.path), ".yaml") }

// expectation is the header that says these messages.
func expectation(messages []string) string {
	if len(messages) == 0 {
		return ""
	}
	return "# expect:\n# " + strings.ReplaceAll(strings.Join(messages, "\n"), "\n", "\n# ") + "\n"
}

// checkHeader compares the fixture's expectation with the messages.
func (f fixture) checkHeader(t *testing.T, messages []string) {
	t.Helper()
	found := header.FindStringSubmatchIndex(f.text)
	require.NotNil(t, found)
	start, end := found[1], found[1]
	if found[2] >= 0 {
		start, end = found[2], found[3]
	}
	want := expectation(messages)
	if update {
		require.NoError(t, os.WriteFile(f.path, []byte(f.text[:start]+want+f.text[end:]), 0o644))
		return
	}
	assert.Equal(t, f.text[start:end], want, "the messages for %s changed", f.path)
}

func messages(problems *spec.Problems) []string {
	var all []string
	for _, p := range problems.Errors {
		all = append(all, p.String())
	}
	for _, p := range problems.Warnings {
		all = append(all, "warning: "+p.String())
	}
	return all
}

func TestConfigInvalid(t *testing.T) {
	t.Parallel()
	for _, f := range fixtures(t, "testdata/invalid/*.yaml", 60) {
		t.Run(f.name(), func(t *testing.T) {
			t.Parallel()
			_, problems, err := config.ReadFile(f.path, f.stack, day)
			require.NoError(t, err)
			require.Len(t, problems.Errors, 1, "one mistake each: %v", messages(problems))
			assert.NotEmpty(t, problems.Errors[0].Allowed)
			assert.NotEmpty(t, problems.Errors[0].Remedy)
			f.checkHeader(t, messages(problems))
		})
	}
}

func TestConfigValid(t *testing.T) {
	t.Parallel()
	for _, f := range fixtures(t, "testdata/valid/*.yaml", 15) {
		t.Run(f.name(), func(t *testing.T) {
			t.Parallel()
			cfg, problems, err := config.ReadFile(f.path, f.stack, day)
			require.NoError(t, err)
			require.NoError(t, problems.Err())
			f.checkHeader(t, messages(problems))
			checkGolden(t, strings.TrimSuffix(f.path, ".yaml")+".resolved", cfg)
		})
	}
}

// checkGolden compares the whole resolved config, defaults included, with the one in a file.
func checkGolden(t *testing.T, path string, cfg *config.Config) {
	t.Helper()
	got, err := yaml.Marshal(cfg)
	require.NoError(t, err)
	if update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// The example stacks are what a newcomer copies: they must be good as they are and rehearsed.
func TestConfigOfTheStackFiles(t *testing.T) {
	t.Parallel()
	for _, stack := range []string{"dev", "stage", "prod"} {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			path := "../Pulumi." + stack + ".yaml"
			cfg, problems, err := config.ReadFile(path, stack, config.Rehearsal())
			require.NoError(t, err)
			assert.Empty(t, messages(problems))
			assert.Equal(t, config.Existing, cfg.Cloud)
			assert.Equal(t, []string{"apps", "data"}, cfg.Namespaces())
			assert.Len(t, cfg.Workloads, 4)
			assert.Equal(t, 1, cfg.Workloads["ml-inference"].GPU)

			_, problems, err = config.ReadFile(path, stack, day)
			require.NoError(t, err)
			assert.Empty(t, messages(problems))
		})
	}
}

// What nobody else offers: the cloud changes, and nothing else.
func TestConfigChangesCloudInOneWord(t *testing.T) {
	t.Parallel()
	for _, stack := range []string{"stage", "prod"} {
		for cloud, region := range map[config.Cloud]string{config.GCP: "europe-west3", config.Azure: "germanywestcentral"} {
			text, err := os.ReadFile("../Pulumi." + stack + ".yaml")
			require.NoError(t, err)
			changed := bytes.Replace(text, []byte("plinth:cloud: aws"), []byte("plinth:cloud: "+cloud), 1)
			path := filepath.Join(t.TempDir(), "Pulumi."+stack+".yaml")
			require.NoError(t, os.WriteFile(path, changed, 0o600))

			cfg, problems, err := config.ReadFile(path, stack, day)
			require.NoError(t, err)
			require.NoError(t, problems.Err())
			assert.Equal(t, cloud, cfg.Cloud)
			assert.Equal(t, region, cfg.Region)
			require.Len(t, problems.Warnings, 1, "%v", messages(problems))
			assert.Equal(t, spec.Path("region"), problems.Warnings[0].Path)
		}
	}
}

// Mistakes of shape and of sense, in every part of the file, come out of one run.
func TestConfigReportsAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := config.Parse("prod", map[string]any{
		"cloud": "exsting", "domian": "example.com",
		"cluster":  map[string]any{"zones": 9, "version": "1.20", "pools": map[string]any{"system": map[string]any{"nodes": map[string]any{"min": 3, "max": 1}}}},
		"postgres": map[string]any{"memory": "12 megs", "parameters": map[string]any{"port": "1"}},
		"redis":    map[string]any{"mode": "single", "instances": 2},
		"workloads": map[string]any{
			"api": map[string]any{
				"image": "example.com/api", "ports": map[string]any{"http": 80, "web": 80}, "calls": []any{"auht"}, "uses": []any{"rabbitmq"},
				"replicas": map[string]any{"min": 3, "max": 2},
			},
			"auth": map[string]any{"image": "example.com/auth:1", "replica": 2},
		},
	})
	var paths []string
	for _, p := range problems.Errors {
		paths = append(paths, string(p.Path))
	}
	assert.ElementsMatch(t, []string{
		"cloud", "domian", "cluster.zones", "cluster.version", "cluster.pools.system.nodes.max", "postgres.memory",
		"postgres.parameters.port", "redis.instances", "workloads.api.image", "workloads.api.ports.web", "workloads.api.calls[0]",
		"workloads.api.uses[0]", "workloads.api.replicas.max", "workloads.auth.replica",
	}, paths)
	assert.ErrorContains(t, problems.Err(), "the stack file has 14 problems; nothing was changed")
}

// What editors complete from accepts every good file: the published schema of the whole file, other providers' keys included.
func TestConfigSchemaAcceptsStackFiles(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(config.Schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("schema.json", document))
	schema, err := compiler.Compile("schema.json")
	require.NoError(t, err)

	check := func(text string) error {
		b, err := yaml.YAMLToJSON([]byte(text))
		require.NoError(t, err)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		require.NoError(t, err)
		return schema.Validate(value)
	}
	for _, f := range append(fixtures(t, "testdata/valid/*.yaml", 15), fixtures(t, "../Pulumi.*.yaml", 3)...) {
		require.NoError(t, check(f.text), f.path)
	}
	require.NoError(t, check("encryptionsalt: x\nconfig: {plinth:cloud: existing, aws:region: eu-central-1}"))
	require.Error(t, check("config: {plinth:cloud: existing, plinth:clowd: aws}"))
	require.Error(t, check("config: {plinth:cloud: [existing]}"))
}

// The project file is one that Pulumi accepts, and describes every key that a stack file may have.
func TestConfigOfTheProjectFile(t *testing.T) {
	t.Parallel()
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	require.NoError(t, project.Validate())
	assert.NotEmpty(t, project.Runtime.Options()["buildTarget"])

	var schema struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(config.Schema, &schema))
	described := slices.Sorted(maps.Keys(project.Config))
	assert.Equal(t, slices.Sorted(maps.Keys(schema.Defs["config.Config"].Properties)), described)
	for key, declared := range project.Config {
		assert.NotEmpty(t, declared.Description, key)
		// Pulumi demands a key that has no default.
		assert.Equal(t, key != "cloud", declared.Default != nil, key)
	}
}

// A secret stands in no message, wherever it was put by mistake.
func TestConfigNeverEchoesSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-very-secret"
	for _, values := range []map[string]any{
		{"secrets": map[string]any{"values": map[string]any{"db": map[string]any{"password": secret}}}},
		{"secrets": map[string]any{"values": map[string]any{"db": secret}}},
		{"secrets": secret},
		{"secrets": map[string]any{"values": map[string]any{"db": map[string]any{"password": map[string]any{"value": secret}}}}},
		{"workloads": map[string]any{"api": map[string]any{"image": "a:1", "secrets": map[string]any{"PASSWORD": secret}}}},
		{"workloads": map[string]any{"api": map[string]any{"image": "a:1", "env": map[string]any{"PASSWORD": secret}}}},
		{"workloads": map[string]any{"api": map[string]any{"image": "a:1", "env": map[string]any{"PASSWORD": []any{secret}}}}},
	} {
		values["cloud"] = "existing"
		cfg, problems := config.Parse("dev", values)
		all := messages(problems)
		assert.NotEmpty(t, all, "%v", values["workloads"])
		assert.NotContains(t, strings.Join(all, "\n"), secret)
		printed, err := json.Marshal(cfg.Secrets)
		require.NoError(t, err)
		assert.NotContains(t, string(printed), secret)
	}
}

func FuzzConfigParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.yaml")
	require.NoError(f, err)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte(`config: {"plinth:cluster": "{\"zones\": ", "plinth:workloads": {"a": null}, "plinth:secrets": 3}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var file struct {
			Config map[string]any `json:"config"`
		}
		if yaml.Unmarshal(b, &file) != nil {
			return
		}
		values := map[string]any{}
		for key, value := range file.Config {
			values[strings.TrimPrefix(key, "plinth:")] = value
		}
		cfg, problems := config.Parse("dev", values)
		require.NotNil(t, cfg)
		if problems.Err() == nil {
			require.NotEmpty(t, cfg.Cluster.Pools)
		}
	})
}
