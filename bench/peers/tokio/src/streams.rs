use std::{collections::VecDeque, sync::mpsc, time::Instant};

use rust_common::{Outcome, Run, computation::logarithms, random::Random};
use tokio::sync::mpsc::unbounded_channel;

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

const PRODUCERS: usize = 40;
const CONSUMERS: usize = 40;
/// A buffer of 50 that leaves room for what every producer may have under way.
const FULL: usize = 10;

struct Produce;

enum Buffer {
    Start,
    Item(usize, f64),
    ProducerDone,
    ConsumerReady(usize),
}

enum Consume {
    Item(f64),
    Report,
}

pub fn bounded_buffer(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let (manager, requests) = unbounded_channel();
    let producers = (0..PRODUCERS)
        .map(|index| spawn(|mailbox, _| producer(mailbox, manager.clone(), index, run.size)))
        .collect();
    let consumers = (0..CONSUMERS)
        .map(|index| spawn(|mailbox, _| consumer(mailbox, manager.clone(), index, report.clone())))
        .collect();
    tokio::spawn(buffer(requests, producers, consumers));

    let began = Instant::now();
    manager.tell(Buffer::Start);
    let consumed: u64 = reports.iter().take(CONSUMERS).sum();
    Outcome::time(began.elapsed(), consumed)
}

async fn buffer(
    mut mailbox: Mailbox<Buffer>,
    producers: Vec<Address<Produce>>,
    consumers: Vec<Address<Consume>>,
) {
    let mut items = VecDeque::new();
    let mut parked_producers = VecDeque::new();
    let mut parked_consumers: VecDeque<usize> = (0..CONSUMERS).collect();
    let mut producing = PRODUCERS;
    while let Some(message) = mailbox.recv().await {
        match message {
            Buffer::Start => producers.iter().for_each(|producer| producer.tell(Produce)),
            Buffer::Item(producer, item) => {
                match parked_consumers.pop_front() {
                    Some(consumer) => consumers[consumer].tell(Consume::Item(item)),
                    None => items.push_back(item),
                }
                if items.len() >= FULL {
                    parked_producers.push_back(producer);
                } else {
                    producers[producer].tell(Produce);
                }
            }
            Buffer::ProducerDone => producing -= 1,
            Buffer::ConsumerReady(consumer) => match items.pop_front() {
                None => parked_consumers.push_back(consumer),
                Some(item) => {
                    consumers[consumer].tell(Consume::Item(item));
                    if let Some(producer) = parked_producers.pop_front() {
                        producers[producer].tell(Produce);
                    }
                }
            },
        }
        if producing == 0 && parked_consumers.len() == CONSUMERS {
            consumers.iter().for_each(|consumer| consumer.tell(Consume::Report));
        }
    }
}

async fn producer(
    mut mailbox: Mailbox<Produce>,
    manager: Address<Buffer>,
    index: usize,
    items: u64,
) {
    let mut item = 0.0;
    for _ in 0..items {
        mailbox.recv().await;
        item = logarithms(item);
        manager.tell(Buffer::Item(index, item));
    }
    mailbox.recv().await;
    manager.tell(Buffer::ProducerDone);
}

async fn consumer(
    mut mailbox: Mailbox<Consume>,
    manager: Address<Buffer>,
    index: usize,
    report: mpsc::Sender<u64>,
) {
    let mut used = 0.0;
    let mut consumed = 0;
    while let Some(message) = mailbox.recv().await {
        match message {
            Consume::Item(item) => {
                used = logarithms(used + item);
                consumed += 1;
                manager.tell(Buffer::ConsumerReady(index));
            }
            Consume::Report => {
                std::hint::black_box(used);
                report.send(consumed).unwrap();
            }
        }
    }
}

struct Generate(u64);
struct Value(u64);

pub fn radix_sort(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let validator = spawn(|mailbox, _| validator(mailbox, run.size, done));
    let first = (0..60)
        .rev()
        .fold(validator, |next, bit| spawn(|mailbox, _| sorter(mailbox, next, bit, run.size)));
    let source = spawn(|mailbox, _| source(mailbox, first));

    let began = Instant::now();
    source.tell(Generate(run.size));
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

async fn source(mut mailbox: Mailbox<Generate>, first: Address<Value>) {
    let mut random = Random::new(2048);
    while let Some(Generate(values)) = mailbox.recv().await {
        for _ in 0..values {
            first.tell(Value(random.draw()));
        }
    }
}

async fn sorter(mut mailbox: Mailbox<Value>, next: Address<Value>, bit: u32, values: u64) {
    let mut kept = Vec::new();
    let mut seen = 0;
    while let Some(Value(value)) = mailbox.recv().await {
        if value & (1 << bit) == 0 {
            next.tell(Value(value));
        } else {
            kept.push(value);
        }
        seen += 1;
        if seen == values {
            kept.drain(..).for_each(|value| next.tell(Value(value)));
        }
    }
}

async fn validator(mut mailbox: Mailbox<Value>, values: u64, done: mpsc::Sender<u64>) {
    let (mut seen, mut sum, mut last) = (0, 0, 0);
    while let Some(Value(value)) = mailbox.recv().await {
        if value < last {
            eprintln!("radix-sort: {value} after {last}");
            return;
        }
        last = value;
        sum += value;
        seen += 1;
        if seen == values {
            done.send(sum).unwrap();
        }
    }
}
