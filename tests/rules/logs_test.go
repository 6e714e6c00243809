package rules

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	streamLabel = regexp.MustCompile(`[{,](\w+)=~`)
	alloyLabel  = regexp.MustCompile(`target_label\s*=\s*"(\w+)"`)
)

// TestLogLabels: the panel of logs chooses by labels that Alloy gives them, and by none that matches no label at all, which Loki
// refuses to answer.
func TestLogLabels(t *testing.T) {
	t.Parallel()
	given := map[string]bool{}
	for _, match := range alloyLabel.FindAllSubmatch(read(t, root+"/components/logging/alloy.river"), -1) {
		given[string(match[1])] = true
	}
	var dashboard struct {
		Panels []struct {
			Targets []struct {
				Datasource struct{ Type string }
				Expr       string
			}
		}
		Templating struct{ List []struct{ AllValue string } }
	}
	require.NoError(t, json.Unmarshal(read(t, root+"/components/dashboards/testdata/most-plinth-overview.json"), &dashboard))
	for _, v := range dashboard.Templating.List {
		assert.False(t, regexp.MustCompile("^(?:"+v.AllValue+")$").MatchString(""), "%s also matches nothing", v.AllValue)
	}
	found := 0
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			if target.Datasource.Type != "loki" {
				continue
			}
			for _, match := range streamLabel.FindAllStringSubmatch(target.Expr, -1) {
				found++
				assert.True(t, given[match[1]], "%s: Alloy gives no label %s", target.Expr, match[1])
			}
		}
	}
	assert.Equal(t, 2, found)
}
