package logging

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
)

const (
	// elasticReader is the user that Grafana is, and the user's role.
	elasticReader = "reader"
	// elasticIndices are those that Filebeat writes to.
	elasticIndices = "filebeat-*"
	// readerRole may read the logs and nothing else.
	readerRole = elasticReader + `:
  cluster: [monitor]
  indices:
  - names: ["` + elasticIndices + `"]
    privileges: [read, view_index_metadata]
`
)

// reader makes a user for Grafana, as ECK keeps the passwords of its own users to itself, and returns what Elasticsearch is told of it.
// It is nil where there is no Grafana.
func (b *builder) reader() (pulumi.Map, error) {
	if b.args.Grafana == nil {
		return nil, nil
	}
	password, err := dataservice.NewPassword(b.ctx, b.name+"-reader", false, b.parent, pulumi.Provider(b.args.Random))
	if err != nil {
		return nil, err
	}
	user, err := b.elasticSecret("user", pulumi.StringMap{
		"username": pulumi.String(elasticReader), "password": password, "roles": pulumi.String(elasticReader),
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
	}, b.elasticDatasource(password)
}

func (b *builder) elasticSecret(what string, data pulumi.StringMap) (pulumi.StringInput, error) {
	name := elasticReader + "-" + what
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
