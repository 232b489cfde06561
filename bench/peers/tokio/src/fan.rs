use std::{sync::mpsc, time::Instant};

use rust_common::{Outcome, Run, share};

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

const PRODUCERS: usize = 8;
const RECEIVERS: usize = 60;
const BATCH: u64 = 1024;

/// So many messages are still to be produced.
struct Produce(u64);
struct Item(u64);

pub fn fan_in(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let sink = spawn(|mailbox, _| sink(mailbox, run.size, done));
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|_| spawn(|mailbox, own| producer(mailbox, own, sink.clone())))
        .collect();

    let began = Instant::now();
    for (index, producer) in producers.iter().enumerate() {
        producer.tell(Produce(share(run.size, PRODUCERS, index)));
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

pub fn fan_in_thread(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let sink = spawn(|mailbox, _| sink(mailbox, run.size, done));

    let began = Instant::now();
    for _ in 0..run.size {
        sink.tell(Item(1));
    }
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

async fn sink(mut mailbox: Mailbox<Item>, mut left: u64, done: mpsc::Sender<u64>) {
    let mut sum = 0;
    while let Some(Item(value)) = mailbox.recv().await {
        sum += value;
        left -= 1;
        if left == 0 {
            done.send(sum).unwrap();
        }
    }
}

async fn producer(mut mailbox: Mailbox<Produce>, own: Address<Produce>, sink: Address<Item>) {
    while let Some(Produce(left)) = mailbox.recv().await {
        let now = left.min(BATCH);
        for _ in 0..now {
            sink.tell(Item(1));
        }
        if left > now {
            own.tell(Produce(left - now));
        }
    }
}

struct Work;

pub fn fork_join(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (receivers, reports) = receivers(run.size);
    let distributor = spawn(|mailbox, own| distributor(mailbox, own, receivers));

    let began = Instant::now();
    distributor.tell(Produce(run.size));
    let handled: u64 = reports.iter().sum();
    Outcome::time(began.elapsed(), handled)
}

pub fn fork_join_thread(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (receivers, reports) = receivers(run.size);

    let began = Instant::now();
    for receiver in receivers.iter().cycle().take(run.size as usize) {
        receiver.tell(Work);
    }
    let handled: u64 = reports.iter().sum();
    Outcome::time(began.elapsed(), handled)
}

/// The receivers, and what each of them has handled when it has handled its share.
fn receivers(messages: u64) -> (Vec<Address<Work>>, mpsc::Receiver<u64>) {
    let (report, reports) = mpsc::channel();
    let receivers = (0..RECEIVERS)
        .map(|index| {
            let expected = share(messages, RECEIVERS, index);
            spawn(|mailbox, _| receiver(mailbox, expected, report.clone()))
        })
        .collect();
    (receivers, reports)
}

async fn receiver(mut mailbox: Mailbox<Work>, expected: u64, report: mpsc::Sender<u64>) {
    let mut handled = 0;
    while handled < expected
        && let Some(Work) = mailbox.recv().await
    {
        handled += 1;
    }
    report.send(handled).unwrap();
}

async fn distributor(
    mut mailbox: Mailbox<Produce>,
    own: Address<Produce>,
    receivers: Vec<Address<Work>>,
) {
    let mut turns = receivers.iter().cycle();
    while let Some(Produce(left)) = mailbox.recv().await {
        let now = left.min(BATCH);
        for receiver in turns.by_ref().take(now as usize) {
            receiver.tell(Work);
        }
        if left > now {
            own.tell(Produce(left - now));
        }
    }
}
