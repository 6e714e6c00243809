package random

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc64"
	"math/big"
	mathrand "math/rand"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func generateID(state resource.PropertyMap) (string, error) {
	raw := make([]byte, int(state["byteLength"].NumberValue()))
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	prefix := ""
	if given := state["prefix"]; given.IsString() {
		prefix = given.StringValue()
	}
	return describeID(state, prefix, raw), nil
}

func describeID(state resource.PropertyMap, prefix string, raw []byte) string {
	id := base64.RawURLEncoding.EncodeToString(raw)
	state["b64Url"] = resource.NewStringProperty(prefix + id)
	state["b64Std"] = resource.NewStringProperty(prefix + base64.StdEncoding.EncodeToString(raw))
	state["hex"] = resource.NewStringProperty(prefix + hex.EncodeToString(raw))
	state["dec"] = resource.NewStringProperty(prefix + new(big.Int).SetBytes(raw).String())
	return id
}

func adoptID(given string) (string, resource.PropertyMap, error) {
	state := resource.PropertyMap{}
	prefix, encoded := "", given
	if at := strings.LastIndex(given, ","); at >= 0 {
		prefix, encoded = given[:at], given[at+1:]
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", nil, fmt.Errorf("%q is no ID, want base64 with - and _ and without =, or prefix,base64: %w", given, err)
	}
	if prefix != "" {
		state["prefix"] = resource.NewStringProperty(prefix)
	}
	state["byteLength"] = resource.NewNumberProperty(float64(len(raw)))
	return describeID(state, prefix, raw), state, nil
}

func generateBytes(state resource.PropertyMap) (string, error) {
	raw := make([]byte, int(state["length"].NumberValue()))
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return describeBytes(state, raw), nil
}

func describeBytes(state resource.PropertyMap, raw []byte) string {
	encoded := base64.StdEncoding.EncodeToString(raw)
	state["base64"] = resource.NewStringProperty(encoded)
	state["hex"] = resource.NewStringProperty(hex.EncodeToString(raw))
	return encoded
}

func adoptBytes(given string) (string, resource.PropertyMap, error) {
	raw, err := base64.StdEncoding.DecodeString(given)
	if err != nil {
		return "", nil, fmt.Errorf("the ID is no standard base64: %w", err)
	}
	state := resource.PropertyMap{"length": resource.NewNumberProperty(float64(len(raw)))}
	return describeBytes(state, raw), state, nil
}

func generateInteger(state resource.PropertyMap) (string, error) {
	lowest, highest := int(state["min"].NumberValue()), int(state["max"].NumberValue())
	if highest < lowest {
		return "", fmt.Errorf("min %d is above max %d: set min to at most max", lowest, highest)
	}
	span := highest - lowest + 1
	offset, err := below(span)
	if err != nil {
		return "", err
	}
	if seed := seedOf(state); seed != nil {
		offset = seed.Intn(span)
	}
	state["result"] = resource.NewNumberProperty(float64(lowest + offset))
	return strconv.Itoa(lowest + offset), nil
}

// seedOf returns the generator that the official provider makes from a seed, so that the same seed
// gives the same value; nil without a seed.
func seedOf(state resource.PropertyMap) *mathrand.Rand {
	seed := state["seed"]
	if !seed.IsString() || seed.StringValue() == "" {
		return nil
	}
	sum := crc64.Checksum([]byte(seed.StringValue()), crc64.MakeTable(crc64.ISO))
	return mathrand.New(mathrand.NewSource(int64(sum))) //nolint:gosec // a seed asks for a value that can be repeated
}

func adoptInteger(given string) (string, resource.PropertyMap, error) {
	parts := strings.Split(given, ",")
	if len(parts) != 3 && len(parts) != 4 {
		return "", nil, fmt.Errorf("%q: want result,min,max or result,min,max,seed", given)
	}
	state := resource.PropertyMap{}
	for i, name := range []resource.PropertyKey{"result", "min", "max"} {
		n, err := strconv.ParseInt(parts[i], 10, 64)
		if err != nil {
			return "", nil, fmt.Errorf("%q: %s is no whole number: %w", given, name, err)
		}
		state[name] = resource.NewNumberProperty(float64(n))
	}
	if len(parts) == 4 {
		state["seed"] = resource.NewStringProperty(parts[3])
	}
	return parts[0], state, nil
}

// generateShuffle repeats whole permutations until there are enough items.
func generateShuffle(state resource.PropertyMap) (string, error) {
	items := state["inputs"].ArrayValue()
	want := len(items)
	if count := state["resultCount"]; count.IsNumber() {
		want = int(count.NumberValue())
	}
	results := []resource.PropertyValue{}
	seed := seedOf(state)
	for len(items) > 0 && len(results) < want {
		order, err := permutation(len(items), seed)
		if err != nil {
			return "", err
		}
		for _, i := range order[:min(len(order), want-len(results))] {
			results = append(results, items[i])
		}
	}
	state["results"] = resource.NewArrayProperty(results)
	return "-", nil
}

func permutation(n int, seed *mathrand.Rand) ([]int, error) {
	if seed != nil {
		return seed.Perm(n), nil
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order, shuffle(order)
}

// generateUUID makes 16 random bytes, without the version bits of a UUID, as the official one does.
func generateUUID(state resource.PropertyMap) (string, error) {
	var id uuid.UUID
	_, err := rand.Read(id[:])
	return setUUID(state, id, err)
}

func generateUUID4(state resource.PropertyMap) (string, error) {
	id, err := uuid.NewRandom()
	return setUUID(state, id, err)
}

func generateUUID7(state resource.PropertyMap) (string, error) {
	id, err := uuid.NewV7()
	return setUUID(state, id, err)
}

func setUUID(state resource.PropertyMap, id uuid.UUID, err error) (string, error) {
	state["result"] = resource.NewStringProperty(id.String())
	return id.String(), err
}

func adoptUUID(given string) (string, resource.PropertyMap, error) {
	id, err := uuid.Parse(given)
	if err != nil {
		return "", nil, fmt.Errorf("%q is no UUID, want 8-4-4-4-12 hexadecimal digits: %w", given, err)
	}
	state := resource.PropertyMap{}
	result, err := setUUID(state, id, nil)
	return result, state, err
}
