// Command generate writes generated.json for the tokens of tokens.txt. It runs in the folder of package schemas.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/plinth-iac/plinth/tests/schemas"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	text, err := os.ReadFile("tokens.txt")
	if err != nil {
		return fmt.Errorf("reading which resources to describe: %w", err)
	}
	r := &reader{
		table:    schemas.Table{SDKs: map[string]string{}, Resources: map[string]string{}, Types: map[string]schemas.Type{}},
		packages: map[string]*goPackage{},
	}
	for token := range strings.FieldsSeq(string(text)) {
		if err := r.resource(token); err != nil {
			return fmt.Errorf("%s: %w", token, err)
		}
	}
	written, err := format(r.table)
	if err != nil {
		return err
	}
	if err := os.WriteFile("generated.json", written, 0o644); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// format has a line for each entry, so that a change can be read in review.
func format(table schemas.Table) ([]byte, error) {
	var text bytes.Buffer
	section := func(name string, keys []string, value func(string) any, end string) error {
		fmt.Fprintf(&text, " %q: {\n", name)
		for i, key := range keys {
			entry, err := json.Marshal(value(key))
			if err != nil {
				return fmt.Errorf("writing %s: %w", key, err)
			}
			comma := ","
			if i == len(keys)-1 {
				comma = ""
			}
			fmt.Fprintf(&text, "  %q: %s%s\n", key, entry, comma)
		}
		text.WriteString(" }" + end + "\n")
		return nil
	}
	text.WriteString("{\n")
	if err := section("sdks", slices.Sorted(maps.Keys(table.SDKs)), func(key string) any { return table.SDKs[key] }, ","); err != nil {
		return nil, err
	}
	if err := section("resources", slices.Sorted(maps.Keys(table.Resources)), func(key string) any { return table.Resources[key] }, ","); err != nil {
		return nil, err
	}
	if err := section("types", slices.Sorted(maps.Keys(table.Types)), func(key string) any { return table.Types[key] }, ""); err != nil {
		return nil, err
	}
	text.WriteString("}\n")
	return text.Bytes(), nil
}
