// Package schemas finds, in a recording of package mocks, what the clouds' own providers would refuse at a preview and Go's types let
// pass: names of properties given in maps, required properties left out, enums, properties that exclude each other.
//
//	rec := mocks.Up(t, program)
//	schemas.Check(t, rec)
//
// The table generated.json is read from the source of the providers' Go SDKs by the program in generate, for the resources listed in
// tokens.txt: types and required properties from the inputs' structs and constructors, enums from the SDK's own and from what the
// comments say a property takes. Run `go generate ./tests/schemas` after a change of tokens.txt or of an SDK's version; a test fails until
// then. byhand.json has, in the same form, the few resources whose SDK cannot be had, with their source.
//
// It creates nothing.
package schemas

//go:generate go run ./generate
