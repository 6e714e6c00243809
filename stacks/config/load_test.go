package config_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/stacks/config"
)

// noResources refuses every registration: reading the stack file registers nothing.
type noResources struct{}

func (noResources) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return "", nil, errors.New("unexpected resource " + args.Name)
}

func (noResources) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, errors.New("unexpected call")
}

// run loads values as Pulumi's language host hands them to a program.
func run(t *testing.T, values map[string]string, secret []string, program pulumi.RunFunc) error {
	t.Helper()
	b, err := json.Marshal(values)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(b))
	return pulumi.RunErr(program, pulumi.WithMocks("plinth", "dev", noResources{}), func(info *pulumi.RunInfo) {
		info.Config, info.ConfigSecretKeys = values, secret
	})
}

func TestLoad(t *testing.T) {
	values := map[string]string{
		"plinth:cloud": "existing", "plinth:region": "", "plinth:redis": `{"memory":"1Gi"}`,
		"plinth:secrets":   `{"values":{"jwt":{"secret":"swordfish"}}}`,
		"aws:region":       "eu-central-1",
		"plinth:workloads": `{"api":{"image":"example.com/api:1","uses":["redis"]}}`,
	}
	err := run(t, values, []string{"plinth:secrets"}, func(ctx *pulumi.Context) error {
		cfg, err := config.Load(ctx)
		require.NoError(t, err)
		assert.Equal(t, config.Dev, cfg.Environment)
		assert.Equal(t, spec.Quantity("2Gi"), cfg.Redis.Storage)
		assert.Equal(t, []string{"redis"}, cfg.Workloads["api"].Uses)
		value := cfg.Secrets.Values["jwt"]["secret"]
		assert.Equal(t, "[secret]", value.String())
		assert.True(t, pulumi.IsSecret(value.Output()))
		return nil
	})
	require.NoError(t, err)
}

func TestLoadReportsUnknownKeysAndMisplacedSecrets(t *testing.T) {
	values := map[string]string{
		"plinth:cloud": "existing", "plinth:domian": "example.com", "plinth:redis": `{"memory":"hunter2"}`,
	}
	err := run(t, values, []string{"plinth:redis"}, func(ctx *pulumi.Context) error {
		_, err := config.Load(ctx)
		return err
	})
	require.ErrorContains(t, err, "plinth:domian: found an unknown key")
	require.ErrorContains(t, err, "plinth:redis\n")
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestLoadReportsKeysUnderAMisspeltPrefix(t *testing.T) {
	values := map[string]string{
		"plinth:cloud": "existing", "plnth:region": "eu-central-1", "plnth:secrets": `{"values":{"jwt":{"secret":"hunter2"}}}`,
		"aws:region": "eu-central-1", "plant:color": "green",
	}
	err := run(t, values, []string{"plnth:secrets"}, func(ctx *pulumi.Context) error {
		_, err := config.Load(ctx)
		return err
	})
	require.ErrorContains(t, err, "found the key plnth:region")
	require.ErrorContains(t, err, "found the key plnth:secrets")
	for _, not := range []string{"hunter2", "aws:region", "plant:color"} {
		assert.NotContains(t, err.Error(), not)
	}
}

func TestLoadRefusesSecretsInTheClear(t *testing.T) {
	values := map[string]string{"plinth:cloud": "existing", "plinth:secrets": `{"values":{"jwt":{"secret":"swordfish"}}}`}
	err := run(t, values, nil, func(ctx *pulumi.Context) error {
		_, err := config.Load(ctx)
		return err
	})
	require.ErrorContains(t, err, "plinth:secrets.values.jwt.secret")
	assert.NotContains(t, err.Error(), "swordfish")
}
