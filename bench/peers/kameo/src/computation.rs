use std::{sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{
    Outcome, Run,
    apsp::{Block, Graph, Update},
    queens::{Board, WORKERS},
};

use crate::actor::{Cast, runtime, spawn};

enum Path {
    Neighbours(Vec<ActorRef<Place>>),
    Start,
    Update(Update),
}

#[derive(Actor)]
struct Place {
    block: Block,
    neighbours: Vec<ActorRef<Place>>,
    report: mpsc::Sender<u64>,
}

pub fn apsp(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let graph = Graph::new(run.size as usize);
    let side = graph.side();
    let places: Vec<_> = (0..side * side)
        .map(|at| {
            let block = Block::new(&graph, at / side, at % side);
            let place = Place { block, neighbours: Vec::new(), report: report.clone() };
            spawn(place)
        })
        .collect();
    for (at, place) in places.iter().enumerate() {
        let neighbours = (0..side * side)
            .filter(|other| (other / side == at / side) != (other % side == at % side))
            .map(|other| places[other].clone())
            .collect();
        place.cast(Path::Neighbours(neighbours));
    }

    let began = Instant::now();
    for place in &places {
        place.cast(Path::Start);
    }
    let sum: u64 = reports.iter().take(places.len()).sum();
    Outcome::time(began.elapsed(), sum)
}

impl Message<Path> for Place {
    type Reply = ();

    async fn handle(&mut self, message: Path, _: &mut Context<Self, ()>) {
        match message {
            Path::Neighbours(neighbours) => self.neighbours = neighbours,
            Path::Start => {
                self.publish();
                self.advance();
            }
            Path::Update(update) => {
                self.block.receive(update);
                self.advance();
            }
        }
    }
}

impl Place {
    fn publish(&mut self) {
        let update = self.block.publish();
        for neighbour in &self.neighbours {
            neighbour.cast(Path::Update(update.clone()));
        }
    }

    fn advance(&mut self) {
        while self.block.advance() {
            if self.block.is_done() {
                return self.report.send(self.block.sum()).unwrap();
            }
            self.publish();
        }
    }
}

struct Search(Board);

enum Found {
    Workers(Vec<ActorRef<Worker>>),
    Work(Board),
    Solution,
    Done,
}

#[derive(Actor)]
struct Master {
    workers: Vec<ActorRef<Worker>>,
    turn: usize,
    under_way: u64,
    solutions: u64,
    done: mpsc::Sender<u64>,
}

#[derive(Actor)]
struct Worker {
    master: ActorRef<Master>,
}

pub fn nqueens(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, solutions) = mpsc::channel();
    let master = Master { workers: Vec::new(), turn: 0, under_way: 0, solutions: 0, done };
    let master = spawn(master);
    let workers = (0..WORKERS).map(|_| spawn(Worker { master: master.clone() })).collect();
    master.cast(Found::Workers(workers));

    let began = Instant::now();
    master.cast(Found::Work(Board::new(run.size as usize)));
    let solutions = solutions.recv().unwrap();
    Outcome::time(began.elapsed(), solutions)
}

impl Message<Found> for Master {
    type Reply = ();

    async fn handle(&mut self, message: Found, _: &mut Context<Self, ()>) {
        match message {
            Found::Workers(workers) => self.workers = workers,
            Found::Work(board) => {
                self.under_way += 1;
                self.workers[self.turn].cast(Search(board));
                self.turn = (self.turn + 1) % WORKERS;
            }
            Found::Solution => self.solutions += 1,
            Found::Done => {
                self.under_way -= 1;
                if self.under_way == 0 {
                    self.done.send(self.solutions).unwrap();
                }
            }
        }
    }
}

impl Message<Search> for Worker {
    type Reply = ();

    async fn handle(&mut self, Search(board): Search, _: &mut Context<Self, ()>) {
        if board.is_shallow() {
            board.next_rows().for_each(|next| self.master.cast(Found::Work(next)));
        } else {
            board.search(&mut || self.master.cast(Found::Solution));
        }
        self.master.cast(Found::Done);
    }
}
