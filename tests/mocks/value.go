package mocks

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Secret stands for a value that was registered as a secret. It prints as a digest, so that a failing assertion shows
// whether two secrets differ and never what they are. Equal values make equal Secrets.
type Secret string

// unknown is the type of Unknown.
type unknown string

// Unknown stands for a value that only a provider knows, in a preview.
const Unknown = unknown("[unknown]")

var revealed sync.Map // Secret to the value inside

// Conceal returns the Secret that v, in its JSON form, appears as in a Recording.
func Conceal(v any) Secret {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a value in a recording is JSON: %v", err))
	}
	secret := Secret(fmt.Sprintf("[secret %x]", sha256.Sum256(text))[:16] + "]")
	revealed.Store(secret, v)
	return secret
}

// Reveal returns the value inside.
func (s Secret) Reveal() any {
	v, _ := revealed.Load(s)
	return v
}

// plain turns a property into plain Go values, with Secret and Unknown in their places.
func plain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return Conceal(plain(v.SecretValue().Element))
	case v.IsOutput():
		out := v.OutputValue()
		switch {
		case !out.Known:
			return Unknown
		case out.Secret:
			return Conceal(plain(out.Element))
		}
		return plain(out.Element)
	case v.IsComputed():
		return Unknown
	case v.IsObject():
		return plainMap(v.ObjectValue())
	case v.IsArray():
		list := make([]any, 0, len(v.ArrayValue()))
		for _, element := range v.ArrayValue() {
			list = append(list, plain(element))
		}
		return list
	}
	return v.V
}

func plainMap(m resource.PropertyMap) map[string]any {
	object := make(map[string]any, len(m))
	for key, value := range m {
		object[string(key)] = plain(value)
	}
	return object
}

// open reveals every secret below v and leaves unknown values out: what a provider would send once it knows.
func open(v any) any {
	switch v := v.(type) {
	case Secret:
		return open(v.Reveal())
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, value := range v {
			if value := open(value); value != Unknown {
				object[key] = value
			}
		}
		return object
	case []any:
		list := make([]any, 0, len(v))
		for _, element := range v {
			if element := open(element); element != Unknown {
				list = append(list, element)
			}
		}
		return list
	}
	return v
}
