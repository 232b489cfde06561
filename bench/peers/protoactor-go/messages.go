package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type ball struct{ left uint64 }
type play struct{ peer *actor.PID }
type handledSoFar struct{}

type player struct {
	over    chan<- struct{}
	peer    *actor.PID
	handled uint64
}

func (p *player) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case play:
		p.peer = m.peer
	case ball:
		p.handled++
		if m.left > 1 {
			ctx.Send(p.peer, ball{m.left - 1})
		} else {
			p.over <- struct{}{}
		}
	case handledSoFar:
		ctx.Respond(p.handled)
	}
}

func pingPong(run run) outcome {
	over := make(chan struct{}, 1)
	system := newSystem()
	defer system.Shutdown()
	ping := system.Root.Spawn(propsOf(&player{over: over}))
	pong := system.Root.Spawn(propsOf(&player{over: over}))
	system.Root.Send(ping, play{pong})
	system.Root.Send(pong, play{ping})

	began := time.Now()
	system.Root.Send(ping, ball{run.size})
	<-over
	elapsed := time.Since(began)

	handled := ask[uint64](system, ping, handledSoFar{}) + ask[uint64](system, pong, handledSoFar{})
	return timed(elapsed, handled)
}

const ringActors = 100

type token struct{ left uint64 }
type closeRing struct{ next *actor.PID }

type link struct {
	index int
	next  *actor.PID
	last  chan<- int
}

func (l *link) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case closeRing:
		l.next = m.next
	case token:
		if m.left == 0 {
			l.last <- l.index
		} else {
			ctx.Send(l.next, token{m.left - 1})
		}
	}
}

func threadRing(run run) outcome {
	last := make(chan int, 1)
	system := newSystem()
	defer system.Shutdown()
	end := system.Root.Spawn(propsOf(&link{index: ringActors - 1, last: last}))
	first := end
	for index := ringActors - 2; index >= 0; index-- {
		first = system.Root.Spawn(propsOf(&link{index, first, last}))
	}
	system.Root.Send(end, closeRing{first})

	began := time.Now()
	system.Root.Send(first, token{run.size})
	index := <-last
	return timed(time.Since(began), index)
}

type increment struct{}
type value struct{}
type produce struct{ messages uint64 }

type counter struct{ value uint64 }

func (c *counter) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case increment:
		c.value++
	case value:
		ctx.Respond(c.value)
	}
}

type countingProducer struct{ counter *actor.PID }

func (p *countingProducer) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(produce); ok {
		for range m.messages {
			ctx.Send(p.counter, increment{})
		}
		value := ctx.RequestFuture(p.counter, value{}, forever)
		ctx.ReenterAfter(value, func(result any, _ error) { ctx.Respond(result) })
	}
}

func counting(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	counter := system.Root.Spawn(propsOf(&counter{}))
	producer := system.Root.Spawn(propsOf(&countingProducer{counter}))

	began := time.Now()
	value := ask[uint64](system, producer, produce{run.size})
	return timed(time.Since(began), value)
}
