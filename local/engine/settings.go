package engine

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"

	"github.com/plinth-iac/plinth/local/dirs"
)

// parallel is how many resources the engine works on at once. The server is on the same two cores,
// and most of the time is spent waiting for rollouts.
const parallel = 16

// environment is what the engine runs with.
func (e *Engine) environment() map[string]string {
	env := map[string]string{
		"PULUMI_CONFIG_PASSPHRASE_FILE": e.Dirs.Passphrase(),
		"KUBECONFIG":                    e.Kubeconfig,
		// Only the plugins that were chosen and told about serve: none from PATH, none downloaded on the way.
		"PULUMI_IGNORE_AMBIENT_PLUGINS":               "true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
	}
	maps.Copy(env, e.state.Environment())
	return env
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
