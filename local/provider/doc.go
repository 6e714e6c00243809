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
//
// What is left out is refused with a message that names what to use: client-side apply, rendering to
// YAML, the functions (decoding of YAML, templates of charts, kustomize), the components (ConfigFile, ConfigGroup, Chart,
// Directory), packages made of CustomResourceDefinitions, and lists. There is no schema either, which
// `pulumi import` would write code from: it takes --generate-code=false.
//
// What differs on purpose: an image or a pod that can never start fails at once instead of at the timeout; a new
// CustomResourceDefinition is waited for, so that its resources need no second try; a StatefulSet is ready once the partition
// of its rollout is; no error shows a value that the program passed as secret; giving up a Patch whose object is gone makes no empty one.
package provider
