package tests

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/stacks/config"
)

// readme is the text a newcomer follows word for word.
func readme(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	return string(content)
}

func TestEveryStackFileOfTheReadmeIsGood(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		_, problems := parseStackFile(t, block[1])
		assert.NoError(t, problems.Err(), "in the README:\n%s", block[1])
		assert.Empty(t, problems.Warnings, "in the README:\n%s", block[1])
	}
}

func TestTheReadmesMistakeReadsAsItSays(t *testing.T) {
	t.Parallel()
	text := readme(t)
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(text)[1]
	_, problems := parseStackFile(t, strings.Replace(example, "ports:", "prots:", 1))
	require.Error(t, problems.Err())

	unindented := strings.ReplaceAll(text, "\n    ", "\n")
	for line := range strings.Lines(problems.Err().Error()) {
		start, _, _ := strings.Cut(strings.TrimSpace(line), " files,")
		assert.True(t, strings.Contains(unindented, start), "the README does not say: %s", start)
	}
}

func TestEveryMakeTargetOfTheReadmeExists(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	targets := regexp.MustCompile(`make ([a-z]+)`).FindAllStringSubmatch(readme(t), -1)
	require.NotEmpty(t, targets)
	for _, target := range targets {
		assert.Regexp(t, `(?m)^`+target[1]+`:`, string(makefile), "make %s", target[1])
	}
}

func parseStackFile(t *testing.T, text string) (*config.Config, *spec.Problems) {
	t.Helper()
	var file struct {
		Config map[string]any `json:"config"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &file))
	values := map[string]any{}
	for key, value := range file.Config {
		if name, ours := strings.CutPrefix(key, "plinth:"); ours {
			values[name] = value
		}
	}
	return config.Parse("mine", values, day)
}
