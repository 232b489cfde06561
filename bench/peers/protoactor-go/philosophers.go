package main

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const philosopherCount = 20

type hungry struct{ philosopher int }
type putDown struct{ philosopher int }
type eat struct{}
type denied struct{}
type full struct{ meals, retries uint64 }

type philosopher struct {
	index      int
	wanted     uint64
	meals      uint64
	retries    uint64
	arbitrator *actor.PID
}

func (p *philosopher) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case start:
		ctx.Send(p.arbitrator, hungry{p.index})
	case denied:
		p.retries++
		ctx.Send(p.arbitrator, hungry{p.index})
	case eat:
		p.meals++
		ctx.Send(p.arbitrator, putDown{p.index})
		if p.meals < p.wanted {
			ctx.Send(p.arbitrator, hungry{p.index})
		} else {
			ctx.Send(p.arbitrator, full{p.meals, p.retries})
		}
	}
}

type arbitrator struct {
	meals        uint64
	philosophers [philosopherCount]*actor.PID
	taken        [philosopherCount]bool
	full         int
	all          full
	done         chan<- full
}

func (a *arbitrator) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		for i := range a.philosophers {
			a.philosophers[i] = ctx.Spawn(propsOf(
				&philosopher{index: i, wanted: a.meals, arbitrator: ctx.Self()}))
		}
	case start:
		for _, philosopher := range a.philosophers {
			ctx.Send(philosopher, start{})
		}
	case hungry:
		left, right := a.forks(m.philosopher)
		if *left || *right {
			ctx.Send(a.philosophers[m.philosopher], denied{})
		} else {
			*left, *right = true, true
			ctx.Send(a.philosophers[m.philosopher], eat{})
		}
	case putDown:
		left, right := a.forks(m.philosopher)
		*left, *right = false, false
	case full:
		a.all.meals += m.meals
		a.all.retries += m.retries
		a.full++
		if a.full == philosopherCount {
			a.done <- a.all
		}
	}
}

func (a *arbitrator) forks(philosopher int) (left, right *bool) {
	return &a.taken[philosopher], &a.taken[(philosopher+1)%philosopherCount]
}

func philosophers(run run) outcome {
	done := make(chan full, 1)
	system := newSystem()
	defer system.Shutdown()
	arbitrator := system.Root.Spawn(propsOf(&arbitrator{meals: run.size, done: done}))

	began := time.Now()
	system.Root.Send(arbitrator, start{})
	all := <-done
	result := timed(time.Since(began), all.meals)
	result.figures += fmt.Sprintf(" retries=%d", all.retries)
	return result
}
