package grafana

import (
	"encoding/json"
	"fmt"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Datasource is a server that Grafana asks.
type Datasource struct {
	// Namespace of Grafana.
	Namespace pulumi.StringInput
	// UID is how panels name it: one of the constants.
	UID string
	// Title that people see.
	Title string
	// Type is Grafana's name of the plugin: loki, jaeger, elasticsearch.
	Type string
	// URL of the server, as seen from Grafana's pod.
	URL string
	// User for it. Default none.
	User string
	// Password of User; it is kept in a Secret.
	Password pulumi.StringInput
	// Options are the plugin's own (jsonData). Default none.
	Options map[string]any
}

// NewDatasource registers a datasource. opts must carry the parent. It fails where Options are no JSON, and where the registration
// does.
func NewDatasource(ctx *pulumi.Context, name string, d *Datasource, opts ...pulumi.ResourceOption) error {
	text, err := d.file("")
	if err != nil {
		return fmt.Errorf("writing the datasource %s: %w", d.UID, err)
	}
	meta, key := metadata(name, d.Namespace, "grafana_datasource"), d.UID+".yaml"
	if d.Password == nil {
		_, err = corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{Metadata: meta, Data: pulumi.StringMap{key: pulumi.String(text)}}, opts...)
	} else {
		file := pulumi.ToSecret(d.Password.ToStringOutput().ApplyT(d.file)).(pulumi.StringOutput)
		_, err = corev1.NewSecret(ctx, name, &corev1.SecretArgs{Metadata: meta, StringData: pulumi.StringMap{key: file}}, opts...)
	}
	if err != nil {
		return fmt.Errorf("making the datasource %s: %w", d.UID, err)
	}
	return nil
}

// file is a provisioning file, https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources. JSON is YAML.
func (d *Datasource) file(password string) (string, error) {
	source := map[string]any{
		"uid": d.UID, "name": d.Title, "type": d.Type, "access": "proxy", "url": d.URL, "editable": false, "jsonData": d.Options,
	}
	if d.Password != nil {
		source["basicAuth"], source["basicAuthUser"] = true, d.User
		// Grafana replaces what follows a single $ with an environment variable.
		source["secureJsonData"] = map[string]any{"basicAuthPassword": strings.ReplaceAll(password, "$", "$$")}
	}
	text, err := json.Marshal(map[string]any{"apiVersion": 1, "datasources": []any{source}})
	return string(text), err
}
