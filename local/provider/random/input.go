package random

import (
	"fmt"
	"math"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type shape string

const (
	integer shape = "a whole number"
	boolean shape = "true or false"
	text    shape = "a string"
	texts   shape = "a map of strings"
	list    shape = "a list of strings"
)

// input is one property that a program may set.
type input struct {
	name     string
	shape    shape
	required bool
	fallback resource.PropertyValue
	// least is the smallest value of an integer; nil for no limit.
	least *float64
	// keeps says of a change that it needs no new value; nil when every change does.
	keeps func(before, after resource.PropertyValue) bool
}

func (in input) key() resource.PropertyKey { return resource.PropertyKey(in.name) }

// read returns the given value in the input's own shape; null when there is none.
func (in input) read(props resource.PropertyMap) (resource.PropertyValue, error) {
	value := props[in.key()]
	if value.IsNull() || value.IsComputed() {
		return value, nil
	}
	switch {
	case in.shape == integer && value.IsNumber(), in.shape == boolean && value.IsBool():
		return value, nil
	case in.shape == integer && value.IsString():
		if n, err := strconv.ParseFloat(value.StringValue(), 64); err == nil {
			return resource.NewNumberProperty(n), nil
		}
	case in.shape == text:
		if s, ok := asText(value); ok {
			return s, nil
		}
	case in.shape == list && value.IsArray():
		var items []resource.PropertyValue
		for _, item := range value.ArrayValue() {
			s, ok := asText(item)
			if !ok {
				return value, in.mismatch(item)
			}
			items = append(items, s)
		}
		return resource.NewArrayProperty(items), nil
	case in.shape == texts && value.IsObject():
		entries := resource.PropertyMap{}
		for name, entry := range value.ObjectValue() {
			s, ok := asText(entry)
			if !ok {
				return value, in.mismatch(entry)
			}
			entries[name] = s
		}
		return resource.NewObjectProperty(entries), nil
	}
	return value, in.mismatch(value)
}

// mismatch names the type only: the value may be a secret.
func (in input) mismatch(value resource.PropertyValue) error {
	return fmt.Errorf("%s: found a value of type %s, want %s", in.name, value.TypeString(), in.shape)
}

func (in input) problem(value resource.PropertyValue) string {
	switch {
	case value.IsNull() && in.required:
		return fmt.Sprintf("%s is required: set it to %s", in.name, in.shape)
	case !value.IsNumber():
		return ""
	case value.NumberValue() != math.Trunc(value.NumberValue()):
		return fmt.Sprintf("%s: found %v, want %s", in.name, value.NumberValue(), in.shape)
	case in.least != nil && value.NumberValue() < *in.least:
		return fmt.Sprintf("%s: found %v, want at least %v", in.name, value.NumberValue(), *in.least)
	}
	return ""
}

// asText accepts what the official provider turns into a string.
func asText(value resource.PropertyValue) (resource.PropertyValue, bool) {
	switch {
	case value.IsString(), value.IsNull(), value.IsComputed():
		return value, true
	case value.IsBool():
		return resource.NewStringProperty(strconv.FormatBool(value.BoolValue())), true
	case value.IsNumber():
		return resource.NewStringProperty(strconv.FormatFloat(value.NumberValue(), 'f', -1, 64)), true
	}
	return value, false
}
