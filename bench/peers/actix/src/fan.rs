use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{Outcome, Run, share};

use crate::actor::Workers;

const PRODUCERS: usize = 8;
const RECEIVERS: usize = 60;
const BATCH: u64 = 1024;

/// So many messages are still to be produced.
#[derive(Message)]
#[rtype(result = "()")]
struct Produce(u64);

#[derive(Message)]
#[rtype(result = "()")]
struct Item(u64);

struct Sink {
    sum: u64,
    left: u64,
    done: mpsc::Sender<u64>,
}

struct Producer {
    sink: Addr<Sink>,
}

pub fn fan_in(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, sum) = mpsc::channel();
    let sink = workers.start(0, Sink { sum: 0, left: run.size, done });
    let producers: Vec<_> =
        (0..PRODUCERS).map(|index| workers.start(index, Producer { sink: sink.clone() })).collect();

    let began = Instant::now();
    for (index, producer) in producers.iter().enumerate() {
        producer.do_send(Produce(share(run.size, PRODUCERS, index)));
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

pub fn fan_in_thread(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, sum) = mpsc::channel();
    let sink = workers.start(0, Sink { sum: 0, left: run.size, done });

    let began = Instant::now();
    for _ in 0..run.size {
        sink.do_send(Item(1));
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Actor for Sink {
    type Context = Context<Self>;
}

impl Handler<Item> for Sink {
    type Result = ();

    fn handle(&mut self, Item(value): Item, _: &mut Context<Self>) {
        self.sum += value;
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.sum).unwrap();
        }
    }
}

impl Actor for Producer {
    type Context = Context<Self>;
}

impl Handler<Produce> for Producer {
    type Result = ();

    fn handle(&mut self, Produce(left): Produce, context: &mut Context<Self>) {
        let now = left.min(BATCH);
        for _ in 0..now {
            self.sink.do_send(Item(1));
        }
        if left > now {
            context.notify(Produce(left - now));
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Work;

struct Receiver {
    handled: u64,
    expected: u64,
    report: mpsc::Sender<u64>,
}

struct Distributor {
    receivers: Vec<Addr<Receiver>>,
    turn: usize,
}

pub fn fork_join(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (receivers, reports) = receivers(&workers, run.size);
    let distributor = workers.start(0, Distributor { receivers, turn: 0 });

    let began = Instant::now();
    distributor.do_send(Produce(run.size));
    let handled: u64 = reports.iter().take(reporting(run.size)).sum();
    Outcome::time(began.elapsed(), handled)
}

pub fn fork_join_thread(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (receivers, reports) = receivers(&workers, run.size);

    let began = Instant::now();
    for receiver in receivers.iter().cycle().take(run.size as usize) {
        receiver.do_send(Work);
    }
    let handled: u64 = reports.iter().take(reporting(run.size)).sum();
    Outcome::time(began.elapsed(), handled)
}

/// How many receivers get a message at all.
fn reporting(messages: u64) -> usize {
    RECEIVERS.min(messages as usize)
}

/// The receivers, and what each of them has handled when it has handled its share.
fn receivers(workers: &Workers, messages: u64) -> (Vec<Addr<Receiver>>, mpsc::Receiver<u64>) {
    let (report, reports) = mpsc::channel();
    let receivers = (0..RECEIVERS)
        .map(|index| {
            let expected = share(messages, RECEIVERS, index);
            workers.start(index, Receiver { handled: 0, expected, report: report.clone() })
        })
        .collect();
    (receivers, reports)
}

impl Actor for Receiver {
    type Context = Context<Self>;
}

impl Handler<Work> for Receiver {
    type Result = ();

    fn handle(&mut self, _: Work, _: &mut Context<Self>) {
        self.handled += 1;
        if self.handled == self.expected {
            self.report.send(self.handled).unwrap();
        }
    }
}

impl Actor for Distributor {
    type Context = Context<Self>;
}

impl Handler<Produce> for Distributor {
    type Result = ();

    fn handle(&mut self, Produce(left): Produce, context: &mut Context<Self>) {
        let now = left.min(BATCH);
        for _ in 0..now {
            self.receivers[self.turn].do_send(Work);
            self.turn = (self.turn + 1) % RECEIVERS;
        }
        if left > now {
            context.notify(Produce(left - now));
        }
    }
}
