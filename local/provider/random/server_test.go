package random

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	password = "random:index/randomPassword:RandomPassword"
	str      = "random:index/randomString:RandomString"
	unknown  = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
)

type props = map[string]any

// dial serves the provider on loopback, so that tests see what the engine sees.
func dial(t *testing.T) pulumirpc.ResourceProviderClient {
	t.Helper()
	server, err := New(nil)
	require.NoError(t, err)
	stop := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(s, server)
			return nil
		},
	})
	require.NoError(t, err)
	conn, err := grpc.NewClient(
		"127.0.0.1:"+big.NewInt(int64(handle.Port)).String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, conn.Close())
		close(stop)
		assert.NoError(t, <-handle.Done)
	})
	return pulumirpc.NewResourceProviderClient(conn)
}

func urn(token string) string { return "urn:pulumi:test::plinth::" + token + "::name" }

func pack(t *testing.T, values props) *structpb.Struct {
	t.Helper()
	packed, err := structpb.NewStruct(values)
	require.NoError(t, err)
	return packed
}

// create checks and creates, and returns the ID and the state.
func create(t *testing.T, c pulumirpc.ResourceProviderClient, token string, inputs props) (string, resource.PropertyMap) {
	t.Helper()
	checked, err := c.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(token), News: pack(t, inputs)})
	require.NoError(t, err)
	require.Empty(t, checked.GetFailures())
	made, err := c.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(token), Properties: checked.GetInputs()})
	require.NoError(t, err)
	state, err := unmarshalSecrets(made.GetProperties())
	require.NoError(t, err)
	return made.GetId(), state
}

func diff(t *testing.T, c pulumirpc.ResourceProviderClient, token string, olds *structpb.Struct, news props, ignored ...string) *pulumirpc.DiffResponse {
	t.Helper()
	found, err := c.Diff(t.Context(), &pulumirpc.DiffRequest{
		Urn: urn(token), Olds: olds, News: pack(t, news), IgnoreChanges: ignored,
	})
	require.NoError(t, err)
	return found
}

func secret(t *testing.T, state resource.PropertyMap, name resource.PropertyKey) string {
	t.Helper()
	require.True(t, state[name].IsSecret(), "%s must be a secret", name)
	return state[name].SecretValue().Element.StringValue()
}

func count(s string, is func(rune) bool) (n int) {
	for _, r := range s {
		if is(r) {
			n++
		}
	}
	return n
}

func isSpecial(r rune) bool { return strings.ContainsRune(specials, r) }

// The assertions on values compare to booleans: a failure message must not print a password.
func TestPasswordState(t *testing.T) {
	t.Parallel()
	id, state := create(t, dial(t), password, props{"length": 16, "keepers": props{"a": "b"}})

	assert.Equal(t, "none", id)
	value := secret(t, state, "result")
	assert.Len(t, []rune(value), 16, "length of the result")
	assert.NoError(t, bcrypt.CompareHashAndPassword([]byte(secret(t, state, "bcryptHash")), []byte(value)))
	delete(state, "result")
	delete(state, "bcryptHash")
	noOverride := resource.MakeSecret(resource.NewPropertyValue(props{"replace": props{"raw": nil}}))
	assert.Equal(t, resource.PropertyMap{
		"__meta": resource.NewStringProperty(`{"schema_version":"3"}`),
		"__pulumi_raw_state_delta": resource.NewObjectProperty(resource.PropertyMap{
			"obj": resource.NewObjectProperty(resource.PropertyMap{
				"ps": resource.NewObjectProperty(resource.PropertyMap{
					"keepers":         resource.NewPropertyValue(props{"map": props{}}),
					"overrideSpecial": noOverride,
				}),
			}),
		}),
		"id":         resource.NewStringProperty("none"),
		"keepers":    resource.NewPropertyValue(props{"a": "b"}),
		"length":     resource.NewNumberProperty(16),
		"special":    resource.NewBoolProperty(true),
		"upper":      resource.NewBoolProperty(true),
		"lower":      resource.NewBoolProperty(true),
		"number":     resource.NewBoolProperty(true),
		"numeric":    resource.NewBoolProperty(true),
		"minNumeric": resource.NewNumberProperty(0),
		"minUpper":   resource.NewNumberProperty(0),
		"minLower":   resource.NewNumberProperty(0),
		"minSpecial": resource.NewNumberProperty(0),
	}, state)
}

