package certmanager

import (
	"net/mail"

	"github.com/plinth-iac/plinth/components/spec"
)

// Issuer is who signs certificates.
type Issuer string

const (
	// LetsEncrypt is trusted by browsers. It issues at most 50 certificates for a domain in a week.
	LetsEncrypt Issuer = "letsencrypt"
	// Staging is Let's Encrypt for trying out: the same way to a certificate, no such limits, and no browser trusts it.
	Staging Issuer = "letsencrypt-staging"
	// Private is a CA in the cluster, for domains that the internet does not reach. Clients have to be told to trust it.
	Private Issuer = "private"
)

// Spec is what a stack file says of certificates.
type Spec struct {
	// Enabled has certificates issued. Default true in stage and prod.
	Enabled *bool `json:"enabled,omitempty"`
	// Install is false where cert-manager is in the cluster already. Default true.
	Install *bool `json:"install,omitempty"`
	// Issuer of the routes' certificates. Default letsencrypt in prod and letsencrypt-staging elsewhere, and private on an existing
	// cluster.
	Issuer Issuer `json:"issuer,omitempty" jsonschema:"enum=letsencrypt,enum=letsencrypt-staging,enum=private"`
	// Email that Let's Encrypt writes to about the account. Default none.
	Email string `json:"email,omitempty" jsonschema:"example=ops@example.com"`
}

// Complete fills in what the stack file left out; issuer is the environment's own default.
func (s Spec) Complete(issuer Issuer) Spec {
	if s.Enabled == nil {
		s.Enabled = new(false)
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	if s.Issuer == "" {
		s.Issuer = issuer
	}
	return s
}

// Validate reports what a schema cannot say.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	if s.Email == "" {
		return
	}
	if address, err := mail.ParseAddress(s.Email); err != nil || address.Address != s.Email {
		problems.Add(path.Key("email"), s.Email, "an e-mail address, such as ops@example.com", "write the address alone")
	}
}
