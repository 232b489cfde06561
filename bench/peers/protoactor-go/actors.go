package main

import (
	"fmt"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
)

// forever, as a timeout, is none.
const forever = -1

type start struct{}

func newSystem() *actor.ActorSystem {
	silent := func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }
	return actor.NewActorSystem(actor.WithLoggerFactory(silent))
}

func propsOf(a actor.Actor) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return a })
}

// ask is for the thread of main, which waits for the answer.
func ask[Answer any](system *actor.ActorSystem, pid *actor.PID, message any) Answer {
	result, err := system.Root.RequestFuture(pid, message, forever).Result()
	answer, ok := result.(Answer)
	if !ok {
		end(1, fmt.Errorf("no answer but %v (%v)", result, err))
	}
	return answer
}

// A report is a count, for a collector.
type report uint64

// A collector adds up what is reported to it; the sum is there when all reports have come.
type collector struct {
	left uint64
	sum  report
	done chan<- report
}

// newCollector gives the collector of so many reports, and where their sum will be.
func newCollector(system *actor.ActorSystem, reports uint64) (*actor.PID, <-chan report) {
	done := make(chan report, 1)
	return system.Root.Spawn(propsOf(&collector{left: reports, done: done})), done
}

func (c *collector) Receive(ctx actor.Context) {
	if count, ok := ctx.Message().(report); ok {
		c.sum += count
		c.left--
		if c.left == 0 {
			c.done <- c.sum
		}
	}
}

// parking keeps the messages that an actor does not handle while it awaits an answer: in
// Proto.Actor an actor goes on to receive until its future is done.
type parking struct {
	awaiting bool
	parked   []any
}

// parks keeps the message if an answer is awaited.
func (p *parking) parks(message any) bool {
	if p.awaiting {
		p.parked = append(p.parked, message)
	}
	return p.awaiting
}

// answered hands the kept messages out until one of them awaits an answer again.
func (p *parking) answered(handle func(message any)) {
	p.awaiting = false
	for len(p.parked) > 0 && !p.awaiting {
		message := p.parked[0]
		p.parked = p.parked[1:]
		handle(message)
	}
}
