package secrets

import (
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args say what is secret and who reads it.
type Args struct {
	// Values by secret name, then by key.
	Values map[string]map[string]Value
	// Namespaces that read secrets, by their key in the result.
	Namespaces map[string]Namespace
	// Random is the provider that generates values.
	Random pulumi.ProviderResource
}

// Value is one secret value: given, or generated. Exactly one field is set.
type Value struct {
	// Given is the value itself.
	Given pulumi.StringInput
	// Generate is how many characters of a random value to make, once.
	Generate int
}

// Namespace is one that reads secrets.
type Namespace struct {
	// Name of the Kubernetes namespace.
	Name pulumi.StringInput
	// Secrets it reads, by name.
	Secrets []string
}

// Secrets are the platform's secrets, in place.
type Secrets struct {
	pulumi.ResourceState

	// Names of the Kubernetes Secrets, by namespace and secret.
	Names map[string]map[string]pulumi.StringOutput
}

// New registers a Kubernetes Secret for each namespace and secret that it reads. It fails where a
// registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Secrets, error) {
	s := &Secrets{Names: map[string]map[string]pulumi.StringOutput{}}
	if err := ctx.RegisterComponentResource("plinth:secrets:Secrets", name, s, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}

	values, err := resolve(ctx, name, args, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	for _, namespace := range slices.Sorted(maps.Keys(args.Namespaces)) {
		s.Names[namespace] = map[string]pulumi.StringOutput{}
		for _, secret := range args.Namespaces[namespace].Secrets {
			object, err := corev1.NewSecret(ctx, fmt.Sprintf("%s-%s-%s", name, namespace, secret), &corev1.SecretArgs{
				Metadata: &metav1.ObjectMetaArgs{
					Namespace: args.Namespaces[namespace].Name,
					Labels: pulumi.StringMap{
						"app.kubernetes.io/name":       pulumi.String(secret),
						"app.kubernetes.io/component":  pulumi.String("secret"),
						"app.kubernetes.io/part-of":    pulumi.String("plinth"),
						"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
					},
				},
				StringData: values[secret],
			}, pulumi.Parent(s))
			if err != nil {
				return nil, fmt.Errorf("secret %s in namespace %s: %w", secret, namespace, err)
			}
			s.Names[namespace][secret] = object.Metadata.Name().Elem()
		}
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{})
}

// resolve makes every value a secret output, generating those that are not given.
func resolve(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (map[string]pulumi.StringMap, error) {
	resolved := map[string]pulumi.StringMap{}
	for _, secret := range slices.Sorted(maps.Keys(args.Values)) {
		resolved[secret] = pulumi.StringMap{}
		for _, key := range slices.Sorted(maps.Keys(args.Values[secret])) {
			value := args.Values[secret][key]
			if value.Generate == 0 {
				resolved[secret][key] = pulumi.ToSecret(value.Given.ToStringOutput()).(pulumi.StringOutput)
				continue
			}
			generated, err := random.NewRandomPassword(ctx, fmt.Sprintf("%s-%s-%s", name, secret, key), &random.RandomPasswordArgs{
				Length: pulumi.Int(value.Generate),
				// Letters and digits only: safe in a URI, a shell and a config file alike.
				Special: pulumi.Bool(false),
			}, append(opts, pulumi.Provider(args.Random))...)
			if err != nil {
				return nil, fmt.Errorf("generating %s.%s: %w", secret, key, err)
			}
			resolved[secret][key] = generated.Result
		}
	}
	return resolved, nil
}
