use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{Outcome, Run};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "()")]
enum Ball {
    /// Hits that are left, this one too.
    Hit(u64),
    Partner(Addr<Player>),
    Report,
}

struct Player {
    partner: Option<Addr<Player>>,
    hits: u64,
    report: mpsc::Sender<u64>,
}

pub fn ping_pong(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (report, reports) = mpsc::channel();
    let player = || workers.start(0, Player { partner: None, hits: 0, report: report.clone() });
    let ping = player();
    let pong = player();
    ping.do_send(Ball::Partner(pong.clone()));
    pong.do_send(Ball::Partner(ping.clone()));

    let began = Instant::now();
    ping.do_send(Ball::Hit(run.size));
    let hits: u64 = reports.iter().take(2).sum();
    Outcome::time(began.elapsed(), hits)
}

impl Actor for Player {
    type Context = Context<Self>;
}

impl Handler<Ball> for Player {
    type Result = ();

    fn handle(&mut self, message: Ball, _: &mut Context<Self>) {
        match (message, &self.partner) {
            (Ball::Hit(left), Some(partner)) => {
                self.hits += 1;
                if left > 1 {
                    partner.do_send(Ball::Hit(left - 1));
                } else {
                    partner.do_send(Ball::Report);
                    self.report.send(self.hits).unwrap();
                }
            }
            (Ball::Report, _) => self.report.send(self.hits).unwrap(),
            (Ball::Partner(partner), _) => self.partner = Some(partner),
            (Ball::Hit(_), None) => panic!("no partner yet"),
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
enum Ring {
    Token(u64),
    Next(Addr<Member>),
}

struct Member {
    index: usize,
    next: Option<Addr<Member>>,
    done: mpsc::Sender<usize>,
}

pub fn thread_ring(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, winner) = mpsc::channel();
    let members: Vec<_> = (0..100)
        .map(|index| workers.start(0, Member { index, next: None, done: done.clone() }))
        .collect();
    for (member, next) in members.iter().zip(members.iter().cycle().skip(1)) {
        member.do_send(Ring::Next(next.clone()));
    }

    let began = Instant::now();
    members[0].do_send(Ring::Token(run.size));
    let index = winner.recv().unwrap();
    Outcome::time(began.elapsed(), index)
}

impl Actor for Member {
    type Context = Context<Self>;
}

impl Handler<Ring> for Member {
    type Result = ();

    fn handle(&mut self, message: Ring, _: &mut Context<Self>) {
        match (message, &self.next) {
            (Ring::Token(0), _) => self.done.send(self.index).unwrap(),
            (Ring::Token(left), Some(next)) => next.do_send(Ring::Token(left - 1)),
            (Ring::Next(next), _) => self.next = Some(next),
            (Ring::Token(_), None) => panic!("no next member yet"),
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Produce(u64);

#[derive(Message)]
#[rtype(result = "()")]
struct Increment;

#[derive(Message)]
#[rtype(result = "u64")]
struct Value;

struct Counter {
    value: u64,
}

struct Producer {
    counter: Addr<Counter>,
    done: mpsc::Sender<u64>,
}

pub fn counting(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, value) = mpsc::channel();
    let counter = workers.start(0, Counter { value: 0 });
    let producer = workers.start(1, Producer { counter, done });

    let began = Instant::now();
    producer.do_send(Produce(run.size));
    let value = value.recv().unwrap();
    Outcome::time(began.elapsed(), value)
}

impl Actor for Counter {
    type Context = Context<Self>;
}

impl Handler<Increment> for Counter {
    type Result = ();

    fn handle(&mut self, _: Increment, _: &mut Context<Self>) {
        self.value += 1;
    }
}

impl Handler<Value> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Value, _: &mut Context<Self>) -> u64 {
        self.value
    }
}

impl Actor for Producer {
    type Context = Context<Self>;
}

impl Handler<Produce> for Producer {
    type Result = ();

    fn handle(&mut self, Produce(messages): Produce, context: &mut Context<Self>) {
        for _ in 0..messages {
            self.counter.do_send(Increment);
        }
        let value = self.counter.send(Value).into_actor(self);
        context.wait(value.map(|value, producer, _| producer.done.send(value.unwrap()).unwrap()));
    }
}
