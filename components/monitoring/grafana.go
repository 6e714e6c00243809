package monitoring

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// login makes the Secret that Grafana has its first user from, and returns its name.
func (b *builder) login(in pulumi.StringInput) (pulumi.StringOutput, error) {
	password, err := random.NewRandomPassword(b.ctx, b.name+"-grafana", &random.RandomPasswordArgs{
		Length: pulumi.Int(32), Special: pulumi.Bool(false),
	}, b.parent, pulumi.Provider(b.args.Random))
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("generating Grafana's password: %w", err)
	}
	secret, err := corev1.NewSecret(b.ctx, b.name+"-grafana", &corev1.SecretArgs{
		Metadata: &metav1.ObjectMetaArgs{Namespace: in, Labels: pulumi.StringMap{
			"app.kubernetes.io/name":       pulumi.String(grafana),
			"app.kubernetes.io/component":  pulumi.String("secret"),
			"app.kubernetes.io/part-of":    pulumi.String("plinth"),
			"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
		}},
		StringData: pulumi.StringMap{"admin-user": pulumi.String("admin"), "admin-password": password.Result},
	}, b.parent)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("making the Secret of Grafana's password: %w", err)
	}
	name := secret.Metadata.Name().Elem()
	b.self.Access = pulumi.StringMap{
		"open":     pulumi.Sprintf("kubectl -n %s port-forward service/%s 3000:80", Namespace, release+"-grafana"),
		"password": pulumi.Sprintf("kubectl -n %s get secret %s -o go-template='{{index .data \"admin-password\" | base64decode}}'", Namespace, name),
	}.ToStringMapOutput()
	return name, nil
}
