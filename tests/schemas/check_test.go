package schemas

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// table is small, for what the check itself does.
var table = Table{
	Resources: map[string]string{"aws:a/b:B": "b", "aws:a/c:C": "missing"},
	Types: map[string]Type{
		"b": {
			"name": {Type: "string", Excludes: []string{"prefix"}}, "prefix": {Type: "string", Excludes: []string{"name"}},
			"role": {Type: "string", Required: true}, "size": {Type: "integer"}, "share": {Type: "number"}, "open": {Type: "boolean"},
			"modes": {Type: "[]string", Enum: []string{"A", "B"}}, "tags": {Type: "{}string"}, "disk": {Type: "#disk"}, "disks": {Type: "[]#disk"},
			"odd": {Type: "thing"}, "free": {Type: "any"},
		},
		"disk": {"kind": {Type: "string", Required: true}},
	},
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs map[string]any
		want   []string
	}{
		"all that is right": {map[string]any{
			"role": "r", "name": "n", "size": 3.0, "share": 0.5, "open": true, "modes": []any{"A", "B"}, "tags": map[string]any{"a": "b"},
			"disk": map[string]any{"kind": "k"}, "disks": []any{map[string]any{"kind": "k"}}, "free": []any{1.0, "a"},
		}, nil},
		"what is unknown": {map[string]any{
			"role": mocks.Unknown, "size": mocks.Unknown, "modes": []any{mocks.Unknown}, "disk": mocks.Unknown, "tags": mocks.Unknown,
		}, nil},
		"nothing":                   {map[string]any{}, []string{"role: required, and absent"}},
		"null":                      {map[string]any{"role": nil, "size": nil}, []string{"role: required, and absent"}},
		"a name that is none":       {map[string]any{"role": "r", "rol": "r"}, []string{"rol: no such property; there are disk, disks, free"}},
		"a name below":              {map[string]any{"role": "r", "disks": []any{map[string]any{"kind": "k", "size": 1.0}}}, []string{"disks[0].size: no such property; there are kind"}},
		"one absent below":          {map[string]any{"role": "r", "disk": map[string]any{}}, []string{"disk.kind: required, and absent"}},
		"a value outside its enum":  {map[string]any{"role": "r", "modes": []any{"A", "C"}}, []string{`modes[1]: "C" is none of A, B`}},
		"two that exclude":          {map[string]any{"role": "r", "name": "n", "prefix": "p"}, []string{"name: it excludes prefix"}},
		"a number for a text":       {map[string]any{"role": 1.0}, []string{"role: a string is needed"}},
		"a text for a number":       {map[string]any{"role": "r", "share": "1"}, []string{"share: a number is needed"}},
		"a text for a boolean":      {map[string]any{"role": "r", "open": "true"}, []string{"open: a boolean is needed"}},
		"a fraction":                {map[string]any{"role": "r", "size": 1.5}, []string{"size: a integer is needed"}},
		"one for several":           {map[string]any{"role": "r", "modes": "A"}, []string{"modes: a list is needed"}},
		"a list for a map":          {map[string]any{"role": "r", "tags": []any{}}, []string{"tags: a map is needed"}},
		"a number in a map":         {map[string]any{"role": "r", "tags": map[string]any{"a": 1.0}}, []string{"tags.a: a string is needed"}},
		"a text for an object":      {map[string]any{"role": "r", "disk": "k"}, []string{"disk: an object is needed"}},
		"a table that is mistaken":  {map[string]any{"role": "r", "odd": "k"}, []string{"odd: its type thing is none that is known"}},
		"within a secret":           {map[string]any{"role": mocks.Conceal(1.0)}, []string{"role: a string is needed"}},
		"several at once, in order": {map[string]any{"size": "1", "x": 1.0}, []string{"size: a integer", "x: no such property", "role: required"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := table.problems(&mocks.Resource{Type: "aws:a/b:B", URN: "urn", Inputs: c.inputs})
			require.Len(t, found, len(c.want), "%v", found)
			for i, want := range c.want {
				assert.Contains(t, found[i], "urn: "+want)
			}
		})
	}
	t.Run("tokens", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, strings.Join(table.problems(&mocks.Resource{Type: "aws:a/z:Z"}), ""), "no schema of aws:a/z:Z: add it to tests/schemas/tokens.txt")
		assert.Contains(t, strings.Join(table.problems(&mocks.Resource{Type: "aws:a/c:C"}), ""), "its type missing is in no table")
		for _, other := range []string{"kubernetes:core/v1:ConfigMap", "plinth:eks:Cluster", "pulumi:providers:aws", "random:index/randomPassword:RandomPassword"} {
			assert.Empty(t, table.problems(&mocks.Resource{Type: other, Inputs: map[string]any{"x": 1.0}}), other)
		}
	})
}

