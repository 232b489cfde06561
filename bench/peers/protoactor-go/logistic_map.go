package main

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const seriesCount = 10

func rate(series int) float64            { return 3.46 + 0.0025*float64(series) }
func firstTerm(series int) float64       { return 0.0025 * float64(series) }
func followingTerm(r, x float64) float64 { return r * x * (1 - x) }

type compute struct{ term float64 }
type nextTerm struct{}
type reportTerm struct{}
type lastTerm struct {
	series int
	term   float64
}

type computer struct{ rate float64 }

func (c *computer) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(compute); ok {
		ctx.Respond(followingTerm(c.rate, m.term))
	}
}

type seriesWorker struct {
	parking
	series   int
	term     float64
	computer *actor.PID
	master   *actor.PID
}

func (w *seriesWorker) Receive(ctx actor.Context) {
	if message := ctx.Message(); !w.parks(message) {
		w.handle(ctx, message)
	}
}

func (w *seriesWorker) handle(ctx actor.Context, message any) {
	switch message.(type) {
	case nextTerm:
		w.awaiting = true
		term := ctx.RequestFuture(w.computer, compute{w.term}, forever)
		ctx.ReenterAfter(term, func(result any, _ error) {
			w.term = result.(float64)
			w.answered(func(message any) { w.handle(ctx, message) })
		})
	case reportTerm:
		ctx.Send(w.master, lastTerm{w.series, w.term})
	}
}

type seriesMaster struct {
	terms   uint64
	workers [seriesCount]*actor.PID
	last    [seriesCount]float64
	reports int
	done    chan<- string
}

func (master *seriesMaster) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		for i := range master.workers {
			computer := ctx.Spawn(propsOf(&computer{rate(i)}))
			master.workers[i] = ctx.Spawn(propsOf(&seriesWorker{
				series: i, term: firstTerm(i), computer: computer, master: ctx.Self()}))
		}
	case start:
		for range master.terms {
			for _, worker := range master.workers {
				ctx.Send(worker, nextTerm{})
			}
		}
		for _, worker := range master.workers {
			ctx.Send(worker, reportTerm{})
		}
	case lastTerm:
		master.last[m.series] = m.term
		master.reports++
		if master.reports == seriesCount {
			master.done <- sumText(master.last)
		}
	}
}

func sumText(terms [seriesCount]float64) string {
	sum := 0.0
	for _, term := range terms {
		sum += term
	}
	return fmt.Sprintf("%.12f", sum)
}

func sumOfTerms(terms uint64) string {
	var last [seriesCount]float64
	for series := range last {
		last[series] = firstTerm(series)
		for range terms {
			last[series] = followingTerm(rate(series), last[series])
		}
	}
	return sumText(last)
}

func logisticMap(run run) outcome {
	done := make(chan string, 1)
	system := newSystem()
	defer system.Shutdown()
	master := system.Root.Spawn(propsOf(&seriesMaster{terms: run.size, done: done}))

	began := time.Now()
	system.Root.Send(master, start{})
	sum := <-done
	return timed(time.Since(began), sum)
}
