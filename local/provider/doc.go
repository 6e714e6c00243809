// Package provider is a small stand-in for the official Pulumi provider `kubernetes`, for machines
// that cannot download it. It accepts what the official one accepts, rejects what that rejects, and
// writes the same state, so that a stack made with either previews clean with the other.
//
//	server := provider.New(provider.Options{
//		Custom: map[string]provider.NewCustom{"kubernetes:helm.sh/v3:Release": helm.New},
//	})
//
// Objects are written by server-side apply; a preview is a dry run on the server. Create and Update
// wait until the object is ready, and fail with the pod's own reason when it cannot become so.
// Client-side apply, rendering to YAML and the provider's functions are refused with a message that
// names what to use.
package provider
