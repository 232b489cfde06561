use std::{collections::VecDeque, sync::mpsc, time::Instant};

use ractor::ActorRef;
use rust_common::{Outcome, Run, computation::logarithms, random::Random};

use crate::actor::{Behaviour, Handled, runtime, spawn};

const PRODUCERS: usize = 40;
const CONSUMERS: usize = 40;
/// A buffer of 50 that leaves room for what every producer may have under way.
const FULL: usize = 10;

struct Produce;

enum Buffer {
    Start(Vec<ActorRef<Produce>>, Vec<ActorRef<Consume>>),
    Item(ActorRef<Produce>, f64),
    ProducerDone,
    ConsumerReady(ActorRef<Consume>),
}

enum Consume {
    Item(f64),
    Report,
}

#[derive(Default)]
struct Manager {
    items: VecDeque<f64>,
    parked_producers: VecDeque<ActorRef<Produce>>,
    parked_consumers: VecDeque<ActorRef<Consume>>,
    producing: usize,
}

struct Producer {
    manager: ActorRef<Buffer>,
    left: u64,
    item: f64,
}

struct Consumer {
    manager: ActorRef<Buffer>,
    consumed: u64,
    used: f64,
    report: mpsc::Sender<u64>,
}

pub fn bounded_buffer(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (report, reports) = mpsc::channel();
    let manager = runtime.block_on(spawn(Manager::default()));
    let producers = (0..PRODUCERS)
        .map(|_| Producer { manager: manager.clone(), left: run.size, item: 0.0 })
        .map(|producer| runtime.block_on(spawn(producer)))
        .collect();
    let consumers = (0..CONSUMERS)
        .map(|_| (manager.clone(), report.clone()))
        .map(|(manager, report)| Consumer { manager, consumed: 0, used: 0.0, report })
        .map(|consumer| runtime.block_on(spawn(consumer)))
        .collect();

    let began = Instant::now();
    manager.cast(Buffer::Start(producers, consumers)).unwrap();
    let consumed: u64 = reports.iter().take(CONSUMERS).sum();
    Outcome::time(began.elapsed(), consumed)
}

impl Behaviour for Manager {
    type Message = Buffer;

    async fn handle(&mut self, message: Buffer, _: &ActorRef<Buffer>) -> Handled {
        match message {
            Buffer::Start(producers, consumers) => {
                self.producing = producers.len();
                self.parked_consumers.extend(consumers);
                producers.iter().try_for_each(|producer| producer.cast(Produce))?;
            }
            Buffer::Item(producer, item) => {
                match self.parked_consumers.pop_front() {
                    Some(consumer) => consumer.cast(Consume::Item(item))?,
                    None => self.items.push_back(item),
                }
                if self.items.len() >= FULL {
                    self.parked_producers.push_back(producer);
                } else {
                    producer.cast(Produce)?;
                }
            }
            Buffer::ProducerDone => self.producing -= 1,
            Buffer::ConsumerReady(consumer) => match self.items.pop_front() {
                None => self.parked_consumers.push_back(consumer),
                Some(item) => {
                    consumer.cast(Consume::Item(item))?;
                    if let Some(producer) = self.parked_producers.pop_front() {
                        producer.cast(Produce)?;
                    }
                }
            },
        }
        if self.producing == 0 && self.parked_consumers.len() == CONSUMERS {
            self.parked_consumers.iter().try_for_each(|consumer| consumer.cast(Consume::Report))?;
        }
        Ok(())
    }
}

impl Behaviour for Producer {
    type Message = Produce;

    async fn handle(&mut self, _: Produce, own: &ActorRef<Produce>) -> Handled {
        if self.left == 0 {
            return Ok(self.manager.cast(Buffer::ProducerDone)?);
        }
        self.left -= 1;
        self.item = logarithms(self.item);
        self.manager.cast(Buffer::Item(own.clone(), self.item))?;
        Ok(())
    }
}

impl Behaviour for Consumer {
    type Message = Consume;

    async fn handle(&mut self, message: Consume, own: &ActorRef<Consume>) -> Handled {
        match message {
            Consume::Item(item) => {
                self.used = logarithms(self.used + item);
                self.consumed += 1;
                self.manager.cast(Buffer::ConsumerReady(own.clone()))?;
            }
            Consume::Report => {
                std::hint::black_box(self.used);
                self.report.send(self.consumed)?;
            }
        }
        Ok(())
    }
}

struct Generate(u64);
struct Value(u64);

struct Source {
    first: ActorRef<Value>,
}

struct Sorter {
    next: ActorRef<Value>,
    bit: u32,
    left: u64,
    kept: Vec<u64>,
}

struct Validator {
    left: u64,
    sum: u64,
    last: u64,
    done: mpsc::Sender<u64>,
}

pub fn radix_sort(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, sum) = mpsc::channel();
    let validator = runtime.block_on(spawn(Validator { left: run.size, sum: 0, last: 0, done }));
    let first = (0..60).rev().fold(validator, |next, bit| {
        runtime.block_on(spawn(Sorter { next, bit, left: run.size, kept: Vec::new() }))
    });
    let source = runtime.block_on(spawn(Source { first }));

    let began = Instant::now();
    source.cast(Generate(run.size)).unwrap();
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Behaviour for Source {
    type Message = Generate;

    async fn handle(&mut self, Generate(values): Generate, _: &ActorRef<Generate>) -> Handled {
        let mut random = Random::new(2048);
        for _ in 0..values {
            self.first.cast(Value(random.draw()))?;
        }
        Ok(())
    }
}

impl Behaviour for Sorter {
    type Message = Value;

    async fn handle(&mut self, Value(value): Value, _: &ActorRef<Value>) -> Handled {
        if value & (1 << self.bit) == 0 {
            self.next.cast(Value(value))?;
        } else {
            self.kept.push(value);
        }
        self.left -= 1;
        if self.left == 0 {
            self.kept.drain(..).try_for_each(|value| self.next.cast(Value(value)))?;
        }
        Ok(())
    }
}

impl Behaviour for Validator {
    type Message = Value;

    async fn handle(&mut self, Value(value): Value, _: &ActorRef<Value>) -> Handled {
        if value < self.last {
            eprintln!("radix-sort: {value} after {}", self.last);
            std::process::exit(1);
        }
        self.last = value;
        self.sum += value;
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.sum)?;
        }
        Ok(())
    }
}
