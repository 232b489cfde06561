use std::{sync::mpsc, time::Instant};

use ractor::ActorRef;
use rust_common::{Outcome, Run, share};
use tokio::runtime::Runtime;

use crate::actor::{Behaviour, Handled, runtime, spawn};

const PRODUCERS: usize = 8;
const RECEIVERS: usize = 60;
const BATCH: u64 = 1024;

/// So many messages are still to be produced.
struct Produce(u64);
struct Item(u64);

struct Sink {
    sum: u64,
    left: u64,
    done: mpsc::Sender<u64>,
}

struct Producer {
    sink: ActorRef<Item>,
}

pub fn fan_in(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, sum) = mpsc::channel();
    let sink = runtime.block_on(spawn(Sink { sum: 0, left: run.size, done }));
    let producers: Vec<_> =
        (0..PRODUCERS).map(|_| runtime.block_on(spawn(Producer { sink: sink.clone() }))).collect();

    let began = Instant::now();
    for (index, producer) in producers.iter().enumerate() {
        producer.cast(Produce(share(run.size, PRODUCERS, index))).unwrap();
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

pub fn fan_in_thread(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, sum) = mpsc::channel();
    let sink = runtime.block_on(spawn(Sink { sum: 0, left: run.size, done }));

    let began = Instant::now();
    for _ in 0..run.size {
        sink.cast(Item(1)).unwrap();
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Behaviour for Sink {
    type Message = Item;

    async fn handle(&mut self, Item(value): Item, _: &ActorRef<Item>) -> Handled {
        self.sum += value;
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.sum)?;
        }
        Ok(())
    }
}

impl Behaviour for Producer {
    type Message = Produce;

    async fn handle(&mut self, Produce(left): Produce, own: &ActorRef<Produce>) -> Handled {
        let now = left.min(BATCH);
        for _ in 0..now {
            self.sink.cast(Item(1))?;
        }
        if left > now {
            own.cast(Produce(left - now))?;
        }
        Ok(())
    }
}

struct Work;

struct Receiver {
    handled: u64,
    expected: u64,
    report: mpsc::Sender<u64>,
}

struct Distributor {
    receivers: Vec<ActorRef<Work>>,
    turn: usize,
}

pub fn fork_join(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (receivers, reports) = receivers(&runtime, run.size);
    let distributor = runtime.block_on(spawn(Distributor { receivers, turn: 0 }));

    let began = Instant::now();
    distributor.cast(Produce(run.size)).unwrap();
    let handled: u64 = reports.iter().take(reporting(run.size)).sum();
    Outcome::time(began.elapsed(), handled)
}

pub fn fork_join_thread(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (receivers, reports) = receivers(&runtime, run.size);

    let began = Instant::now();
    for receiver in receivers.iter().cycle().take(run.size as usize) {
        receiver.cast(Work).unwrap();
    }
    let handled: u64 = reports.iter().take(reporting(run.size)).sum();
    Outcome::time(began.elapsed(), handled)
}

/// How many receivers get a message at all.
fn reporting(messages: u64) -> usize {
    RECEIVERS.min(messages as usize)
}

/// The receivers, and what each of them has handled when it has handled its share.
fn receivers(runtime: &Runtime, messages: u64) -> (Vec<ActorRef<Work>>, mpsc::Receiver<u64>) {
    let (report, reports) = mpsc::channel();
    let receivers = (0..RECEIVERS)
        .map(|index| {
            let expected = share(messages, RECEIVERS, index);
            runtime.block_on(spawn(Receiver { handled: 0, expected, report: report.clone() }))
        })
        .collect();
    (receivers, reports)
}

impl Behaviour for Receiver {
    type Message = Work;

    async fn handle(&mut self, _: Work, _: &ActorRef<Work>) -> Handled {
        self.handled += 1;
        if self.handled == self.expected {
            self.report.send(self.handled)?;
        }
        Ok(())
    }
}

impl Behaviour for Distributor {
    type Message = Produce;

    async fn handle(&mut self, Produce(left): Produce, own: &ActorRef<Produce>) -> Handled {
        let now = left.min(BATCH);
        for _ in 0..now {
            self.receivers[self.turn].cast(Work)?;
            self.turn = (self.turn + 1) % RECEIVERS;
        }
        if left > now {
            own.cast(Produce(left - now))?;
        }
        Ok(())
    }
}
