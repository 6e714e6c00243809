package provider

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// HideSecrets takes the secrets in props out of a text: the API server, Helm and charts quote values in their errors.
func HideSecrets(text string, props resource.PropertyMap) string {
	secrets := secretsIn(resource.NewObjectProperty(props), false)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // one may be part of another
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, "[secret]")
		text = strings.ReplaceAll(text, base64.StdEncoding.EncodeToString([]byte(secret)), "[secret]")
	}
	return text
}

// Hide takes the secrets in props out of an error, if there is one. The cause is dropped, as it still tells.
func Hide(err error, props resource.PropertyMap) error {
	if err == nil {
		return nil
	}
	return errors.New(HideSecrets(err.Error(), props))
}

func secretsIn(v resource.PropertyValue, within bool) (found []string) {
	switch {
	case v.IsSecret():
		return secretsIn(v.SecretValue().Element, true)
	case v.IsString() && within && v.StringValue() != "":
		return []string{v.StringValue()}
	case v.IsObject():
		for _, item := range v.ObjectValue() {
			found = append(found, secretsIn(item, within)...)
		}
	case v.IsArray():
		for _, item := range v.ArrayValue() {
			found = append(found, secretsIn(item, within)...)
		}
	}
	return found
}
