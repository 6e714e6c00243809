package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
)

// environment is what a container's environment variables come from.
type environment struct {
	env  corev1.EnvVarArray
	from corev1.EnvFromSourceArray
}

func (b *builder) environment() (environment, error) {
	var e environment
	if plain := b.plainEnvironment(); len(plain) > 0 {
		config, err := b.configMap("env", pulumi.ToStringMap(plain))
		if err != nil {
			return e, err
		}
		e.from = append(e.from, corev1.EnvFromSourceArgs{ConfigMapRef: corev1.ConfigMapEnvSourceArgs{Name: config.Metadata.Name()}})
	}
	for _, variable := range slices.Sorted(maps.Keys(b.spec.Secrets)) {
		ref := b.spec.Secrets[variable]
		object, err := b.secret(ref)
		if err != nil {
			return e, err
		}
		e.env = append(e.env, fromSecret(variable, object, ref.Key))
	}
	for _, service := range b.spec.Uses {
		injected, err := b.injected(service)
		if err != nil {
			return e, err
		}
		e.env = append(e.env, injected...)
	}
	return e, nil
}

// injected are the variables of one used data service, from a Secret of the workload's own: a pod reads none of another
// namespace.
func (b *builder) injected(service string) (corev1.EnvVarArray, error) {
	c, err := b.connection(service)
	if err != nil {
		return nil, err
	}
	secret, err := corev1.NewSecret(b.ctx, b.name+"-"+service, &corev1.SecretArgs{
		Metadata: b.generatedMeta(), StringData: c.Values, Immutable: pulumi.Bool(true),
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret of the connection to %s: %w", service, err)
	}
	name := secret.Metadata.Name().Elem()
	b.connections[service] = name
	var variables corev1.EnvVarArray
	for _, key := range c.Keys {
		variables = append(variables, fromSecret(strings.ToUpper(service+"_"+key), name, key))
	}
	return variables, nil
}

func (b *builder) connection(service string) (connection.Connection, error) {
	i := slices.IndexFunc(b.args.Connections, func(c connection.Connection) bool { return c.Service == service })
	if i < 0 {
		return connection.Connection{}, fmt.Errorf("it uses %s, and no connection to that was given: add it to Args.Connections", service)
	}
	return b.args.Connections[i], nil
}

func fromSecret(variable string, secret pulumi.StringOutput, key string) corev1.EnvVarArgs {
	return corev1.EnvVarArgs{
		Name: pulumi.String(variable),
		ValueFrom: corev1.EnvVarSourceArgs{
			SecretKeyRef: corev1.SecretKeySelectorArgs{Name: secret, Key: pulumi.String(key)},
		},
	}
}

// secret is the name of the Kubernetes Secret that holds one of the platform's.
func (b *builder) secret(ref SecretRef) (pulumi.StringOutput, error) {
	name, ok := b.args.Secrets[ref.Name]
	if !ok {
		return pulumi.StringOutput{}, fmt.Errorf("it reads the secret %s, and its name in the namespace was not given: add it to Args.Secrets", ref.Name)
	}
	return name, nil
}

// secretNames are the Kubernetes Secrets that the workload reads, of those that the platform was given.
func (b *builder) secretNames() pulumi.StringArray {
	read := map[string]bool{}
	for _, refs := range []map[string]SecretRef{b.spec.Secrets, b.spec.SecretFiles} {
		for _, ref := range refs {
			read[ref.Name] = true
		}
	}
	var names pulumi.StringArray
	for _, name := range slices.Sorted(maps.Keys(read)) {
		names = append(names, b.args.Secrets[name])
	}
	return names
}

func joined(names pulumi.StringArray) pulumi.StringOutput {
	return names.ToStringArrayOutput().ApplyT(func(all []string) string { return strings.Join(all, ",") }).(pulumi.StringOutput)
}

func (b *builder) configMap(what string, data pulumi.StringMap) (*corev1.ConfigMap, error) {
	config, err := corev1.NewConfigMap(b.ctx, b.name+"-"+what, &corev1.ConfigMapArgs{
		Metadata: b.generatedMeta(), Data: data, Immutable: pulumi.Bool(true),
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the ConfigMap of its %s: %w", what, err)
	}
	return config, nil
}
