package helm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/provider"
)

// cluster is one API server for all tests, started by the first that needs it.
var cluster struct {
	once       sync.Once
	err        error
	kubeconfig string
	stop       func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if cluster.stop != nil {
		cluster.stop()
	}
	os.Exit(code)
}

func startCluster() (string, func(), error) {
	// One that runs already saves the start of another.
	if kubeconfig := os.Getenv("PLINTH_TEST_KUBECONFIG"); kubeconfig != "" {
		return kubeconfig, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "plinth-helm-test-")
	if err != nil {
		return "", nil, err
	}
	stop := func() { _ = os.RemoveAll(dir) }
	binary := filepath.Join(dir, "kube")
	build := exec.Command("go", "build", "-o", binary, "-ldflags", "-s -w"+
		" -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/client-go/pkg/version.gitVersion=v1.36.3",
		"github.com/plinth-iac/plinth/local/cmd/kube")
	if out, err := build.CombinedOutput(); err != nil {
		return "", stop, fmt.Errorf("build the control plane: %w\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c, err := kube.Start(ctx, kube.Options{Dir: filepath.Join(dir, "state"), Binary: binary})
	if err != nil {
		return "", stop, err
	}
	err = c.SetNodes(ctx, []kube.Node{{Name: "node-0", Pool: "system", Capacity: corev1.ResourceList{
		corev1.ResourceCPU: apiresource.MustParse("8"), corev1.ResourceMemory: apiresource.MustParse("16Gi"),
	}}})
	return c.Kubeconfig(), func() { _ = c.Stop(context.Background()); stop() }, err
}

// newLiveBench serves the resource on a real API server, in a new namespace.
func newLiveBench(t *testing.T) (*bench, kubernetes.Interface, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs an API server")
	}
	cluster.once.Do(func() { cluster.kubeconfig, cluster.stop, cluster.err = startCluster() })
	require.NoError(t, cluster.err)
	config, err := clientcmd.BuildConfigFromFlags("", cluster.kubeconfig)
	require.NoError(t, err)
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	ns, err := client.CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "helm-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	b := &bench{}
	custom, err := New(provider.Cluster{Config: config, Namespace: ns.Name, Log: b.log})
	require.NoError(t, err)
	b.server = custom.(*server)
	b.conf, err = b.server.connect(ns.Name)
	require.NoError(t, err)
	return b, client, ns.Name
}