// TestMistakes are ones that were, or could be, made in this project and that the real providers refuse at a preview.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for want, res := range map[string]*mocks.Resource{
		"retentionPolicies: no such property": {Type: "azure-native:network/v20240501:FlowLog", Inputs: map[string]any{
			"networkWatcherName": "w", "resourceGroupName": "g", "storageId": "s", "targetResourceId": "t", "retentionPolicies": map[string]any{},
		}},
		"storageId: required": {Type: "azure-native:network/v20240501:FlowLog", Inputs: map[string]any{
			"networkWatcherName": "w", "resourceGroupName": "g", "targetResourceId": "t",
		}},
		"logs[0].enabled: required": {Type: "azure-native:insights:DiagnosticSetting", Inputs: map[string]any{
			"resourceUri": "r", "logs": []any{map[string]any{"category": "guard"}},
		}},
		`agentPoolProfiles[0].osDiskType: "ephemeral" is none of Managed, Ephemeral`: {Type: "azure-native:containerservice/v20240901:ManagedCluster", Inputs: map[string]any{
			"resourceGroupName": "g", "agentPoolProfiles": []any{map[string]any{"name": "a", "osDiskType": "ephemeral"}},
		}},
		`releaseChannel.channel: "Regular" is none of`: {Type: "gcp:container/cluster:Cluster", Inputs: map[string]any{"releaseChannel": map[string]any{"channel": "Regular"}}},
		"vpcConfig: required":                          {Type: "aws:eks/cluster:Cluster", Inputs: map[string]any{"roleArn": "r"}},
		"nodeGroupName: it excludes nodeGroupNamePrefix": {Type: "aws:eks/nodeGroup:NodeGroup", Inputs: map[string]any{
			"clusterName": "c", "nodeRoleArn": "r", "subnetIds": []any{"s"}, "scalingConfig": map[string]any{"minSize": 1.0, "maxSize": 1.0, "desiredSize": 1.0},
			"nodeGroupName": "a", "nodeGroupNamePrefix": "b",
		}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			found := known().problems(res)
			require.Len(t, found, 1, "%v", found)
			assert.Contains(t, found[0], want)
		})
	}
}

// TestGenerated: the table is of the tokens listed and of the versions in go.mod.
func TestGenerated(t *testing.T) {
	t.Parallel()
	made := parse("generated.json", generated)
	tokens, err := os.ReadFile("tokens.txt")
	require.NoError(t, err)
	var listed []string
	for token := range made.Resources {
		listed = append(listed, token)
	}
	assert.ElementsMatch(t, strings.Fields(string(tokens)), listed, "run go generate ./tests/schemas")

	file, err := os.Open("../../go.mod")
	require.NoError(t, err)
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			continue
		}
		if version, read := made.SDKs[words[0]]; read {
			assert.Equal(t, words[1], version, "%s changed: run go generate ./tests/schemas", words[0])
		}
	}
	for token := range parse("byhand.json", byHand).Resources {
		assert.NotContains(t, made.Resources, token, "it can be generated")
	}
}

// TestByHand: what is written by hand hangs together.
func TestByHand(t *testing.T) {
	t.Parallel()
	hand := parse("byhand.json", byHand)
	require.NotEmpty(t, hand.Resources)
	for token, name := range hand.Resources {
		assert.Contains(t, hand.Types, name, token)
	}
	for object, properties := range hand.Types {
		for key, property := range properties {
			if name, ok := strings.CutPrefix(strings.TrimLeft(property.Type, "[]{}"), "#"); ok {
				assert.Contains(t, hand.Types, name, "%s.%s", object, key)
			}
		}
	}
}
