package managed

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/components/spec"
)

// TestTable looks for a slip of the pen in classes.csv: a class twice, nonsense amounts, or one that an earlier and so cheaper one
// outdoes in everything, so that it would never be picked.
func TestTable(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, classes())
	seen := map[string]bool{}
	for i, c := range classes() {
		assert.False(t, seen[c.name], "%s is there twice", c.name)
		seen[c.name] = true
		assert.Positive(t, c.cpu.Cmp(resource.MustParse("100m")), c.name)
		gib := c.memory.Value() >> 28 // quarters of a GiB
		assert.True(t, gib >= 2 && gib <= 4*1024, "%s has %d MiB", c.name, c.memory.Value()>>20)
		for _, cheaper := range classes()[:i] {
			if cheaper.cloud == c.cloud && cheaper.service == c.service && (cheaper.spread || !c.spread) {
				assert.False(t, cheaper.cpu.Cmp(c.cpu) >= 0 && cheaper.memory.Cmp(c.memory) >= 0, "%s is never picked, as %s has as much", c.name, cheaper.name)
			}
		}
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud, service string
		size           Size
		spread         bool
		want           string
	}{
		"default on aws":               {"aws", "postgres", Size{"250m", "512Mi"}, false, "db.t4g.small"},
		"cores that are always there":  {"aws", "postgres", Size{"1", "1Gi"}, false, "db.m7g.large"},
		"memory before cores":          {"aws", "postgres", Size{"2", "16Gi"}, true, "db.r7g.large"},
		"exactly":                      {"aws", "postgres", Size{"4", "16Gi"}, true, "db.m7g.xlarge"},
		"biggest":                      {"aws", "postgres", Size{"64", "512Gi"}, true, "db.r7g.16xlarge"},
		"cache":                        {"aws", "redis", Size{"100m", "256Mi"}, true, "cache.t4g.micro"},
		"a cache has less than it has": {"aws", "redis", Size{"100m", "13.1Gi"}, true, "cache.r7g.xlarge"},
		"one broker":                   {"aws", "rabbitmq", Size{"250m", "512Mi"}, false, "mq.m7g.medium"},
		"brokers over zones":           {"aws", "rabbitmq", Size{"250m", "512Mi"}, true, "mq.m7g.large"},
		"default on gcp":               {"gcp", "postgres", Size{"250m", "512Mi"}, true, "db-custom-1-3840"},
		"a little more":                {"gcp", "postgres", Size{"1", "4Gi"}, true, "db-custom-2-7680"},
		"without a standby on azure":   {"azure", "postgres", Size{"250m", "512Mi"}, false, "Standard_B2s"},
		"with a standby on azure":      {"azure", "postgres", Size{"250m", "512Mi"}, true, "Standard_D2ds_v5"},
		"redis on azure":               {"azure", "redis", Size{"4", "6Gi"}, true, "Balanced_B10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			assert.Equal(t, test.want, Pick("x", test.cloud, test.service, test.size, test.spread, &problems))
			assert.Empty(t, problems.Errors)
		})
	}
}

func TestPickRefuses(t *testing.T) {
	t.Parallel()
	var problems spec.Problems
	assert.Empty(t, Pick("redis", "azure", "redis", Size{"1", "121Gi"}, true, &problems))
	require.Len(t, problems.Errors, 1)
	assert.Equal(t, spec.Problem{
		Path: "redis", Found: `"cpu 1, memory 121Gi"`, Allowed: "at most cpu 32 and memory 120Gi on azure, as Balanced_B100",
		Remedy: "lower cpu or memory, or use mode: ha on a pool of bigger machines",
	}, problems.Errors[0])
}

func TestGigabytes(t *testing.T) {
	t.Parallel()
	for memory, want := range map[spec.Quantity]int{"256Mi": 1, "1Gi": 1, "1025Mi": 2, "1.5Gi": 2, "300Gi": 300} {
		var problems spec.Problems
		assert.Equal(t, want, Gigabytes("redis", Size{Memory: memory}, &problems), memory)
		assert.Empty(t, problems.Errors)
	}
	var problems spec.Problems
	Gigabytes("redis", Size{Memory: "301Gi"}, &problems)
	require.Len(t, problems.Errors, 1)
	assert.Equal(t, spec.Path("redis.memory"), problems.Errors[0].Path)
}

func TestPlaceStorage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud   string
		storage spec.Quantity
		want    [2]int // at first, and at most
	}{
		"smallest on aws":      {"aws", "1Gi", [2]int{20, 40}},
		"as asked on aws":      {"aws", "100Gi", [2]int{100, 200}},
		"rounded up":           {"aws", "100.5Gi", [2]int{101, 202}},
		"no more than aws has": {"aws", "40Ti", [2]int{40960, 65536}},
		"smallest on gcp":      {"gcp", "1Gi", [2]int{10, 20}},
		"smallest on azure":    {"azure", "10Gi", [2]int{32, 64}},
		"next size on azure":   {"azure", "129Gi", [2]int{256, 512}},
		"a size of azure":      {"azure", "512Gi", [2]int{512, 1024}},
		"biggest on azure":     {"azure", "32767Gi", [2]int{32767, 32767}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			place := PlacePostgres("postgres", test.cloud, &PostgresArgs{
				Size: Size{"2", "8Gi"}, Storage: test.storage, Version: 17, Database: "app",
			}, true, &problems)
			assert.Empty(t, problems.Errors)
			assert.Equal(t, test.want, [2]int{place.GiB, place.MostGiB})
		})
	}
}

func TestPlaceReportsEverything(t *testing.T) {
	t.Parallel()
	var problems spec.Problems
	PlacePostgres("postgres", "azure", &PostgresArgs{
		Size: Size{"200", "8Gi"}, Storage: "33Ti", Version: 12, Database: "azure_sys", KeepDays: 36,
	}, true, &problems)
	var paths []spec.Path
	for _, p := range problems.Errors {
		paths = append(paths, p.Path)
		assert.NotEmpty(t, p.Found)
		assert.NotEmpty(t, p.Remedy)
	}
	assert.Equal(t, []spec.Path{"postgres.version", "postgres.database", "postgres.backup.keepDays", "postgres", "postgres.storage"}, paths)
	assert.Equal(t, "use 15, the nearest, or mode: ha", problems.Errors[0].Remedy)
}

func TestCheckOffer(t *testing.T) {
	t.Parallel()
	for cloud, services := range map[string][]string{
		"aws": {"postgres", "redis", "rabbitmq"}, "gcp": {"postgres", "redis"}, "azure": {"postgres", "redis"}, "existing": nil,
	} {
		for _, service := range []string{"postgres", "redis", "rabbitmq"} {
			var problems spec.Problems
			offered := CheckOffer(spec.Path(service).Key("mode"), cloud, service, &problems)
			assert.Equal(t, slices.Contains(services, service), offered, "%s on %s", service, cloud)
			assert.Equal(t, offered, len(problems.Errors) == 0)
			assert.Equal(t, problems.Err(), NotOffered(service, cloud, service))
			for _, p := range problems.Errors {
				assert.Equal(t, "use mode: ha", p.Remedy)
			}
		}
	}
}
