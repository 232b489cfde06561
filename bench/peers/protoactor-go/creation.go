package main

import (
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// worksOnce computes once and ends.
type worksOnce struct {
	handled bool
	ended   func(handled bool)
}

func (w *worksOnce) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case job:
		w.handled = sineSquared() > 0
		ctx.Stop(ctx.Self())
	case *actor.Stopped:
		w.ended(w.handled)
	}
}

func forkJoinCreate(run run) outcome {
	var handled atomic.Uint64
	over := make(chan uint64, 1)
	ended := func(hasHandled bool) {
		if hasHandled && handled.Add(1) == run.size {
			over <- run.size
		}
	}
	system := newSystem()
	defer system.Shutdown()
	props := actor.PropsFromProducer(func() actor.Actor { return &worksOnce{ended: ended} })

	began := time.Now()
	for range run.size {
		system.Root.Send(system.Root.Spawn(props), job{})
	}
	count := <-over
	return timed(time.Since(began), count)
}

type goAhead struct{}

// once handles one message and ends.
type once struct{ handled *atomic.Uint64 }

func (o *once) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(goAhead); ok {
		o.handled.Add(1)
		ctx.Stop(ctx.Self())
	}
}

func propsOfOnce(handled *atomic.Uint64) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &once{handled} })
}

const wave = 1000

type waveParent struct {
	child  *actor.Props
	left   uint64
	living uint64
	over   chan<- struct{}
}

func (p *waveParent) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case start:
		p.spawnWave(ctx)
	case *actor.Terminated:
		p.living--
		switch {
		case p.living > 0:
		case p.left > 0:
			p.spawnWave(ctx)
		default:
			p.over <- struct{}{}
		}
	}
}

func (p *waveParent) spawnWave(ctx actor.Context) {
	p.living = min(p.left, wave)
	p.left -= p.living
	for range p.living {
		ctx.Send(ctx.Spawn(p.child), goAhead{})
	}
}

func spawnWaves(run run) outcome {
	var handled atomic.Uint64
	over := make(chan struct{}, 1)
	system := newSystem()
	defer system.Shutdown()
	parent := system.Root.Spawn(propsOf(
		&waveParent{child: propsOfOnce(&handled), left: run.size, over: over}))

	began := time.Now()
	system.Root.Send(parent, start{})
	<-over
	return timed(time.Since(began), handled.Load())
}

type parentOfAll struct {
	child  *actor.Props
	living uint64
	over   chan<- struct{}
}

func (p *parentOfAll) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case start:
		children := make([]*actor.PID, p.living)
		for i := range children {
			children[i] = ctx.Spawn(p.child)
		}
		for _, child := range children {
			ctx.Send(child, goAhead{})
		}
	case *actor.Terminated:
		p.living--
		if p.living == 0 {
			p.over <- struct{}{}
		}
	}
}

func spawnTogether(run run) outcome {
	var handled atomic.Uint64
	over := make(chan struct{}, 1)
	system := newSystem()
	defer system.Shutdown()
	parent := system.Root.Spawn(propsOf(
		&parentOfAll{child: propsOfOnce(&handled), living: run.size, over: over}))

	began := time.Now()
	system.Root.Send(parent, start{})
	<-over
	return timed(time.Since(began), handled.Load())
}
