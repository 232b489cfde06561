use std::{collections::VecDeque, sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{Outcome, Run, computation::logarithms, random::Random};

use crate::actor::Workers;

const PRODUCERS: usize = 40;
const CONSUMERS: usize = 40;
/// A buffer of 50 that leaves room for what every producer may have under way.
const FULL: usize = 10;

#[derive(Message)]
#[rtype(result = "()")]
struct Produce;

#[derive(Message)]
#[rtype(result = "()")]
enum Buffer {
    Start(Vec<Addr<Producer>>, Vec<Addr<Consumer>>),
    Item(Addr<Producer>, f64),
    ProducerDone,
    ConsumerReady(Addr<Consumer>),
}

#[derive(Message)]
#[rtype(result = "()")]
enum Consume {
    Item(f64),
    Report,
}

#[derive(Default)]
struct Manager {
    items: VecDeque<f64>,
    parked_producers: VecDeque<Addr<Producer>>,
    parked_consumers: VecDeque<Addr<Consumer>>,
    producing: usize,
}

struct Producer {
    manager: Addr<Manager>,
    left: u64,
    item: f64,
}

struct Consumer {
    manager: Addr<Manager>,
    consumed: u64,
    used: f64,
    report: mpsc::Sender<u64>,
}

pub fn bounded_buffer(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (report, reports) = mpsc::channel();
    let manager = workers.start(0, Manager::default());
    let producers = (0..PRODUCERS)
        .map(|index| {
            let producer = Producer { manager: manager.clone(), left: run.size, item: 0.0 };
            workers.start(index, producer)
        })
        .collect();
    let consumers = (0..CONSUMERS)
        .map(|index| {
            let (manager, report) = (manager.clone(), report.clone());
            workers.start(index, Consumer { manager, consumed: 0, used: 0.0, report })
        })
        .collect();

    let began = Instant::now();
    manager.do_send(Buffer::Start(producers, consumers));
    let consumed: u64 = reports.iter().take(CONSUMERS).sum();
    Outcome::time(began.elapsed(), consumed)
}

impl Actor for Manager {
    type Context = Context<Self>;
}

impl Handler<Buffer> for Manager {
    type Result = ();

    fn handle(&mut self, message: Buffer, _: &mut Context<Self>) {
        match message {
            Buffer::Start(producers, consumers) => {
                self.producing = producers.len();
                self.parked_consumers.extend(consumers);
                producers.iter().for_each(|producer| producer.do_send(Produce));
            }
            Buffer::Item(producer, item) => {
                match self.parked_consumers.pop_front() {
                    Some(consumer) => consumer.do_send(Consume::Item(item)),
                    None => self.items.push_back(item),
                }
                if self.items.len() >= FULL {
                    self.parked_producers.push_back(producer);
                } else {
                    producer.do_send(Produce);
                }
            }
            Buffer::ProducerDone => self.producing -= 1,
            Buffer::ConsumerReady(consumer) => match self.items.pop_front() {
                None => self.parked_consumers.push_back(consumer),
                Some(item) => {
                    consumer.do_send(Consume::Item(item));
                    if let Some(producer) = self.parked_producers.pop_front() {
                        producer.do_send(Produce);
                    }
                }
            },
        }
        if self.producing == 0 && self.parked_consumers.len() == CONSUMERS {
            self.parked_consumers.iter().for_each(|consumer| consumer.do_send(Consume::Report));
        }
    }
}

impl Actor for Producer {
    type Context = Context<Self>;
}

impl Handler<Produce> for Producer {
    type Result = ();

    fn handle(&mut self, _: Produce, context: &mut Context<Self>) {
        if self.left == 0 {
            return self.manager.do_send(Buffer::ProducerDone);
        }
        self.left -= 1;
        self.item = logarithms(self.item);
        self.manager.do_send(Buffer::Item(context.address(), self.item));
    }
}

impl Actor for Consumer {
    type Context = Context<Self>;
}

impl Handler<Consume> for Consumer {
    type Result = ();

    fn handle(&mut self, message: Consume, context: &mut Context<Self>) {
        match message {
            Consume::Item(item) => {
                self.used = logarithms(self.used + item);
                self.consumed += 1;
                self.manager.do_send(Buffer::ConsumerReady(context.address()));
            }
            Consume::Report => {
                std::hint::black_box(self.used);
                self.report.send(self.consumed).unwrap();
            }
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Generate(u64);

#[derive(Message)]
#[rtype(result = "()")]
struct Value(u64);

struct Source {
    first: Recipient<Value>,
}

struct Sorter {
    next: Recipient<Value>,
    bit: usize,
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
    let workers = Workers::new(run.workers);
    let (done, sum) = mpsc::channel();
    let validator =
        workers.start(run.workers - 1, Validator { left: run.size, sum: 0, last: 0, done });
    let first = (0..60).rev().fold(validator.recipient(), |next, bit| {
        let sorter = Sorter { next, bit, left: run.size, kept: Vec::new() };
        workers.start(bit * run.workers / 60, sorter).recipient()
    });
    let source = workers.start(0, Source { first });

    let began = Instant::now();
    source.do_send(Generate(run.size));
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Actor for Source {
    type Context = Context<Self>;
}

impl Handler<Generate> for Source {
    type Result = ();

    fn handle(&mut self, Generate(values): Generate, _: &mut Context<Self>) {
        let mut random = Random::new(2048);
        for _ in 0..values {
            self.first.do_send(Value(random.draw()));
        }
    }
}

impl Actor for Sorter {
    type Context = Context<Self>;
}

impl Handler<Value> for Sorter {
    type Result = ();

    fn handle(&mut self, Value(value): Value, _: &mut Context<Self>) {
        if value & (1 << self.bit) == 0 {
            self.next.do_send(Value(value));
        } else {
            self.kept.push(value);
        }
        self.left -= 1;
        if self.left == 0 {
            self.kept.drain(..).for_each(|value| self.next.do_send(Value(value)));
        }
    }
}

impl Actor for Validator {
    type Context = Context<Self>;
}

impl Handler<Value> for Validator {
    type Result = ();

    fn handle(&mut self, Value(value): Value, _: &mut Context<Self>) {
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
