package main

import (
	"math"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	producerCount = 40
	consumerCount = 40
	bufferSize    = 50
	bufferFull    = bufferSize - producerCount // each producer may have one more under way
)

// process is what an item costs, to make and to use.
func process(item float64) float64 {
	draws := draws(1)
	for range 100 {
		item += math.Log(float64(draws.next())/65536 + 0.01)
	}
	return item
}

type produceItem struct{}
type data struct {
	producer int
	item     float64
}
type producerDone struct{}
type consume struct{ item float64 }
type available struct{ consumer int }
type finish struct{}
type consumed struct{ items uint64 }

type producer struct {
	index   int
	left    uint64
	item    float64
	manager *actor.PID
}

func (p *producer) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(produceItem); !ok {
		return
	}
	if p.left == 0 {
		ctx.Send(p.manager, producerDone{})
		return
	}
	p.left--
	p.item = process(p.item)
	ctx.Send(p.manager, data{p.index, p.item})
}

type consumer struct {
	index   int
	items   uint64
	value   float64
	manager *actor.PID
}

func (c *consumer) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case consume:
		c.value = process(c.value + m.item)
		c.items++
		ctx.Send(c.manager, available{c.index})
	case finish:
		// A value that is not finite would be a wrong result; and so the values are used.
		if math.IsInf(c.value, 0) || math.IsNaN(c.value) {
			c.items = 0
		}
		ctx.Send(c.manager, consumed{c.items})
	}
}

type bufferManager struct {
	items           uint64
	producers       [producerCount]*actor.PID
	consumers       [consumerCount]*actor.PID
	buffer          []float64
	parkedProducers []int
	idleConsumers   []int
	producersDone   int
	reports         int
	consumed        uint64
	done            chan<- uint64
}

func (manager *bufferManager) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		for i := range manager.producers {
			manager.producers[i] = ctx.Spawn(propsOf(
				&producer{index: i, left: manager.items, manager: ctx.Self()}))
		}
		for i := range manager.consumers {
			manager.consumers[i] = ctx.Spawn(propsOf(&consumer{index: i, manager: ctx.Self()}))
			manager.idleConsumers = append(manager.idleConsumers, i)
		}
	case start:
		for _, producer := range manager.producers {
			ctx.Send(producer, produceItem{})
		}
	case data:
		manager.take(ctx, m)
	case producerDone:
		manager.producersDone++
		manager.finishWhenDone(ctx)
	case available:
		manager.give(ctx, m.consumer)
	case consumed:
		manager.consumed += m.items
		manager.reports++
		if manager.reports == consumerCount {
			manager.done <- manager.consumed
		}
	}
}

func (manager *bufferManager) take(ctx actor.Context, m data) {
	if len(manager.idleConsumers) == 0 {
		manager.buffer = append(manager.buffer, m.item)
	} else {
		ctx.Send(manager.consumers[manager.idleConsumers[0]], consume{m.item})
		manager.idleConsumers = manager.idleConsumers[1:]
	}
	if len(manager.buffer) >= bufferFull {
		manager.parkedProducers = append(manager.parkedProducers, m.producer)
	} else {
		ctx.Send(manager.producers[m.producer], produceItem{})
	}
}

func (manager *bufferManager) give(ctx actor.Context, consumer int) {
	if len(manager.buffer) == 0 {
		manager.idleConsumers = append(manager.idleConsumers, consumer)
		manager.finishWhenDone(ctx)
		return
	}
	ctx.Send(manager.consumers[consumer], consume{manager.buffer[0]})
	manager.buffer = manager.buffer[1:]
	if len(manager.parkedProducers) > 0 {
		ctx.Send(manager.producers[manager.parkedProducers[0]], produceItem{})
		manager.parkedProducers = manager.parkedProducers[1:]
	}
}

func (manager *bufferManager) finishWhenDone(ctx actor.Context) {
	if manager.producersDone < producerCount || len(manager.idleConsumers) < consumerCount {
		return
	}
	for _, consumer := range manager.consumers {
		ctx.Send(consumer, finish{})
	}
}

func boundedBuffer(run run) outcome {
	done := make(chan uint64, 1)
	system := newSystem()
	defer system.Shutdown()
	manager := system.Root.Spawn(propsOf(&bufferManager{items: run.size, done: done}))

	began := time.Now()
	system.Root.Send(manager, start{})
	items := <-done
	return timed(time.Since(began), items)
}
