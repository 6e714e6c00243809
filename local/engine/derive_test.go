package engine

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

const stackFile = `secretsprovider: awskms://alias/prod
encryptedkey: bm90IG91cnM=
environment: [team/prod]
config:
  pulumi:disable-default-providers: ["*"]
  plinth:cloud: aws
  plinth:region: eu-central-1
  plinth:cluster:
    version: "1.35"
    context: team-prod
    pools: { system: { cpu: 4, nodes: { min: 3, max: 1000000 } } }
  plinth:secrets:
    values:
      jwt:
        secret: { secure: AAAB }
        other: { generate: 32 }
      list: [ { secure: AAAC } ]
`

func deriveForTest(t *testing.T, text string, theirs config.Decrypter) (*derivation, map[string]any, config.Crypter) {
	t.Helper()
	ours := config.NewSymmetricCrypter(make([]byte, 32))
	d, err := derive(context.Background(), []byte(text), "/laptop/kubeconfig", keys{ours: ours, theirs: theirs, salt: "v1:salt:word", seed: "seed"})
	require.NoError(t, err)
	var file map[string]any
	require.NoError(t, yaml.Unmarshal(d.text, &file))
	return d, file, ours
}

func secretIn(t *testing.T, file map[string]any, crypter config.Decrypter) string {
	t.Helper()
	values := file["config"].(map[string]any)["plinth:secrets"].(map[string]any)["values"].(map[string]any)
	closed := values["jwt"].(map[string]any)["secret"].(map[string]any)["secure"].(string)
	open, err := crypter.DecryptValue(context.Background(), closed)
	require.NoError(t, err)
	return open
}

func TestDeriveTakesTheStackToTheExistingCluster(t *testing.T) {
	t.Parallel()
	d, file, _ := deriveForTest(t, stackFile, nil)
	settings := file["config"].(map[string]any)
	assert.Equal(t, "existing", settings["plinth:cloud"])
	assert.NotContains(t, settings, "plinth:region")
	assert.Equal(t, []any{"*"}, settings["pulumi:disable-default-providers"])
	cluster := settings["plinth:cluster"].(map[string]any)
	assert.NotContains(t, cluster, "context", "a context of the user's own kubeconfig is none of the embedded cluster's")
	assert.Equal(t, "/laptop/kubeconfig", cluster["kubeconfig"], "named, so that the user's own $KUBECONFIG is not looked at")
	assert.Equal(t, "1.35", cluster["version"])
	assert.Contains(t, string(d.text), "max: 1000000", "numbers stay as they are written")
	for _, key := range []string{"secretsprovider", "encryptedkey", "environment"} {
		assert.NotContains(t, file, key)
	}
	assert.Equal(t, "v1:salt:word", file["encryptionsalt"])
	assert.Len(t, d.dropped, 1)
}

func TestDeriveGivesClosedSecretsStandIns(t *testing.T) {
	t.Parallel()
	d, file, crypter := deriveForTest(t, stackFile, nil)
	assert.Equal(t, 2, d.standIns)
	assert.Zero(t, d.decrypted)
	first := secretIn(t, file, crypter)
	assert.Len(t, first, 40)
	assert.NotContains(t, string(d.text), first, "a stand-in is encrypted in the file")

	_, again, crypter := deriveForTest(t, stackFile, nil)
	assert.Equal(t, first, secretIn(t, again, crypter), "a stand-in must not change from run to run")
}

func TestDeriveKeepsSecretsThatCanBeOpened(t *testing.T) {
	t.Parallel()
	theirs := config.NewSymmetricCrypter([]byte("0123456789abcdef0123456789abcdef"))
	closed, err := theirs.EncryptValue(context.Background(), "swordfish")
	require.NoError(t, err)
	text := "config:\n  plinth:secrets: { values: { jwt: { secret: { secure: \"" + closed + "\" } } } }\n"
	d, file, crypter := deriveForTest(t, text, theirs)
	assert.Equal(t, 1, d.decrypted)
	assert.Zero(t, d.standIns)
	assert.Equal(t, "swordfish", secretIn(t, file, crypter))
}

func TestDeriveRefusesWhatIsNoMapping(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"- a\n", "a: [\n"} {
		_, err := derive(context.Background(), []byte(text), "/laptop/kubeconfig", keys{ours: config.NewSymmetricCrypter(make([]byte, 32))})
		assert.Error(t, err, text)
	}
}

func TestSaltOpensWithItsPassphraseOnly(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	state, crypter, err := newSalt(ctx, "right")
	require.NoError(t, err)
	closed, err := crypter.EncryptValue(ctx, "value")
	require.NoError(t, err)

	opened, err := openSalt(ctx, "right", state)
	require.NoError(t, err)
	value, err := opened.DecryptValue(ctx, closed)
	require.NoError(t, err)
	assert.Equal(t, "value", value)

	_, err = openSalt(ctx, "wrong", state)
	assert.Error(t, err)
	_, err = openSalt(ctx, "right", "")
	assert.Error(t, err)
}

func TestDeriveReplacesWhatACloudRuns(t *testing.T) {
	t.Parallel()
	d, file, _ := deriveForTest(t, `config:
  plinth:cloud: aws
  plinth:postgres: { mode: managed, version: 18, cpu: 16, memory: 64Gi, storage: 1Ti, rotate: 2, database: orders }
  plinth:redis: { mode: ha, memory: 1Gi }
  plinth:rabbitmq: { mode: managed, queues: [ { name: a } ] }
`, nil)
	settings := file["config"].(map[string]any)
	assert.Equal(t, map[string]any{"mode": "single", "version": 18, "database": "orders"}, settings["plinth:postgres"])
	assert.Equal(t, map[string]any{"mode": "ha", "memory": "1Gi"}, settings["plinth:redis"])
	assert.Equal(t, map[string]any{"mode": "single", "queues": []any{map[string]any{"name": "a"}}}, settings["plinth:rabbitmq"])
	assert.Len(t, d.dropped, 2, "it is said")
}