func TestPasswordConstraints(t *testing.T) {
	t.Parallel()
	client := dial(t)
	tests := map[string]struct {
		inputs props
		holds  func(string) bool
	}{
		"minimums": {
			props{"length": 8, "minUpper": 2, "minLower": 2, "minNumeric": 2, "minSpecial": 2},
			func(s string) bool {
				return count(s, unicode.IsUpper) == 2 && count(s, unicode.IsLower) == 2 &&
					count(s, unicode.IsDigit) == 2 && count(s, isSpecial) == 2
			},
		},
		"digits only": {
			props{"length": 40, "upper": false, "lower": false, "special": false},
			func(s string) bool { return count(s, unicode.IsDigit) == 40 },
		},
		"number is numeric": {
			props{"length": 200, "number": false},
			func(s string) bool { return count(s, unicode.IsDigit) == 0 },
		},
		"own specials": {
			props{"length": 40, "overrideSpecial": "°~", "upper": false, "lower": false, "numeric": false},
			func(s string) bool { return strings.Trim(s, "°~") == "" && strings.Contains(s, "°") },
		},
		"minimum of a class that is off": {
			props{"length": 30, "special": false, "minSpecial": 5},
			func(s string) bool { return count(s, isSpecial) == 5 },
		},
		"length as a string": {
			props{"length": "24"},
			func(s string) bool { return len(s) == 24 },
		},
		"longer than bcrypt sees": {
			props{"length": 100},
			func(s string) bool { return len(s) == 100 },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, state := create(t, client, password, test.inputs)
			assert.True(t, test.holds(secret(t, state, "result")))
		})
	}
}

// A fair generator misses these bounds less than once in a billion runs.
func TestStringIsUniform(t *testing.T) {
	t.Parallel()
	const length, classes = 62_000, 62
	id, state := create(t, dial(t), str, props{"length": length, "special": false})
	value := state["result"].StringValue()
	assert.Equal(t, id, value)
	seen := map[rune]int{}
	for _, r := range value {
		seen[r]++
	}
	require.Len(t, seen, classes)
	squares := 0.0
	for _, n := range seen {
		squares += float64((n - length/classes) * (n - length/classes))
	}
	assert.Less(t, squares/(length/classes), 150.0, "chi-squared over 61 degrees of freedom")
}

// The guaranteed characters must not stay at the front.
func TestStringIsShuffled(t *testing.T) {
	t.Parallel()
	client := dial(t)
	first := map[string]int{}
	for range 200 {
		_, state := create(t, client, str, props{"length": 2, "minUpper": 1, "minNumeric": 1})
		if unicode.IsUpper(rune(state["result"].StringValue()[0])) {
			first["upper"]++
		} else {
			first["digit"]++
		}
	}
	assert.Greater(t, first["upper"], 40)
	assert.Greater(t, first["digit"], 40)
}

func TestCheckReports(t *testing.T) {
	t.Parallel()
	client := dial(t)
	tests := map[string]struct {
		token  string
		inputs props
		want   []string
	}{
		"no length":       {password, props{}, []string{"length is required: set it to a whole number"}},
		"zero":            {password, props{"length": 0}, []string{"length: found 0, want at least 1"}},
		"fraction":        {password, props{"length": 2.5}, []string{"length: found 2.5, want a whole number"}},
		"below the sum":   {password, props{"length": 2, "minUpper": 3}, []string{"length: found 2, want at least 3, the sum of minUpper, minLower, minNumeric and minSpecial"}},
		"nothing allowed": {str, props{"length": 2, "upper": false, "lower": false, "special": false, "numeric": false}, []string{"special, upper, lower and numeric are all false: set at least one of them to true"}},
		"no range":        {"random:index/randomInteger:RandomInteger", props{}, []string{"min is required: set it to a whole number", "max is required: set it to a whole number"}},
		"negative bytes":  {"random:index/randomId:RandomId", props{"byteLength": -1}, []string{"byteLength: found -1, want at least 0"}},
		"unknown yet":     {password, props{"length": unknown, "minUpper": unknown}, nil},
		"unknown key":     {password, props{"length": 2, "minUper": 3}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked, err := client.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(test.token), News: pack(t, test.inputs)})
			require.NoError(t, err)
			var reasons []string
			for _, failure := range checked.GetFailures() {
				reasons = append(reasons, failure.GetReason())
			}
			assert.Equal(t, test.want, reasons)
			assert.Equal(t, pack(t, test.inputs).AsMap(), checked.GetInputs().AsMap(), "inputs are left as given")
		})
	}
}

