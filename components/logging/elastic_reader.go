package logging

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
)

// elasticReaderName is the user by which Readers see logs, and their role.
const elasticReaderName = "reader"

// readerRole may read the logs and nothing else.
const readerRole = elasticReaderName + `:
  cluster: [monitor]
  indices:
  - names: ["filebeat-*"]
    privileges: [read, view_index_metadata]
`

// elasticReader makes a user for Readers, as ECK keeps the passwords of its own users to itself. It is nil where there is nobody.
func (b *builder) elasticReader() (pulumi.Map, error) {
	if len(b.args.Readers) == 0 {
		return nil, nil
	}
	password, err := dataservice.NewPassword(b.ctx, b.name+"-reader", false, b.parent, pulumi.Provider(b.args.Random))
	if err != nil {
		return nil, err
	}
	b.self.User, b.self.Password = elasticReaderName, password
	user, err := b.elasticSecret("user", pulumi.StringMap{
		"username": pulumi.String(elasticReaderName), "password": password, "roles": pulumi.String(elasticReaderName),
	})
	if err != nil {
		return nil, err
	}
	role, err := b.elasticSecret("role", pulumi.StringMap{"roles.yml": pulumi.String(readerRole)})
	if err != nil {
		return nil, err
	}
	return pulumi.Map{
		"fileRealm": pulumi.MapArray{pulumi.Map{"secretName": user}},
		"roles":     pulumi.MapArray{pulumi.Map{"secretName": role}},
	}, nil
}

func (b *builder) elasticSecret(what string, data pulumi.StringMap) (pulumi.StringInput, error) {
	name := elasticReaderName + "-" + what
	made, err := corev1.NewSecret(b.ctx, b.name+"-"+name, &corev1.SecretArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Namespace: b.store, Labels: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(elasticApp)},
		},
		StringData: data,
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret %s: %w", name, err)
	}
	return made.Metadata.Name().Elem(), nil
}
