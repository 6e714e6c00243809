package versions

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/spec"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cloud, version string
		now            time.Time
		errors, warns  []string
	}{
		{"aws", "1.35", day(2026, time.November, 21), nil, nil},
		{"gcp", "1.36", day(2026, time.November, 21), nil, nil},
		{"azure", "1.36", day(2026, time.November, 21), nil, nil},
		{"aws", "1.33", day(2026, time.November, 21), []string{"1.34, 1.35, 1.36 on aws", "upgrade to 1.34", "one minor version at a time"}, nil},
		{"gcp", "1.34", day(2026, time.November, 21), []string{"1.35, 1.36 on gcp", "upgrade to 1.35"}, nil},
		{"azure", "1.40", day(2026, time.November, 21), []string{"choose one of them", "1.35 is the default"}, nil},
		{"azure", "latest", day(2026, time.November, 21), []string{`found "latest"`, "choose one of them"}, nil},
		{"aws", "1.34", day(2026, time.November, 21), nil, []string{"ends on 2026-12-02", "upgrade to 1.35"}},
		{"aws", "1.34", day(2026, time.December, 2), nil, []string{"ended on 2026-12-02"}},
		{"aws", "1.35", day(2027, time.January, 25), nil, nil},
		{"aws", "1.35", day(2027, time.January, 27), nil, []string{"ends on 2027-03-27", "upgrade to 1.36"}},
		{"aws", "1.36", day(2027, time.July, 1), nil, []string{"look for a newer release of Plinth"}},
	} {
		t.Run(c.cloud+" "+c.version+" on "+c.now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			Check("cluster.version", c.cloud, c.version, c.now, &problems)
			assert.Len(t, problems.Errors, min(1, len(c.errors)))
			assert.Len(t, problems.Warnings, min(1, len(c.warns)))
			for _, want := range c.errors {
				assert.Contains(t, problems.Errors[0].String(), want)
			}
			for _, want := range c.warns {
				assert.Contains(t, problems.Warnings[0].String(), want)
			}
		})
	}
}

func TestStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to, want string
	}{
		{"1.35", "1.35", ""},
		{"1.34", "1.35", ""},
		{"1.9", "1.10", ""},
		{"1.34", "1.36", "one minor version at a time; deploy with cluster.version 1.35 first (1.34 -> 1.35 -> 1.36)"},
		{"1.32", "1.36", "(1.32 -> 1.33 -> 1.34 -> 1.35 -> 1.36)"},
		{"1.36", "1.35", "control planes do not downgrade; set cluster.version to 1.36 or 1.37"},
		{"1.35.2", "1.36", "versions are written 1.<minor>"},
		{"1.35", "", "versions are written 1.<minor>"},
		{"2.35", "1.36", "versions are written 1.<minor>"},
	} {
		err := Step(c.from, c.to)
		if c.want == "" {
			require.NoError(t, err, "%s to %s", c.from, c.to)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
}

func TestSupported(t *testing.T) {
	t.Parallel()
	for _, cloud := range []string{"aws", "gcp", "azure"} {
		known := Supported(cloud)
		assert.Contains(t, known, Default, cloud)
		for i := 1; i < len(known); i++ {
			require.NoError(t, Step(known[i-1], known[i]), "a hole in %s", cloud)
			assert.True(t, support[cloud][known[i-1]].Before(support[cloud][known[i]]), "%s ends before %s on %s", known[i], known[i-1], cloud)
		}
	}
}

func TestAddOns(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^v(\d+)\.(\d+)\.(\d+)-eksbuild\.(\d+)$`)
	parse := func(version string) (n [4]int) {
		parts := form.FindStringSubmatch(version)
		require.NotNil(t, parts, version)
		for i := range n {
			n[i], _ = strconv.Atoi(parts[i+1])
		}
		return n
	}

	var before []AddOn
	for _, version := range Supported("aws") {
		all, err := AddOns(version)
		require.NoError(t, err)
		var names, early []string
		for i, a := range all {
			names = append(names, a.Name)
			if a.BeforeNodes {
				early = append(early, a.Name)
			}
			if before != nil {
				old, now := parse(before[i].Version), parse(a.Version)
				// The build number starts over with each version, so that only the version proper must not fall.
				assert.False(t, now[0] < old[0] || now[0] == old[0] && (now[1] < old[1] || now[1] == old[1] && now[2] < old[2]), "%s falls from %s to %s", a.Name, before[i].Version, a.Version)
			}
			if a.Name == "kube-proxy" {
				m, _ := minor(version)
				assert.Equal(t, m, parse(a.Version)[1], "kube-proxy follows the control plane")
			}
		}
		assert.Equal(t, []string{"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver", "metrics-server"}, names)
		assert.Equal(t, []string{"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}, early)
		before = all
	}

	_, err := AddOns("1.30")
	require.ErrorContains(t, err, `Kubernetes "1.30"; choose one of 1.34, 1.35, 1.36`)
}