func TestRejects(t *testing.T) {
	t.Parallel()
	client := dial(t)
	tests := map[string]struct {
		token  string
		inputs props
		want   string
	}{
		"not a number":   {password, props{"length": "hunter2"}, "length: found a value of type string, want a whole number"},
		"wrong type":     {password, props{"length": 16, "special": "hunter2"}, "special: found a value of type string, want true or false"},
		"nested keeper":  {password, props{"length": 16, "keepers": props{"a": props{"b": "c"}}}, "keepers: found a value of type object, want a map of strings"},
		"contradiction":  {password, props{"length": 16, "number": true, "numeric": false}, "number and numeric differ"},
		"inverted range": {"random:index/randomInteger:RandomInteger", props{"min": 2, "max": 1}, "min 2 is above max 1"},
		"pet":            {"random:index/randomPet:RandomPet", props{}, "only random:index/randomBytes:RandomBytes, random:index/randomId:RandomId"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(test.token), Properties: pack(t, test.inputs)})
			require.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
	_, err := client.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "random:index:what"})
	require.ErrorContains(t, err, `function "random:index:what" is not served`)
	assert.Equal(t, codes.Unimplemented, status.Code(err))
}

func oldPassword(extra props) props {
	state := props{
		"__meta": `{"schema_version":"3"}`, "id": "none", "length": 16, "result": "0123456789012345", "bcryptHash": "x",
		"lower": true, "upper": true, "special": true, "number": true, "numeric": true,
		"minLower": 0, "minUpper": 0, "minNumeric": 0, "minSpecial": 0,
	}
	for name, value := range extra {
		state[name] = value
	}
	return state
}

func TestDiff(t *testing.T) {
	t.Parallel()
	client := dial(t)
	tests := map[string]struct {
		token           string
		olds, news      props
		ignored         []string
		diffs, replaces []string
	}{
		"nothing":          {token: password, olds: oldPassword(nil), news: props{"length": 16}},
		"length":           {token: password, olds: oldPassword(nil), news: props{"length": 20}, diffs: []string{"length"}, replaces: []string{"length"}},
		"length ignored":   {token: password, olds: oldPassword(nil), news: props{"length": 20}, ignored: []string{"length"}},
		"length not known": {token: password, olds: oldPassword(nil), news: props{"length": unknown}, diffs: []string{"length"}, replaces: []string{"length"}},
		"keepers and number": {
			token: password, olds: oldPassword(props{"keepers": props{"a": "b"}}),
			news:  props{"length": 16, "keepers": props{"a": "c"}, "number": false},
			diffs: []string{"keepers", "number", "numeric"}, replaces: []string{"keepers", "number", "numeric"},
		},
		"keeper ignored": {
			token: password, olds: oldPassword(props{"keepers": props{"a": "b"}}),
			news: props{"length": 16, "keepers": props{"a": "c"}}, ignored: []string{"keepers.a"},
		},
		"null keeper and empty specials keep the value": {
			token: password, olds: oldPassword(props{"overrideSpecial": ""}),
			news:  props{"length": 16, "keepers": props{"a": nil}},
			diffs: []string{"keepers", "overrideSpecial"},
		},
		"state of an old release": {
			token: password,
			olds:  props{"id": "none", "length": 16, "result": "0123456789012345", "number": false},
			news:  props{"length": 16, "numeric": false},
		},
		"bytes replace for empty keepers": {
			token: "random:index/randomBytes:RandomBytes",
			olds:  props{"length": 4, "base64": "AAECAw==", "hex": "00010203"}, news: props{"length": 4, "keepers": props{}},
			diffs: []string{"keepers"}, replaces: []string{"keepers"},
		},
		"prefix": {
			token: "random:index/randomId:RandomId",
			olds:  props{"byteLength": 1, "prefix": "p", "b64Std": "pAA==", "b64Url": "pAA", "dec": "p0", "hex": "p00", "id": "AA"},
			news:  props{"byteLength": 1}, diffs: []string{"prefix"}, replaces: []string{"prefix"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := diff(t, client, test.token, pack(t, test.olds), test.news, test.ignored...)
			assert.Equal(t, test.diffs, found.GetDiffs())
			assert.Equal(t, test.replaces, found.GetReplaces())
			assert.Equal(t, len(test.diffs) > 0, found.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME)
		})
	}
}

