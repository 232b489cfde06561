package main

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	sortedBits = 60
	radixSeed  = 2048
)

type sorted struct{ value uint64 }

type source struct {
	values uint64
	next   *actor.PID
}

func (s *source) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(start); ok {
		draws := draws(radixSeed)
		for range s.values {
			ctx.Send(s.next, sorted{uint64(draws.next())})
		}
	}
}

type sorter struct {
	bit  int
	left uint64
	kept []sorted
	next *actor.PID
}

func (s *sorter) Receive(ctx actor.Context) {
	m, ok := ctx.Message().(sorted)
	if !ok {
		return
	}
	if m.value>>s.bit&1 == 1 {
		s.kept = append(s.kept, m)
	} else {
		ctx.Send(s.next, m)
	}
	s.left--
	if s.left == 0 {
		for _, value := range s.kept {
			ctx.Send(s.next, value)
		}
	}
}

type validator struct {
	left     uint64
	last     uint64
	sum      uint64
	unsorted bool
	done     chan<- uint64
}

func (v *validator) Receive(ctx actor.Context) {
	m, ok := ctx.Message().(sorted)
	if !ok {
		return
	}
	if m.value < v.last {
		v.unsorted = true
	}
	v.last = m.value
	v.sum += m.value
	v.left--
	if v.left > 0 {
		return
	}
	if v.unsorted {
		end(1, errors.New("radix-sort: not in order"))
	}
	v.done <- v.sum
}

func radixSort(run run) outcome {
	done := make(chan uint64, 1)
	system := newSystem()
	defer system.Shutdown()
	next := system.Root.Spawn(propsOf(&validator{left: run.size, done: done}))
	for bit := sortedBits - 1; bit >= 0; bit-- {
		next = system.Root.Spawn(propsOf(&sorter{bit: bit, left: run.size, next: next}))
	}
	source := system.Root.Spawn(propsOf(&source{run.size, next}))

	began := time.Now()
	system.Root.Send(source, start{})
	sum := <-done
	return timed(time.Since(began), sum)
}
