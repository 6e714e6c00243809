package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/terminal"
)

// oldestPulumi is the oldest minor version 3.x of a CLI on PATH that serves. Plinth is tested with the one of
// its SDK; 3.206 is the first that streams its events to that SDK's Automation API instead of
// leaving them in a file.
const oldestPulumi = 206

// choosePulumi links PATH's Pulumi CLI into .plinth/bin where it is recent enough, else returns the
// target that builds one.
func choosePulumi(ctx context.Context, d dirs.Dirs, version string, out *terminal.Printer) (*target, error) {
	built := &target{
		name: "pulumi", pkg: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", why: "the Pulumi engine; PATH has none",
		ldflags: "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=" + version,
	}
	found, err := exec.LookPath("pulumi")
	if err != nil {
		return built, nil
	}
	found, err = filepath.Abs(found)
	if err != nil {
		return nil, fmt.Errorf("finding pulumi on PATH: %w", err)
	}
	if found == d.Binary("pulumi") {
		return built, nil
	}
	if to, err := os.Readlink(d.Binary("pulumi")); err == nil && to == found {
		return nil, nil
	}

	text, err := exec.CommandContext(ctx, found, "version").Output()
	if err != nil || !recentEnough(string(text)) {
		built.why = fmt.Sprintf("the Pulumi engine; %s is %q, and v3.%d.0 or a newer v3 is needed",
			found, strings.TrimSpace(string(text)), oldestPulumi)
		return built, nil
	}
	if err := relink(found, d.Binary("pulumi")); err != nil {
		return nil, err
	}
	out.Line("✓ Pulumi engine: %s from %s", strings.TrimSpace(string(text)), found)
	return nil, nil
}

// recentEnough reads what `pulumi version` prints, such as "v3.259.0".
func recentEnough(version string) bool {
	parts := strings.SplitN(strings.TrimPrefix(strings.TrimSpace(version), "v"), ".", 3)
	if len(parts) < 3 || parts[0] != "3" {
		return false
	}
	minor, err := strconv.Atoi(parts[1])
	return err == nil && minor >= oldestPulumi
}

// relink makes path a symbolic link to what, whatever it was before.
func relink(what, path string) error {
	if to, err := os.Readlink(path); err == nil && to == what {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("linking %s: %w; free its disk or fix its owner", path, err)
	}
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("replacing %s: %w; remove it by hand", path, err)
	}
	if err := os.Symlink(what, path); err != nil {
		return fmt.Errorf("linking %s to %s: %w", path, what, err)
	}
	return nil
}
