package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/plinth-iac/plinth/components/spec"
)

// Option changes how a stack file is understood.
type Option func(*options)

type options struct {
	rehearsal bool
	decrypted bool
	// unreachable are reasons by chart.
	unreachable map[string]string
	day         time.Time
}

// Rehearsal takes the stack to the cluster of the kubeconfig in force, whose nodes are simulated, whatever its cloud is: cloud and
// region are ignored, and secrets of the cloud have random values.
func Rehearsal() Option { return func(o *options) { o.rehearsal = true } }

// WithoutCharts leaves out what needs one of these charts, which cannot be had, each with the reason.
func WithoutCharts(reasons map[string]string) Option {
	return func(o *options) { o.unreachable = reasons }
}

// On judges the versions that a cloud supports as of that day. Default: today.
func On(day time.Time) Option { return func(o *options) { o.day = day } }

// decrypted says that plain values under secrets.values are what Pulumi decrypted, and not written in the clear.
func decrypted() Option { return func(o *options) { o.decrypted = true } }

// Parse understands the values of a stack file, by key without "plinth:". Structured values may be decoded, or JSON text as
// Pulumi hands them to programs. The config is complete, every default filled in, and is only to be used where there are no
// errors among the problems; it then may still come with warnings.
func Parse(stack string, values map[string]any, opts ...Option) (*Config, *spec.Problems) {
	o := options{day: time.Now()}
	for _, opt := range opts {
		opt(&o)
	}
	problems := &spec.Problems{}
	tree, err := normalize(values)
	if err != nil {
		problems.Add("", nil, "values that can be written as JSON", err.Error())
		return &Config{}, problems
	}
	if o.rehearsal {
		tree["cloud"] = string(Existing)
		delete(tree, "region")
	}
	env, known := environmentOf(stack, tree)
	if !known {
		if _, said := tree["environment"]; !said {
			problems.Add("environment", nil, "dev, stage or prod", fmt.Sprintf("say which one the stack %s is: pulumi config set plinth:environment dev", stack))
		}
		env = Dev
	}
	checkShape(tree, problems)
	shapeProblems := slices.Clone(problems.Errors)

	cfg, err := decode(underlay(env, tree))
	if err != nil {
		problems.Add("", nil, "what stacks/config/schema.json describes", err.Error())
		return cfg, problems
	}
	cfg.Environment = env
	cfg.Unreachable, cfg.Simulated = o.unreachable, o.rehearsal
	cfg.complete(stack)

	further := &spec.Problems{}
	cfg.moveRegion(further)
	cfg.validate(o.day, further)
	if !o.decrypted {
		cfg.Secrets.refusePlain(further)
	}
	for _, p := range further.Errors {
		if !follows(p, shapeProblems) {
			problems.Errors = append(problems.Errors, p)
		}
	}
	problems.Warnings = further.Warnings
	return cfg, problems
}

// follows tells whether a problem is at, above or below a place where something was removed for its shape: then it may be
// nothing but the consequence.
func follows(p spec.Problem, shape []spec.Problem) bool {
	return slices.ContainsFunc(shape, func(s spec.Problem) bool {
		return within(string(p.Path), string(s.Path)) || within(string(s.Path), string(p.Path))
	})
}

func within(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// normalize copies the values into plain decoded JSON. Text where a structure belongs is decoded if it is JSON. An empty value
// counts as not said: Pulumi.yaml has to give optional keys one.
func normalize(values map[string]any) (map[string]any, error) {
	b, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	tree, ok := decoded.(map[string]any)
	if !ok {
		tree = map[string]any{}
	}
	for key, value := range tree {
		text, isText := value.(string)
		if value == nil || isText && text == "" {
			delete(tree, key)
			continue
		}
		if !isText || loadShape().isText(key) {
			continue
		}
		if structure, err := jsonschema.UnmarshalJSON(strings.NewReader(text)); err == nil {
			tree[key] = structure
		}
	}
	return tree, nil
}

// isText tells whether a top-level key holds plain text.
func (s shape) isText(key string) bool {
	properties, _ := s.at(configDefinition)["properties"].(map[string]any)
	property, _ := properties[key].(map[string]any)
	return property["type"] == "string"
}

func decode(tree map[string]any) (*Config, error) {
	cfg := &Config{}
	b, err := json.Marshal(tree)
	if err != nil {
		return cfg, err
	}
	return cfg, json.Unmarshal(b, cfg)
}
