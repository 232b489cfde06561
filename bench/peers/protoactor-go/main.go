// The workloads on Proto.Actor for Go.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
)

// A run of a workload: on how many workers, of what size.
type run struct {
	workers int
	size    uint64
}

type program struct {
	name string
	run  func(run) outcome
}

var programs = []program{
	{"ping-pong", pingPong},
	{"thread-ring", threadRing},
	{"counting", counting},
	{"fan-in", fanIn},
	{"fan-in-thread", fanInThread},
	{"fork-join", forkJoin},
	{"fork-join-thread", forkJoinThread},
	{"chameneos", chameneos},
	{"big", big},
	{"bounded-buffer", boundedBuffer},
	{"philosophers", philosophers},
	{"logistic-map", logisticMap},
	{"banking", banking},
	{"radix-sort", radixSort},
	{"chat", chat},
	{"fork-join-create", forkJoinCreate},
	{"fibonacci", fibonacci},
	{"skynet", skynet},
	{"spawn-waves", spawnWaves},
	{"spawn-together", spawnTogether},
	{"idle", idle},
	{"restart", restart},
	{"apsp", apsp},
	{"nqueens", nqueens},
	{"call", call},
	{"call-timeout", callTimeout},
	{"wake-thread", wakeThread},
	{"wake-pause", wakePause},
	{"wake-actor", wakeActor},
	{"open-loop", openLoop},
}

func main() {
	arguments := os.Args[1:]
	switch {
	case slices.Equal(arguments, []string{"--list"}):
		for _, program := range programs {
			fmt.Println(program.name)
		}
	case slices.Equal(arguments, []string{"--version"}):
		fmt.Println(version())
	default:
		options, err := parseOptions(arguments)
		if err != nil {
			end(2, err)
		}
		if err := measure(options); err != nil {
			end(1, err)
		}
	}
}

func end(status int, err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(status)
}

func version() string {
	const framework = "github.com/asynkron/protoactor-go"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == framework {
				return fmt.Sprintf("protoactor-go %s, %s, go build -trimpath, GOMAXPROCS = workers",
					module.Version, runtime.Version())
			}
		}
	}
	return "protoactor-go, built without module information"
}

func measure(options options) error {
	runtime.GOMAXPROCS(options.workers)
	if size := options.warmUp(options.size); size > 0 {
		if _, err := checked(options, size); err != nil {
			return err
		}
	}
	for range options.runs {
		outcome, err := checked(options, options.size)
		if err != nil {
			return err
		}
		fmt.Println(outcome.line(options.program.name, options.units(options.size)))
	}
	return nil
}

// checked does one run; a wrong checksum is an error.
func checked(options options, size uint64) (outcome, error) {
	result := options.program.run(run{options.workers, size})
	if expected := options.checksum(size); result.checksum != expected {
		return outcome{}, fmt.Errorf("%s: checksum %s, expected %s", options.program.name,
			result.checksum, expected)
	}
	return result, nil
}
