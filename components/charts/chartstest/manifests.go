package chartstest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
)

// Manifests is a mirror, for plinth:charts, that holds a stand-in for each of the release manifests: one object of every phase that
// charts.Apply knows, in the namespace named. The manifests' own are not part of the project.
func Manifests(t testing.TB, namespace string, manifests ...charts.Manifest) string {
	t.Helper()
	folder := t.TempDir()
	for _, m := range manifests {
		_, err := writeManifest(folder, namespace, m)
		require.NoError(t, err)
	}
	return "file://" + folder
}

// StandIn has stand-ins read wherever the release manifests would be, for all tests of a package: call it in TestMain, with a folder.
func StandIn(folder, namespace string, manifests ...*charts.Manifest) error {
	for _, m := range manifests {
		path, err := writeManifest(folder, namespace, *m)
		if err != nil {
			return err
		}
		m.URL = "file://" + path
	}
	return nil
}

func writeManifest(folder, namespace string, m charts.Manifest) (string, error) {
	path := filepath.Join(folder, m.Name+"-"+m.Version+".yaml")
	return path, os.WriteFile(path, fmt.Appendf(nil, manifest, m.Name, namespace), 0o600)
}

const manifest = `apiVersion: v1
kind: Namespace
metadata: {name: %[2]s}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: %[1]s}
webhooks: []
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[1]s.example.com}
spec: {group: example.com, scope: Namespaced, versions: []}
---
# A document without an object, as some have them.
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, namespace: %[2]s}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: %[1]s}}
  template:
    metadata: {labels: {app.kubernetes.io/name: %[1]s}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: manager
        image: example.com/%[1]s:1
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: %[1]s, namespace: %[2]s}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: %[1]s, namespace: %[2]s}
spec: {secretName: %[1]s, dnsNames: [%[1]s], issuerRef: {name: %[1]s}}
`
