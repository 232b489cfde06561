package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	clientCount    = 1024
	directoryCount = 8
	postsInHundred = 80
)

// recursions is a variable, so that the number is computed when the program runs.
var recursions = 15

func fibonacciByRecursion(n int) int {
	if n < 2 {
		return n
	}
	return fibonacciByRecursion(n-1) + fibonacciByRecursion(n-2)
}

// A client's numbers: first the members of its chat, then what it does, turn by turn.
func drawMembers(draws *draws) []uint32 {
	members := make([]uint32, 1+draws.below(16))
	for i := range members {
		members[i] = draws.below(clientCount)
	}
	return members
}

func drawWhetherToPost(draws *draws) bool { return draws.below(100) < postsInHundred }

// To the accumulator: what a client did, how many members a chat sent a post to, that a post came.
type posted struct{}
type computed struct{ value int }
type sent struct{ posts int }
type received struct{}

type post struct{}
type act struct{}
type poke struct{}
type turnOver struct{ counted uint64 }

type turn struct {
	clients, chats, chatsExpected, posts, postsExpected, computed int
}

type accumulator struct {
	turn  turn
	poker *actor.PID
}

func (a *accumulator) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case posted:
		a.turn.clients++
		a.turn.chatsExpected++
	case computed:
		a.turn.clients++
		if m.value > 0 {
			a.turn.computed++
		}
	case sent:
		a.turn.chats++
		a.turn.postsExpected += m.posts
	case received:
		a.turn.posts++
	}
	if a.turn.clients == clientCount && a.turn.chats == a.turn.chatsExpected &&
		a.turn.posts == a.turn.postsExpected {
		ctx.Send(a.poker, turnOver{uint64(a.turn.posts + a.turn.computed)})
		a.turn = turn{}
	}
}

type chatRoom struct {
	members     []*actor.PID
	accumulator *actor.PID
}

func (c *chatRoom) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(post); ok {
		ctx.Send(c.accumulator, sent{len(c.members)})
		for _, member := range c.members {
			ctx.Send(member, post{})
		}
	}
}

type joinChat struct{ chat *actor.PID }

type client struct {
	draws       draws
	chat        *actor.PID
	accumulator *actor.PID
}

func (c *client) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case joinChat:
		c.chat = m.chat
	case act:
		if drawWhetherToPost(&c.draws) {
			ctx.Send(c.accumulator, posted{})
			ctx.Send(c.chat, post{})
		} else {
			ctx.Send(c.accumulator, computed{fibonacciByRecursion(recursions)})
		}
	case post:
		ctx.Send(c.accumulator, received{})
	}
}

type directory struct{ clients []*actor.PID }

func (d *directory) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(poke); ok {
		for _, client := range d.clients {
			ctx.Send(client, act{})
		}
	}
}

type startPoking struct{ directories []*actor.PID }

type poker struct {
	left        uint64
	counted     uint64
	directories []*actor.PID
	done        chan<- uint64
}

func (p *poker) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case startPoking:
		p.directories = m.directories
		p.poke(ctx)
	case turnOver:
		p.counted += m.counted
		p.left--
		if p.left > 0 {
			p.poke(ctx)
		} else {
			p.done <- p.counted
		}
	}
}

func (p *poker) poke(ctx actor.Context) {
	for _, directory := range p.directories {
		ctx.Send(directory, poke{})
	}
}

func spawnDirectories(system *actor.ActorSystem, poker *actor.PID) []*actor.PID {
	accumulator := system.Root.Spawn(propsOf(&accumulator{poker: poker}))
	clients := make([]*actor.PID, clientCount)
	members := make([][]uint32, clientCount)
	for i := range clients {
		draws := draws(i)
		members[i] = drawMembers(&draws)
		clients[i] = system.Root.Spawn(propsOf(&client{draws: draws, accumulator: accumulator}))
	}
	groups := make([][]*actor.PID, directoryCount)
	for i, client := range clients {
		pids := make([]*actor.PID, len(members[i]))
		for j, member := range members[i] {
			pids[j] = clients[member]
		}
		room := system.Root.Spawn(propsOf(&chatRoom{pids, accumulator}))
		system.Root.Send(client, joinChat{room})
		groups[i%directoryCount] = append(groups[i%directoryCount], client)
	}
	directories := make([]*actor.PID, directoryCount)
	for i, group := range groups {
		directories[i] = system.Root.Spawn(propsOf(&directory{group}))
	}
	return directories
}

func countWithoutActors(turns uint64) uint64 {
	count := 0
	for i := range clientCount {
		draws := draws(i)
		members := drawMembers(&draws)
		for range turns {
			if drawWhetherToPost(&draws) {
				count += len(members)
			} else {
				count++
			}
		}
	}
	return uint64(count)
}

func chat(run run) outcome {
	done := make(chan uint64, 1)
	system := newSystem()
	defer system.Shutdown()
	poker := system.Root.Spawn(propsOf(&poker{left: run.size, done: done}))
	directories := spawnDirectories(system, poker)

	began := time.Now()
	system.Root.Send(poker, startPoking{directories})
	counted := <-done
	return timed(time.Since(began), counted)
}
