package postgres

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/spec"
)

// OtherBucket is that of another stack's backups, on the same cloud and, on aws, in the same region. Whoever deploys must be allowed
// to give access to it; on azure its storage account must let this cluster's subnet in.
type OtherBucket struct {
	// URL of the bucket: s3://name, gs://name or https://account.blob.core.windows.net/data.
	URL string `json:"url"`
	// Key is the ARN of the other stack's data key, which encrypts the backups. Only on aws.
	Key string `json:"key,omitempty"`
	// ID is the container's resource id, /subscriptions/.../blobServices/default/containers/data. Only on azure.
	ID string `json:"id,omitempty"`
}

// Scheme of the address tells the cloud: s3, gs or https. It is empty where the address is malformed.
func (o OtherBucket) Scheme() string {
	u, err := url.Parse(o.URL)
	if err != nil {
		return ""
	}
	container := strings.Trim(u.Path, "/")
	switch u.Scheme {
	case "s3", "gs":
		if u.Host != "" && container == "" {
			return u.Scheme
		}
	case "https":
		if strings.Contains(u.Host, ".blob.") && container != "" && !strings.Contains(container, "/") {
			return u.Scheme
		}
	}
	return ""
}

// name of the bucket; on azure the container's.
func (o OtherBucket) name() string { return o.URL[strings.LastIndex(o.URL, "/")+1:] }

var (
	keyARN      = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$`)
	containerID = regexp.MustCompile(`(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Storage/storageAccounts/([^/]+)/blobServices/default/containers/([^/]+)$`)
)

func (o OtherBucket) validate(path spec.Path, problems *spec.Problems) {
	scheme := o.Scheme()
	if scheme == "" {
		problems.Add(path.Key("url"), orNil(o.URL), "a bucket's address: s3://name, gs://name or https://account.blob.core.windows.net/data",
			"look it up among the other stack's resources; the folder in it is named in from")
		return
	}
	if (scheme == "s3") != (o.Key != "") || scheme == "s3" && !keyARN.MatchString(o.Key) {
		problems.Add(path.Key("key"), orNil(o.Key), "the ARN of the key that encrypts the bucket on aws, such as arn:aws:kms:eu-central-1:111122223333:key/1234, and none on other clouds",
			"look it up in the bucket's default encryption")
	}
	if (scheme == "https") != (o.ID != "") || scheme == "https" && !o.isOf(containerID.FindStringSubmatch(o.ID)) {
		problems.Add(path.Key("id"), orNil(o.ID), "the resource id of the container at the url on azure, and none on other clouds",
			"look it up: az storage container-rm show --storage-account <account> --name <container> --query id")
	}
}

// isOf tells whether the account and the container of an id are those of the address.
func (o OtherBucket) isOf(id []string) bool {
	return len(id) == 3 && strings.HasPrefix(o.URL, "https://"+id[1]+".blob.") && o.name() == id[2]
}

// bucket is the same for who gives access to it and reads from it.
func (o OtherBucket) bucket() *cluster.Bucket {
	id := map[string]string{"s3": "arn:aws:s3:::" + o.name(), "gs": o.name(), "https": o.ID}[o.Scheme()]
	return &cluster.Bucket{
		Name: pulumi.String(o.name()).ToStringOutput(), URL: pulumi.String(strings.TrimSuffix(o.URL, "/")).ToStringOutput(),
		ID: pulumi.String(id).ToStringOutput(),
	}
}

// access is what reading from it takes.
func (o OtherBucket) access() []cluster.Access {
	all := []cluster.Access{{Bucket: o.bucket()}}
	if o.Key != "" {
		all = append(all, cluster.Access{Key: pulumi.String(o.Key)})
	}
	return all
}

// other is the bucket of another stack that is recovered from; nil where there is none.
func (b *builder) other() *OtherBucket {
	if !b.recovers() {
		return nil
	}
	return b.spec.Recover.Bucket
}
