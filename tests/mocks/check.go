package mocks

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"k8s.io/apimachinery/pkg/runtime"
)

// Check is a rule that every program keeps, unless a test switches it off.
type Check string

const (
	// Parents: only components and providers may stand directly under the stack.
	Parents Check = "parents"
	// Providers: every resource names its provider; the default ones are never used.
	Providers Check = "providers"
	// Outputs: every component registers its outputs.
	Outputs Check = "outputs"
	// NoApply: nothing is registered in an Apply, nor on any goroutine but the program's own.
	NoApply Check = "apply"
	// Unique: no URN is registered twice, and no two resources describe one Kubernetes object.
	Unique Check = "unique"
	// Schema: every Kubernetes object decodes strictly into its Go type, where client-go has one.
	Schema Check = "schema"
	// Restricted: every pod is one that the Pod Security level `restricted` admits, in its latest version.
	Restricted Check = "restricted"
	// Secrets: no known secret value, plain or in base64, appears outside a secret: not in an input, an output, a name
	// or a message.
	Secrets Check = "secrets"
)

var checks = map[Check]func(*Recording) []string{
	Parents: (*Recording).unparented, Providers: (*Recording).defaultProviders, Outputs: (*Recording).withoutOutputs,
	NoApply: (*Recording).inApply, Unique: (*Recording).twice, Schema: (*Recording).invalid, Restricted: (*Recording).refusedPods,
	Secrets: (*Recording).leaks,
}

func (r *Recording) violations() []string {
	var all []string
	for check, find := range checks {
		if !slices.Contains(r.options.without, check) {
			all = append(all, find(r)...)
		}
	}
	slices.Sort(all)
	return all
}

func (r *Recording) each(violates func(*Resource) bool, complaint string) []string {
	var found []string
	for _, res := range r.Resources() {
		if violates(res) {
			found = append(found, res.URN+" "+complaint)
		}
	}
	return found
}

func isProvider(res *Resource) bool { return strings.HasPrefix(res.Type, "pulumi:providers:") }

func (r *Recording) unparented() []string {
	return r.each(func(res *Resource) bool {
		atTop := res.Parent == "" || urn.URN(res.Parent).Type() == "pulumi:pulumi:Stack"
		return atTop && res.Custom && !isProvider(res)
	}, "has no parent: pass pulumi.Parent of its component")
}

func (r *Recording) defaultProviders() []string {
	return r.each(func(res *Resource) bool { return res.Custom && !isProvider(res) && res.Provider == "" },
		"uses a default provider: pass pulumi.Provider, or give one to its parent")
}

func (r *Recording) withoutOutputs() []string {
	return r.each(func(res *Resource) bool { return !res.Custom && res.Outputs == nil },
		"never calls RegisterResourceOutputs")
}

func (r *Recording) inApply() []string {
	return r.each(func(res *Resource) bool { return !res.inProgram },
		"is registered in an Apply or a goroutine: a preview would miss it")
}

func (r *Recording) twice() []string {
	var found []string
	for _, name := range r.duplicates {
		found = append(found, name+" is registered twice")
	}
	owners := map[string]string{}
	for _, res := range r.Resources() {
		metadata, _ := res.Inputs["metadata"].(map[string]any)
		name, named := metadata["name"].(string)
		if !named || !strings.HasPrefix(res.Type, "kubernetes:") {
			continue
		}
		object := fmt.Sprint(res.Provider, res.Inputs["apiVersion"], res.Inputs["kind"], metadata["namespace"], name)
		if other, taken := owners[object]; taken {
			found = append(found, fmt.Sprintf("%s and %s are one object: %s %s", other, res.URN, res.Inputs["kind"], name))
		}
		owners[object] = res.URN
	}
	return found
}

func (r *Recording) invalid() []string {
	var found []string
	for _, res := range r.Resources() {
		if _, isObject := res.Inputs["kind"]; !isObject || !strings.HasPrefix(res.Type, "kubernetes:") {
			continue
		}
		if _, err := res.decode(); err != nil && !runtime.IsNotRegisteredError(errors.Unwrap(err)) {
			found = append(found, err.Error())
		}
	}
	return found
}

func (r *Recording) leaks() []string {
	var needles []string
	for _, secret := range append(slices.Clone(r.options.secrets), r.secrets...) {
		if len(secret) >= 6 {
			needles = append(needles, secret, base64.StdEncoding.EncodeToString([]byte(secret)))
		}
	}
	var found []string
	scan := func(place string, v any) {
		eachString(place, v, func(place, text string) {
			for _, needle := range needles {
				if strings.Contains(text, needle) {
					found = append(found, place+" holds a secret in plain text")
					return
				}
			}
		})
	}
	for _, res := range r.Resources() {
		scan("the name of "+res.Type, res.Name)
		scan(res.URN+" inputs", res.Inputs)
		scan(res.URN+" outputs", res.Outputs)
	}
	scan("stack outputs", r.Outputs)
	for i, log := range r.Logs {
		scan(fmt.Sprintf("message %d", i), log.Message)
	}
	return found
}

// eachString visits every plain string below v, map keys too, and looks into no Secret.
func eachString(place string, v any, visit func(place, text string)) {
	switch v := v.(type) {
	case string:
		visit(place, v)
	case map[string]any:
		for key, value := range v {
			visit(place, key)
			eachString(place+"."+key, value, visit)
		}
	case []any:
		for i, element := range v {
			eachString(fmt.Sprintf("%s[%d]", place, i), element, visit)
		}
	}
}
