package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	queensWorkers = 20
	splitRows     = 4
	largestBoard  = 16
)

// A board has queens in its first rows, none of which attacks another.
type board struct {
	columns [largestBoard]uint8
	rows    uint8
}

func (b *board) allows(column uint8) bool {
	for row, other := range b.columns[:b.rows] {
		distance := b.rows - uint8(row)
		if other == column || other+distance == column || column+distance == other {
			return false
		}
	}
	return true
}

func (b *board) with(column uint8) board {
	next := *b
	next.columns[next.rows] = column
	next.rows++
	return next
}

// search calls `found` for each solution that begins with these rows.
func (b *board) search(size uint8, found func()) {
	if b.rows == size {
		found()
		return
	}
	for column := range size {
		if b.allows(column) {
			next := b.with(column)
			next.search(size, found)
		}
	}
}

func solutionsWithoutActors(size uint64) uint64 {
	solutions := uint64(0)
	new(board).search(uint8(size), func() { solutions++ })
	return solutions
}

type solution struct{}
type workDone struct{}

type queensWorker struct {
	size   uint8
	master *actor.PID
}

func (w *queensWorker) Receive(ctx actor.Context) {
	work, ok := ctx.Message().(*board)
	if !ok {
		return
	}
	if work.rows < splitRows {
		for column := range w.size {
			if work.allows(column) {
				next := work.with(column)
				ctx.Send(w.master, &next)
			}
		}
	} else {
		work.search(w.size, func() { ctx.Send(w.master, solution{}) })
	}
	ctx.Send(w.master, workDone{})
}

type queensMaster struct {
	size      uint8
	workers   [queensWorkers]*actor.PID
	next      int
	open      uint64
	solutions uint64
	done      chan<- uint64
}

func (master *queensMaster) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		for i := range master.workers {
			master.workers[i] = ctx.Spawn(propsOf(&queensWorker{master.size, ctx.Self()}))
		}
	case *board:
		master.open++
		ctx.Send(master.workers[master.next], m)
		master.next = (master.next + 1) % queensWorkers
	case solution:
		master.solutions++
	case workDone:
		master.open--
		if master.open == 0 {
			master.done <- master.solutions
		}
	}
}

func nqueens(run run) outcome {
	done := make(chan uint64, 1)
	system := newSystem()
	defer system.Shutdown()
	master := system.Root.Spawn(propsOf(&queensMaster{size: uint8(run.size), done: done}))

	began := time.Now()
	system.Root.Send(master, new(board))
	solutions := <-done
	return timed(time.Since(began), solutions)
}
