package dataservice

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// passwordLength in characters: 32 of 62 letters and digits are 190 bits.
const passwordLength = 32

// NewPassword makes a random password of 32 letters and digits, so that it needs no escaping in a URI, and keeps it for as
// long as the resource is kept. keep protects it from being destroyed: the data on a kept disk is worth little without it.
// opts must carry the parent and the `random` provider. It fails only where the registration does.
func NewPassword(ctx *pulumi.Context, name string, keep bool, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	password, err := random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{
		Length:  pulumi.Int(passwordLength),
		Special: pulumi.Bool(false),
	}, slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(keep)})...)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("making the password %s: %w", name, err)
	}
	return password.Result, nil
}
