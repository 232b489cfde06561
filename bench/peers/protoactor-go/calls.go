package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const callTimeLimit = 5 * time.Second

type next struct{}
type callAgainAndAgain struct{ calls uint64 }

// A server answers with a number, which counts up.
type server struct{ number uint64 }

func (s *server) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(next); ok {
		s.number++
		ctx.Respond(s.number)
	}
}

type caller struct {
	server  *actor.PID
	timeout time.Duration
	sum     uint64
}

func (c *caller) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(callAgainAndAgain); ok {
		c.call(ctx, m.calls)
	}
}

func (c *caller) call(ctx actor.Context, left uint64) {
	if left == 0 {
		ctx.Respond(c.sum)
		return
	}
	number := ctx.RequestFuture(c.server, next{}, c.timeout)
	ctx.ReenterAfter(number, func(result any, err error) {
		if err != nil {
			ctx.Respond(err)
			return
		}
		c.sum += result.(uint64)
		c.call(ctx, left-1)
	})
}

func call(run run) outcome        { return callWithin(run, forever) }
func callTimeout(run run) outcome { return callWithin(run, callTimeLimit) }

func callWithin(run run, timeout time.Duration) outcome {
	system := newSystem()
	defer system.Shutdown()
	server := system.Root.Spawn(propsOf(&server{}))
	caller := system.Root.Spawn(propsOf(&caller{server: server, timeout: timeout}))

	began := time.Now()
	sum := ask[uint64](system, caller, callAgainAndAgain{run.size})
	return timed(time.Since(began), sum)
}
