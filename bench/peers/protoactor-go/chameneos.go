package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const chameneoCount = 100

type colour uint8

// complement is the same colour when both are the same, else the third.
func complement(a, b colour) colour {
	if a == b {
		return a
	}
	return 3 - a - b
}

type meet struct {
	who    *actor.PID
	colour colour
}
type change struct{ colour colour }
type exit struct{}
type meetings struct{ count uint64 }

type mall struct {
	left    uint64
	waiting *actor.PID
	reports int
	sum     uint64
	done    chan<- uint64
}

func (mall *mall) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case meet:
		switch {
		case mall.left == 0:
			ctx.Send(m.who, exit{})
		case mall.waiting != nil:
			mall.left--
			ctx.Send(mall.waiting, m)
			mall.waiting = nil
		default:
			mall.waiting = m.who
		}
	case meetings:
		mall.sum += m.count
		mall.reports++
		if mall.reports == chameneoCount {
			mall.done <- mall.sum
		}
	}
}

type chameneo struct {
	colour   colour
	meetings uint64
	mall     *actor.PID
}

func (c *chameneo) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case start:
		c.goToMall(ctx)
	case meet:
		c.meetings++
		c.colour = complement(c.colour, m.colour)
		ctx.Send(m.who, change{c.colour})
		c.goToMall(ctx)
	case change:
		c.meetings++
		c.colour = m.colour
		c.goToMall(ctx)
	case exit:
		ctx.Send(c.mall, meetings{c.meetings})
	}
}

func (c *chameneo) goToMall(ctx actor.Context) {
	ctx.Send(c.mall, meet{ctx.Self(), c.colour})
}

func chameneos(run run) outcome {
	done := make(chan uint64, 1)
	system := newSystem()
	defer system.Shutdown()
	mall := system.Root.Spawn(propsOf(&mall{left: run.size, done: done}))
	var chameneos [chameneoCount]*actor.PID
	for i := range chameneos {
		chameneos[i] = system.Root.Spawn(propsOf(&chameneo{colour: colour(i % 3), mall: mall}))
	}

	began := time.Now()
	for _, chameneo := range chameneos {
		system.Root.Send(chameneo, start{})
	}
	meetings := <-done
	return timed(time.Since(began), meetings)
}
