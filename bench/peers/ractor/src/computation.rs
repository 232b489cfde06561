use std::{sync::mpsc, time::Instant};

use ractor::ActorRef;
use rust_common::{
    Outcome, Run,
    apsp::{Block, Graph, Update},
    queens::{Board, WORKERS},
};

use crate::actor::{Behaviour, Handled, runtime, spawn};

enum Path {
    Neighbours(Vec<ActorRef<Path>>),
    Start,
    Update(Update),
}

struct Place {
    block: Block,
    neighbours: Vec<ActorRef<Path>>,
    report: mpsc::Sender<u64>,
}

pub fn apsp(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (report, reports) = mpsc::channel();
    let graph = Graph::new(run.size as usize);
    let side = graph.side();
    let places: Vec<_> = (0..side * side)
        .map(|at| {
            let block = Block::new(&graph, at / side, at % side);
            let place = Place { block, neighbours: Vec::new(), report: report.clone() };
            runtime.block_on(spawn(place))
        })
        .collect();
    for (at, place) in places.iter().enumerate() {
        let neighbours = (0..side * side)
            .filter(|other| (other / side == at / side) != (other % side == at % side))
            .map(|other| places[other].clone())
            .collect();
        place.cast(Path::Neighbours(neighbours)).unwrap();
    }

    let began = Instant::now();
    for place in &places {
        place.cast(Path::Start).unwrap();
    }
    let sum: u64 = reports.iter().take(places.len()).sum();
    Outcome::time(began.elapsed(), sum)
}

impl Behaviour for Place {
    type Message = Path;

    async fn handle(&mut self, message: Path, _: &ActorRef<Path>) -> Handled {
        match message {
            Path::Neighbours(neighbours) => self.neighbours = neighbours,
            Path::Start => {
                self.publish()?;
                self.advance()?;
            }
            Path::Update(update) => {
                self.block.receive(update);
                self.advance()?;
            }
        }
        Ok(())
    }
}

impl Place {
    fn publish(&mut self) -> Handled {
        let update = self.block.publish();
        for neighbour in &self.neighbours {
            neighbour.cast(Path::Update(update.clone()))?;
        }
        Ok(())
    }

    fn advance(&mut self) -> Handled {
        while self.block.advance() {
            if self.block.is_done() {
                return Ok(self.report.send(self.block.sum())?);
            }
            self.publish()?;
        }
        Ok(())
    }
}

struct Search(Board);

enum Found {
    Workers(Vec<ActorRef<Search>>),
    Work(Board),
    Solution,
    Done,
}

struct Master {
    workers: Vec<ActorRef<Search>>,
    turn: usize,
    under_way: u64,
    solutions: u64,
    done: mpsc::Sender<u64>,
}

struct Worker {
    master: ActorRef<Found>,
}

pub fn nqueens(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, solutions) = mpsc::channel();
    let master = Master { workers: Vec::new(), turn: 0, under_way: 0, solutions: 0, done };
    let master = runtime.block_on(spawn(master));
    let workers =
        (0..WORKERS).map(|_| runtime.block_on(spawn(Worker { master: master.clone() }))).collect();
    master.cast(Found::Workers(workers)).unwrap();

    let began = Instant::now();
    master.cast(Found::Work(Board::new(run.size as usize))).unwrap();
    let solutions = solutions.recv().unwrap();
    Outcome::time(began.elapsed(), solutions)
}

impl Behaviour for Master {
    type Message = Found;

    async fn handle(&mut self, message: Found, _: &ActorRef<Found>) -> Handled {
        match message {
            Found::Workers(workers) => self.workers = workers,
            Found::Work(board) => {
                self.under_way += 1;
                self.workers[self.turn].cast(Search(board))?;
                self.turn = (self.turn + 1) % WORKERS;
            }
            Found::Solution => self.solutions += 1,
            Found::Done => {
                self.under_way -= 1;
                if self.under_way == 0 {
                    self.done.send(self.solutions)?;
                }
            }
        }
        Ok(())
    }
}

impl Behaviour for Worker {
    type Message = Search;

    async fn handle(&mut self, Search(board): Search, _: &ActorRef<Search>) -> Handled {
        if board.is_shallow() {
            board.next_rows().try_for_each(|next| self.master.cast(Found::Work(next)))?;
        } else {
            board.search(&mut || self.master.cast(Found::Solution).unwrap());
        }
        self.master.cast(Found::Done)?;
        Ok(())
    }
}
