package backup

import (
	"fmt"
	"net/url"
	"strings"
)

// remote is a bucket's address as rclone takes it, to be used with the identity that the pod has. The bucket is not looked up, let
// alone made: the identity may do neither. Parameters: rclone.org/s3, /googlecloudstorage and /azureblob.
func remote(bucket, folder string) (string, error) {
	u, err := url.Parse(bucket)
	if err != nil {
		return "", fmt.Errorf("reading the bucket's address: %w", err)
	}
	switch path := strings.Trim(u.Path, "/"); u.Scheme {
	case "s3":
		return fmt.Sprintf(":s3,provider=AWS,env_auth=true,no_check_bucket=true:%s/%s", u.Host, folder), nil
	case "gs":
		return fmt.Sprintf(":gcs,env_auth=true,bucket_policy_only=true,no_check_bucket=true:%s/%s", u.Host, folder), nil
	case "https":
		account, _, azure := strings.Cut(u.Host, ".blob.")
		if azure && path != "" {
			return fmt.Sprintf(":azureblob,env_auth=true,no_check_container=true,account=%s:%s/%s", account, path, folder), nil
		}
	}
	return "", fmt.Errorf("the bucket's address is %q, allowed is s3://name, gs://name or https://account.blob.core.windows.net/name", bucket)
}
