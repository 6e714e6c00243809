package tracing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	// jaeger is what the chart names its Service and labels its pods: its templates, 4.11.1. Its claim has the name too.
	jaeger = "jaeger"
	// queryPort serves its pages and its API.
	queryPort = 16686
	dataPath  = "/data"
	store     = "badger"
)

func (b *builder) jaeger() error {
	claim, err := b.claim()
	if err != nil {
		return err
	}
	if err := b.letGrafanaIn(); err != nil {
		return err
	}
	configuration := b.configuration()
	version, err := hashed(configuration)
	if err != nil {
		return err
	}
	_, err = charts.Install(b.ctx, b.name+"-jaeger", &charts.InstallArgs{
		Chart: charts.Jaeger, Mirror: b.args.Mirror, Namespace: Namespace, In: b.namespace,
		Values: pulumi.Map{
			"storage":    pulumi.Map{"type": pulumi.String(store)},
			"userconfig": pulumi.ToMap(configuration),
			"jaeger": pulumi.Map{
				"serviceAccount":     pulumi.Map{"automountServiceAccountToken": pulumi.Bool(false)},
				"podSecurityContext": charts.RestrictedPod(user),
				"securityContext":    charts.RestrictedContainer(),
				"resources":          charts.Requests("100m", "1Gi"),
				// The chart does not roll its pod when the configuration changes.
				"podLabels": pulumi.StringMap{"plinth.dev/configuration": pulumi.String(version)},
				"extraVolumes": pulumi.Array{
					pulumi.Map{"name": pulumi.String("data"), "persistentVolumeClaim": pulumi.Map{"claimName": claim.Metadata.Name().Elem()}},
					pulumi.Map{"name": pulumi.String("tmp"), "emptyDir": pulumi.Map{"sizeLimit": pulumi.String("64Mi")}},
				},
				"extraVolumeMounts": pulumi.Array{mount("data", dataPath), mount("tmp", "/tmp")},
			},
		},
		Pods: map[string]network.Rules{jaeger: {Ports: []int{grpcPort}, From: []network.Peer{{Namespace: Namespace, App: collector}}}},
	}, b.parent)
	return err
}

func mount(volume, path string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(volume), "mountPath": pulumi.String(path)}
}

// claim is not awaited: most classes make a disk only for a pod that is there.
func (b *builder) claim() (*corev1.PersistentVolumeClaim, error) {
	claim, err := corev1.NewPersistentVolumeClaim(b.ctx, b.name+"-jaeger", &corev1.PersistentVolumeClaimArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(jaeger), Namespace: b.namespace,
			Labels: pulumi.StringMap{
				"app.kubernetes.io/name": pulumi.String(jaeger), "app.kubernetes.io/part-of": pulumi.String("plinth"),
				"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
			},
			Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		},
		Spec: corev1.PersistentVolumeClaimSpecArgs{
			AccessModes: pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			Resources:   corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(b.args.Spec.Storage)}},
		},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the claim of Jaeger's disk: %w", err)
	}
	return claim, nil
}

// letGrafanaIn is where there is one.
func (b *builder) letGrafanaIn() error {
	if b.args.Monitoring == nil {
		return nil
	}
	_, err := network.Allow(b.ctx, b.name+"-jaeger-grafana", &network.Rules{
		Namespace: b.namespace, App: jaeger, Ports: []int{queryPort}, From: []network.Peer{grafana.Peer()},
	}, b.parent)
	return err
}

// configuration keeps traces on a disk, with their indices beside them. https://www.jaegertracing.io/docs/2.19/storage/badger
func (b *builder) configuration() map[string]any {
	at := func(port int) map[string]any { return map[string]any{"endpoint": fmt.Sprintf("0.0.0.0:%d", port)} }
	return map[string]any{
		"extensions": map[string]any{
			"healthcheckv2": map[string]any{"use_v2": true, "http": at(healthPort)},
			"jaeger_query":  map[string]any{"storage": map[string]any{"traces": store}, "http": at(queryPort)},
			"jaeger_storage": map[string]any{"backends": map[string]any{store: map[string]any{"badger": map[string]any{
				"directories": map[string]any{"keys": dataPath + "/keys", "values": dataPath + "/values"},
				"ephemeral":   false,
				"ttl":         map[string]any{"spans": fmt.Sprintf("%dh", 24*b.args.Spec.Retention)},
			}}}},
		},
		"receivers":  map[string]any{"otlp": map[string]any{"protocols": map[string]any{"grpc": at(grpcPort)}}},
		"processors": map[string]any{"batch": map[string]any{}},
		"exporters":  map[string]any{"jaeger_storage_exporter": map[string]any{"trace_storage": store}},
		"service": map[string]any{
			"extensions": []any{"jaeger_storage", "jaeger_query", "healthcheckv2"},
			"telemetry":  telemetry("0.0.0.0"),
			"pipelines": map[string]any{"traces": map[string]any{
				"receivers": []any{"otlp"}, "processors": []any{"batch"}, "exporters": []any{"jaeger_storage_exporter"},
			}},
		},
	}
}

// hashed tells one configuration from another, in a label.
func hashed(configuration map[string]any) (string, error) {
	text, err := json.Marshal(configuration)
	if err != nil {
		return "", fmt.Errorf("writing Jaeger's configuration: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}
