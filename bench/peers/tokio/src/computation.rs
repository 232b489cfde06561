use std::{sync::mpsc, time::Instant};

use rust_common::{
    Outcome, Run,
    apsp::{Block, Graph, Update},
    queens::{Board, WORKERS},
};
use tokio::sync::mpsc::unbounded_channel;

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

enum Path {
    Start,
    Update(Update),
}

pub fn apsp(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let graph = Graph::new(run.size as usize);
    let side = graph.side();
    let places: Vec<_> = (0..side * side).map(|at| (at / side, at % side)).collect();
    let (blocks, mailboxes): (Vec<_>, Vec<_>) = places.iter().map(|_| unbounded_channel()).unzip();
    for (&(row, column), mailbox) in places.iter().zip(mailboxes) {
        let neighbours = blocks.iter().zip(&places);
        let neighbours = neighbours
            .filter(|&(_, &place)| (place.0 == row) != (place.1 == column))
            .map(|(neighbour, _)| neighbour.clone())
            .collect();
        tokio::spawn(block(mailbox, neighbours, Block::new(&graph, row, column), report.clone()));
    }

    let began = Instant::now();
    for block in &blocks {
        block.tell(Path::Start);
    }
    let sum: u64 = reports.iter().take(blocks.len()).sum();
    Outcome::time(began.elapsed(), sum)
}

async fn block(
    mut mailbox: Mailbox<Path>,
    neighbours: Vec<Address<Path>>,
    mut block: Block,
    report: mpsc::Sender<u64>,
) {
    let publish = |block: &mut Block| {
        let update = block.publish();
        neighbours.iter().for_each(|neighbour| neighbour.tell(Path::Update(update.clone())));
    };
    while let Some(message) = mailbox.recv().await {
        match message {
            Path::Start => publish(&mut block),
            Path::Update(update) => block.receive(update),
        }
        while block.advance() {
            if block.is_done() {
                return report.send(block.sum()).unwrap();
            }
            publish(&mut block);
        }
    }
}

struct Search(Board);

enum Master {
    Work(Board),
    Solution,
    Done,
}

pub fn nqueens(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, solutions) = mpsc::channel();
    let (master, results) = unbounded_channel();
    let workers =
        (0..WORKERS).map(|_| spawn(|mailbox, _| worker(mailbox, master.clone()))).collect();
    tokio::spawn(coordinator(results, workers, done));

    let began = Instant::now();
    master.tell(Master::Work(Board::new(run.size as usize)));
    let solutions = solutions.recv().unwrap();
    Outcome::time(began.elapsed(), solutions)
}

async fn coordinator(
    mut mailbox: Mailbox<Master>,
    workers: Vec<Address<Search>>,
    done: mpsc::Sender<u64>,
) {
    let mut turns = workers.iter().cycle();
    let (mut under_way, mut solutions) = (0, 0);
    while let Some(message) = mailbox.recv().await {
        match message {
            Master::Work(board) => {
                under_way += 1;
                turns.next().unwrap().tell(Search(board));
            }
            Master::Solution => solutions += 1,
            Master::Done => {
                under_way -= 1;
                if under_way == 0 {
                    done.send(solutions).unwrap();
                }
            }
        }
    }
}

async fn worker(mut mailbox: Mailbox<Search>, master: Address<Master>) {
    while let Some(Search(board)) = mailbox.recv().await {
        if board.is_shallow() {
            board.next_rows().for_each(|next| master.tell(Master::Work(next)));
        } else {
            board.search(&mut || master.tell(Master::Solution));
        }
        master.tell(Master::Done);
    }
}
