package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rotation is 90 days, the longest that CIS allows.
const rotation = "7776000s"

// keys encrypt the cluster at rest.
type keys struct {
	// secrets is the id of the key of the API server's Secrets, disks that of node disks and volumes.
	secrets, disks pulumi.StringOutput
	// grants without which the keys cannot be used.
	grants        []pulumi.Resource
	projectNumber pulumi.StringOutput
	// ring holds them, and what other services of the platform are encrypted with.
	ring *kms.KeyRing
}

func (b *builder) newKeys(apis []pulumi.Resource) (*keys, error) {
	// The agents' addresses hold the project's number. Only GKE's can be asked for: compute's is not one that this API makes.
	agent, err := projects.NewServiceIdentity(b.ctx, b.name+"-gke-agent", &projects.ServiceIdentityArgs{
		Project: pulumi.String(b.project), Service: pulumi.String("container.googleapis.com"),
	}, b.child(pulumi.DependsOn(apis))...)
	if err != nil {
		return nil, fmt.Errorf("finding GKE's agent: %w", err)
	}
	ring, err := kms.NewKeyRing(b.ctx, b.name+"-keys", &kms.KeyRingArgs{
		Project: pulumi.String(b.project), Location: pulumi.String(b.args.Region),
	}, b.kept(pulumi.DependsOn(apis))...)
	if err != nil {
		return nil, fmt.Errorf("making the key ring: %w", err)
	}
	k := &keys{projectNumber: projectNumber(agent.Email), ring: ring}
	if k.secrets, err = b.newKey(ring, k, "secrets", agent.Email); err != nil {
		return nil, err
	}
	// Compute Engine's agent encrypts node disks and volumes both (cloud.google.com/kubernetes-engine/docs/how-to/using-cmek).
	if k.disks, err = b.newKey(ring, k, "disks", pulumi.Sprintf("service-%s@compute-system.iam.gserviceaccount.com", k.projectNumber)); err != nil {
		return nil, err
	}
	return k, nil
}

// newKey makes a key that one of Google's agents may use, and nobody else, and returns its id.
func (b *builder) newKey(ring *kms.KeyRing, k *keys, purpose string, agent pulumi.StringOutput) (pulumi.StringOutput, error) {
	key, err := kms.NewCryptoKey(b.ctx, b.name+"-"+purpose, &kms.CryptoKeyArgs{
		KeyRing: ring.ID(), RotationPeriod: pulumi.String(rotation), Labels: pulumi.ToStringMap(b.labels),
	}, b.kept()...)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("making the key of %s: %w", purpose, err)
	}
	grant, err := kms.NewCryptoKeyIAMMember(b.ctx, b.name+"-"+purpose, &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: key.ID(),
		Role:        pulumi.String("roles/cloudkms.cryptoKeyEncrypterDecrypter"),
		Member:      pulumi.Sprintf("serviceAccount:%s", agent),
	}, b.child()...)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("granting the key of %s: %w", purpose, err)
	}
	k.grants = append(k.grants, grant)
	return key.ID().ToStringOutput(), nil
}
