package main

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestGrowthIsTheExponent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		took func(n float64) float64 // seconds
		want float64
	}{
		"constant":          {func(float64) float64 { return 3 }, 0},
		"linear":            {func(n float64) float64 { return 0.02 * n }, 1},
		"square":            {func(n float64) float64 { return 0.0004 * n * n }, 2},
		"n to the power .5": {func(n float64) float64 { return 0.1 * math.Sqrt(n) }, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var points []point
			for _, n := range []int{100, 300, 1000} {
				points = append(points, point{n, time.Duration(c.took(float64(n)) * float64(time.Second))})
			}
			assert.InDelta(t, c.want, growth(points), 1e-6)
			assert.InDelta(t, c.want, growth(points[1:]), 1e-6, "two points are enough")
		})
	}
}

func TestGrowthFitsBetweenPointsThatDisagree(t *testing.T) {
	t.Parallel()
	// Linear to 300, square from there on: in log space the fit is steeper than the one and flatter than the other.
	got := growth([]point{{100, 10 * time.Second}, {300, 30 * time.Second}, {900, 270 * time.Second}})
	assert.InDelta(t, 1.5, got, 1e-6)
}

func TestGrowthNeedsTwoSizes(t *testing.T) {
	t.Parallel()
	assert.True(t, math.IsNaN(growth(nil)))
	assert.True(t, math.IsNaN(growth([]point{{100, time.Second}})))
	assert.True(t, math.IsNaN(growth([]point{{100, time.Second}, {100, 2 * time.Second}})))
	assert.True(t, math.IsNaN(growth([]point{{100, time.Second}, {300, 0}})))
}

func TestMiddleIsTheMedianAndLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	odd := []time.Duration{9, 1, 5}
	assert.Equal(t, time.Duration(5), middle(odd))
	assert.Equal(t, []time.Duration{9, 1, 5}, odd)
	assert.Equal(t, time.Duration(4), middle([]time.Duration{9, 1, 5, 3}))
	assert.Equal(t, time.Duration(7), middle([]time.Duration{7}))
}
