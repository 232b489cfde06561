package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"
)

// An outcome is what a run has measured and computed.
type outcome struct {
	figures  string
	checksum string
}

func timed(elapsed time.Duration, checksum any) outcome {
	return outcome{fmt.Sprintf("ns=%d", elapsed.Nanoseconds()), fmt.Sprint(checksum)}
}

func latencies(times []time.Duration, checksum any) outcome {
	slices.Sort(times)
	at := func(perMille int) int64 { return times[len(times)*perMille/1000].Nanoseconds() }
	return outcome{
		fmt.Sprintf("p50=%d p99=%d p999=%d", at(500), at(990), at(999)),
		fmt.Sprint(checksum),
	}
}

func (o outcome) line(workload string, units uint64) string {
	return fmt.Sprintf("RESULT workload=%s units=%d %s checksum=%s", workload, units, o.figures,
		o.checksum)
}

// residentBytes gives the resident set, after garbage went back to the system.
func residentBytes() float64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	var pages, resident int
	if _, err := fmt.Sscan(string(text), &pages, &resident); err != nil {
		panic(err)
	}
	return float64(resident * os.Getpagesize())
}
