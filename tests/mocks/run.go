package mocks

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// Option changes how a program is run.
type Option func(*options)

type options struct {
	project, stack string
	config         map[string]string
	secretKeys     []string
	secrets        []string
	without        []Check
	dryRun         bool
	outputs        map[string]func(name string) map[string]any
	functions      map[string]map[string]any
}

// WithConfig gives the program its configuration by full key ("plinth:cloud"); structured values are JSON.
func WithConfig(config map[string]string) Option {
	return func(o *options) { maps.Copy(o.config, config) }
}

// WithSecretKeys marks configuration keys as secret. Their whole values become known secrets.
func WithSecretKeys(keys ...string) Option {
	return func(o *options) { o.secretKeys = append(o.secretKeys, keys...) }
}

// WithSecrets tells of values that must not appear outside a secret, beside those of secret configuration keys and of
// random resources. Each must be at least 6 characters long and like nothing else in the program.
func WithSecrets(values ...string) Option {
	return func(o *options) { o.secrets = append(o.secrets, values...) }
}

// WithStack names the stack. Default "dev".
func WithStack(name string) Option { return func(o *options) { o.stack = name } }

// WithProject names the project. Default "plinth".
func WithProject(name string) Option { return func(o *options) { o.project = name } }

// Without switches built-in checks off.
func Without(checks ...Check) Option {
	return func(o *options) { o.without = append(o.without, checks...) }
}

// Up runs the program as `pulumi up` of a new stack would, and fails the test where that fails or a check does.
func Up(t testing.TB, program pulumi.RunFunc, opts ...Option) *Recording {
	t.Helper()
	return succeed(t, program, opts)
}

// Preview runs the program as `pulumi preview` of a new stack would: what only a provider knows is unknown.
func Preview(t testing.TB, program pulumi.RunFunc, opts ...Option) *Recording {
	t.Helper()
	return succeed(t, program, append(slices.Clip(opts), preview))
}

// Fail runs a program that must fail, in a preview, and returns its error. It fails the test where the program succeeds.
func Fail(t testing.TB, program pulumi.RunFunc, opts ...Option) error {
	t.Helper()
	_, err := run(t, program, append(slices.Clip(opts), preview))
	require.Error(t, err, "the program succeeded, and should have failed")
	return err
}

// Modes runs a subtest in up and one in preview, for what must hold in both.
func Modes(t *testing.T, test func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...Option) *Recording)) {
	t.Helper()
	t.Run("up", func(t *testing.T) { t.Parallel(); test(t, Up) })
	t.Run("preview", func(t *testing.T) { t.Parallel(); test(t, Preview) })
}

func preview(o *options) { o.dryRun = true }

func succeed(t testing.TB, program pulumi.RunFunc, opts []Option) *Recording {
	t.Helper()
	rec, err := run(t, program, opts)
	require.NoError(t, err)
	for _, violation := range rec.violations() {
		t.Error(violation)
	}
	if t.Failed() {
		t.FailNow()
	}
	return rec
}

func run(t testing.TB, program pulumi.RunFunc, opts []Option) (*Recording, error) {
	t.Helper()
	o := options{project: "plinth", stack: "dev", config: map[string]string{}}
	for _, opt := range opts {
		opt(&o)
	}
	for _, key := range o.secretKeys {
		o.secrets = append(o.secrets, o.config[key])
	}

	m := &monitor{options: o, rec: &Recording{options: o}}
	stop := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterResourceMonitorServer(s, m)
			pulumirpc.RegisterEngineServer(s, &engine{rec: m.rec})
			return nil
		},
	})
	require.NoError(t, err, "starting the pretend engine")
	address := fmt.Sprintf("127.0.0.1:%d", server.Port)

	runErr := pulumi.RunErr(program, func(info *pulumi.RunInfo) {
		*info = pulumi.RunInfo{
			Project: o.project, Stack: o.stack, Organization: "organization",
			Config: o.config, ConfigSecretKeys: o.secretKeys,
			DryRun: o.dryRun, Parallel: 16, MonitorAddr: address, EngineAddr: address,
		}
	})
	close(stop)
	require.NoError(t, <-server.Done, "stopping the pretend engine")
	return m.rec, runErr
}
