use std::sync::Arc;

use crate::random::Random;

pub const BLOCK: usize = 50;

/// Distances from `BLOCK` nodes to `BLOCK` nodes.
pub type Distances = [u32; BLOCK * BLOCK];

/// The block at a row and column, before a phase.
#[derive(Clone, Debug)]
pub struct Update {
    pub phase: usize,
    pub row: usize,
    pub column: usize,
    pub distances: Arc<Distances>,
}

/// The weights of a graph, row by row.
pub struct Graph {
    nodes: usize,
    weights: Vec<u32>,
}

impl Graph {
    pub fn new(nodes: usize) -> Self {
        let mut random = Random::new(nodes as u64);
        let mut weights = vec![0; nodes * nodes];
        for i in 0..nodes {
            for j in i + 1..nodes {
                let weight = 1 + random.below(100) as u32;
                weights[i * nodes + j] = weight;
                weights[j * nodes + i] = weight;
            }
        }
        Self { nodes, weights }
    }

    /// Blocks in a row or column.
    pub fn side(&self) -> usize {
        self.nodes / BLOCK
    }

    fn block(&self, row: usize, column: usize) -> Distances {
        let corner = row * BLOCK * self.nodes + column * BLOCK;
        std::array::from_fn(|at| self.weights[corner + at / BLOCK * self.nodes + at % BLOCK])
    }
}

/// The updates of one phase that have come.
#[derive(Default)]
struct Arrived {
    count: usize,
    of_row: Option<Arc<Distances>>,
    of_column: Option<Arc<Distances>>,
}

/// What the actor of a block knows. A neighbour may be one phase ahead, never two.
pub struct Block {
    nodes: usize,
    own: Update,
    published: bool,
    arrived: [Arrived; 2],
}

impl Block {
    pub fn new(graph: &Graph, row: usize, column: usize) -> Self {
        let distances = Arc::new(graph.block(row, column));
        let own = Update { phase: 0, row, column, distances };
        Self { nodes: graph.nodes, own, published: false, arrived: Default::default() }
    }

    /// What it sends to the others in its row and column, before it computes a phase.
    pub fn publish(&mut self) -> Update {
        self.published = true;
        self.own.clone()
    }

    pub fn receive(&mut self, update: Update) {
        let pivot = update.phase / BLOCK;
        let arrived = &mut self.arrived[update.phase % 2];
        arrived.count += 1;
        if update.row == self.own.row && update.column == pivot {
            arrived.of_row = Some(update.distances);
        } else if update.column == self.own.column && update.row == pivot {
            arrived.of_column = Some(update.distances);
        }
    }

    /// Computes this phase if all of it has come.
    pub fn advance(&mut self) -> bool {
        let neighbours = 2 * (self.nodes / BLOCK - 1);
        let arrived = &mut self.arrived[self.own.phase % 2];
        if !self.published || arrived.count < neighbours {
            return false;
        }
        let Arrived { of_row, of_column, .. } = std::mem::take(arrived);
        let own = &self.own.distances;
        let to_pivot = of_row.as_ref().unwrap_or(own);
        let from_pivot = of_column.as_ref().unwrap_or(own);
        self.own.distances = Arc::new(relax(own, to_pivot, from_pivot, self.own.phase % BLOCK));
        self.own.phase += 1;
        self.published = false;
        true
    }

    pub fn is_done(&self) -> bool {
        self.own.phase == self.nodes
    }

    pub fn sum(&self) -> u64 {
        self.own.distances.iter().copied().map(u64::from).sum()
    }
}

/// The distances when paths over the pivot's node `k` count too.
fn relax(own: &Distances, to_pivot: &Distances, from_pivot: &Distances, k: usize) -> Distances {
    let mut result = *own;
    let from = &from_pivot[k * BLOCK..(k + 1) * BLOCK];
    for (row, to) in result.chunks_exact_mut(BLOCK).zip(to_pivot.chunks_exact(BLOCK)) {
        for (distance, onward) in row.iter_mut().zip(from) {
            *distance = (*distance).min(to[k] + onward);
        }
    }
    result
}

pub(crate) fn expected(nodes: usize) -> u64 {
    let mut distances = Graph::new(nodes).weights;
    for k in 0..nodes {
        let from = distances[k * nodes..(k + 1) * nodes].to_vec();
        for row in distances.chunks_exact_mut(nodes) {
            let to = row[k];
            for (distance, onward) in row.iter_mut().zip(&from) {
                *distance = (*distance).min(to + onward);
            }
        }
    }
    distances.into_iter().map(u64::from).sum()
}
