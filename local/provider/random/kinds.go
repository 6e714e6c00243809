package random

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var kinds = map[string]kind{
	"random:index/randomPassword:RandomPassword": {
		inputs: stringInputs, outputs: []string{"result", "bcryptHash"}, secrets: []string{"result", "bcryptHash"},
		version: "3", refine: syncNumeric, validate: checkString, generate: generatePassword, adopt: adoptPassword,
	},
	"random:index/randomString:RandomString": {
		inputs: stringInputs, outputs: []string{"result"},
		version: "2", refine: syncNumeric, validate: checkString, generate: generateString, adopt: adoptString,
	},
	"random:index/randomId:RandomId": {
		inputs: []input{
			keepers,
			{name: "byteLength", shape: integer, required: true, least: at(0)},
			{name: "prefix", shape: text},
		},
		outputs: []string{"b64Std", "b64Url", "dec", "hex"}, generate: generateID, adopt: adoptID,
	},
	"random:index/randomBytes:RandomBytes": {
		inputs: []input{
			{name: "keepers", shape: texts},
			{name: "length", shape: integer, required: true, least: at(1)},
		},
		outputs: []string{"base64", "hex"}, secrets: []string{"base64", "hex"}, bare: true,
		generate: generateBytes, adopt: adoptBytes,
	},
	"random:index/randomInteger:RandomInteger": {
		inputs: []input{
			keepers,
			{name: "min", shape: integer, required: true},
			{name: "max", shape: integer, required: true},
			{name: "seed", shape: text},
		},
		outputs: []string{"result"}, generate: generateInteger, adopt: adoptInteger,
	},
	"random:index/randomShuffle:RandomShuffle": {
		inputs: []input{
			keepers,
			{name: "inputs", shape: list, required: true},
			{name: "resultCount", shape: integer, least: at(0)},
			{name: "seed", shape: text},
		},
		outputs: []string{"results"}, renamed: map[string]string{"inputs": "input", "results": "result"},
		generate: generateShuffle,
	},
	"random:index/randomUuid:RandomUuid":   uuidKind(generateUUID),
	"random:index/randomUuid4:RandomUuid4": uuidKind(generateUUID4),
	"random:index/randomUuid7:RandomUuid7": uuidKind(generateUUID7),
}

func uuidKind(generate func(resource.PropertyMap) (string, error)) kind {
	return kind{inputs: []input{keepers}, outputs: []string{"result"}, generate: generate, adopt: adoptUUID}
}

var stringInputs = []input{
	keepers,
	{name: "length", shape: integer, required: true, least: at(1)},
	{name: "special", shape: boolean, fallback: resource.NewBoolProperty(true)},
	{name: "upper", shape: boolean, fallback: resource.NewBoolProperty(true)},
	{name: "lower", shape: boolean, fallback: resource.NewBoolProperty(true)},
	{name: "number", shape: boolean, fallback: resource.NewBoolProperty(true)},
	{name: "numeric", shape: boolean, fallback: resource.NewBoolProperty(true)},
	{name: "minNumeric", shape: integer, fallback: resource.NewNumberProperty(0)},
	{name: "minUpper", shape: integer, fallback: resource.NewNumberProperty(0)},
	{name: "minLower", shape: integer, fallback: resource.NewNumberProperty(0)},
	{name: "minSpecial", shape: integer, fallback: resource.NewNumberProperty(0)},
	{name: "overrideSpecial", shape: text, keeps: sameSpecials},
}

var keepers = input{name: "keepers", shape: texts, keeps: sameKeepers}

// sameKeepers disregards entries that are null on one side and absent on the other.
func sameKeepers(before, after resource.PropertyValue) bool {
	if after.IsComputed() {
		return false
	}
	return withoutNulls(before).DeepEquals(withoutNulls(after))
}

func withoutNulls(value resource.PropertyValue) resource.PropertyValue {
	entries := resource.PropertyMap{}
	if value.IsObject() {
		for name, entry := range value.ObjectValue() {
			if !entry.IsNull() {
				entries[name] = entry
			}
		}
	}
	return resource.NewObjectProperty(entries)
}

// sameSpecials lets a program drop an empty string, which older releases wrote by themselves.
func sameSpecials(before, after resource.PropertyValue) bool {
	return after.IsComputed() || after.IsNull() && before.IsString() && before.StringValue() == ""
}

func at(n float64) *float64 { return &n }
