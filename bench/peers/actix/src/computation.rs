use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{
    Outcome, Run,
    apsp::{Block, Graph, Update},
    queens::{Board, WORKERS},
};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "()")]
enum Path {
    Neighbours(Vec<Addr<Place>>),
    Start,
    Update(Update),
}

struct Place {
    block: Block,
    neighbours: Vec<Addr<Place>>,
    report: mpsc::Sender<u64>,
}

pub fn apsp(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (report, reports) = mpsc::channel();
    let graph = Graph::new(run.size as usize);
    let side = graph.side();
    let places: Vec<_> = (0..side * side)
        .map(|at| {
            let block = Block::new(&graph, at / side, at % side);
            let place = Place { block, neighbours: Vec::new(), report: report.clone() };
            workers.start(at, place)
        })
        .collect();
    for (at, place) in places.iter().enumerate() {
        let neighbours = (0..side * side)
            .filter(|other| (other / side == at / side) != (other % side == at % side))
            .map(|other| places[other].clone())
            .collect();
        place.do_send(Path::Neighbours(neighbours));
    }

    let began = Instant::now();
    for place in &places {
        place.do_send(Path::Start);
    }
    let sum: u64 = reports.iter().take(places.len()).sum();
    Outcome::time(began.elapsed(), sum)
}

impl Actor for Place {
    type Context = Context<Self>;
}

impl Handler<Path> for Place {
    type Result = ();

    fn handle(&mut self, message: Path, _: &mut Context<Self>) {
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
            neighbour.do_send(Path::Update(update.clone()));
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

#[derive(Message)]
#[rtype(result = "()")]
struct Search(Board);

#[derive(Message)]
#[rtype(result = "()")]
enum Found {
    Workers(Vec<Addr<Worker>>),
    Work(Board),
    Solution,
    Done,
}

struct Master {
    workers: Vec<Addr<Worker>>,
    turn: usize,
    under_way: u64,
    solutions: u64,
    done: mpsc::Sender<u64>,
}

struct Worker {
    master: Addr<Master>,
}

pub fn nqueens(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, solutions) = mpsc::channel();
    let master = Master { workers: Vec::new(), turn: 0, under_way: 0, solutions: 0, done };
    let master = workers.start(0, master);
    let searchers =
        (0..WORKERS).map(|index| workers.start(index, Worker { master: master.clone() })).collect();
    master.do_send(Found::Workers(searchers));

    let began = Instant::now();
    master.do_send(Found::Work(Board::new(run.size as usize)));
    let solutions = solutions.recv().unwrap();
    Outcome::time(began.elapsed(), solutions)
}

impl Actor for Master {
    type Context = Context<Self>;
}

impl Handler<Found> for Master {
    type Result = ();

    fn handle(&mut self, message: Found, _: &mut Context<Self>) {
        match message {
            Found::Workers(workers) => self.workers = workers,
            Found::Work(board) => {
                self.under_way += 1;
                self.workers[self.turn].do_send(Search(board));
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

impl Actor for Worker {
    type Context = Context<Self>;
}

impl Handler<Search> for Worker {
    type Result = ();

    fn handle(&mut self, Search(board): Search, _: &mut Context<Self>) {
        if board.is_shallow() {
            board.next_rows().for_each(|next| self.master.do_send(Found::Work(next)));
        } else {
            board.search(&mut || self.master.do_send(Found::Solution));
        }
        self.master.do_send(Found::Done);
    }
}
