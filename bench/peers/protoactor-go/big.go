package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const bigActors = 120

type ping struct{ from uint32 }
type pong struct{ from uint32 }
type join struct{ group []*actor.PID }

type member struct {
	index     uint32
	pinged    uint32
	left      uint64
	right     uint64
	draws     draws
	collector *actor.PID
	group     []*actor.PID
}

func (member *member) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case join:
		member.group = m.group
	case start:
		member.ping(ctx)
	case ping:
		ctx.Send(member.group[m.from], pong{member.index})
	case pong:
		if m.from == member.pinged {
			member.right++
		}
		if member.left > 0 {
			member.ping(ctx)
		} else {
			ctx.Send(member.collector, report(member.right))
		}
	}
}

func (member *member) ping(ctx actor.Context) {
	member.left--
	member.pinged = member.draws.below(bigActors)
	ctx.Send(member.group[member.pinged], ping{member.index})
}

func big(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	collector, right := newCollector(system, bigActors)
	group := make([]*actor.PID, bigActors)
	for i := range group {
		index := uint32(i)
		group[i] = system.Root.Spawn(propsOf(
			&member{index: index, left: run.size, draws: draws(index), collector: collector}))
	}
	for _, member := range group {
		system.Root.Send(member, join{group})
	}

	began := time.Now()
	for _, member := range group {
		system.Root.Send(member, start{})
	}
	sum := <-right
	return timed(time.Since(began), sum)
}
