// Package random is a small stand-in for the official Pulumi provider `random` (v4.21.2), for
// machines that cannot download it.
//
//	err := provider.Main("random", random.New) // sdk/v3/go/pulumi/provider
//
// It serves RandomPassword, RandomString, RandomId, RandomBytes, RandomInteger, RandomShuffle,
// RandomUuid, RandomUuid4 and RandomUuid7: same inputs, defaults, replacement rules, imports and
// state, so that a stack made with either previews clean with the other. RandomPet and functions
// are refused with a message that says so.
//
// Values come from crypto/rand, except where `seed` asks for a repeatable one. As with the official
// provider only RandomPassword keeps its value out of the resource ID: RandomBytes does not.
package random
