package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	accountCount = 1000
	sourceCount  = 800
	firstCents   = 1_000_000
)

type order struct {
	source, target uint32
	cents          int64
}

// orders are the transfers, one after the other.
type orders struct{ draws draws }

func newOrders() *orders { return &orders{74755} }

func (o *orders) next() order {
	source := o.draws.below(sourceCount)
	target := source + max(1, o.draws.below(accountCount-source))
	return order{source, target, 1 + int64(o.draws.below(1000))}
}

type transfer struct {
	target *actor.PID
	cents  int64
}
type add struct{ cents int64 }
type added struct{}
type balance struct{}
type transferDone struct{}
type open struct{ accounts []*actor.PID }

type account struct {
	parking
	cents  int64
	teller *actor.PID
}

func (a *account) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case transfer:
		if !a.parks(m) {
			a.transfer(ctx, m)
		}
	case add:
		a.cents += m.cents
		ctx.Respond(added{})
	case balance:
		ctx.Respond(a.cents)
	}
}

func (a *account) transfer(ctx actor.Context, m transfer) {
	a.cents -= m.cents
	a.awaiting = true
	done := ctx.RequestFuture(m.target, add{m.cents}, forever)
	ctx.ReenterAfter(done, func(any, error) {
		ctx.Send(a.teller, transferDone{})
		a.answered(func(message any) { a.transfer(ctx, message.(transfer)) })
	})
}

type teller struct {
	transfers uint64
	left      uint64
	accounts  []*actor.PID
	over      chan<- struct{}
}

func (t *teller) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case open:
		t.accounts = m.accounts
	case start:
		t.left = t.transfers
		orders := newOrders()
		for range t.transfers {
			order := orders.next()
			ctx.Send(t.accounts[order.source], transfer{t.accounts[order.target], order.cents})
		}
	case transferDone:
		t.left--
		if t.left == 0 {
			t.over <- struct{}{}
		}
	}
}

func checksumOf(balances []int64) uint64 {
	sum := int64(0)
	for i, cents := range balances {
		sum += int64(i+1) * cents
	}
	return uint64(sum)
}

func balancesWithoutActors(transfers uint64) uint64 {
	balances := make([]int64, accountCount)
	for i := range balances {
		balances[i] = firstCents
	}
	orders := newOrders()
	for range transfers {
		order := orders.next()
		balances[order.source] -= order.cents
		balances[order.target] += order.cents
	}
	return checksumOf(balances)
}

func banking(run run) outcome {
	over := make(chan struct{}, 1)
	system := newSystem()
	defer system.Shutdown()
	teller := system.Root.Spawn(propsOf(&teller{transfers: run.size, over: over}))
	accounts := make([]*actor.PID, accountCount)
	for i := range accounts {
		accounts[i] = system.Root.Spawn(propsOf(&account{cents: firstCents, teller: teller}))
	}
	system.Root.Send(teller, open{accounts})

	began := time.Now()
	system.Root.Send(teller, start{})
	<-over
	elapsed := time.Since(began)

	balances := make([]int64, accountCount)
	for i, account := range accounts {
		balances[i] = ask[int64](system, account, balance{})
	}
	return timed(elapsed, checksumOf(balances))
}
