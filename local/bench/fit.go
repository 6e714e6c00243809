package main

import (
	"math"
	"slices"
	"time"
)

// point is how long something took with n resources.
type point struct {
	n    int
	took time.Duration
}

// growth fits took = c·n^x to the points, by least squares of the logarithms, and returns x: 1 is linear, 2 square. It
// is NaN for less than two different n, or times of zero.
func growth(points []point) float64 {
	var sumX, sumY, sumXX, sumXY float64
	for _, p := range points {
		x, y := math.Log(float64(p.n)), math.Log(p.took.Seconds())
		sumX, sumY, sumXX, sumXY = sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	count := float64(len(points))
	spread := count*sumXX - sumX*sumX
	slope := (count*sumXY - sumX*sumY) / spread
	if spread < 1e-9 || math.IsInf(slope, 0) {
		return math.NaN()
	}
	return slope
}

// middle is the median; of an even number the mean of the two in the middle. There must be at least one.
func middle(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}
