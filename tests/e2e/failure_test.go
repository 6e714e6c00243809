package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// small is a stack of one workload.
const small = `config:
  plinth:cloud: existing
  plinth:cluster: { pools: { system: { cpu: 4, memory: 16Gi, nodes: { min: 1 } } } }
  plinth:workloads:
    web:
      image: registry.example.com/web:1
      ports: { http: 8080 }
`

func TestABadImageFailsWithThePodsOwnReasonAndCanBeMended(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(strings.Replace(small, "registry.example.com/web:1", "registry.invalid/web:1", 1))

	out := p.fails("up")
	assert.Contains(t, out, "ImagePullBackOff")
	assert.Contains(t, out, "registry.invalid/web:1")
	assert.Contains(t, out, "web")

	p.write(small)
	p.ok("up")
	assertReady(t, deployment(t, p.client(), "web"))
}

func TestAStackFileWithMistakesStartsNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(strings.Replace(small, "ports:", "prots:", 1) + "      replicas: { min: 3, max: 1 }\n")

	for _, command := range []string{"preview", "up"} {
		out := p.fails(command)
		assert.Contains(t, out, "plinth:workloads.web.prots")
		assert.Contains(t, out, "ports", "the nearest name")
		assert.Contains(t, out, "plinth:workloads.web.replicas")
	}
	assert.Empty(t, p.processes(), "a cluster was started for nothing")
}

func TestAPreviewThatFailsLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(small)
	p.ok("up")
	client := p.client()
	before := deployment(t, client, "web").ResourceVersion

	// No mistake that Plinth can see; the API server refuses the name of the StorageClass.
	p.write(small + "      volumes: { disk: { size: 1Gi, mount: /disk, class: Not_A_Class } }\n")
	out := p.fails("preview")
	assert.Contains(t, out, "Not_A_Class")
	assert.Equal(t, before, deployment(t, client, "web").ResourceVersion)
	p.write(small)
	assert.Contains(t, p.ok("up"), "no change")
}

func TestAPreviewChangesNoNodes(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(small)
	p.ok("up")
	p.write(strings.Replace(small, "min: 1", "min: 3", 1))
	p.ok("preview")
	nodes, err := p.client().CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, nodes.Items, 1)
}

// A stack must be seen and taken down while its file is being edited, and when it is gone.
func TestAStackWithoutAGoodFileIsSeenAndGoesDown(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(small)
	p.ok("up")
	p.write("config: [")
	p.client() // by the path that kubeconfig prints
	out := p.ok("status")
	assert.Contains(t, out, "✓ apps/web  Deployment  1/1 ready")
	assert.Contains(t, out, "Pulumi.dev.yaml: yaml: line 1")
	require.NoError(t, os.Remove(filepath.Join(p.dir, "Pulumi.dev.yaml")))
	assert.Contains(t, p.ok("status"), "1/1 ready")
	assert.Contains(t, p.ok("down"), "deleted")
	assert.Contains(t, p.fails("status"), `there is no stack "dev"`)
	p.write(small) // for the end of the test
}

func TestCtrlCLeavesNoProcessAndTheNextUpGoesOn(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	cmd := p.command(t.Context(), "up")
	out := &signal{word: "control plane", seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	select {
	case <-out.seen:
	case <-time.After(2 * time.Minute):
		t.Fatal("up did not get to starting the control plane")
	}
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	assert.Error(t, cmd.Wait())
	assert.Equal(t, 130, cmd.ProcessState.ExitCode())
	assert.Empty(t, p.processes(), "left behind by Ctrl-C")

	p.ok("up")
	p.ok("status")
}

func TestAHalfWrittenStateIsSaid(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(small)
	p.ok("up")
	p.ok("stop")

	markers, err := filepath.Glob(filepath.Join(p.dir, ".plinth", "clusters", "dev", "cluster", "pki", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, markers)
	require.NoError(t, os.Truncate(markers[0], 0))

	out := p.fails("up")
	assert.Contains(t, out, filepath.Base(filepath.Dir(markers[0])), "it names what is damaged")
	assert.Contains(t, out, "down", "it says what to do")
	assert.Contains(t, p.ok("down"), "cannot be started", "and that way works")
	p.ok("up")
}