func TestUpdateKeepsTheValue(t *testing.T) {
	t.Parallel()
	updated, err := dial(t).Update(t.Context(), &pulumirpc.UpdateRequest{
		Id: "none", Urn: urn(password), Olds: pack(t, oldPassword(props{"overrideSpecial": ""})), News: pack(t, props{"length": 16}),
	})
	require.NoError(t, err)
	state, err := unmarshalSecrets(updated.GetProperties())
	require.NoError(t, err)
	assert.True(t, secret(t, state, "result") == "0123456789012345")
	assert.True(t, secret(t, state, "bcryptHash") == "x")
	assert.NotContains(t, state, resource.PropertyKey("overrideSpecial"))
}

func TestPreviewLeavesOutputsUnknown(t *testing.T) {
	t.Parallel()
	client := dial(t)
	for token, want := range map[string]props{
		password: {
			"length": float64(16), "special": true, "upper": true, "lower": true, "number": true, "numeric": true,
			"minNumeric": float64(0), "minUpper": float64(0), "minLower": float64(0), "minSpecial": float64(0),
			"id": unknown, "result": unknown, "bcryptHash": unknown,
		},
		"random:index/randomBytes:RandomBytes": {"length": float64(16), "base64": unknown, "hex": unknown},
	} {
		made, err := client.Create(t.Context(), &pulumirpc.CreateRequest{
			Urn: urn(token), Properties: pack(t, props{"length": 16}), Preview: true,
		})
		require.NoError(t, err)
		assert.Empty(t, made.GetId())
		assert.Equal(t, want, made.GetProperties().AsMap(), token)
	}
}

func TestImportThenNothingToDo(t *testing.T) {
	t.Parallel()
	client := dial(t)
	tests := map[string]struct{ token, given, id string }{
		"password": {password, "supersecret", "none"},
		"string":   {str, "supersecret", "supersecret"},
		"id":       {"random:index/randomId:RandomId", "pre,p-9hUg", "p-9hUg"},
		"bytes":    {"random:index/randomBytes:RandomBytes", "AAECAw==", "AAECAw=="},
		"integer":  {"random:index/randomInteger:RandomInteger", "5,1,10,s", "5"},
		"uuid":     {"random:index/randomUuid:RandomUuid", "aabbccdd-eeff-0011-2233-445566778899", "aabbccdd-eeff-0011-2233-445566778899"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, err := client.Read(t.Context(), &pulumirpc.ReadRequest{Id: test.given, Urn: urn(test.token)})
			require.NoError(t, err)
			assert.Equal(t, test.id, read.GetId())
			again := diff(t, client, test.token, read.GetProperties(), read.GetInputs().AsMap())
			assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, again.GetChanges(), again.GetDiffs())

			refreshed, err := client.Read(t.Context(), &pulumirpc.ReadRequest{
				Id: read.GetId(), Urn: urn(test.token), Properties: read.GetProperties(), Inputs: read.GetInputs(),
			})
			require.NoError(t, err)
			assert.True(t, read.GetProperties().String() == refreshed.GetProperties().String(), "a refresh changes nothing")
		})
	}
}

