package mocks

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
)

func TestAt(t *testing.T) {
	t.Parallel()
	res := &Resource{Inputs: map[string]any{"spec": map[string]any{"rules": []any{map[string]any{"host": "a"}}, "replicas": 2.0}, "status": Unknown}}
	for path, want := range map[string]any{
		"spec.replicas": 2.0, "spec.rules.0.host": "a", "status.phase": Unknown,
		"spec.rules.1.host": nil, "spec.rules.host": nil, "spec.replicas.most": nil, "none": nil,
	} {
		assert.Equal(t, want, res.At(path), path)
	}
	assert.Equal(t, map[string]any{"host": "a"}, One(t, res.At("spec.rules")))
}

func TestNeeds(t *testing.T) {
	t.Parallel()
	rec := Up(t, inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		first, err := configMap(ctx, "first", nil, opts...)
		if err != nil {
			return err
		}
		second, err := configMap(ctx, "second", nil, append(opts, pulumi.DependsOn([]pulumi.Resource{first}))...)
		if err != nil {
			return err
		}
		_, err = configMap(ctx, "third", nil, append(opts, pulumi.DependsOn([]pulumi.Resource{second}))...)
		return err
	}))
	first, third := rec.Get(t, configMapType, "first"), rec.Get(t, configMapType, "third")
	provider := rec.Get(t, "pulumi:providers:kubernetes", "kubernetes")
	assert.NotContains(t, third.Direct(), first.URN)
	assert.Equal(t, map[string]bool{provider.URN: true}, rec.Needs(first))
	assert.Equal(t, map[string]bool{provider.URN: true, first.URN: true, rec.Get(t, configMapType, "second").URN: true}, rec.Needs(third))
}
