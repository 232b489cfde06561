use std::{sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{Outcome, Run, share};

use crate::actor::{Cast, runtime, spawn};

const PRODUCERS: usize = 8;
const RECEIVERS: usize = 60;
const BATCH: u64 = 1024;

/// So many messages are still to be produced.
struct Produce(u64);
struct Item(u64);

#[derive(Actor)]
struct Sink {
    sum: u64,
    left: u64,
    done: mpsc::Sender<u64>,
}

#[derive(Actor)]
struct Producer {
    sink: ActorRef<Sink>,
}

pub fn fan_in(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let sink = spawn(Sink { sum: 0, left: run.size, done });
    let producers: Vec<_> =
        (0..PRODUCERS).map(|_| spawn(Producer { sink: sink.clone() })).collect();

    let began = Instant::now();
    for (index, producer) in producers.iter().enumerate() {
        producer.cast(Produce(share(run.size, PRODUCERS, index)));
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

pub fn fan_in_thread(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let sink = spawn(Sink { sum: 0, left: run.size, done });

    let began = Instant::now();
    for _ in 0..run.size {
        sink.cast(Item(1));
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Message<Item> for Sink {
    type Reply = ();

    async fn handle(&mut self, Item(value): Item, _: &mut Context<Self, ()>) {
        self.sum += value;
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.sum).unwrap();
        }
    }
}

impl Message<Produce> for Producer {
    type Reply = ();

    async fn handle(&mut self, Produce(left): Produce, context: &mut Context<Self, ()>) {
        let now = left.min(BATCH);
        for _ in 0..now {
            self.sink.cast(Item(1));
        }
        if left > now {
            context.actor_ref().cast(Produce(left - now));
        }
    }
}

struct Work;

#[derive(Actor)]
struct Receiver {
    handled: u64,
    expected: u64,
    report: mpsc::Sender<u64>,
}

#[derive(Actor)]
struct Distributor {
    receivers: Vec<ActorRef<Receiver>>,
    turn: usize,
}

pub fn fork_join(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (receivers, reports) = receivers(run.size);
    let distributor = spawn(Distributor { receivers, turn: 0 });

    let began = Instant::now();
    distributor.cast(Produce(run.size));
    let handled: u64 = reports.iter().take(reporting(run.size)).sum();
    Outcome::time(began.elapsed(), handled)
}

pub fn fork_join_thread(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (receivers, reports) = receivers(run.size);

    let began = Instant::now();
    for receiver in receivers.iter().cycle().take(run.size as usize) {
        receiver.cast(Work);
    }
    let handled: u64 = reports.iter().take(reporting(run.size)).sum();
    Outcome::time(began.elapsed(), handled)
}

/// How many receivers get a message at all.
fn reporting(messages: u64) -> usize {
    RECEIVERS.min(messages as usize)
}

/// The receivers, and what each of them has handled when it has handled its share.
fn receivers(messages: u64) -> (Vec<ActorRef<Receiver>>, mpsc::Receiver<u64>) {
    let (report, reports) = mpsc::channel();
    let receivers = (0..RECEIVERS)
        .map(|index| {
            let expected = share(messages, RECEIVERS, index);
            spawn(Receiver { handled: 0, expected, report: report.clone() })
        })
        .collect();
    (receivers, reports)
}

impl Message<Work> for Receiver {
    type Reply = ();

    async fn handle(&mut self, _: Work, _: &mut Context<Self, ()>) {
        self.handled += 1;
        if self.handled == self.expected {
            self.report.send(self.handled).unwrap();
        }
    }
}

impl Message<Produce> for Distributor {
    type Reply = ();

    async fn handle(&mut self, Produce(left): Produce, context: &mut Context<Self, ()>) {
        let now = left.min(BATCH);
        for _ in 0..now {
            self.receivers[self.turn].cast(Work);
            self.turn = (self.turn + 1) % RECEIVERS;
        }
        if left > now {
            context.actor_ref().cast(Produce(left - now));
        }
    }
}
