package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/local/engine"
	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/terminal"
)

const (
	// noopOfKubectl is the part of kubectl's time that a no-op of the most Deployments may take.
	noopOfKubectl = 0.5
	// nearLinear is how fast the time of an up may grow with N, as N^x; 2 is what a whole state file per step would make it.
	nearLinear = 1.3
	// podsPerNode leaves room on a node of the default 110 pods.
	podsPerNode = 100
)

// roomFor makes nodes for n pods of deployment.
func roomFor(n int) []kube.Node {
	var nodes []kube.Node
	for i := range (n + podsPerNode - 1) / podsPerNode {
		nodes = append(nodes, kube.Node{
			Name: fmt.Sprint("bench-", i), Pool: "bench",
			Capacity: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("64"), corev1.ResourceMemory: resource.MustParse("256Gi")},
		})
	}
	return nodes
}

// makeDeployments makes n Deployments of one small pod, as a user would write them.
func makeDeployments(namespace string, n int) []map[string]any {
	var all []map[string]any
	for i := range n {
		name := fmt.Sprintf("app-%04d", i)
		labels := map[string]any{"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "bench"}
		all = append(all, map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment",
			"metadata": map[string]any{"name": name, "namespace": namespace, "labels": labels},
			"spec": map[string]any{
				"replicas": 1,
				"selector": map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": name}},
				"template": map[string]any{
					"metadata": map[string]any{"labels": labels},
					"spec": map[string]any{
						"automountServiceAccountToken": false,
						"securityContext":              map[string]any{"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": map[string]any{"type": "RuntimeDefault"}},
						"containers": []any{map[string]any{
							"name": "main", "image": "registry.example.com/app:1.0.0",
							"env":             []any{map[string]any{"name": "INDEX", "value": fmt.Sprint(i)}},
							"ports":           []any{map[string]any{"name": "http", "containerPort": 8080}},
							"resources":       map[string]any{"requests": map[string]any{"cpu": "100m", "memory": "64Mi"}, "limits": map[string]any{"memory": "64Mi"}},
							"securityContext": map[string]any{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []any{"ALL"}}},
						}},
					},
				},
			},
		})
	}
	return all
}

// deploymentResource is a Deployment whose inputs come as they are.
type deploymentResource struct{ pulumi.CustomResourceState }

// program registers the same objects that kubectl gets.
func program(objects []map[string]any) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider, err := kubernetes.NewProvider(ctx, "bench", &kubernetes.ProviderArgs{ClusterIdentifier: pulumi.String("bench")})
		if err != nil {
			return fmt.Errorf("reaching the cluster: %w", err)
		}
		for i, object := range objects {
			name := fmt.Sprintf("app-%04d", i)
			if err := ctx.RegisterResource("kubernetes:apps/v1:Deployment", name, pulumi.ToMap(object), &deploymentResource{}, pulumi.Provider(provider)); err != nil {
				return fmt.Errorf("registering %s: %w", name, err)
			}
		}
		return nil
	}
}

// The two sides have a namespace each, so that neither meets the other's objects.
const ours, theirs = "bench-pulumi", "bench-kubectl"

// deployments brings N Deployments up with Plinth's engine and its settings, and the same with kubectl.
func (b *bench) deployments(ctx context.Context) error {
	var ups, noops, applies, ready []point
	peerName := ""
	for _, n := range b.sizes {
		k, err := b.freshServer(ctx)
		if err != nil {
			return err
		}
		peerName = k.name
		peer, err := b.measureKubectl(ctx, k, n)
		if err != nil {
			return err
		}
		if k, err = b.freshServer(ctx); err != nil {
			return err
		}
		mine, err := b.measureEngine(ctx, k, n)
		if err != nil {
			return err
		}
		b.results.time(fmt.Sprintf("up of %d Deployments, until ready", n), mine.up, against("kubectl apply and wait", peer.ready))
		b.results.time(fmt.Sprintf("  kubectl apply of %d alone, nothing awaited", n), peer.apply)
		judged := []option{against("kubectl apply", peer.noop)}
		if n >= 1000 {
			judged = append(judged, atMostOfPeer(noopOfKubectl))
		}
		b.results.time(fmt.Sprintf("no-op up of %d Deployments", n), mine.noop, judged...)
		b.addMemory(fmt.Sprintf("during up of %d Deployments, at its peak", n), mine.upPeak)
		b.addMemory(fmt.Sprintf("during no-op up of %d Deployments, at its peak", n), mine.noopPeak)
		ups, noops = append(ups, point{n, mine.up}), append(noops, point{n, mine.noop})
		applies, ready = append(applies, point{n, peer.noop}), append(ready, point{n, peer.ready})
	}
	b.results.note("the peer is %s; N Deployments of one pod each, the same objects on both sides, each in a namespace of its own, "+
		"on an API server just started with the data of before: neither meets what the other left in its memory", peerName)
	b.addGrowth("up", ups, ready, atMost(nearLinear))
	b.addGrowth("no-op up", noops, applies)
	return nil
}

