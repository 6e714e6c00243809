package engine

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/plinth-iac/plinth/local/dirs"
)

// parallel is how many resources the engine works on at once. The server is on the same two cores,
// most of the time is spent waiting for rollouts, and the state file is written one step at a time.
const parallel = 16

// environment is what the engine runs with.
func environment(d dirs.Dirs, kubeconfig string) map[string]string {
	return map[string]string{
		"PULUMI_HOME":                   d.PulumiHome(),
		"PULUMI_BACKEND_URL":            "file://" + filepath.ToSlash(d.State()),
		"PULUMI_CONFIG_PASSPHRASE_FILE": d.Passphrase(),
		"KUBECONFIG":                    kubeconfig,
		// Only the plugins that were chosen and told about serve: none from PATH, none downloaded on the way.
		"PULUMI_IGNORE_AMBIENT_PLUGINS":               "true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		// The state file is replaced by a rename, so a second copy beside it at every step adds no safety.
		"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
	}
}

// ensurePassphrase makes the checkout's own passphrase at the first run, and returns it.
func ensurePassphrase(d dirs.Dirs) (string, error) {
	text, err := os.ReadFile(d.Passphrase())
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the passphrase of the local state: %w", err)
	}
	random := make([]byte, 24)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("making a passphrase: %w", err)
	}
	phrase := hex.EncodeToString(random)
	if err := os.MkdirAll(d.Root(), 0o755); err != nil {
		return "", fmt.Errorf("making %s: %w; free its disk or fix its owner", d.Root(), err)
	}
	if err := os.WriteFile(d.Passphrase(), []byte(phrase+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keeping the passphrase of the local state: %w", err)
	}
	return phrase, nil
}
