package main

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type greet struct{ asker *actor.PID }

type idler struct {
	number  uint64
	answers uint64
}

func (i *idler) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(greet); ok {
		i.answers++
		ctx.Send(m.asker, report(i.answers))
	}
}

func idle(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	collector, answers := newCollector(system, run.size)
	number := uint64(0)
	props := actor.PropsFromProducer(func() actor.Actor {
		number++
		return &idler{number: number}
	})

	before := residentBytes()
	for range run.size {
		system.Root.Send(system.Root.Spawn(props), greet{collector})
	}
	sum := <-answers
	bytes := (residentBytes() - before) / float64(run.size)
	return outcome{fmt.Sprintf("bytes=%.1f", bytes), fmt.Sprint(sum)}
}

type fail struct{}

type fragile struct{}

func (*fragile) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(fail); ok {
		panic("as told")
	}
}

// A supervisor is told of each failure, and restarts the child as its strategy says: always.
type supervisor struct {
	actor.SupervisorStrategy
	child    *actor.PID
	wanted   uint64
	failures uint64
	done     chan<- uint64
}

func (s *supervisor) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		s.child = ctx.Spawn(actor.PropsFromProducer(func() actor.Actor { return &fragile{} }))
	case start:
		ctx.Send(s.child, fail{})
	}
}

func (s *supervisor) HandleFailure(system *actor.ActorSystem, self actor.Supervisor,
	child *actor.PID, statistics *actor.RestartStatistics, reason, message any) {
	s.SupervisorStrategy.HandleFailure(system, self, child, statistics, reason, message)
	s.failures++
	if s.failures < s.wanted {
		system.Root.Send(child, fail{})
	} else {
		s.done <- s.failures
	}
}

func restart(run run) outcome {
	done := make(chan uint64, 1)
	system := newSystem()
	defer system.Shutdown()
	supervisor := system.Root.Spawn(propsOf(&supervisor{
		SupervisorStrategy: actor.NewRestartingStrategy(), wanted: run.size, done: done}))

	began := time.Now()
	system.Root.Send(supervisor, start{})
	failures := <-done
	return timed(time.Since(began), failures)
}
