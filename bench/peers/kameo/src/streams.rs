use std::{collections::VecDeque, sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{Outcome, Run, computation::logarithms, random::Random};

use crate::actor::{Cast, runtime, spawn};

const PRODUCERS: usize = 40;
const CONSUMERS: usize = 40;
/// A buffer of 50 that leaves room for what every producer may have under way.
const FULL: usize = 10;

struct Produce;

enum Buffer {
    Start(Vec<ActorRef<Producer>>, Vec<ActorRef<Consumer>>),
    Item(ActorRef<Producer>, f64),
    ProducerDone,
    ConsumerReady(ActorRef<Consumer>),
}

enum Consume {
    Item(f64),
    Report,
}

#[derive(Default, Actor)]
struct Manager {
    items: VecDeque<f64>,
    parked_producers: VecDeque<ActorRef<Producer>>,
    parked_consumers: VecDeque<ActorRef<Consumer>>,
    producing: usize,
}

#[derive(Actor)]
struct Producer {
    manager: ActorRef<Manager>,
    left: u64,
    item: f64,
}

#[derive(Actor)]
struct Consumer {
    manager: ActorRef<Manager>,
    consumed: u64,
    used: f64,
    report: mpsc::Sender<u64>,
}

pub fn bounded_buffer(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let manager = spawn(Manager::default());
    let producers = (0..PRODUCERS)
        .map(|_| Producer { manager: manager.clone(), left: run.size, item: 0.0 })
        .map(spawn)
        .collect();
    let consumers = (0..CONSUMERS)
        .map(|_| (manager.clone(), report.clone()))
        .map(|(manager, report)| Consumer { manager, consumed: 0, used: 0.0, report })
        .map(spawn)
        .collect();

    let began = Instant::now();
    manager.cast(Buffer::Start(producers, consumers));
    let consumed: u64 = reports.iter().take(CONSUMERS).sum();
    Outcome::time(began.elapsed(), consumed)
}

impl Message<Buffer> for Manager {
    type Reply = ();

    async fn handle(&mut self, message: Buffer, _: &mut Context<Self, ()>) {
        match message {
            Buffer::Start(producers, consumers) => {
                self.producing = producers.len();
                self.parked_consumers.extend(consumers);
                producers.iter().for_each(|producer| producer.cast(Produce));
            }
            Buffer::Item(producer, item) => {
                match self.parked_consumers.pop_front() {
                    Some(consumer) => consumer.cast(Consume::Item(item)),
                    None => self.items.push_back(item),
                }
                if self.items.len() >= FULL {
                    self.parked_producers.push_back(producer);
                } else {
                    producer.cast(Produce);
                }
            }
            Buffer::ProducerDone => self.producing -= 1,
            Buffer::ConsumerReady(consumer) => match self.items.pop_front() {
                None => self.parked_consumers.push_back(consumer),
                Some(item) => {
                    consumer.cast(Consume::Item(item));
                    if let Some(producer) = self.parked_producers.pop_front() {
                        producer.cast(Produce);
                    }
                }
            },
        }
        if self.producing == 0 && self.parked_consumers.len() == CONSUMERS {
            self.parked_consumers.iter().for_each(|consumer| consumer.cast(Consume::Report));
        }
    }
}

impl Message<Produce> for Producer {
    type Reply = ();

    async fn handle(&mut self, _: Produce, context: &mut Context<Self, ()>) {
        if self.left == 0 {
            return self.manager.cast(Buffer::ProducerDone);
        }
        self.left -= 1;
        self.item = logarithms(self.item);
        self.manager.cast(Buffer::Item(context.actor_ref().clone(), self.item));
    }
}

impl Message<Consume> for Consumer {
    type Reply = ();

    async fn handle(&mut self, message: Consume, context: &mut Context<Self, ()>) {
        match message {
            Consume::Item(item) => {
                self.used = logarithms(self.used + item);
                self.consumed += 1;
                self.manager.cast(Buffer::ConsumerReady(context.actor_ref().clone()));
            }
            Consume::Report => {
                std::hint::black_box(self.used);
                self.report.send(self.consumed).unwrap();
            }
        }
    }
}

struct Generate(u64);
struct Value(u64);

#[derive(Actor)]
struct Source {
    first: Recipient<Value>,
}

#[derive(Actor)]
struct Sorter {
    next: Recipient<Value>,
    bit: u32,
    left: u64,
    kept: Vec<u64>,
}

#[derive(Actor)]
struct Validator {
    left: u64,
    sum: u64,
    last: u64,
    done: mpsc::Sender<u64>,
}

pub fn radix_sort(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let validator = spawn(Validator { left: run.size, sum: 0, last: 0, done });
    let first = (0..60).rev().fold(validator.recipient(), |next, bit| {
        spawn(Sorter { next, bit, left: run.size, kept: Vec::new() }).recipient()
    });
    let source = spawn(Source { first });

    let began = Instant::now();
    source.cast(Generate(run.size));
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Message<Generate> for Source {
    type Reply = ();

    async fn handle(&mut self, Generate(values): Generate, _: &mut Context<Self, ()>) {
        let mut random = Random::new(2048);
        for _ in 0..values {
            self.first.cast(Value(random.draw()));
        }
    }
}

impl Message<Value> for Sorter {
    type Reply = ();

    async fn handle(&mut self, Value(value): Value, _: &mut Context<Self, ()>) {
        if value & (1 << self.bit) == 0 {
            self.next.cast(Value(value));
        } else {
            self.kept.push(value);
        }
        self.left -= 1;
        if self.left == 0 {
            self.kept.drain(..).for_each(|value| self.next.cast(Value(value)));
        }
    }
}

impl Message<Value> for Validator {
    type Reply = ();

    async fn handle(&mut self, Value(value): Value, _: &mut Context<Self, ()>) {
        if value < self.last {
            eprintln!("radix-sort: {value} after {}", self.last);
            std::process::exit(1);
        }
        self.last = value;
        self.sum += value;
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.sum).unwrap();
        }
    }
}
