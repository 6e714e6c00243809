package backup

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/dataservice"
)

// FetchArgs say which file of a backup is fetched.
type FetchArgs struct {
	// Bucket of the backup.
	Bucket *cluster.Bucket
	// Name that New made the backup under.
	Name string
	// NotAfter is a file's name: the last file in the order of names that does not come after it is taken. Empty for the last one.
	NotAfter string
	// To is the path that the file is copied to.
	To string
	// Unless is a path: where something is there, nothing is fetched.
	Unless string
}

// Where there is no such file, the log names those that there are.
const fetch = `set -eu
test ! -e "$UNLESS" || exit 0
export RCLONE_S3_REGION="${AWS_REGION:-}"
files="$(rclone lsf --config= --files-only "$FROM" | sort)"
file="$(echo "$files" | awk -v last="$NOT_AFTER" 'last == "" || $0 "" <= last ""' | tail -n 1)"
if test -z "$file"; then
	echo "No backup in $FROM is as old as $NOT_AFTER. There are:"
	echo "$files"
	exit 1
fi
exec rclone copyto --config= --ignore-checksum --log-level=INFO "$FROM/$file" "$TO"`

// Fetch is a container that fetches a file under the identity of its pod, which must be allowed to read the bucket. The caller
// adds what To and Unless are mounted from.
func Fetch(args *FetchArgs) corev1.ContainerArgs {
	from := args.Bucket.URL.ApplyT(func(url string) (string, error) { return remote(url, args.Name) }).(pulumi.StringOutput)
	env := corev1.EnvVarArray{corev1.EnvVarArgs{Name: pulumi.String("FROM"), Value: from}}
	for _, v := range []struct{ name, value string }{{"NOT_AFTER", args.NotAfter}, {"TO", args.To}, {"UNLESS", args.Unless}} {
		env = append(env, corev1.EnvVarArgs{Name: pulumi.String(v.name), Value: pulumi.String(v.value)})
	}
	return corev1.ContainerArgs{
		Name: pulumi.String("fetch"), Image: pulumi.String(uploadImage),
		Command:   pulumi.ToStringArray([]string{"sh", "-c", fetch}),
		Env:       env,
		Resources: dataservice.Resources("50m", "256Mi"),
	}
}