// addGrowth tells how the time grows between the two largest N: the fixed cost of a start hides it in the small ones.
func (b *bench) addGrowth(what string, mine, peer []point, opts ...option) {
	if len(mine) < 2 {
		b.results.note("the growth of %s with N needs two sizes or more", what)
		return
	}
	last := len(mine) - 2
	theirs := growth(peer[last:])
	opts = append(opts, func(r *row) { r.Peer, r.PeerName = &theirs, "kubectl" })
	b.results.add(fmt.Sprintf("growth of %s from %d to %d", what, mine[last].n, mine[last+1].n), growth(mine[last:]), exponent, opts...)
	if len(mine) > 2 && !math.IsNaN(growth(mine)) {
		b.results.note("growth of %s fitted over all N: N^%.2f", what, growth(mine))
	}
}

// freshServer starts the cluster anew, with its data and with nodes for the most Deployments.
func (b *bench) freshServer(ctx context.Context) (*kubectl, error) {
	_, err := b.timed("the cluster, started anew", func() error {
		if err := b.stopCluster(ctx); err != nil {
			return err
		}
		return b.ensureCluster(ctx, slices.Max(b.sizes))
	})
	if err != nil {
		return nil, err
	}
	return newKubectl(ctx, b.cluster.Kubeconfig(), b.project.Project)
}

// engineTimes are what one N costs with Plinth.
type engineTimes struct {
	up, noop         time.Duration
	upPeak, noopPeak memory
}

func (b *bench) measureEngine(ctx context.Context, k *kubectl, n int) (times engineTimes, err error) {
	if err := k.createNamespace(ctx, ours); err != nil {
		return times, err
	}
	defer func() { err = errors.Join(err, b.timedDelete(ctx, k, ours)) }()

	o := engine.Options{Dirs: b.project, Stack: "bench", Program: program(makeDeployments(ours, n)), Kubeconfig: b.cluster.Kubeconfig(), Out: terminal.New(nil)}
	w := b.watchMemory(true)
	times.up, err = b.timed(fmt.Sprintf("up of %d Deployments", n), func() error {
		return withEngine(ctx, o, func(e *engine.Engine) error {
			report, err := e.Up(ctx, false)
			if err == nil && created(report) != n {
				err = fmt.Errorf("%d Deployments were created, and %d were to be", created(report), n)
			}
			return err
		})
	})
	var memoryErr error
	times.upPeak, memoryErr = w.stop()
	if err := errors.Join(err, memoryErr); err != nil {
		return times, err
	}
	noop := func() error {
		return withEngine(ctx, o, func(e *engine.Engine) error {
			report, err := e.Up(ctx, false)
			if err == nil && (len(report.Changes) != 0 || report.Same < n) {
				err = fmt.Errorf("it should find %d unchanged, and says: %s", n, report.Summary())
			}
			return err
		})
	}
	if times.noop, err = b.median(fmt.Sprintf("no-op up of %d Deployments", n), noop); err != nil {
		return times, err
	}
	// Once more, since looking at the memory of all takes time from the two cores that the engine needs.
	w = b.watchMemory(true)
	_, err = b.timed("  and again, for its memory", noop)
	times.noopPeak, memoryErr = w.stop()
	if err := errors.Join(err, memoryErr); err != nil {
		return times, err
	}
	_, err = b.timed(fmt.Sprintf("destroy of %d Deployments", n), func() error {
		return withEngine(ctx, o, func(e *engine.Engine) error {
			if _, err := e.Destroy(ctx); err != nil {
				return err
			}
			return e.Forget(ctx)
		})
	})
	return times, err
}

// withEngine opens and closes the engine each time, as every command does.
func withEngine(ctx context.Context, o engine.Options, do func(*engine.Engine) error) error {
	e, err := engine.Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(do(e), e.Close())
}

func created(r *engine.Report) int {
	count := 0
	for _, c := range r.Changes {
		if c.Op == "create" && c.Type == "Deployment" {
			count++
		}
	}
	return count
}
