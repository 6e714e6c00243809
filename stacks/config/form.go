package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/plinth-iac/plinth/components/spec"
)

// checkForm reports a file that is no mapping with a mapping config, has a second document, or numbers that JSON has not. It
// returns the file without the latter two, and whether the rest can be decoded.
func checkForm(b []byte, problems *spec.Problems) (rest []byte, readable bool, err error) {
	var file yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(b))
	if err := decoder.Decode(&file); errors.Is(err, io.EOF) {
		return b, true, nil
	} else if err != nil {
		return nil, false, err
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil && !isNull(content(&second)) {
		refuse(problems, fmt.Sprintf("a second document, on line %d", second.Line), "one document: Pulumi reads the first alone",
			"merge them, and remove the line ---")
	} else if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	root := content(&file)
	if !isNull(root) && root.Kind != yaml.MappingNode {
		refuse(problems, kindOf(root), "a mapping with config", "write config:, and below it the keys, such as plinth:cloud: existing")
		return nil, false, nil
	}
	section := entry(root, "config")
	if isNull(section) {
		return b, true, nil
	}
	if section.Kind != yaml.MappingNode {
		refuse(problems, "config: "+kindOf(section), "a mapping of keys", "write the keys below config:, such as plinth:cloud: existing")
		return nil, false, nil
	}
	found := infinities(section, "", nil)
	if len(found) == 0 {
		return b, true, nil
	}
	for _, number := range found {
		if name, ours := strings.CutPrefix(string(number.path), prefix); ours {
			problems.Errors = append(problems.Errors, spec.Problem{
				Path: spec.Path(name), Found: number.node.Value, Allowed: "a number that is finite", Remedy: "choose one, or put it in quotes if it is text",
			})
		}
		number.node.SetString(number.node.Value)
	}
	rest, err = yaml.Marshal(root)
	return rest, true, err
}

// infinity is an .inf or .nan, and where it stands.
type infinity struct {
	node *yaml.Node
	path spec.Path
}

// infinities adds to found what is at a node or below it.
func infinities(node *yaml.Node, path spec.Path, found []infinity) []infinity {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			found = infinities(node.Content[i+1], path.Key(node.Content[i].Value), found)
		}
	case yaml.SequenceNode:
		for i, child := range node.Content {
			found = infinities(child, path.Index(i), found)
		}
	case yaml.ScalarNode:
		// Of all that YAML reads as a number with a fraction, these alone have an n.
		if node.ShortTag() == "!!float" && strings.ContainsAny(node.Value, "nN") {
			found = append(found, infinity{node, path})
		}
	}
	return found
}

// content is what a document holds, or nil where it is empty.
func content(document *yaml.Node) *yaml.Node {
	if len(document.Content) == 0 {
		return nil
	}
	return document.Content[0]
}

func isNull(node *yaml.Node) bool { return node == nil || node.ShortTag() == "!!null" }

// entry is a mapping's value under a key, or nil where it has none.
func entry(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != key {
			continue
		}
		value := mapping.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		return value
	}
	return nil
}

// refuse reports what is wrong with the whole file. What was found is described, and so not quoted.
func refuse(problems *spec.Problems, found, allowed, remedy string) {
	problems.Errors = append(problems.Errors, spec.Problem{Found: found, Allowed: allowed, Remedy: remedy})
}

// kindOf says what a node is that should be a mapping. It shows no value: the file may be another than the user thinks.
func kindOf(node *yaml.Node) string {
	if node.Kind == yaml.SequenceNode {
		return "a list"
	}
	if node.ShortTag() == "!!str" {
		return "text"
	}
	return node.Value
}
