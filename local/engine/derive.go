package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"gopkg.in/yaml.v3"
)

// derivation is a stack file made fit for the laptop.
type derivation struct {
	// text of the derived file.
	text []byte
	// decrypted and standIns count the secrets whose own value is used, and those that have a stand-in.
	decrypted, standIns int
	// dropped are settings that make no sense here.
	dropped []string
}

// keys are what the secrets of a stack file are read and written with.
type keys struct {
	// theirs opens the user's own values; nil where they are closed with a key that is not here.
	theirs config.Decrypter
	// ours closes the values in the derived file, and salt is how that file says so.
	ours config.Encrypter
	salt string
	// seed makes stand-ins that stay the same from run to run.
	seed string
}

// derive returns the stack file to run on the laptop: the user's, on the embedded cluster. That one is named by its kubeconfig's
// path, and not by $KUBECONFIG: the program runs in this process, whose own $KUBECONFIG may well be a cluster that matters.
func derive(ctx context.Context, text []byte, kubeconfig string, k keys) (*derivation, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("it is no YAML: %w", err)
	}
	if len(doc.Content) == 0 {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, errors.New("it must be a mapping with a key `config`")
	}
	d := &derivation{}
	for _, key := range []string{"secretsprovider", "encryptedkey", "encryptionsalt"} {
		removeKey(root, key)
	}
	if removeKey(root, "environment") {
		d.dropped = append(d.dropped, "environment (Pulumi ESC is out of reach of the local state)")
	}

	settings := valueOf(root, "config")
	if settings == nil || settings.Kind != yaml.MappingNode {
		settings = &yaml.Node{Kind: yaml.MappingNode}
		setKey(root, "config", settings)
	}
	setKey(settings, "plinth:cloud", &yaml.Node{Kind: yaml.ScalarNode, Value: "existing"})
	removeKey(settings, "plinth:region")
	d.replaceManaged(settings)
	cluster := valueOf(settings, "plinth:cluster")
	if cluster == nil || cluster.Kind != yaml.MappingNode {
		cluster = &yaml.Node{Kind: yaml.MappingNode}
		setKey(settings, "plinth:cluster", cluster)
	}
	// The context of the user's own kubeconfig; the embedded cluster's has one only.
	removeKey(cluster, "context")
	setKey(cluster, "kubeconfig", &yaml.Node{Kind: yaml.ScalarNode, Value: kubeconfig})
	if err := d.recrypt(ctx, settings, "config", k); err != nil {
		return nil, err
	}
	setKey(root, "encryptionsalt", &yaml.Node{Kind: yaml.ScalarNode, Value: k.salt})

	var err error
	d.text, err = yaml.Marshal(&doc)
	return d, err
}

// replaceManaged has a small server in the cluster stand in for each that a cloud would run, of a size that no pool of the stack is
// made for.
func (d *derivation) replaceManaged(settings *yaml.Node) {
	for _, service := range []string{"postgres", "redis", "rabbitmq"} {
		asked := valueOf(settings, "plinth:"+service)
		if asked == nil {
			continue
		}
		if mode := valueOf(asked, "mode"); mode == nil || mode.Value != "managed" {
			continue
		}
		setKey(asked, "mode", &yaml.Node{Kind: yaml.ScalarNode, Value: "single"})
		for _, key := range []string{"cpu", "memory", "storage", "rotate"} {
			removeKey(asked, key)
		}
		d.dropped = append(d.dropped, "mode: managed of "+service+" (a small server in the cluster stands in for the cloud's)")
	}
}

// recrypt closes every {secure: ...} below node with our key.
func (d *derivation) recrypt(ctx context.Context, node *yaml.Node, path string, k keys) error {
	if secure := valueOf(node, "secure"); secure != nil && len(node.Content) == 2 {
		value, ok := "", false
		if k.theirs != nil {
			if open, err := k.theirs.DecryptValue(ctx, secure.Value); err == nil {
				value, ok = open, true
				d.decrypted++
			}
		}
		if !ok {
			value = standIn(k.seed, path)
			d.standIns++
		}
		closed, err := k.ours.EncryptValue(ctx, value)
		if err != nil {
			return fmt.Errorf("encrypting %s: %w", path, err)
		}
		secure.Value, secure.Style = closed, yaml.DoubleQuotedStyle
		return nil
	}
	for i, child := range node.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		if node.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			at = path + "." + node.Content[i-1].Value
		}
		if err := d.recrypt(ctx, child, at, k); err != nil {
			return err
		}
	}
	return nil
}

// standIn makes up a secret value for a place in the stack file.
func standIn(seed, path string) string {
	sum := hmac.New(sha256.New, []byte(seed))
	sum.Write([]byte(path))
	return hex.EncodeToString(sum.Sum(nil))[:40]
}

func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, key) {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func removeKey(mapping *yaml.Node, key string) bool {
	for i := 0; i+1 < len(mapping.Content) && mapping.Kind == yaml.MappingNode; i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, key) {
			mapping.Content = append(mapping.Content[:i], mapping.Content[i+2:]...)
			return true
		}
	}
	return false
}

func setKey(mapping *yaml.Node, key string, value *yaml.Node) {
	removeKey(mapping, key)
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
}
