package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/rehearsal"
	"github.com/plinth-iac/plinth/stacks/config"
)

// What the laptop must keep to: see the first issue of the project.
const (
	startLimit  = 10 * time.Second
	upLimit     = 60 * time.Second
	noopLimit   = 5 * time.Second
	memoryLimit = 1200 // MB, of all processes of local
)

// start starts clusters of their own, each from nothing, with the nodes of dev.
func (b *bench) start(ctx context.Context) error {
	nodes, err := b.devNodes()
	if err != nil {
		return err
	}
	var all []time.Duration
	for i := range repeats {
		dir := filepath.Join(b.project.Project, fmt.Sprint("start-", i))
		var c *kube.Cluster
		took, err := b.timed(fmt.Sprintf("control plane and nodes, %d of %d", i+1, repeats), func() (err error) {
			if c, err = kube.Start(ctx, kube.Options{Dir: dir, Binary: b.checkout.Binary("kube")}); err != nil {
				return err
			}
			return c.SetNodes(ctx, nodes)
		})
		if c != nil {
			err = errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
		}
		if err != nil {
			return err
		}
		if err := kube.Remove(dir); err != nil {
			return err
		}
		all = append(all, took)
	}
	b.results.time("control plane and nodes ready, from nothing", middle(all), atMost(startLimit.Seconds()))
	return nil
}

func (b *bench) devNodes() ([]kube.Node, error) {
	cfg, problems, err := config.ReadFile(b.project.StackFile("dev"), "dev", config.Rehearsal())
	if err == nil {
		err = problems.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("the dev stack: %w", err)
	}
	return rehearsal.Nodes(cfg), nil
}

// dev brings the dev stack up with the command line that users have. Its cluster stays, for what is measured next.
func (b *bench) dev(ctx context.Context) error {
	w := b.watchMemory(false)
	took, err := b.timed("up of dev, from nothing", func() error { return b.plinthUp(ctx, "created") })
	peak, memoryErr := w.stop()
	if err := errors.Join(err, memoryErr); err != nil {
		return err
	}
	b.results.time("up of dev, with the start of its cluster", took, atMost(upLimit.Seconds()))

	noop, err := b.median("no-op up of dev", func() error { return b.plinthUp(ctx, "no change") })
	if err != nil {
		return err
	}
	b.results.time("no-op up of dev", noop, atMost(noopLimit.Seconds()))
	idle, err := b.memory(false)
	if err != nil {
		return err
	}
	b.addMemory("during up of dev, at its peak", peak)
	b.addMemory("after it, at rest", idle)
	b.results.note("memory is PSS, which shares a page out among the processes that have it; RSS counts the pages of the control " +
		"plane's one binary once for each of its processes")
	return nil
}

func (b *bench) addMemory(when string, m memory) {
	b.results.add("memory "+when, megabytes(m.pss), megabyte, atMost(memoryLimit))
	b.results.add("  the same as RSS", megabytes(m.rss), megabyte)
}

// plinthUp runs `plinth up`, and fails unless its summary says what was to be done.
func (b *bench) plinthUp(ctx context.Context, want string) error {
	printed, err := command(ctx, nil, b.project.Project, nil, b.checkout.Binary("plinth"), "up", "--stack", "dev")
	if err != nil {
		return err
	}
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, "✓ up dev: ") && strings.Contains(line, want) {
			return nil
		}
	}
	return fmt.Errorf("plinth up went well, and did not say %q of what it was measured for:\n%s", want, tail(printed))
}

// ensureCluster attaches to dev's cluster, or starts it where dev was left out, and gives it room for n small pods more.
func (b *bench) ensureCluster(ctx context.Context, n int) error {
	nodes, err := b.devNodes()
	if err != nil {
		return err
	}
	if b.cluster == nil {
		dir := b.project.Cluster("dev")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if b.cluster, err = kube.Start(ctx, kube.Options{Dir: dir, Binary: b.checkout.Binary("kube")}); err != nil {
			return err
		}
	}
	return b.cluster.SetNodes(ctx, append(nodes, roomFor(n)...))
}
