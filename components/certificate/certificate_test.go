package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/tests/mocks"
)

type host struct{ pulumi.ResourceState }

func program(t *testing.T, keep bool) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		h := &host{}
		if err := ctx.RegisterComponentResource("plinth:test:Host", "host", h); err != nil {
			return err
		}
		c, err := New(ctx, "db-tls", &Args{Hosts: []string{"db.data.svc"}, Random: mocks.Random(t, ctx), Keep: keep}, pulumi.Parent(h))
		if err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{"ca": c.CA, "chain": c.Chain, "key": c.Key})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	mocks.Preview(t, program(t, true))
	rec := mocks.Up(t, program(t, true))
	assert.True(t, rec.Get(t, "random:index/randomPassword:RandomPassword", "db-tls-seed").Protect)
	outputs := rec.Get(t, "plinth:test:Host", "host").Outputs
	assert.Contains(t, outputs["ca"], "BEGIN CERTIFICATE", "clients may know it")
	assert.Contains(t, outputs["chain"], "BEGIN CERTIFICATE")
	assert.Contains(t, outputs["key"].(mocks.Secret).Reveal(), "BEGIN PRIVATE KEY")
	assert.False(t, mocks.Up(t, program(t, false)).Get(t, "random:index/randomPassword:RandomPassword", "db-tls-seed").Protect)
}

func TestSameSeedSamePair(t *testing.T) {
	t.Parallel()
	one, err := derive("seed", []string{"a"})
	require.NoError(t, err)
	two, err := derive("seed", []string{"a"})
	require.NoError(t, err)
	assert.Equal(t, one, two, "or every update would have a new one")
	other, err := derive("another", []string{"a"})
	require.NoError(t, err)
	assert.NotEqual(t, one.key, other.key)
	more, err := derive("seed", []string{"a", "b"})
	require.NoError(t, err)
	assert.Equal(t, one.ca, more.ca, "clients need nothing new when the server gets a name")
}

func TestClientsTrustIt(t *testing.T) {
	t.Parallel()
	made, err := derive("seed", []string{"db.data.svc", "*.db-nodes.data.svc"})
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(made.ca)))
	server, err := tls.X509KeyPair([]byte(made.chain), []byte(made.key))
	require.NoError(t, err, "the key must be that of the certificate")

	for name, trusted := range map[string]bool{"db.data.svc": true, "db-0.db-nodes.data.svc": true, "other.data.svc": false} {
		for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
			_, err := server.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, KeyUsages: []x509.ExtKeyUsage{use}})
			assert.Equal(t, trusted, err == nil, "%s: %v", name, err)
		}
	}
}
