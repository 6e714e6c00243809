package certmanager

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/custom"
)

// Certificate is one to be issued, and renewed for as long as it is there.
type Certificate struct {
	// Name of the object.
	Name string
	// Namespace that it is made in, and its Secret.
	Namespace pulumi.StringInput
	// Hosts it is for; one may begin with *. where CertManager.Wildcards.
	Hosts []string
	// Secret that certificate and key are kept in, as tls.crt and tls.key.
	Secret string
}

// NewCertificate registers a certificate that CertManager.Issuer signs. Its key changes at every renewal. Nothing waits for the
// issuance, which takes a minute or two and may need the gateway to be there. It fails where there are no hosts, and
// where the registration does.
func (c *CertManager) NewCertificate(
	ctx *pulumi.Context, name string, certificate *Certificate, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	if len(certificate.Hosts) == 0 {
		return nil, errors.New("certificate " + name + " is for no hosts: name at least one")
	}
	return custom.New(ctx, name, &custom.Object{
		APIVersion: apiVersion, Kind: "Certificate", Name: certificate.Name, Namespace: certificate.Namespace,
		Spec: pulumi.Map{
			"secretName": pulumi.String(certificate.Secret), "dnsNames": pulumi.ToStringArray(certificate.Hosts),
			"privateKey": pulumi.Map{
				"algorithm": pulumi.String("ECDSA"), "size": pulumi.Int(256), "rotationPolicy": pulumi.String("Always"),
			},
			"usages":    pulumi.ToStringArray([]string{"digital signature", "server auth"}),
			"issuerRef": reference(c.Issuer),
		},
	}, append(opts, pulumi.DependsOn(c.Ready))...)
}
