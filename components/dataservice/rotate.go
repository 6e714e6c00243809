package dataservice

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NewRotatedPassword is NewPassword for a server that takes another password at any time, from outside: each change of rotation
// makes one, and 0 is the first. It is not protected, as a protected one could not be replaced, and the loss of it loses nothing:
// the next is set in its place. It fails only where the registration does.
func NewRotatedPassword(ctx *pulumi.Context, name string, rotation int, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	args := &random.RandomPasswordArgs{Length: pulumi.Int(passwordLength), Special: pulumi.Bool(false)}
	if rotation > 0 {
		args.Keepers = pulumi.StringMap{"rotation": pulumi.String(strconv.Itoa(rotation))}
	}
	password, err := random.NewRandomPassword(ctx, name, args, opts...)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("making the password %s: %w", name, err)
	}
	return password.Result, nil
}
