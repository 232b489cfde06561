package main

import (
	"math"
	"time"
)

// draws are the random numbers of all workloads: 16 bits each.
type draws uint32

func (d *draws) next() uint32 {
	*d = (1309**d + 13849) & 65535
	return uint32(*d)
}

func (d *draws) below(end uint32) uint32 { return d.next() % end }

// angle is a variable, so that the sine is computed when the program runs.
var angle = 37.2

func sineSquared() float64 {
	sine := math.Sin(angle)
	return sine * sine
}

func burnUntil(end time.Time) {
	for time.Now().Before(end) {
	}
}

// share gives how many of `total` fall to the one with this index when `parts` take turns.
func share(total uint64, parts, index int) uint64 {
	result := total / uint64(parts)
	if uint64(index) < total%uint64(parts) {
		result++
	}
	return result
}
