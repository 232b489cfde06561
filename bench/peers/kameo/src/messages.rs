use std::{sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{Outcome, Run};

use crate::actor::{Cast, runtime, spawn};

enum Ball {
    /// Hits that are left, this one too.
    Hit(u64),
    Partner(ActorRef<Player>),
    Report,
}

#[derive(Actor)]
struct Player {
    partner: Option<ActorRef<Player>>,
    hits: u64,
    report: mpsc::Sender<u64>,
}

pub fn ping_pong(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let player = || spawn(Player { partner: None, hits: 0, report: report.clone() });
    let ping = player();
    let pong = player();
    ping.cast(Ball::Partner(pong.clone()));
    pong.cast(Ball::Partner(ping.clone()));

    let began = Instant::now();
    ping.cast(Ball::Hit(run.size));
    let hits: u64 = reports.iter().take(2).sum();
    Outcome::time(began.elapsed(), hits)
}

impl Message<Ball> for Player {
    type Reply = ();

    async fn handle(&mut self, message: Ball, _: &mut Context<Self, ()>) {
        match (message, &self.partner) {
            (Ball::Hit(left), Some(partner)) => {
                self.hits += 1;
                if left > 1 {
                    partner.cast(Ball::Hit(left - 1));
                } else {
                    partner.cast(Ball::Report);
                    self.report.send(self.hits).unwrap();
                }
            }
            (Ball::Report, _) => self.report.send(self.hits).unwrap(),
            (Ball::Partner(partner), _) => self.partner = Some(partner),
            (Ball::Hit(_), None) => panic!("no partner yet"),
        }
    }
}

enum Ring {
    Token(u64),
    Next(ActorRef<Member>),
}

#[derive(Actor)]
struct Member {
    index: usize,
    next: Option<ActorRef<Member>>,
    done: mpsc::Sender<usize>,
}

pub fn thread_ring(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, winner) = mpsc::channel();
    let members: Vec<_> =
        (0..100).map(|index| spawn(Member { index, next: None, done: done.clone() })).collect();
    for (member, next) in members.iter().zip(members.iter().cycle().skip(1)) {
        member.cast(Ring::Next(next.clone()));
    }

    let began = Instant::now();
    members[0].cast(Ring::Token(run.size));
    let index = winner.recv().unwrap();
    Outcome::time(began.elapsed(), index)
}

impl Message<Ring> for Member {
    type Reply = ();

    async fn handle(&mut self, message: Ring, _: &mut Context<Self, ()>) {
        match (message, &self.next) {
            (Ring::Token(0), _) => self.done.send(self.index).unwrap(),
            (Ring::Token(left), Some(next)) => next.cast(Ring::Token(left - 1)),
            (Ring::Next(next), _) => self.next = Some(next),
            (Ring::Token(_), None) => panic!("no next member yet"),
        }
    }
}

struct Produce(u64);

struct Increment;
struct Value;

#[derive(Actor)]
struct Counter {
    value: u64,
}

#[derive(Actor)]
struct Producer {
    counter: ActorRef<Counter>,
    done: mpsc::Sender<u64>,
}

pub fn counting(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, value) = mpsc::channel();
    let counter = spawn(Counter { value: 0 });
    let producer = spawn(Producer { counter, done });

    let began = Instant::now();
    producer.cast(Produce(run.size));
    let value = value.recv().unwrap();
    Outcome::time(began.elapsed(), value)
}

impl Message<Increment> for Counter {
    type Reply = ();

    async fn handle(&mut self, _: Increment, _: &mut Context<Self, ()>) {
        self.value += 1;
    }
}

impl Message<Value> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Value, _: &mut Context<Self, u64>) -> u64 {
        self.value
    }
}

impl Message<Produce> for Producer {
    type Reply = ();

    async fn handle(&mut self, Produce(messages): Produce, _: &mut Context<Self, ()>) {
        for _ in 0..messages {
            self.counter.cast(Increment);
        }
        let value = self.counter.ask(Value).send().await.unwrap();
        self.done.send(value).unwrap();
    }
}
