package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// pollEvery is how often is looked whether what is awaited has come.
const pollEvery = 250 * time.Millisecond

// kubectl is the peer: kubectl from PATH, or the same calls through client-go where there is none.
type kubectl struct {
	name string
	// path is empty where client-go stands in.
	path, kubeconfig, dir string
	client                *kubernetes.Clientset
}

func newKubectl(ctx context.Context, kubeconfig, dir string) (*kubectl, error) {
	cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("reading the cluster's kubeconfig: %w", err)
	}
	// kubectl's own limits, so that the stand-in is no faster than it.
	cfg.QPS, cfg.Burst = 50, 300
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, err
	}
	k := &kubectl{name: "server-side apply through client-go, as there is no kubectl on PATH", kubeconfig: kubeconfig, dir: dir, client: client}
	path, err := exec.LookPath("kubectl")
	if err != nil {
		return k, nil
	}
	text, err := command(ctx, nil, dir, k.env(), path, "version", "--client", "--output", "json")
	if err != nil {
		return nil, fmt.Errorf("the kubectl on PATH does not work: %w", err)
	}
	var version struct {
		ClientVersion struct{ GitVersion string }
	}
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&version); err != nil {
		return nil, fmt.Errorf("%s says its version is %q: %w", path, text, err)
	}
	k.path, k.name = path, fmt.Sprintf("kubectl apply --server-side (%s, %s)", path, version.ClientVersion.GitVersion)
	return k, nil
}

func (k *kubectl) env() []string { return []string{"KUBECONFIG=" + k.kubeconfig} }

// kubectlTimes are what one N costs with kubectl.
type kubectlTimes struct{ apply, ready, noop time.Duration }

func (b *bench) measureKubectl(ctx context.Context, k *kubectl, n int) (times kubectlTimes, err error) {
	objects := makeDeployments(theirs, n)
	file := filepath.Join(k.dir, "deployments.json")
	text, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		return times, fmt.Errorf("writing the objects for kubectl: %w", err)
	}
	if err := k.createNamespace(ctx, theirs); err != nil {
		return times, err
	}
	defer func() { err = errors.Join(err, b.timedDelete(ctx, k, theirs)) }()

	apply := func() error { return k.apply(ctx, file, objects) }
	began := time.Now()
	if times.apply, err = b.timed(fmt.Sprintf("kubectl apply of %d Deployments", n), apply); err != nil {
		return times, err
	}
	if _, err := b.timed("  until they are ready", func() error { return k.awaitReady(ctx, theirs, n) }); err != nil {
		return times, err
	}
	times.ready = time.Since(began)
	times.noop, err = b.median(fmt.Sprintf("no-op kubectl apply of %d Deployments", n), apply)
	return times, err
}

// apply applies all objects, one after the other, as kubectl does.
func (k *kubectl) apply(ctx context.Context, file string, objects []map[string]any) error {
	if k.path != "" {
		printed, err := command(ctx, nil, k.dir, k.env(), k.path, "apply", "--server-side", "--field-manager=bench", "-f", file)
		if err == nil && strings.Count(printed, " serverside-applied") != len(objects) {
			err = fmt.Errorf("kubectl did not apply all %d objects:\n%s", len(objects), tail(printed))
		}
		return err
	}
	for _, object := range objects {
		text, err := json.Marshal(object)
		if err != nil {
			return err
		}
		name := object["metadata"].(map[string]any)["name"].(string)
		_, err = k.client.AppsV1().Deployments(theirs).Patch(ctx, name, types.ApplyPatchType, text, metav1.PatchOptions{FieldManager: "bench"})
		if err != nil {
			return fmt.Errorf("applying %s: %w", name, err)
		}
	}
	return nil
}

// awaitReady waits until n Deployments have all their pods.
func (k *kubectl) awaitReady(ctx context.Context, namespace string, n int) error {
	return k.poll(ctx, func() (bool, error) {
		list, err := k.client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, fmt.Errorf("listing the Deployments: %w", err)
		}
		ready := 0
		for _, d := range list.Items {
			if d.Status.ObservedGeneration >= d.Generation && d.Status.AvailableReplicas == *d.Spec.Replicas {
				ready++
			}
		}
		return ready == n, nil
	})
}

func (k *kubectl) createNamespace(ctx context.Context, name string) error {
	_, err := k.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("creating namespace %s: %w", name, err)
	}
	return nil
}

// timedDelete deletes a namespace, and returns when all that was in it is gone: the next measurement shall find the server at rest.
func (b *bench) timedDelete(ctx context.Context, k *kubectl, namespace string) error {
	_, err := b.timed("deletion of namespace "+namespace, func() error {
		if err := k.client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}); err != nil {
			return err
		}
		return k.poll(ctx, func() (bool, error) {
			_, err := k.client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return true, nil
			}
			return false, err
		})
	})
	return err
}

// awaitTime is how long anything may take to come, until the measurement has failed.
const awaitTime = 20 * time.Minute

func (k *kubectl) poll(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, awaitTime)
	defer cancel()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		ok, err := done()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it did not come true: %w", context.Cause(ctx))
		case <-ticker.C:
		}
	}
}
