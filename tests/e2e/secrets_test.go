package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// secretKeys are the keys of Secrets whose values are secret by themselves; hosts and ports beside them are not.
var secretKeys = []string{"password", "uri", "secret"}

// secretValues are the secrets of the running stack, by namespace.
func secretValues(t *testing.T, client kubernetes.Interface) map[string][]string {
	t.Helper()
	values := map[string][]string{}
	list, err := client.CoreV1().Secrets("").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, secret := range list.Items {
		for key, value := range secret.Data {
			if slices.ContainsFunc(secretKeys, func(k string) bool { return strings.Contains(key, k) }) {
				values[secret.Namespace] = append(values[secret.Namespace], strings.TrimSpace(string(value)))
			}
		}
	}
	for namespace := range values {
		slices.Sort(values[namespace])
		values[namespace] = slices.Compact(values[namespace])
	}
	require.NotEmpty(t, values["apps"], "secrets that workloads read")
	require.NotEmpty(t, values["data"], "secrets of the data services")
	return values
}

// digests stand for secrets where a failing test prints them.
func digests(secrets []string) []string {
	var sums []string
	for _, secret := range secrets {
		sums = append(sums, fmt.Sprintf("%x", sha256.Sum256([]byte(secret)))[:12])
	}
	return sums
}

// assertHolds fails where a secret stands in the clear, or merely encoded, in the project's state, work files or logs, or in
// what was printed. The cluster's own data is left out: that is where secrets belong.
func (p *project) assertHolds(secrets map[string][]string) {
	p.t.Helper()
	read := 0
	scan := func(where string, content []byte) {
		read++
		for _, values := range secrets {
			for _, value := range values {
				for form, text := range map[string]string{"plain": value, "base64": base64.StdEncoding.EncodeToString([]byte(value))} {
					if bytes.Contains(content, []byte(text)) {
						p.t.Errorf("secret %s stands in %s, %s", digests([]string{value})[0], where, form)
					}
				}
			}
		}
	}
	scan("what was printed", p.printed.Bytes())
	require.NoError(p.t, filepath.WalkDir(filepath.Join(p.dir, ".plinth"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if strings.Contains(path, "/clusters/") && strings.Contains(path, "/etcd/") {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		scan(strings.TrimPrefix(path, p.dir), content)
		return nil
	}))
	require.Greater(p.t, read, 5, "files scanned: the state is not where this test looks")
}
