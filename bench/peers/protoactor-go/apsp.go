package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const blockSide = 50

// A block holds distances from blockSide nodes to blockSide nodes; once sent, it does not change.
type block [blockSide][blockSide]uint32

type shareBlock struct {
	phase, row, column int
	block              *block
}
type meetNeighbours struct{ neighbours []*actor.PID } // those of its row and column

// arrived is what has come for a phase: of the blocks, those that the node's row and column are in.
type arrived struct {
	blocks          int
	ofRow, ofColumn *block
}

type solver struct {
	row, column, nodes int
	phase              int
	block              *block
	arrived            [2]arrived // a neighbour is at most one phase ahead
	neighbours         []*actor.PID
	collector          *actor.PID
}

func (s *solver) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case meetNeighbours:
		s.neighbours = m.neighbours
		s.share(ctx)
		s.advance(ctx)
	case shareBlock:
		arrived := &s.arrived[m.phase%2]
		arrived.blocks++
		pivot := m.phase / blockSide
		if m.row == s.row && m.column == pivot {
			arrived.ofRow = m.block
		}
		if m.column == s.column && m.row == pivot {
			arrived.ofColumn = m.block
		}
		// A block may come before the neighbours are known.
		if s.neighbours != nil {
			s.advance(ctx)
		}
	}
}

func (s *solver) share(ctx actor.Context) {
	message := shareBlock{s.phase, s.row, s.column, s.block}
	for _, neighbour := range s.neighbours {
		ctx.Send(neighbour, message)
	}
}

func (s *solver) advance(ctx actor.Context) {
	for s.phase < s.nodes && s.arrived[s.phase%2].blocks == len(s.neighbours) {
		s.update()
		s.arrived[s.phase%2] = arrived{}
		s.phase++
		if s.phase < s.nodes {
			s.share(ctx)
		} else {
			ctx.Send(s.collector, report(s.block.sum()))
		}
	}
}

func (s *solver) update() {
	pivot, k := s.phase/blockSide, s.phase%blockSide
	arrived := s.arrived[s.phase%2]
	toNode, fromNode := s.block, s.block
	if s.column != pivot {
		toNode = arrived.ofRow
	}
	if s.row != pivot {
		fromNode = arrived.ofColumn
	}
	next := new(block)
	for i := range next {
		for j := range next[i] {
			next[i][j] = min(s.block[i][j], toNode[i][k]+fromNode[k][j])
		}
	}
	s.block = next
}

func (b *block) sum() uint64 {
	sum := uint64(0)
	for _, row := range b {
		for _, distance := range row {
			sum += uint64(distance)
		}
	}
	return sum
}

func drawWeights(nodes int) [][]uint32 {
	weights := make([][]uint32, nodes)
	for i := range weights {
		weights[i] = make([]uint32, nodes)
	}
	draws := draws(nodes)
	for i := range nodes {
		for j := i + 1; j < nodes; j++ {
			weight := 1 + draws.below(100)
			weights[i][j], weights[j][i] = weight, weight
		}
	}
	return weights
}

func blockOf(weights [][]uint32, row, column int) *block {
	result := new(block)
	for i := range result {
		copy(result[i][:], weights[row*blockSide+i][column*blockSide:])
	}
	return result
}

func distancesWithoutActors(size uint64) uint64 {
	distances := drawWeights(int(size))
	for k := range distances {
		for i := range distances {
			for j := range distances {
				distances[i][j] = min(distances[i][j], distances[i][k]+distances[k][j])
			}
		}
	}
	sum := uint64(0)
	for _, row := range distances {
		for _, distance := range row {
			sum += uint64(distance)
		}
	}
	return sum
}

func apsp(run run) outcome {
	nodes := int(run.size)
	side := nodes / blockSide
	weights := drawWeights(nodes)
	system := newSystem()
	defer system.Shutdown()
	collector, sum := newCollector(system, uint64(side*side))
	solvers := make([][]*actor.PID, side)
	for row := range side {
		for column := range side {
			solvers[row] = append(solvers[row], system.Root.Spawn(propsOf(&solver{
				row: row, column: column, nodes: nodes,
				block: blockOf(weights, row, column), collector: collector})))
		}
	}

	began := time.Now()
	for row := range side {
		for column := range side {
			neighbours := neighboursOf(solvers, row, column)
			system.Root.Send(solvers[row][column], meetNeighbours{neighbours})
		}
	}
	distances := <-sum
	return timed(time.Since(began), distances)
}

func neighboursOf(solvers [][]*actor.PID, row, column int) []*actor.PID {
	neighbours := []*actor.PID{}
	for i := range solvers {
		if i != column {
			neighbours = append(neighbours, solvers[row][i])
		}
		if i != row {
			neighbours = append(neighbours, solvers[i][column])
		}
	}
	return neighbours
}
