package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

type options struct {
	specification
	program program
	workers int
	size    uint64
	runs    uint64
}

func parseOptions(arguments []string) (options, error) {
	if len(arguments) == 0 {
		return options{}, errors.New(
			"usage: WORKLOAD --workers W --size N [--runs R] | --list | --version")
	}
	name := arguments[0]
	at := slices.IndexFunc(programs, func(p program) bool { return p.name == name })
	if at < 0 {
		return options{}, fmt.Errorf("unknown workload '%s' (--list shows all)", name)
	}
	result := options{specification: specificationOf(name), program: programs[at], runs: 1}

	for rest := arguments[1:]; len(rest) > 0; rest = rest[2:] {
		if len(rest) == 1 {
			return options{}, fmt.Errorf("no number after '%s'", rest[0])
		}
		number, err := strconv.ParseUint(rest[1], 10, 32)
		if err != nil || number == 0 {
			return options{}, fmt.Errorf("'%s' wants a number above 0, not '%s'", rest[0], rest[1])
		}
		switch rest[0] {
		case "--workers":
			result.workers = int(number)
		case "--size":
			result.size = number
		case "--runs":
			result.runs = number
		default:
			return options{}, fmt.Errorf("unknown option '%s'", rest[0])
		}
	}
	switch {
	case result.workers == 0:
		return options{}, errors.New("--workers is missing")
	case result.workers > 1024:
		return options{}, errors.New("more than 1024 workers")
	case result.size == 0:
		return options{}, errors.New("--size is missing")
	case !result.accepts(result.size):
		return options{}, fmt.Errorf("%s takes %s, not %d", name, result.sizes, result.size)
	}
	return result, nil
}
