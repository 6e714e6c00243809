// Package config is the stack file: its typed config, presets, defaults and validation.
//
//	cfg, err := config.Load(ctx)                                   // in a Pulumi program
//	cfg, problems, err := config.ReadFile("Pulumi.prod.yaml", "prod", config.Rehearsal()) // in a tool
//
// What comes back is complete: the file is laid over the preset of its environment, and every default is filled in. Mistakes
// are reported all at once, each with its path, what was found, what is allowed and what to do; a secret's value is in none
// of them. Shape (keys, types, ranges) is checked by schema.json, which is generated from the Go types and is what editors
// complete from; what a schema cannot say is checked by the Validate methods of the components and by the validate files here.
//
// It creates no resources.
package config
