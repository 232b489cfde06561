package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func wakeThread(run run) outcome { return wake(run, 0) }
func wakePause(run run) outcome  { return wake(run, 100*time.Microsecond) }

func wake(run run, pause time.Duration) outcome {
	system := newSystem()
	defer system.Shutdown()
	server := system.Root.Spawn(propsOf(&server{}))
	times := make([]time.Duration, run.size)
	sum := uint64(0)
	for i := range times {
		if pause > 0 {
			time.Sleep(pause)
		}
		began := time.Now()
		answer, err := system.Root.RequestFuture(server, next{}, callTimeLimit).Result()
		times[i] = time.Since(began)
		if err != nil {
			end(1, err)
		}
		sum += answer.(uint64)
	}
	return latencies(times, sum)
}

const busyTime = 20 * time.Microsecond

type tick struct{ sent time.Time }
type work struct{ rounds uint64 }

type tickReceiver struct {
	ticks uint64
	times []time.Duration
	done  chan<- []time.Duration
}

func (r *tickReceiver) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(tick); ok {
		r.times = append(r.times, time.Since(m.sent))
		if uint64(len(r.times)) == r.ticks {
			r.done <- r.times
		}
	}
}

type busy struct{ idle *actor.PID }

func (b *busy) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(work); ok {
		began := time.Now()
		ctx.Send(b.idle, tick{began})
		burnUntil(began.Add(busyTime))
		if m.rounds > 1 {
			ctx.Send(ctx.Self(), work{m.rounds - 1})
		}
	}
}

func wakeActor(run run) outcome {
	done := make(chan []time.Duration, 1)
	system := newSystem()
	defer system.Shutdown()
	idle := system.Root.Spawn(propsOf(&tickReceiver{
		ticks: run.size, times: make([]time.Duration, 0, run.size), done: done}))
	busy := system.Root.Spawn(propsOf(&busy{idle}))
	system.Root.Send(busy, work{run.size})
	times := <-done
	return latencies(times, len(times))
}

const (
	loopReceivers = 8
	loopInterval  = 10 * time.Microsecond
	loopWork      = time.Microsecond
)

type dueJob struct{ due time.Time }
type recorded struct{}

type loopReceiver struct {
	jobs      uint64
	times     []time.Duration
	collector *actor.PID
}

func (r *loopReceiver) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case dueJob:
		burnUntil(time.Now().Add(loopWork))
		r.times = append(r.times, time.Since(m.due))
		if handled := uint64(len(r.times)); handled == r.jobs {
			ctx.Send(r.collector, report(handled))
		}
	case recorded:
		ctx.Respond(r.times)
	}
}

func openLoop(run run) outcome {
	system := newSystem()
	defer system.Shutdown()
	collector, handled := newCollector(system, min(run.size, loopReceivers))
	var receivers [loopReceivers]*actor.PID
	for i := range receivers {
		jobs := share(run.size, loopReceivers, i)
		receivers[i] = system.Root.Spawn(propsOf(&loopReceiver{
			jobs: jobs, times: make([]time.Duration, 0, jobs), collector: collector}))
	}

	due := time.Now()
	for i := range run.size {
		time.Sleep(time.Until(due))
		system.Root.Send(receivers[i%loopReceivers], dueJob{due})
		due = due.Add(loopInterval)
	}
	sum := <-handled

	var times []time.Duration
	for _, receiver := range receivers {
		times = append(times, ask[[]time.Duration](system, receiver, recorded{})...)
	}
	return latencies(times, sum)
}
