package certmanager

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/network"
)

const apiVersion = "cert-manager.io/v1"

// servers are Let's Encrypt's: https://letsencrypt.org/docs/acme-protocol-updates and /docs/staging-environment.
var servers = map[Issuer]string{
	LetsEncrypt: "https://acme-v02.api.letsencrypt.org/directory",
	Staging:     "https://acme-staging-v02.api.letsencrypt.org/directory",
}

// solver is what pods that answer Let's Encrypt are labelled with, and the port that they listen on.
const (
	solver     = "acme-solver"
	solverPort = 8089
)

func (b *builder) issuers(program *charts.Installation, identity *cluster.Identity) ([]pulumi.Resource, error) {
	if b.args.Simulated {
		return nil, nil
	}
	after := pulumi.DependsOn(program.Ready)
	if b.args.Spec.Issuer == Private {
		return b.private(program, after)
	}
	solving, made, err := b.solving(identity)
	if err != nil {
		return nil, err
	}
	for _, issuer := range []Issuer{LetsEncrypt, Staging} {
		acme := pulumi.Map{
			"server": pulumi.String(servers[issuer]), "solvers": pulumi.MapArray{solving},
			"privateKeySecretRef": pulumi.Map{"name": pulumi.String(issuer) + "-account"},
		}
		if b.args.Spec.Email != "" {
			acme["email"] = pulumi.String(b.args.Spec.Email)
		}
		object, err := b.issuer(issuer, pulumi.Map{"acme": acme}, after)
		if err != nil {
			return nil, err
		}
		made = append(made, object)
	}
	return made, nil
}

func (b *builder) issuer(issuer Issuer, spec pulumi.Map, after pulumi.ResourceOption) (pulumi.Resource, error) {
	return custom.New(b.ctx, b.name+"-"+string(issuer), &custom.Object{
		APIVersion: apiVersion, Kind: "ClusterIssuer", Name: string(issuer), Spec: spec,
	}, b.parent, after)
}

// private makes a CA of ten years that signs itself, and the issuer that signs with it. Its key stays in cert-manager's namespace.
func (b *builder) private(program *charts.Installation, after pulumi.ResourceOption) ([]pulumi.Resource, error) {
	const secret = "private-ca"
	self, err := b.issuer(Private+"-root", pulumi.Map{"selfSigned": pulumi.Map{}}, after)
	if err != nil {
		return nil, err
	}
	ca, err := custom.New(b.ctx, b.name+"-ca", &custom.Object{
		APIVersion: apiVersion, Kind: "Certificate", Name: secret, Namespace: program.Namespace,
		Spec: pulumi.Map{
			"isCA": pulumi.Bool(true), "commonName": pulumi.String("Plinth private CA"), "secretName": pulumi.String(secret),
			"duration": pulumi.String("87600h"), "renewBefore": pulumi.String("8760h"),
			// Who trusts the CA knows its key: a new one would be another CA.
			"privateKey": pulumi.Map{
				"algorithm": pulumi.String("ECDSA"), "size": pulumi.Int(256), "rotationPolicy": pulumi.String("Never"),
			},
			"issuerRef": reference(Private + "-root"),
		},
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{self}))
	if err != nil {
		return nil, err
	}
	issuer, err := b.issuer(Private, pulumi.Map{"ca": pulumi.Map{"secretName": pulumi.String(secret)}}, pulumi.DependsOn([]pulumi.Resource{ca}))
	return []pulumi.Resource{issuer}, err
}

func reference(issuer Issuer) pulumi.Map {
	return pulumi.Map{"group": pulumi.String("cert-manager.io"), "kind": pulumi.String("ClusterIssuer"), "name": pulumi.String(issuer)}
}

// solving is how domains are proved, with what has to be made for it.
func (b *builder) solving(identity *cluster.Identity) (pulumi.Map, []pulumi.Resource, error) {
	if zone := b.args.Zone; zone != nil {
		return pulumi.Map{
			"dns01": throughZone(zone, identity), "selector": pulumi.Map{"dnsZones": pulumi.ToStringArray([]string{zone.Domain})},
		}, nil, nil
	}
	gateway := b.args.Gateway
	if gateway == nil {
		return nil, nil, errors.New("nothing can show Let's Encrypt that the domain is ours, neither a zone of DNS nor a gateway: " +
			"set plinth:dns.zone, enable plinth:gateway, or set plinth:certificates.issuer to private")
	}
	in, err := network.Allow(b.ctx, b.name+"-"+solver, &network.Rules{
		Namespace: pulumi.String(gateway.Namespace), App: solver, Ports: []int{solverPort}, From: []network.Peer{gateway.Proxies},
	}, b.parent)
	if err != nil {
		return nil, nil, err
	}
	out, err := network.Allow(b.ctx, b.name+"-"+solver+"-out", &network.Rules{
		Namespace: pulumi.String(gateway.Proxies.Namespace), App: gateway.Proxies.App,
		To: []network.Peer{{Namespace: gateway.Namespace, App: solver, Ports: []int{solverPort}}},
	}, b.parent)
	if err != nil {
		return nil, nil, err
	}
	return pulumi.Map{"http01": pulumi.Map{"gatewayHTTPRoute": pulumi.Map{
		"parentRefs": pulumi.MapArray{pulumi.Map{
			"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String("Gateway"),
			"namespace": pulumi.String(gateway.Namespace), "name": pulumi.String(gateway.Name), "sectionName": pulumi.String(gateway.Listener),
		}},
		"serviceType": pulumi.String("ClusterIP"),
		"podTemplate": pulumi.Map{"metadata": pulumi.Map{"labels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(solver)}}},
	}}}, []pulumi.Resource{in, out}, nil
}

// throughZone has no credentials: cert-manager takes those that its pods have as their cloud identity.
func throughZone(zone *cluster.Zone, identity *cluster.Identity) pulumi.Map {
	switch zone.Cloud {
	case "gcp":
		return pulumi.Map{"cloudDNS": pulumi.Map{"project": pulumi.String(zone.Project), "hostedZoneName": pulumi.String(zone.ID)}}
	case "azure":
		return pulumi.Map{"azureDNS": pulumi.Map{
			"subscriptionID": pulumi.String(zone.Subscription), "resourceGroupName": pulumi.String(zone.ResourceGroup),
			"hostedZoneName":  pulumi.String(zone.Domain),
			"managedIdentity": pulumi.Map{"clientID": identity.Annotations["azure.workload.identity/client-id"]},
		}}
	default:
		return pulumi.Map{"route53": pulumi.Map{"hostedZoneID": pulumi.String(zone.ID)}}
	}
}
