package engine

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"gopkg.in/yaml.v3"
)

// loadKeys readies the keys for deriving the stack file `from` of the user into `to`.
func loadKeys(ctx context.Context, phrase string, from []byte, to string) (keys, error) {
	derived, err := os.ReadFile(to)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return keys{}, fmt.Errorf("reading the stack file derived before: %w", err)
	}
	k := keys{seed: phrase, salt: saltOf(derived)}
	ours, err := openSalt(ctx, phrase, k.salt)
	if err != nil {
		// There is no derived file yet, or it belongs to another passphrase.
		if k.salt, ours, err = newSalt(ctx, phrase); err != nil {
			return k, fmt.Errorf("making a key for the local state: %w", err)
		}
	}
	k.ours = ours
	if theirs, err := userPassphrase(); err != nil {
		return k, err
	} else if theirs != "" {
		if crypter, err := openSalt(ctx, theirs, saltOf(from)); err == nil {
			k.theirs = crypter
		}
	}
	return k, nil
}

func saltOf(stackFile []byte) string {
	var file struct {
		Salt string `yaml:"encryptionsalt"`
	}
	_ = yaml.Unmarshal(stackFile, &file) // A malformed file is reported where it is derived.
	return file.Salt
}

// openSalt returns the key that a passphrase and the encryptionsalt of a stack file make together:
// v1, the salt, and a known word encrypted with the key, by which a wrong passphrase is noticed.
func openSalt(ctx context.Context, phrase, state string) (config.Crypter, error) {
	parts := strings.SplitN(state, ":", 3)
	if len(parts) != 3 || parts[0] != "v1" {
		return nil, errors.New("no encryptionsalt of version 1")
	}
	salt, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	crypter := config.NewSymmetricCrypterFromPassphrase(phrase, salt)
	word, err := crypter.DecryptValue(ctx, parts[2])
	if err != nil || word != "pulumi" {
		return nil, errors.New("the passphrase is another")
	}
	return crypter, nil
}

func newSalt(ctx context.Context, phrase string) (string, config.Crypter, error) {
	salt := make([]byte, 8)
	if _, err := rand.Read(salt); err != nil {
		return "", nil, err
	}
	crypter := config.NewSymmetricCrypterFromPassphrase(phrase, salt)
	word, err := crypter.EncryptValue(ctx, "pulumi")
	return "v1:" + base64.StdEncoding.EncodeToString(salt) + ":" + word, crypter, err
}

// userPassphrase returns what the user's own stack files may be encrypted with, or "".
func userPassphrase() (string, error) {
	if phrase := os.Getenv("PULUMI_CONFIG_PASSPHRASE"); phrase != "" {
		return phrase, nil
	}
	file := os.Getenv("PULUMI_CONFIG_PASSPHRASE_FILE")
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("PULUMI_CONFIG_PASSPHRASE_FILE names %s, which is not there; correct it or unset it", file)
	}
	if err != nil {
		return "", fmt.Errorf("reading PULUMI_CONFIG_PASSPHRASE_FILE: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
