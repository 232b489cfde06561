package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	fanProducers = 8
	jobReceivers = 60
	atATime      = 1024
)

type fanProducer struct{ collector *actor.PID }

func (p *fanProducer) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(produce); ok {
		now := min(m.messages, atATime)
		for range now {
			ctx.Send(p.collector, report(1))
		}
		if m.messages > now {
			ctx.Send(ctx.Self(), produce{m.messages - now})
		}
	}
}

func fanIn(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	collector, sum := newCollector(system, run.size)
	var producers [fanProducers]*actor.PID
	for i := range producers {
		producers[i] = system.Root.Spawn(propsOf(&fanProducer{collector}))
	}

	began := time.Now()
	for i, producer := range producers {
		if messages := share(run.size, fanProducers, i); messages > 0 {
			system.Root.Send(producer, produce{messages})
		}
	}
	value := <-sum
	return timed(time.Since(began), value)
}

func fanInThread(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	collector, sum := newCollector(system, run.size)

	began := time.Now()
	for range run.size {
		system.Root.Send(collector, report(1))
	}
	value := <-sum
	return timed(time.Since(began), value)
}

type job struct{}

type jobReceiver struct {
	jobs      uint64
	handled   uint64
	collector *actor.PID
}

func (r *jobReceiver) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(job); ok {
		r.handled++
		if r.handled == r.jobs {
			ctx.Send(r.collector, report(r.handled))
		}
	}
}

// spawnReceivers gives receivers for so many jobs, handed out round-robin, and where the number of
// jobs handled will be.
func spawnReceivers(system *actor.ActorSystem, jobs uint64) ([]*actor.PID, <-chan report) {
	collector, handled := newCollector(system, min(jobs, jobReceivers))
	receivers := make([]*actor.PID, jobReceivers)
	for i := range receivers {
		receiver := &jobReceiver{jobs: share(jobs, jobReceivers, i), collector: collector}
		receivers[i] = system.Root.Spawn(propsOf(receiver))
	}
	return receivers, handled
}

type jobProducer struct {
	receivers []*actor.PID
	next      int
}

func (p *jobProducer) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(produce); ok {
		now := min(m.messages, atATime)
		for range now {
			ctx.Send(p.receivers[p.next], job{})
			p.next++
			if p.next == len(p.receivers) {
				p.next = 0
			}
		}
		if m.messages > now {
			ctx.Send(ctx.Self(), produce{m.messages - now})
		}
	}
}

func forkJoin(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	receivers, handled := spawnReceivers(system, run.size)
	producer := system.Root.Spawn(propsOf(&jobProducer{receivers: receivers}))

	began := time.Now()
	system.Root.Send(producer, produce{run.size})
	sum := <-handled
	return timed(time.Since(began), sum)
}

func forkJoinThread(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	receivers, handled := spawnReceivers(system, run.size)

	began := time.Now()
	for i := range run.size {
		system.Root.Send(receivers[i%jobReceivers], job{})
	}
	sum := <-handled
	return timed(time.Since(began), sum)
}
