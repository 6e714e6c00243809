package random

import (
	"crypto/rand"
	"errors"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/crypto/bcrypt"
)

// bcryptBytes is how much of a password bcrypt can see.
const bcryptBytes = 72

const (
	uppers   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowers   = "abcdefghijklmnopqrstuvwxyz"
	digits   = "0123456789"
	specials = "!@#$%&*()-_=+[]{}<>:?"
)

// syncNumeric keeps the deprecated number and its successor numeric the same.
func syncNumeric(given, plan resource.PropertyMap) error {
	number, numeric := given["number"], given["numeric"]
	switch {
	case number.IsBool() && numeric.IsBool() && number.BoolValue() != numeric.BoolValue():
		return errors.New("number and numeric differ: number is deprecated, set numeric only")
	case !numeric.IsNull():
		plan["number"] = numeric
	case !number.IsNull():
		plan["numeric"] = number
	}
	return nil
}

func checkString(news resource.PropertyMap) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	sum := 0.0
	for _, name := range []resource.PropertyKey{"minUpper", "minLower", "minNumeric", "minSpecial"} {
		switch value := news[name]; {
		case value.IsComputed():
			return nil
		case value.IsNumber():
			sum += value.NumberValue()
		}
	}
	if length := news["length"]; length.IsNumber() && length.NumberValue() < sum {
		failures = append(failures, failure("length",
			"length: found %v, want at least %v, the sum of minUpper, minLower, minNumeric and minSpecial",
			length.NumberValue(), sum))
	}
	for _, name := range []resource.PropertyKey{"number", "numeric"} {
		if isFalse(news[name]) && isFalse(news["upper"]) && isFalse(news["lower"]) && isFalse(news["special"]) {
			failures = append(failures, failure(string(name),
				"special, upper, lower and %s are all false: set at least one of them to true", name))
		}
	}
	return failures
}

func isFalse(value resource.PropertyValue) bool { return value.IsBool() && !value.BoolValue() }

func generatePassword(state resource.PropertyMap) (string, error) {
	if _, err := generateString(state); err != nil {
		return "", err
	}
	return "none", addHash(state)
}

func addHash(state resource.PropertyMap) error {
	plain := []byte(state["result"].StringValue())
	hash, err := bcrypt.GenerateFromPassword(plain[:min(len(plain), bcryptBytes)], bcrypt.DefaultCost)
	if err != nil {
		return err
	}
	state["bcryptHash"] = resource.NewStringProperty(string(hash))
	return nil
}

func generateString(state resource.PropertyMap) (string, error) {
	special := specials
	if own := state["overrideSpecial"]; own.IsString() && own.StringValue() != "" {
		special = own.StringValue()
	}
	var all, result []rune
	for _, class := range []struct {
		use, least resource.PropertyKey
		chars      string
	}{
		{"upper", "minUpper", uppers},
		{"lower", "minLower", lowers},
		{"numeric", "minNumeric", digits},
		{"special", "minSpecial", special},
	} {
		if state[class.use].BoolValue() {
			all = append(all, []rune(class.chars)...)
		}
		picked, err := pick([]rune(class.chars), int(state[class.least].NumberValue()))
		if err != nil {
			return "", err
		}
		result = append(result, picked...)
	}
	if len(all) == 0 {
		return "", errors.New("no characters to choose from: set one of upper, lower, numeric and special to true")
	}
	rest, err := pick(all, int(state["length"].NumberValue())-len(result))
	if err != nil {
		return "", err
	}
	result = append(result, rest...)
	if err := shuffle(result); err != nil {
		return "", err
	}
	state["result"] = resource.NewStringProperty(string(result))
	return string(result), nil
}

func pick(chars []rune, n int) ([]rune, error) {
	if n <= 0 {
		return nil, nil
	}
	picked := make([]rune, n)
	for i := range picked {
		at, err := below(len(chars))
		if err != nil {
			return nil, err
		}
		picked[i] = chars[at]
	}
	return picked, nil
}

func shuffle[T any](items []T) error {
	for i := len(items) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return err
		}
		items[i], items[j] = items[j], items[i]
	}
	return nil
}

// below returns an unbiased number from 0 to n-1.
func below(n int) (int, error) {
	value, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, err
	}
	return int(value.Int64()), nil
}

func adoptPassword(value string) (string, resource.PropertyMap, error) {
	_, state, err := adoptString(value)
	if err != nil {
		return "", nil, err
	}
	return "none", state, addHash(state)
}

func adoptString(value string) (string, resource.PropertyMap, error) {
	state := resource.PropertyMap{
		"result": resource.NewStringProperty(value),
		"length": resource.NewNumberProperty(float64(len(value))),
	}
	for _, in := range stringInputs {
		if !in.fallback.IsNull() {
			state[in.key()] = in.fallback
		}
	}
	return value, state, nil
}
