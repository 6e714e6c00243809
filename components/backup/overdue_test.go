package backup

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLate(t *testing.T) {
	t.Parallel()
	for schedule, want := range map[string]time.Duration{
		"30 2 * * *": 26 * time.Hour, "0 */6 * * *": 8 * time.Hour, "0 1 * * 0": 7*24*time.Hour + 2*time.Hour,
	} {
		got, err := Spec{Schedule: schedule}.Late()
		require.NoError(t, err)
		assert.Equal(t, want, got, schedule)
	}
	_, err := Spec{Schedule: "daily"}.Late()
	assert.Error(t, err)
}
