use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{Outcome, Run, resident_bytes};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "()")]
struct Ask(Addr<Collector>);

#[derive(Message)]
#[rtype(result = "()")]
struct Answer;

struct Idler {
    asked: u64,
    _index: u64,
}

struct Collector {
    answers: u64,
    expected: u64,
    done: mpsc::Sender<u64>,
}

pub fn idle(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, answers) = mpsc::channel();
    let collector = workers.start(0, Collector { answers: 0, expected: run.size, done });

    let before = resident_bytes();
    let actors: Vec<_> = (0..run.size)
        .map(|index| workers.start(index as usize, Idler { asked: 0, _index: index }))
        .collect();
    for actor in &actors {
        actor.do_send(Ask(collector.clone()));
    }
    let answers = answers.recv().unwrap();
    let growth = resident_bytes().saturating_sub(before);
    Outcome::bytes(growth as f64 / actors.len() as f64, answers)
}

impl Actor for Idler {
    type Context = Context<Self>;
}

impl Handler<Ask> for Idler {
    type Result = ();

    fn handle(&mut self, Ask(collector): Ask, _: &mut Context<Self>) {
        self.asked += 1;
        collector.do_send(Answer);
    }
}

impl Actor for Collector {
    type Context = Context<Self>;
}

impl Handler<Answer> for Collector {
    type Result = ();

    fn handle(&mut self, _: Answer, _: &mut Context<Self>) {
        self.answers += 1;
        if self.answers == self.expected {
            self.done.send(self.answers).unwrap();
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Fail;

#[derive(Message)]
#[rtype(result = "()")]
struct Restarted;

#[derive(Message)]
#[rtype(result = "()")]
struct Begin(Addr<Fragile>);

/// Fails as an actor here fails: it stops. Its supervisor keeps its address and calls
/// `restarting`, where it becomes a new one.
struct Fragile {
    tester: Addr<Tester>,
}

struct Tester {
    child: Option<Addr<Fragile>>,
    restarts: u64,
    failures: u64,
    done: mpsc::Sender<u64>,
}

pub fn restart(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, failures) = mpsc::channel();
    let tester = workers.start(0, Tester { child: None, restarts: run.size, failures: 0, done });
    let fragile = Fragile { tester: tester.clone() };
    let child = Supervisor::start_in_arbiter(&workers.handle(0), |_| fragile);

    let began = Instant::now();
    tester.do_send(Begin(child));
    let failures = failures.recv().unwrap();
    Outcome::time(began.elapsed(), failures)
}

impl Actor for Fragile {
    type Context = Context<Self>;
}

impl Supervised for Fragile {
    fn restarting(&mut self, _: &mut Context<Self>) {
        *self = Self { tester: self.tester.clone() };
        self.tester.do_send(Restarted);
    }
}

impl Handler<Fail> for Fragile {
    type Result = ();

    fn handle(&mut self, _: Fail, context: &mut Context<Self>) {
        context.stop();
    }
}

impl Actor for Tester {
    type Context = Context<Self>;
}

impl Handler<Begin> for Tester {
    type Result = ();

    fn handle(&mut self, Begin(child): Begin, _: &mut Context<Self>) {
        child.do_send(Fail);
        self.child = Some(child);
    }
}

impl Handler<Restarted> for Tester {
    type Result = ();

    fn handle(&mut self, _: Restarted, _: &mut Context<Self>) {
        self.failures += 1;
        match &self.child {
            Some(child) if self.failures < self.restarts => child.do_send(Fail),
            _ => self.done.send(self.failures).unwrap(),
        }
    }
}
