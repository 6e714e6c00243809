package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/plinth-iac/plinth/tests/schemas"
)

// reader fills a table from the source of SDKs.
type reader struct {
	table    schemas.Table
	packages map[string]*goPackage
}

// goPackage is what matters of a Go package of an SDK.
type goPackage struct {
	// name is the beginning of its types' names in the table.
	name    string
	structs map[string]*ast.StructType
	// enums are the values of types whose values are constants.
	enums map[string][]string
	// required are the inputs that a constructor insists on, by token; made are the resources' Go names.
	required map[string][]string
	made     map[string]string
}

func (r *reader) resource(token string) error {
	src, err := find(token)
	if err != nil {
		return err
	}
	p, err := r.load(src, token)
	if err != nil {
		return err
	}
	resource, ok := p.made[token]
	if !ok {
		return fmt.Errorf("no constructor in %s registers it", src.dir)
	}
	// The inputs are the unexported twin of New's arguments, with plain types.
	args := strings.ToLower(resource[:1]) + resource[1:] + "Args"
	for name := range p.structs {
		if strings.EqualFold(name, resource+"Args") && name != resource+"Args" {
			args = name
		}
	}
	r.table.SDKs[src.module], r.table.Resources[token] = src.version, p.name+args
	if err := r.object(p, args); err != nil {
		return err
	}
	// Of the first level the constructor knows better than the types, which do not tell of lists.
	properties := r.table.Types[p.name+args]
	for name, field := range fields(p.structs[args]) {
		property := properties[name]
		property.Required = slices.Contains(p.required[token], field.Names[0].Name)
		properties[name] = property
	}
	return nil
}

// load reads a package, or what is needed of it beside what was read before.
func (r *reader) load(src source, token string) (*goPackage, error) {
	p, ok := r.packages[src.dir]
	if ok {
		return p, nil
	}
	p = &goPackage{
		name:    src.name,
		structs: map[string]*ast.StructType{}, enums: map[string][]string{}, required: map[string][]string{}, made: map[string]string{},
	}
	files, err := os.ReadDir(src.dir)
	if err != nil {
		return nil, fmt.Errorf("reading the SDK: %w", err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasPrefix(file.Name(), "get") {
			continue
		}
		if err := p.read(filepath.Join(src.dir, file.Name())); err != nil {
			return nil, fmt.Errorf("reading the SDK for %s: %w", token, err)
		}
	}
	r.packages[src.dir] = p
	return p, nil
}

func (p *goPackage) read(path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && strings.HasPrefix(d.Name.Name, "New") {
				p.constructor(d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if t, ok := s.Type.(*ast.StructType); ok {
						p.structs[s.Name.Name] = t
					}
				case *ast.ValueSpec:
					p.constant(s)
				}
			}
		}
	}
	return nil
}

// constant takes `const AgentPoolModeSystem = AgentPoolMode("System")`.
func (p *goPackage) constant(s *ast.ValueSpec) {
	for _, v := range s.Values {
		call, ok := v.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			continue
		}
		typ, isType := call.Fun.(*ast.Ident)
		if value, ok := literal(call.Args[0]); ok && isType {
			p.enums[typ.Name] = append(p.enums[typ.Name], value)
		}
	}
}

// constructor takes the token that New registers, and the arguments without which it fails.
func (p *goPackage) constructor(d *ast.FuncDecl) {
	resource := strings.TrimPrefix(d.Name.Name, "New")
	var required []string
	ast.Inspect(d.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, arg := range call.Args {
			text, ok := literal(arg)
			if name, isRequired := strings.CutPrefix(text, "invalid value for required argument '"); ok && isRequired {
				required = append(required, strings.TrimSuffix(name, "'"))
			}
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "RegisterResource" {
			if token, ok := literal(call.Args[0]); ok {
				p.made[token], p.required[token] = resource, required
			}
		}
		return true
	})
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// fields are those of a struct that are properties.
func fields(s *ast.StructType) map[string]*ast.Field {
	all := map[string]*ast.Field{}
	for _, field := range s.Fields.List {
		if field.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(field.Tag.Value)
		if name := reflect.StructTag(tag).Get("pulumi"); err == nil && name != "" {
			all[name] = field
		}
	}
	return all
}

// object adds a struct to the table, with all that stands below it.
func (r *reader) object(p *goPackage, name string) error {
	if _, done := r.table.Types[p.name+name]; done {
		return nil
	}
	s, ok := p.structs[name]
	if !ok {
		return fmt.Errorf("no type %s in %s", name, p.name)
	}
	properties := schemas.Type{}
	r.table.Types[p.name+name] = properties
	siblings := fields(s)
	for key, field := range siblings {
		typ, enum, below := p.kind(field.Type)
		for _, name := range below {
			if err := r.object(p, name); err != nil {
				return err
			}
		}
		if strings.TrimLeft(typ, "[]{}") == "string" && enum == nil {
			enum = p.enumOf(name, key, field.Doc.Text())
		}
		excludes := slices.DeleteFunc(excluded(field.Doc.Text()), func(other string) bool { return siblings[other] == nil || other == key })
		properties[key] = schemas.Property{Type: typ, Required: p.isRequired(field.Type), Enum: enum, Excludes: excludes}
	}
	// Of two that exclude each other often only one says so.
	for key, property := range properties {
		for _, other := range property.Excludes {
			if partner := properties[other]; !slices.Contains(partner.Excludes, key) {
				partner.Excludes = append(partner.Excludes, key)
				properties[other] = partner
			}
		}
	}
	for key := range properties {
		slices.Sort(properties[key].Excludes)
	}
	return nil
}

var basic = map[string]string{"string": "string", "bool": "boolean", "int": "integer", "float64": "number"}

// kind is the type of a field in the table's words, the values where it is an enum, and the structs that it names.
func (p *goPackage) kind(e ast.Expr) (typ string, enum, below []string) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return p.kind(e.X)
	case *ast.ArrayType:
		typ, enum, below = p.kind(e.Elt)
		return "[]" + typ, enum, below
	case *ast.MapType:
		typ, enum, below = p.kind(e.Value)
		return "{}" + typ, enum, below
	case *ast.Ident:
		if typ, ok := basic[e.Name]; ok {
			return typ, nil, nil
		}
		if enum, ok := p.enums[e.Name]; ok {
			return "string", enum, nil
		}
		if _, ok := p.structs[e.Name]; ok {
			return "#" + p.name + e.Name, nil, []string{e.Name}
		}
	}
	return "any", nil, nil
}

// isRequired tells it of what is not a pointer; of lists and maps the type does not tell.
func (p *goPackage) isRequired(e ast.Expr) bool {
	ident, ok := e.(*ast.Ident)
	return ok && (basic[ident.Name] != "" || p.enums[ident.Name] != nil || p.structs[ident.Name] != nil)
}
