// Package custom makes custom resources: objects whose kinds an operator's chart brings.
//
//	issuer, err := custom.New(ctx, "letsencrypt", &custom.Object{
//		APIVersion: "cert-manager.io/v1", Kind: "ClusterIssuer", Name: "letsencrypt", Spec: pulumi.Map{"acme": acme},
//	}, pulumi.Parent(self), pulumi.DependsOn(certManager.Ready))
//
// Each call registers one resource. The definition must be there by then: depend on what brings it. Package tests/crds checks in
// tests that it would accept the object.
package custom
