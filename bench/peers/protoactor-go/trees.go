package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// A node of a tree answers its parent when all its children have answered it, and ends.
type node struct {
	missing int
	sum     report
}

func (n *node) add(ctx actor.Context, answer report) {
	n.sum += answer
	n.missing--
	if n.missing == 0 {
		n.answer(ctx, n.sum)
	}
}

func (n *node) answer(ctx actor.Context, answer report) {
	ctx.Send(ctx.Parent(), answer)
	ctx.Stop(ctx.Self())
}

type fibonacciNode struct {
	node
	n uint64
}

func (f *fibonacciNode) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		if f.n <= 2 {
			f.answer(ctx, 1)
			return
		}
		f.missing = 2
		ctx.Spawn(propsOf(&fibonacciNode{n: f.n - 1}))
		ctx.Spawn(propsOf(&fibonacciNode{n: f.n - 2}))
	case report:
		f.add(ctx, m)
	}
}

// fibonacciAsker has its answer when the root has answered and ended: all others end before it.
// The end, a system message, may overtake the answer.
type fibonacciAsker struct {
	n        uint64
	number   report
	answered bool
	ended    bool
	done     chan<- report
}

func (a *fibonacciAsker) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case start:
		ctx.Spawn(propsOf(&fibonacciNode{n: a.n}))
	case report:
		a.number = m
		a.answered = true
		a.reportWhenOver()
	case *actor.Terminated:
		a.ended = true
		a.reportWhenOver()
	}
}

func (a *fibonacciAsker) reportWhenOver() {
	if a.answered && a.ended {
		a.done <- a.number
	}
}

func fibonacci(run run) outcome {
	done := make(chan report, 1)
	system := newSystem()
	defer system.Shutdown()
	asker := system.Root.Spawn(propsOf(&fibonacciAsker{n: run.size, done: done}))

	began := time.Now()
	system.Root.Send(asker, start{})
	number := <-done
	return timed(time.Since(began), number)
}

const skynetChildren = 10

type skynetNode struct {
	node
	firstLeaf uint64
	leaves    uint64
}

func (s *skynetNode) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		if s.leaves == 1 {
			s.answer(ctx, report(s.firstLeaf))
			return
		}
		s.missing = skynetChildren
		each := s.leaves / skynetChildren
		for i := range uint64(skynetChildren) {
			ctx.Spawn(propsOf(&skynetNode{firstLeaf: s.firstLeaf + i*each, leaves: each}))
		}
	case report:
		s.add(ctx, m)
	}
}

type skynetAsker struct {
	leaves uint64
	done   chan<- report
}

func (a *skynetAsker) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case start:
		ctx.Spawn(propsOf(&skynetNode{leaves: a.leaves}))
	case report:
		a.done <- m
	}
}

func skynet(run run) outcome {
	done := make(chan report, 1)
	system := newSystem()
	defer system.Shutdown()
	asker := system.Root.Spawn(propsOf(&skynetAsker{run.size, done}))

	began := time.Now()
	system.Root.Send(asker, start{})
	sum := <-done
	return timed(time.Since(began), sum)
}
