package mocks

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cloudProgram registers a resource and a function's result, and exports what came back of both.
func cloudProgram(ctx *pulumi.Context) error {
	parent, err := component(ctx, true)
	if err != nil {
		return err
	}
	var res struct {
		pulumi.CustomResourceState
		Spec pulumi.MapOutput `pulumi:"spec"`
	}
	inputs := pulumi.Map{"spec": pulumi.Map{"size": pulumi.Int(1), "region": pulumi.String("here")}}
	if err := ctx.RegisterResource("test:index:Thing", "thing", inputs, &res, pulumi.Parent(parent)); err != nil {
		return err
	}
	var result struct {
		Value string `pulumi:"value"`
	}
	if err := ctx.Invoke("test:index:ask", nil, &result); err != nil {
		return err
	}
	ctx.Export("spec", res.Spec)
	ctx.Export("id", res.ID())
	ctx.Export("answer", pulumi.String(result.Value))
	return nil
}

func cloudOptions() []Option {
	return []Option{
		Without(Providers),
		WithOutputs("test:index:Thing", func(name string) map[string]any {
			return map[string]any{"id": "/things/" + name, "spec": map[string]any{"address": name + ".example", "region": "there"}}
		}),
		WithFunction("test:index:ask", map[string]any{"value": "yes"}),
	}
}

func TestWithOutputs(t *testing.T) {
	t.Parallel()
	rec := Up(t, cloudProgram, cloudOptions()...)
	assert.Equal(t, map[string]any{"size": 1.0, "region": "there", "address": "thing.example"}, rec.Outputs["spec"])
	assert.Equal(t, "yes", rec.Outputs["answer"])
	assert.Equal(t, "/things/thing", rec.Outputs["id"])

	rec = Preview(t, cloudProgram, cloudOptions()...)
	assert.Equal(t, Unknown, rec.Outputs["spec"])
	assert.Equal(t, Unknown, rec.Outputs["id"])
}

func TestUnansweredFunction(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, Fail(t, cloudProgram, Without(Providers)), "test:index:ask")
}
