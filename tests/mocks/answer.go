package mocks

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// answer makes up what a provider would return: the id, the outputs, and which secret values are new in them. In a
// preview the id is empty and what only the provider knows is unknown.
func answer(
	in *pulumirpc.RegisterResourceRequest, inputs resource.PropertyMap, dryRun bool,
) (id string, outputs resource.PropertyMap, secrets []string) {
	outputs = inputs.Copy()
	if !in.GetCustom() {
		return "", outputs, nil
	}
	known := func(v resource.PropertyValue) resource.PropertyValue {
		if dryRun {
			return resource.MakeComputed(resource.NewProperty(""))
		}
		return v
	}

	id = in.GetName() + "-id"
	switch {
	case strings.HasPrefix(in.GetType(), "kubernetes:"):
		id = answerKubernetes(in, outputs, known)
	case strings.HasPrefix(in.GetType(), "random:"):
		secrets = answerRandom(in, outputs, known)
	}
	if dryRun {
		return "", outputs, nil
	}
	return id, outputs, secrets
}

// answerKubernetes completes an object's metadata and status in place, and returns its id.
func answerKubernetes(
	in *pulumirpc.RegisterResourceRequest, outputs resource.PropertyMap,
	known func(resource.PropertyValue) resource.PropertyValue,
) string {
	if !outputs.HasValue("kind") { // a Helm release has an id, a status and no metadata
		outputs["status"] = known(resource.NewProperty(resource.PropertyMap{
			"name": outputs["name"], "namespace": outputs["namespace"], "status": resource.NewProperty("deployed"),
		}))
		return in.GetName()
	}

	metadata := resource.PropertyMap{}
	if outputs["metadata"].IsObject() {
		metadata = outputs["metadata"].ObjectValue().Copy() // the inputs share it
	}
	outputs["metadata"] = resource.NewProperty(metadata)
	if !metadata.HasValue("name") {
		metadata["name"] = resource.NewProperty(in.GetName() + "-" + digest(in.GetName())[:8])
		// All of it: the Go SDK takes an unknown value inside a known object for an empty one.
		outputs["metadata"] = known(resource.NewProperty(metadata))
	}

	if spec := outputs["spec"]; spec.IsObject() && outputs["kind"].IsString() && outputs["kind"].StringValue() == "Service" {
		if kind := spec.ObjectValue()["type"]; kind.IsString() && kind.StringValue() == "LoadBalancer" {
			outputs["status"] = known(resource.NewProperty(resource.PropertyMap{
				"loadBalancer": resource.NewProperty(resource.PropertyMap{
					"ingress": resource.NewProperty([]resource.PropertyValue{
						resource.NewProperty(resource.PropertyMap{"ip": resource.NewProperty("192.0.2.10")}),
					}),
				}),
			}))
		}
	}
	if !metadata["name"].IsString() {
		return in.GetName()
	}
	if namespace := metadata["namespace"]; namespace.IsString() {
		return namespace.StringValue() + "/" + metadata["name"].StringValue()
	}
	return metadata["name"].StringValue()
}

// answerRandom adds the generated values in place, and returns those that are secret. They are the same at every run.
func answerRandom(
	in *pulumirpc.RegisterResourceRequest, outputs resource.PropertyMap,
	known func(resource.PropertyValue) resource.PropertyValue,
) []string {
	length := 16
	if outputs["length"].IsNumber() {
		length = int(outputs["length"].NumberValue())
	}
	text := ("R4nd0m" + strings.Repeat(digest(in.GetType()+in.GetName()), 1+length/64))[:length]
	secret := func(v string) resource.PropertyValue {
		return known(resource.MakeSecret(resource.NewProperty(v)))
	}
	switch in.GetType() {
	case "random:index/randomPassword:RandomPassword":
		outputs["result"], outputs["bcryptHash"] = secret(text), secret("bcrypt-"+text)
		return []string{text}
	case "random:index/randomBytes:RandomBytes":
		encoded, hexed := base64.StdEncoding.EncodeToString([]byte(text)), hex.EncodeToString([]byte(text))
		outputs["base64"], outputs["hex"] = secret(encoded), secret(hexed)
		return []string{text, encoded, hexed}
	default:
		outputs["result"] = known(resource.NewProperty(text))
		return nil
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
