package mocks

import (
	"fmt"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8s "k8s.io/api/core/v1"
)

const configMapType = "kubernetes:core/v1:ConfigMap"

// component registers an empty component, without its outputs where finish is false.
func component(ctx *pulumi.Context, finish bool) (*pulumi.ResourceState, error) {
	c := &pulumi.ResourceState{}
	if err := ctx.RegisterComponentResource("test:index:Component", "component", c); err != nil {
		return nil, err
	}
	if !finish {
		return c, nil
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"done": pulumi.Bool(true)})
}

func configMap(
	ctx *pulumi.Context, name string, data pulumi.StringMap, opts ...pulumi.ResourceOption,
) (*corev1.ConfigMap, error) {
	return corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{Data: data}, opts...)
}

// inside runs body with a proper parent and provider.
func inside(t *testing.T, body func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		parent, err := component(ctx, true)
		if err != nil {
			return err
		}
		return body(ctx, pulumi.Parent(parent), pulumi.Provider(Kubernetes(t, ctx)))
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		check   Check
		program func(t *testing.T) pulumi.RunFunc
		want    string
	}{
		"a resource without a parent": {Parents, func(t *testing.T) pulumi.RunFunc {
			return func(ctx *pulumi.Context) error {
				_, err := configMap(ctx, "a", nil, pulumi.Provider(Kubernetes(t, ctx)))
				return err
			}
		}, "has no parent"},
		"a default provider": {Providers, func(*testing.T) pulumi.RunFunc {
			return func(ctx *pulumi.Context) error {
				parent, err := component(ctx, true)
				if err != nil {
					return err
				}
				_, err = configMap(ctx, "a", nil, pulumi.Parent(parent))
				return err
			}
		}, "uses a default provider"},
		"a component without outputs": {Outputs, func(*testing.T) pulumi.RunFunc {
			return func(ctx *pulumi.Context) error {
				_, err := component(ctx, false)
				return err
			}
		}, "never calls RegisterResourceOutputs"},
		"a resource made in an Apply": {NoApply, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				pulumi.String("known").ToStringOutput().ApplyT(func(string) (string, error) {
					_, err := configMap(ctx, "a", nil, opts...)
					return "", err
				})
				return nil
			})
		}, "is registered in an Apply"},
		"a name used twice": {Unique, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				for range 2 {
					if _, err := configMap(ctx, "a", nil, opts...); err != nil {
						return err
					}
				}
				return nil
			})
		}, "is registered twice"},
		"an object described twice": {Unique, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				for _, name := range []string{"a", "b"} {
					_, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
						Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("same"), Namespace: pulumi.String("apps")},
					}, opts...)
					if err != nil {
						return err
					}
				}
				return nil
			})
		}, "are one object: ConfigMap same"},
		"a field that does not exist": {Schema, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				var made pulumi.CustomResourceState
				return ctx.RegisterResource(configMapType, "a", pulumi.Map{
					"apiVersion": pulumi.String("v1"), "kind": pulumi.String("ConfigMap"), "Data": pulumi.StringMap{},
				}, &made, opts...)
			})
		}, `unknown field "Data"`},
		"a pod that may become root": {Restricted, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				_, err := corev1.NewPod(ctx, "a", &corev1.PodArgs{Spec: corev1.PodSpecArgs{
					Containers: corev1.ContainerArray{corev1.ContainerArgs{Name: pulumi.String("a"), Image: pulumi.String("a:1")}},
				}}, opts...)
				return err
			})
		}, "refuses: allowPrivilegeEscalation != false"},
		"a configured secret in a config map": {Secrets, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				value, _ := ctx.GetConfig("plinth:key")
				_, err := configMap(ctx, "a", pulumi.StringMap{"uri": pulumi.String("x:" + value)}, opts...)
				return err
			})
		}, "inputs.data.uri holds a secret in plain text"},
		"a generated secret in a message": {Secrets, func(t *testing.T) pulumi.RunFunc {
			return inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				password, err := random.NewRandomPassword(ctx, "p", &random.RandomPasswordArgs{Length: pulumi.Int(20)},
					opts[0], pulumi.Provider(Random(t, ctx)))
				if err != nil {
					return err
				}
				password.Result.ApplyT(func(v string) error { return ctx.Log.Info("made "+v, nil) })
				return nil
			})
		}, "message 0 holds a secret in plain text"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := []Option{WithConfig(map[string]string{"plinth:key": "s3cr3t-value"}), WithSecretKeys("plinth:key")}
			rec, err := run(t, test.program(t), options)
			require.NoError(t, err)
			violations := rec.violations()
			require.Len(t, violations, 1)
			assert.Contains(t, violations[0], test.want)

			Up(t, test.program(t), append(options, Without(test.check))...)
		})
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	program := inside(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		password, err := random.NewRandomPassword(ctx, "password", &random.RandomPasswordArgs{Length: pulumi.Int(20)},
			opts[0], pulumi.Provider(Random(t, ctx)))
		if err != nil {
			return err
		}
		plain, err := configMap(ctx, "plain", pulumi.StringMap{"k": pulumi.String("v")}, append(opts, pulumi.Protect(true),
			pulumi.IgnoreChanges([]string{"data"}), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "5m"}))...)
		if err != nil {
			return err
		}
		_, err = corev1.NewSecret(ctx, "secret", &corev1.SecretArgs{
			StringData: pulumi.StringMap{"password": password.Result, "map": plain.Metadata.Name().Elem()},
		}, append(opts, pulumi.DependsOn([]pulumi.Resource{plain}))...)
		ctx.Export("map", plain.Metadata.Name())
		return err
	})

	Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...Option) *Recording) {
		rec := run(t, program)
		plain := rec.Get(t, configMapType, "plain")
		assert.Equal(t, map[string]any{"k": "v"}, plain.Inputs["data"])
		assert.True(t, plain.Protect)
		assert.Equal(t, []string{"data"}, plain.IgnoreChanges)
		assert.Equal(t, Timeouts{Create: "5m"}, plain.Timeouts)
		assert.Contains(t, plain.Parent, "test:index:Component::component")
		assert.Contains(t, plain.Provider, "pulumi:providers:kubernetes::kubernetes")
		assert.Equal(t, "v", As[*k8s.ConfigMap](t, plain).Data["k"])
		assert.Contains(t, rec.Get(t, "kubernetes:core/v1:Secret", "secret").Dependencies, plain.URN)
		assert.Equal(t, true, rec.Get(t, "test:index:Component", "component").Outputs["done"])
		assert.Len(t, rec.Names(), 6)
	})

	up, preview := Up(t, program), Preview(t, program)
	assert.Regexp(t, "^plain-[0-9a-f]{8}$", up.Outputs["map"])
	assert.Equal(t, Unknown, preview.Outputs["map"])
	secret := up.Get(t, "kubernetes:core/v1:Secret", "secret")
	assert.Regexp(t, "^R4nd0m[0-9a-f]{14}$", As[*k8s.Secret](t, secret).StringData["password"])
	assert.NotContains(t, fmt.Sprintf("%#v", secret.Inputs), "R4nd0m")
}

func TestFail(t *testing.T) {
	t.Parallel()
	err := Fail(t, func(*pulumi.Context) error { return fmt.Errorf("no") })
	assert.ErrorContains(t, err, "no")
}

func TestConceal(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Conceal("value"), Conceal("value"))
	assert.NotEqual(t, Conceal("value"), Conceal("other"))
	assert.Equal(t, "value", Conceal("value").Reveal())
	assert.NotContains(t, fmt.Sprint(Conceal("value")), "value")
}
