use std::{sync::mpsc, time::Instant};

use rust_common::{Outcome, Run};
use tokio::sync::{mpsc::unbounded_channel, oneshot};

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

enum Ball {
    /// Hits that are left, this one too.
    Hit(u64),
    Partner(Address<Ball>),
    Report,
}

pub fn ping_pong(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let ping = spawn(|mailbox, _| player(mailbox, report.clone()));
    let pong = spawn(|mailbox, _| player(mailbox, report));
    ping.tell(Ball::Partner(pong.clone()));
    pong.tell(Ball::Partner(ping.clone()));

    let began = Instant::now();
    ping.tell(Ball::Hit(run.size));
    let hits: u64 = reports.iter().take(2).sum();
    Outcome::time(began.elapsed(), hits)
}

async fn player(mut mailbox: Mailbox<Ball>, report: mpsc::Sender<u64>) {
    let Some(Ball::Partner(partner)) = mailbox.recv().await else {
        return;
    };
    let mut hits = 0;
    while let Some(message) = mailbox.recv().await {
        match message {
            Ball::Hit(left) => {
                hits += 1;
                if left > 1 {
                    partner.tell(Ball::Hit(left - 1));
                    continue;
                }
                partner.tell(Ball::Report);
            }
            Ball::Report | Ball::Partner(_) => {}
        }
        report.send(hits).unwrap();
    }
}

struct Token(u64);

pub fn thread_ring(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, winner) = mpsc::channel();
    let (addresses, mailboxes): (Vec<_>, Vec<_>) = (0..100).map(|_| unbounded_channel()).unzip();
    for (index, mailbox) in mailboxes.into_iter().enumerate() {
        let next = addresses[(index + 1) % 100].clone();
        tokio::spawn(ring_member(mailbox, next, index, done.clone()));
    }

    let began = Instant::now();
    addresses[0].tell(Token(run.size));
    let index = winner.recv().unwrap();
    Outcome::time(began.elapsed(), index)
}

async fn ring_member(
    mut mailbox: Mailbox<Token>,
    next: Address<Token>,
    index: usize,
    done: mpsc::Sender<usize>,
) {
    while let Some(Token(left)) = mailbox.recv().await {
        if left == 0 {
            done.send(index).unwrap();
        } else {
            next.tell(Token(left - 1));
        }
    }
}

struct Produce(u64);

enum Count {
    Increment,
    Value(oneshot::Sender<u64>),
}

pub fn counting(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, value) = mpsc::channel();
    let counter = spawn(|mailbox, _| counter(mailbox));
    let producer = spawn(|mailbox, _| producer(mailbox, counter, done));

    let began = Instant::now();
    producer.tell(Produce(run.size));
    let value = value.recv().unwrap();
    Outcome::time(began.elapsed(), value)
}

async fn counter(mut mailbox: Mailbox<Count>) {
    let mut value = 0;
    while let Some(message) = mailbox.recv().await {
        match message {
            Count::Increment => value += 1,
            Count::Value(reply) => reply.send(value).unwrap(),
        }
    }
}

async fn producer(mut mailbox: Mailbox<Produce>, counter: Address<Count>, done: mpsc::Sender<u64>) {
    while let Some(Produce(messages)) = mailbox.recv().await {
        for _ in 0..messages {
            counter.tell(Count::Increment);
        }
        let (reply, value) = oneshot::channel();
        counter.tell(Count::Value(reply));
        done.send(value.await.unwrap()).unwrap();
    }
}