func TestImportRejects(t *testing.T) {
	t.Parallel()
	client := dial(t)
	tests := map[string]struct{ token, given, want string }{
		"id":      {"random:index/randomId:RandomId", "p-9hUg=", "want base64 with - and _"},
		"bytes":   {"random:index/randomBytes:RandomBytes", "hunter2", "the ID is no standard base64"},
		"integer": {"random:index/randomInteger:RandomInteger", "5,1", "want result,min,max or result,min,max,seed"},
		"uuid":    {"random:index/randomUuid:RandomUuid", "nope", "want 8-4-4-4-12 hexadecimal digits"},
		"shuffle": {"random:index/randomShuffle:RandomShuffle", "-", "cannot be imported"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.Read(t.Context(), &pulumirpc.ReadRequest{Id: test.given, Urn: urn(test.token)})
			require.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestBytesAndID(t *testing.T) {
	t.Parallel()
	client := dial(t)
	id, state := create(t, client, "random:index/randomBytes:RandomBytes", props{"length": 32})
	raw, err := base64.StdEncoding.DecodeString(secret(t, state, "base64"))
	require.NoError(t, err)
	assert.Len(t, raw, 32, "decoded length")
	assert.True(t, secret(t, state, "hex") == hex.EncodeToString(raw))
	assert.True(t, id == secret(t, state, "base64"))

	id, state = create(t, client, "random:index/randomId:RandomId", props{"byteLength": 6, "prefix": "p-"})
	raw, err = base64.RawURLEncoding.DecodeString(id)
	require.NoError(t, err)
	assert.Len(t, raw, 6)
	assert.Equal(t, "p-"+id, state["b64Url"].StringValue())
	assert.Equal(t, "p-"+base64.StdEncoding.EncodeToString(raw), state["b64Std"].StringValue())
	assert.Equal(t, "p-"+hex.EncodeToString(raw), state["hex"].StringValue())
	assert.Equal(t, "p-"+new(big.Int).SetBytes(raw).String(), state["dec"].StringValue())
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	client := dial(t)
	const token = "random:index/randomInteger:RandomInteger"
	seen := map[float64]bool{}
	for range 200 {
		_, state := create(t, client, token, props{"min": -1, "max": 2})
		seen[state["result"].NumberValue()] = true
	}
	assert.Equal(t, map[float64]bool{-1: true, 0: true, 1: true, 2: true}, seen)

	// What the official provider v4.21.2 answers to these seeds.
	id, state := create(t, client, token, props{"min": 1, "max": 100, "seed": "hello"})
	assert.Equal(t, "59", id)
	assert.InDelta(t, 59, state["result"].NumberValue(), 0)
	_, state = create(t, client, "random:index/randomShuffle:RandomShuffle",
		props{"inputs": []any{"a", "b", "c", "d"}, "seed": "hello", "resultCount": 6})
	assert.Equal(t, resource.NewPropertyValue([]string{"c", "a", "d", "b", "c", "d"}), state["results"])
}

func TestShuffleKeepsTheItems(t *testing.T) {
	t.Parallel()
	client := dial(t)
	const token = "random:index/randomShuffle:RandomShuffle"
	want := []resource.PropertyValue{
		resource.NewStringProperty("a"), resource.NewStringProperty("b"), resource.NewStringProperty("c"),
	}
	id, state := create(t, client, token, props{"inputs": []any{"a", "b", "c"}})
	assert.Equal(t, "-", id)
	assert.ElementsMatch(t, want, state["results"].ArrayValue())
	_, state = create(t, client, token, props{"inputs": []any{"a", "b", "c"}, "resultCount": 7})
	assert.Len(t, state["results"].ArrayValue(), 7)
	assert.ElementsMatch(t, want, state["results"].ArrayValue()[:3])
	_, state = create(t, client, token, props{"inputs": []any{}, "resultCount": 7})
	assert.Empty(t, state["results"].ArrayValue())
}

func TestUUIDs(t *testing.T) {
	t.Parallel()
	client := dial(t)
	for token, pattern := range map[string]string{
		"random:index/randomUuid:RandomUuid":   `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
		"random:index/randomUuid4:RandomUuid4": `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		"random:index/randomUuid7:RandomUuid7": `^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
	} {
		first, state := create(t, client, token, props{})
		second, _ := create(t, client, token, props{})
		assert.Regexp(t, pattern, first)
		assert.Equal(t, first, state["result"].StringValue())
		assert.NotEqual(t, first, second)
	}
}

func TestProviderItself(t *testing.T) {
	t.Parallel()
	client, ctx := dial(t), context.Background()
	info, err := client.GetPluginInfo(ctx, &emptypb.Empty{})
	require.NoError(t, err)
	assert.Equal(t, Version, info.GetVersion())
	configured, err := client.Configure(ctx, &pulumirpc.ConfigureRequest{AcceptSecrets: true})
	require.NoError(t, err)
	assert.True(t, configured.GetSupportsPreview())
	assert.False(t, configured.GetAcceptSecrets(), "the engine marks secret inputs in the state only when this is declined")
	checked, err := client.CheckConfig(ctx, &pulumirpc.CheckRequest{News: pack(t, props{"version": Version})})
	require.NoError(t, err)
	assert.Equal(t, props{"version": Version}, checked.GetInputs().AsMap())
	changed, err := client.DiffConfig(ctx, &pulumirpc.DiffRequest{})
	require.NoError(t, err)
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, changed.GetChanges())
	_, err = client.Delete(ctx, &pulumirpc.DeleteRequest{Urn: urn(password)})
	require.NoError(t, err)
	_, err = client.Cancel(ctx, &emptypb.Empty{})
	require.NoError(t, err)
}

func unmarshalSecrets(state *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(state, plugin.MarshalOptions{KeepSecrets: true})
}
