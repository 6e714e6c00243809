package cluster

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/components/cluster/ranges"
	"github.com/plinth-iac/plinth/components/spec"
)

func TestDataRange(t *testing.T) {
	t.Parallel()
	existing := func(data string) Args {
		return Args{Spec: Spec{Network: &Network{Existing: &ExistingNetwork{ID: "vpc-1", Data: data}}}}
	}
	for name, test := range map[string]struct {
		args   Args
		layout ranges.Layout
		whole  string
		parts  []string
	}{
		"its own network": {
			Args{},
			ranges.Plan("network", ranges.Request{Cloud: "aws", Zones: 3}, &spec.Problems{}),
			"10.0.208.0/20",
			[]string{"10.0.208.0/22", "10.0.212.0/22", "10.0.216.0/22"},
		},
		"an existing network":               {existing("10.9.0.64/26"), ranges.Layout{}, "10.9.0.64/26", []string{"10.9.0.64/28", "10.9.0.80/28", "10.9.0.96/28"}},
		"an existing network that has none": {existing(""), ranges.Layout{}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, parts := test.args.DataRange(Placement{Layout: test.layout})
			if test.whole == "" {
				assert.False(t, whole.IsValid())
				assert.Empty(t, parts)
				return
			}
			assert.Equal(t, test.whole, whole.String())
			var texts []string
			for _, part := range parts {
				texts = append(texts, part.String())
				assert.True(t, whole.Contains(part.Addr()))
			}
			assert.Equal(t, test.parts, texts)
		})
	}
}

func TestValidateData(t *testing.T) {
	t.Parallel()
	for data, problems := range map[string]int{"": 0, "10.9.0.0/26": 0, "10.9.0.0/20": 0, "10.9.0.0/27": 1, "10.9.0.1/26": 1, "x": 1} {
		var found spec.Problems
		ExistingNetwork{Data: data}.validateData("cluster.network.existing.data", &found)
		assert.Len(t, found.Errors, problems, data)
	}
}
