package cluster

import (
	"regexp"
	"strings"

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

// identities are whom each cloud takes as administrators, what to do about any other, and why there has to be one.
var identities = map[string]struct {
	form                    *regexp.Regexp
	allowed, remedy, needed string
}{
	"aws": {
		regexp.MustCompile(`^arn:aws:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+$`),
		"the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/deploy (a session's is not)", "name the role itself",
		"name the role that deploys: EKS lets nobody else in",
	},
	"gcp": {
		regexp.MustCompile(`^(user|group|serviceAccount):[^@\s]+@[^@\s]+$`),
		"user:, group: or serviceAccount: and an address, such as group:ops@example.com", "write it in that form", "",
	},
	"azure": {
		regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
		"the object id of an Entra group, such as 11111111-2222-3333-4444-555555555555",
		"look it up: az ad group show --group <name> --query id",
		"name a group that whoever deploys is a member of: with local accounts off nobody else gets in",
	},
}

// Validate reports administrators whom their cloud does not know by that form, and none where the cluster's own cloud asks for one.
func (a Admins) Validate(path spec.Path, cloud string, problems *spec.Problems) {
	if identity := identities[cloud]; len(a.Of(cloud)) == 0 && identity.needed != "" {
		problems.Add(path.Key(cloud), nil, identity.allowed+", at least one", identity.needed)
	}
	for _, of := range []string{"aws", "gcp", "azure"} {
		CheckAdmins(path.Key(of), of, a.Of(of), problems)
	}
}

// CheckAdmins reports administrators of aws, gcp or azure that stand there twice, whom it does not know by that form, and groups of
// more than one domain on gcp.
func CheckAdmins(path spec.Path, cloud string, admins []string, problems *spec.Problems) {
	problems.CheckUnique(path, admins)
	for i, admin := range admins {
		if !identities[cloud].form.MatchString(admin) {
			problems.Add(path.Index(i), admin, identities[cloud].allowed, identities[cloud].remedy)
		}
	}
	first := GroupsDomain(admins)
	for i, admin := range admins {
		if domain := groupDomain(admin); domain != "" && domain != first && cloud == "gcp" {
			problems.Add(path.Index(i), admin, "groups of one domain, "+first+", as GKE knows the groups of one only", "use a group of that domain")
		}
	}
}

// GroupsDomain returns the domain of the first group among members of gcp; empty where there is none.
func GroupsDomain(members []string) string {
	for _, member := range members {
		if domain := groupDomain(member); domain != "" {
			return domain
		}
	}
	return ""
}

// groupDomain is empty for a member that is no group.
func groupDomain(member string) string {
	group, domain, _ := strings.Cut(member, "@")
	if !strings.HasPrefix(group, "group:") {
		return ""
	}
	return domain
}
