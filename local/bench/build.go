package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// coldUp is how long `make up` may take on two cores when nothing is compiled.
const coldUp = 15 * time.Minute

// cold builds the program, and then brings dev up in a copy of the checkout, each from an empty build cache of its own.
// Modules are kept: their download is a matter of the line.
func (b *bench) cold(ctx context.Context) error {
	return errors.Join(b.coldProgram(ctx), b.coldMakeUp(ctx))
}

func (b *bench) coldProgram(ctx context.Context) error {
	cache, err := os.MkdirTemp("", "plinth-bench-cache-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)
	took, err := b.timed("build of the program from an empty cache", func() error {
		return b.buildProgram(ctx, []string{"GOCACHE=" + cache})
	})
	if err != nil {
		return err
	}
	b.results.time("cold build of the program", took)
	return nil
}

func (b *bench) coldMakeUp(ctx context.Context) (err error) {
	root, err := os.MkdirTemp("", "plinth-bench-cold-")
	if err != nil {
		return err
	}
	cache, copied := filepath.Join(root, "cache"), filepath.Join(root, "checkout")
	plinth := filepath.Join(copied, ".plinth", "bin", "plinth")
	defer func() {
		if _, built := os.Stat(plinth); built == nil {
			_, downErr := command(context.WithoutCancel(ctx), nil, copied, nil, plinth, "down", "--stack", "dev")
			err = errors.Join(err, downErr)
		}
		err = errors.Join(err, os.RemoveAll(root))
	}()
	if err := copySources(b.checkout.Project, copied); err != nil {
		return fmt.Errorf("copying the checkout: %w", err)
	}
	b.out.Line("… make up from an empty cache; what follows is its own output")
	began := time.Now()
	if _, err := command(ctx, os.Stderr, copied, []string{"GOCACHE=" + cache}, "make", "up", "STACK=dev"); err != nil {
		return err
	}
	took := time.Since(began)
	b.results.time("cold make up: build everything, start, dev up", took, atMost(coldUp.Seconds()))
	return nil
}

// warm builds the program again: as it is, and after a change in the package that everything is composed in.
func (b *bench) warm(ctx context.Context) error {
	if _, err := b.timed("build of the program, to fill the cache", func() error { return b.buildProgram(ctx, nil) }); err != nil {
		return err
	}
	same, err := b.median("build of the program, nothing changed", func() error { return b.buildProgram(ctx, nil) })
	if err != nil {
		return err
	}
	b.results.time("warm build of the program, nothing changed", same)
	edited, err := b.median("build of the program, one package changed", func() error {
		overlay, err := b.overlay(time.Now())
		if err != nil {
			return err
		}
		return b.buildProgram(ctx, nil, "-overlay", overlay)
	})
	if err != nil {
		return err
	}
	b.results.time("warm build of the program, stacks/ changed", edited)
	return nil
}

// buildProgram builds what `pulumi up` runs, as Pulumi.yaml has it built: over the last one, so that Go need not link again.
func (b *bench) buildProgram(ctx context.Context, env []string, flags ...string) error {
	args := append([]string{"build", "-o", filepath.Join(b.project.Project, "program")}, flags...)
	_, err := command(ctx, nil, b.checkout.Project, append(env, "GOWORK=off"), "go", append(args, ".")...)
	return err
}

// overlay has the Go command see one more file in stacks/, which is new each time, without touching the checkout.
func (b *bench) overlay(now time.Time) (string, error) {
	source := filepath.Join(b.project.Project, "edit.go")
	text := fmt.Sprintf("package stacks\n\n// EditedAt is new.\nfunc EditedAt() int64 { return %d }\n", now.UnixNano())
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		return "", err
	}
	replaced := map[string]map[string]string{"Replace": {filepath.Join(b.checkout.Project, "stacks", "zz_bench_edit.go"): source}}
	list, err := json.Marshal(replaced)
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.project.Project, "overlay.json")
	return path, os.WriteFile(path, list, 0o644)
}

// copySources copies a checkout without its history and without what was built and run in it.
func copySources(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == ".git" || name == ".plinth") {
			return filepath.SkipDir
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		info, err := entry.Info()
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case info.Mode().IsRegular():
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(target, text, info.Mode().Perm())
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		return nil
	})
}
