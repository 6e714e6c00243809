package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/terminal"
)

// Provider is a resource plugin that the engine runs on this laptop.
type Provider struct {
	// Name of the package, such as "kubernetes".
	Name string `json:"name"`
	// Version asked for by the SDK in go.mod, such as "4.33.0".
	Version string `json:"version"`
	// Official tells the publisher's own plugin from Plinth's stand-in for it.
	Official bool `json:"official"`
	// Path of the executable.
	Path string `json:"path"`
	// Why this one serves, in a few words.
	Why string `json:"why"`
	// Asked is when the internet was last asked for the official plugin.
	Asked time.Time `json:"asked,omitzero"`
}

// String is one line of a report: kind, version, path and why.
func (p Provider) String() string {
	kind := "stand-in"
	if p.Official {
		kind = "official"
	}
	return fmt.Sprintf("%s v%s, %s (%s)", kind, p.Version, p.Path, p.Why)
}

// sdks are the modules whose version tells the plugin's. A stand-in for each is ./cmd/pulumi-resource-<name>.
var sdks = []struct{ name, module string }{
	{"kubernetes", "github.com/pulumi/pulumi-kubernetes/sdk/v4"},
	{"random", "github.com/pulumi/pulumi-random/sdk/v4"},
}

const (
	// askAgain is how long a failed download is not tried again, so that a laptop without internet loses no time.
	askAgain = 24 * time.Hour
	// probeTime bounds the question whether a plugin can be downloaded, and downloadTime the download.
	probeTime, downloadTime = 4 * time.Second, 5 * time.Minute
)

// chooseProviders finds who serves each package, the official plugin first, and the targets of the stand-ins needed.
func chooseProviders(ctx context.Context, d dirs.Dirs, modules map[string]string, out *terminal.Printer) ([]Provider, []target, error) {
	before, err := Providers(d)
	if err != nil {
		return nil, nil, err
	}
	var chosen []Provider
	var standIns []target
	for _, sdk := range sdks {
		version := strings.TrimPrefix(modules[sdk.module], "v")
		p, ok := findOfficial(d, sdk.name, version)
		if !ok {
			p = Provider{Name: sdk.name, Version: version, Path: d.Binary("pulumi-resource-" + sdk.name)}
			p.Why, p.Asked = recentRefusal(before, p)
			if p.Why == "" {
				p = download(ctx, d, p, out)
			}
		}
		if !p.Official {
			standIns = append(standIns, target{
				name: "pulumi-resource-" + sdk.name, pkg: "./cmd/pulumi-resource-" + sdk.name,
				why: "a stand-in for the official plugin: " + p.Why, ldflags: "-s -w",
			})
		}
		if !contains(before, p) {
			out.Line("✓ provider %s: %s", p.Name, p)
		}
		chosen = append(chosen, p)
	}
	return chosen, standIns, nil
}

// findOfficial looks on PATH, in the user's own plugin cache and in the one below .plinth.
func findOfficial(d dirs.Dirs, name, version string) (Provider, bool) {
	p := Provider{Name: name, Version: version, Official: true}
	binary := "pulumi-resource-" + name
	if path, err := exec.LookPath(binary); err == nil {
		if path, err = filepath.Abs(path); err == nil && filepath.Dir(path) != filepath.Dir(d.Binary(binary)) {
			p.Path, p.Why = path, "found on PATH"
			return p, true
		}
	}
	if home := pulumiHome(); home != "" {
		p.Path, p.Why = filepath.Join(home, "plugins", "resource-"+name+"-v"+version, binary), "found in the plugin cache"
		if isExecutable(p.Path) {
			return p, true
		}
	}
	p.Path, p.Why = d.Plugin(name, version), "downloaded"
	// What is a link there is what linkProviders made, not a download.
	if info, err := os.Lstat(p.Path); err == nil && info.Mode().IsRegular() {
		return p, true
	}
	return p, false
}

func pulumiHome() string {
	if home := os.Getenv("PULUMI_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".pulumi")
}

// recentRefusal returns why the plugin could not be downloaded, if that was found out a short while ago.
func recentRefusal(before []Provider, p Provider) (string, time.Time) {
	for _, b := range before {
		if b.Name == p.Name && b.Version == p.Version && !b.Official && time.Since(b.Asked) < askAgain {
			return b.Why, b.Asked
		}
	}
	return "", time.Time{}
}

// download gets the official plugin where the internet has it, and returns the stand-in p with the reason where it does not.
func download(ctx context.Context, d dirs.Dirs, p Provider, out *terminal.Printer) Provider {
	step := out.Step("look for provider " + p.Name + " v" + p.Version)
	p.Asked = time.Now()
	url := fmt.Sprintf("https://get.pulumi.com/releases/plugins/pulumi-resource-%s-v%s-%s-%s.tar.gz", p.Name, p.Version, runtime.GOOS, runtime.GOARCH)
	if err := probe(ctx, url); err != nil {
		p.Why = "it is not installed here and get.pulumi.com cannot be reached"
		step.Done("not installed, and not to be downloaded: %v", err)
		return p
	}
	step.Progress("downloading it")
	if err := install(ctx, d, p); err != nil {
		p.Why = "its download failed"
		step.Done("the download failed: %v", err)
		return p
	}
	step.Done("downloaded")
	p.Official, p.Path, p.Why = true, d.Plugin(p.Name, p.Version), "downloaded"
	return p
}

func install(ctx context.Context, d dirs.Dirs, p Provider) error {
	// A stand-in linked there by an earlier run would count as installed.
	if err := os.RemoveAll(filepath.Dir(d.Plugin(p.Name, p.Version))); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, downloadTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.Binary("pulumi"), "plugin", "install", "resource", p.Name, "v"+p.Version)
	cmd.Env = append(os.Environ(), "PULUMI_HOME="+d.PulumiHome(), "PULUMI_SKIP_UPDATE_CHECK=true")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(text)))
	}
	return nil
}

func probe(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.Unwrap(err) // Without the URL, which the step names already.
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s", response.Status)
	}
	return nil
}

// linkProviders shows the engine exactly the plugins that were chosen, under the name it looks for.
func linkProviders(d dirs.Dirs, providers []Provider) error {
	for _, p := range providers {
		at := d.Plugin(p.Name, p.Version)
		if p.Path == at {
			continue
		}
		if err := relink(p.Path, at); err != nil {
			return err
		}
	}
	return nil
}

// Providers returns which plugins serve, as the last build chose them; none before the first.
func Providers(d dirs.Dirs) ([]Provider, error) {
	text, err := os.ReadFile(d.Providers())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var providers []Provider
	if err == nil {
		err = json.Unmarshal(text, &providers)
	}
	if err != nil {
		return nil, fmt.Errorf("reading which providers serve: %w; remove %s, it is made anew", err, d.Providers())
	}
	return providers, nil
}

func saveProviders(d dirs.Dirs, providers []Provider) error {
	text, err := json.MarshalIndent(providers, "", "  ")
	if err == nil {
		err = os.WriteFile(d.Providers(), append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("recording which providers serve: %w", err)
	}
	return nil
}

func contains(providers []Provider, p Provider) bool {
	for _, other := range providers {
		if other.Name == p.Name && other.Version == p.Version && other.Official == p.Official && other.Path == p.Path {
			return true
		}
	}
	return false
}
