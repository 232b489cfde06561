use std::{sync::mpsc, time::Instant};

use ractor::{ActorRef, RpcReplyPort};
use rust_common::{Outcome, Run};

use crate::actor::{Behaviour, Handled, runtime, spawn};

enum Ball {
    /// Hits that are left, this one too.
    Hit(u64),
    Partner(ActorRef<Ball>),
    Report,
}

struct Player {
    partner: Option<ActorRef<Ball>>,
    hits: u64,
    report: mpsc::Sender<u64>,
}

pub fn ping_pong(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (report, reports) = mpsc::channel();
    let player = || spawn(Player { partner: None, hits: 0, report: report.clone() });
    let ping = runtime.block_on(player());
    let pong = runtime.block_on(player());
    ping.cast(Ball::Partner(pong.clone())).unwrap();
    pong.cast(Ball::Partner(ping.clone())).unwrap();

    let began = Instant::now();
    ping.cast(Ball::Hit(run.size)).unwrap();
    let hits: u64 = reports.iter().take(2).sum();
    Outcome::time(began.elapsed(), hits)
}

impl Behaviour for Player {
    type Message = Ball;

    async fn handle(&mut self, message: Ball, _: &ActorRef<Ball>) -> Handled {
        match (message, &self.partner) {
            (Ball::Hit(left), Some(partner)) => {
                self.hits += 1;
                if left > 1 {
                    partner.cast(Ball::Hit(left - 1))?;
                } else {
                    partner.cast(Ball::Report)?;
                    self.report.send(self.hits)?;
                }
            }
            (Ball::Report, _) => self.report.send(self.hits)?,
            (Ball::Partner(partner), _) => self.partner = Some(partner),
            (Ball::Hit(_), None) => return Err("no partner yet".into()),
        }
        Ok(())
    }
}

enum Ring {
    Token(u64),
    Next(ActorRef<Ring>),
}

struct Member {
    index: usize,
    next: Option<ActorRef<Ring>>,
    done: mpsc::Sender<usize>,
}

pub fn thread_ring(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, winner) = mpsc::channel();
    let members: Vec<_> = (0..100)
        .map(|index| runtime.block_on(spawn(Member { index, next: None, done: done.clone() })))
        .collect();
    for (member, next) in members.iter().zip(members.iter().cycle().skip(1)) {
        member.cast(Ring::Next(next.clone())).unwrap();
    }

    let began = Instant::now();
    members[0].cast(Ring::Token(run.size)).unwrap();
    let index = winner.recv().unwrap();
    Outcome::time(began.elapsed(), index)
}

impl Behaviour for Member {
    type Message = Ring;

    async fn handle(&mut self, message: Ring, _: &ActorRef<Ring>) -> Handled {
        match (message, &self.next) {
            (Ring::Token(0), _) => self.done.send(self.index)?,
            (Ring::Token(left), Some(next)) => next.cast(Ring::Token(left - 1))?,
            (Ring::Next(next), _) => self.next = Some(next),
            (Ring::Token(_), None) => return Err("no next member yet".into()),
        }
        Ok(())
    }
}

struct Produce(u64);

enum Count {
    Increment,
    Value(RpcReplyPort<u64>),
}

struct Counter {
    value: u64,
}

struct Producer {
    counter: ActorRef<Count>,
    done: mpsc::Sender<u64>,
}

pub fn counting(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, value) = mpsc::channel();
    let counter = runtime.block_on(spawn(Counter { value: 0 }));
    let producer = runtime.block_on(spawn(Producer { counter, done }));

    let began = Instant::now();
    producer.cast(Produce(run.size)).unwrap();
    let value = value.recv().unwrap();
    Outcome::time(began.elapsed(), value)
}

impl Behaviour for Counter {
    type Message = Count;

    async fn handle(&mut self, message: Count, _: &ActorRef<Count>) -> Handled {
        match message {
            Count::Increment => self.value += 1,
            Count::Value(reply) => reply.send(self.value)?,
        }
        Ok(())
    }
}

impl Behaviour for Producer {
    type Message = Produce;

    async fn handle(&mut self, Produce(messages): Produce, _: &ActorRef<Produce>) -> Handled {
        for _ in 0..messages {
            self.counter.cast(Count::Increment)?;
        }
        let value = self.counter.call(Count::Value, None).await?.unwrap();
        self.done.send(value)?;
        Ok(())
    }
}
