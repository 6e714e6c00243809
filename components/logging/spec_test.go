package logging

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/spec"
)

func TestForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Spec{
		`"loki"`:                             {Enabled: new(true), Store: Loki},
		`"elastic"`:                          {Enabled: new(true), Store: Elastic},
		`{"store":"elastic","retention":7}`:  {Store: Elastic, Retention: 7},
		`{"enabled":false,"storage":"5Gi"}`:  {Enabled: new(false), Storage: "5Gi"},
		` {"enabled":true,"install":false} `: {Enabled: new(true), Install: new(false)},
	} {
		var got Spec
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, want, got, text)
	}
	var got Spec
	assert.Error(t, json.Unmarshal([]byte(`[]`), &got))
}

func TestComplete(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Spec{Enabled: new(false), Install: new(true), Store: Loki, Retention: 14, Storage: "50Gi"}, Spec{}.Complete(14, "50Gi"))
	said := Spec{Enabled: new(true), Install: new(false), Store: Elastic, Retention: 1, Storage: "5Gi"}
	assert.Equal(t, said, said.Complete(14, "50Gi"))
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for storage, wrong := range map[spec.Quantity]bool{"1Gi": false, "1000Mi": true, "much": true} {
		var problems spec.Problems
		Spec{Storage: storage}.Validate("logging", &problems)
		assert.Equal(t, wrong, problems.Err() != nil, storage)
	}
}
