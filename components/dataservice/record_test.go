package dataservice

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

type service struct{ pulumi.ResourceState }

func recordProgram(t *testing.T, r Record) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		s := &service{}
		if err := ctx.RegisterComponentResource("plinth:test:Service", "db", s, pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		if _, err := NewRecord(ctx, "db", pulumi.String("data"), Labels("db", "1"), r, pulumi.Parent(s)); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(s, pulumi.Map{})
	}
}

func TestRecordIsGuarded(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, recordProgram(t, Record{Path: "db", Mode: spec.Single, Storage: "10Gi", Version: 17}))
		res := rec.Get(t, "kubernetes:core/v1:ConfigMap", "db-record")
		assert.Equal(t, []string{"db-record"}, res.BeforeUpdate)
		assert.Empty(t, res.BeforeDelete, "a plain destroy would refuse to run")
		object := mocks.As[*corev1.ConfigMap](t, res)
		assert.Equal(t, "db-record", object.Name, "a generated name would replace it, which is no update")
		assert.Empty(t, object.Data, "a change of data would replace it")
		assert.Equal(t, map[string]string{
			"plinth.dev/mode": "single", "plinth.dev/storage": "10Gi", "plinth.dev/version": "17",
		}, object.Annotations)
	})
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	was := Record{Path: "db", Mode: spec.Single, Storage: "10Gi", Version: 17}
	for name, test := range map[string]struct {
		change func(*Record)
		want   []spec.Path
	}{
		"nothing":                {func(*Record) {}, nil},
		"growth":                 {func(r *Record) { r.Storage, r.Version = "10.5Gi", 18 }, nil},
		"same in another unit":   {func(r *Record) { r.Storage = "10240Mi" }, nil},
		"shrink":                 {func(r *Record) { r.Storage = "9999Mi" }, []spec.Path{"db.storage"}},
		"lower version":          {func(r *Record) { r.Version = 16 }, []spec.Path{"db.version"}},
		"all at once":            {func(r *Record) { r.Storage, r.Version, r.Migrate = "1Gi", 15, true }, []spec.Path{"db.storage", "db.version"}},
		"mode":                   {func(r *Record) { r.Mode = spec.HA }, []spec.Path{"db.mode"}},
		"mode with migrate":      {func(r *Record) { r.Mode, r.Migrate, r.Storage = spec.HA, true, "1Gi" }, nil},
		"no size of the user's":  {func(r *Record) { r.Mode, r.Migrate, r.Storage = spec.Managed, true, "" }, nil},
		"a record that was lost": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := mocks.Up(t, recordProgram(t, was)).Get(t, "kubernetes:core/v1:ConfigMap", "db-record").Inputs
			now := was
			if test.change == nil {
				old = map[string]any{}
			} else {
				test.change(&now)
			}
			err := now.refuse(&pulumi.ResourceHookArgs{OldInputs: resource.NewPropertyMapFromMap(old)})
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			var refused *spec.Error
			require.ErrorAs(t, err, &refused)
			var paths []spec.Path
			for _, p := range refused.Problems {
				paths = append(paths, p.Path)
				assert.NotEmpty(t, p.Remedy)
			}
			assert.Equal(t, test.want, paths)
		})
	}
}
