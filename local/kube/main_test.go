package kube_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/plinth-iac/plinth/local/kube"
)

// binary is the control plane, built once for all tests.
var binary string

// patience is for a slow machine under load: a test that waits longer has failed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "plinth-kube-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "kube")
	build := exec.Command("go", "build", "-o", binary, "-ldflags", "-X k8s.io/component-base/version.gitVersion=v1.36.3",
		"github.com/plinth-iac/plinth/local/cmd/kube")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return 1, fmt.Errorf("build the control plane: %w", err)
	}
	return m.Run(), nil
}

// start starts a cluster in dir that is stopped when the test ends.
func start(t *testing.T, dir string) *kube.Cluster {
	t.Helper()
	began := time.Now()
	c, err := kube.Start(t.Context(), kube.Options{Dir: dir, Binary: binary, Progress: func(step string) {
		t.Logf("%5.1fs %s", time.Since(began).Seconds(), step)
	}})
	require.NoError(t, err)
	t.Logf("%5.1fs ready", time.Since(began).Seconds())
	t.Cleanup(func() { require.NoError(t, c.Stop(context.WithoutCancel(t.Context()))) })
	return c
}

func client(t *testing.T, c *kube.Cluster) *kubernetes.Clientset {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	require.NoError(t, err)
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return client
}

// The tests of behaviour are subtests of one, on one cluster, each in a namespace of its own.

func twoPools() []kube.Node {
	return []kube.Node{
		{Name: "system-0", Pool: "system", Zone: "a", Region: "here", Capacity: capacity("4", "16Gi", "")},
		{Name: "system-1", Pool: "system", Zone: "b", Region: "here", Capacity: capacity("4", "16Gi", "")},
		{
			Name: "gpu-0", Pool: "gpu", Zone: "a", Region: "here", Capacity: capacity("8", "32Gi", "1"),
			Taints: []corev1.Taint{{Key: "nvidia.com/gpu", Value: "present", Effect: corev1.TaintEffectNoSchedule}},
		},
	}
}

func capacity(cpu, memory, gpu string) corev1.ResourceList {
	list := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
	if gpu != "" {
		list["nvidia.com/gpu"] = resource.MustParse(gpu)
	}
	return list
}

// eventually waits until done, and shows what it saw last if it never is.
func eventually(t *testing.T, what string, done func(context.Context) (bool, string, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		ok, seen, err := done(ctx)
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			require.Failf(t, "never came true", "%s; last seen: %s %v", what, seen, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
