package cluster

import (
	"regexp"

	"github.com/plinth-iac/plinth/components/spec"
)

// Admins are who administers a cluster, by cloud, so that the cloud can change and the file stay. Each is the cloud's own identity.
type Admins struct {
	// AWS are ARNs of IAM roles or users, such as arn:aws:iam::111122223333:role/deploy; whoever deploys must be among them. At least
	// one where the cloud is aws.
	AWS []string `json:"aws,omitempty"`
	// GCP are members, such as group:ops@example.com. Whoever made the project administers it anyway.
	GCP []string `json:"gcp,omitempty"`
	// Azure are object ids of Entra groups; whoever deploys must be in one of them. At least one where the cloud is azure.
	Azure []string `json:"azure,omitempty"`
}

// Of returns the administrators on one cloud; none on an existing cluster.
func (a Admins) Of(cloud string) []string {
	return map[string][]string{"aws": a.AWS, "gcp": a.GCP, "azure": a.Azure}[cloud]
}

// identities are whom each cloud takes as administrators, and whether there has to be one.
var identities = map[string]struct {
	form    *regexp.Regexp
	allowed string
	needed  string
}{
	"aws": {
		regexp.MustCompile(`^arn:aws:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+$`),
		"the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/deploy (a session's is not)",
		"name the role that deploys: EKS lets nobody else in",
	},
	"gcp": {
		regexp.MustCompile(`^(user|group|serviceAccount):[^@\s]+@[^@\s]+$`),
		"user:, group: or serviceAccount: and an address, such as group:ops@example.com", "",
	},
	"azure": {
		regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
		"the object id of an Entra group, such as 11111111-2222-3333-4444-555555555555",
		"name a group that whoever deploys is a member of: with local accounts off nobody else gets in",
	},
}

// IsAdmin tells whether aws, gcp or azure knows administrators by that form.
func IsAdmin(cloud, identity string) bool { return identities[cloud].form.MatchString(identity) }

// Validate reports administrators whom their cloud does not know by that form, and none where the cluster's own cloud asks for one.
func (a Admins) Validate(path spec.Path, cloud string, problems *spec.Problems) {
	if identity := identities[cloud]; len(a.Of(cloud)) == 0 && identity.needed != "" {
		problems.Add(path.Key(cloud), nil, identity.allowed+", at least one", identity.needed)
	}
	for _, of := range []string{"aws", "gcp", "azure"} {
		problems.CheckUnique(path.Key(of), a.Of(of))
		for i, admin := range a.Of(of) {
			if !IsAdmin(of, admin) {
				problems.Add(path.Key(of).Index(i), admin, identities[of].allowed, "write it in that form")
			}
		}
	}
}
