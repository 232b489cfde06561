use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{Outcome, Run, computation::sine};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "()")]
struct Work;

/// So many messages were handled by actors that have ended.
#[derive(Message)]
#[rtype(result = "()")]
struct Ended(u64);

/// Handles one message, ends, and tells that.
struct Once {
    compute: fn(),
    handled: u64,
    creator: Recipient<Ended>,
}

impl Actor for Once {
    type Context = Context<Self>;

    fn stopped(&mut self, _: &mut Context<Self>) {
        self.creator.do_send(Ended(self.handled));
    }
}

impl Handler<Work> for Once {
    type Result = ();

    fn handle(&mut self, _: Work, context: &mut Context<Self>) {
        (self.compute)();
        self.handled += 1;
        context.stop();
    }
}

/// Waits for the ends of actors that the thread of `main` has made.
struct Collector {
    left: u64,
    handled: u64,
    done: mpsc::Sender<u64>,
}

pub fn fork_join_create(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, handled) = mpsc::channel();
    let collector = workers.start(0, Collector { left: run.size, handled: 0, done });

    let began = Instant::now();
    for index in 0..run.size as usize {
        let creator = collector.clone().recipient();
        let worker = workers.start(index, Once { compute: sine, handled: 0, creator });
        worker.do_send(Work);
    }
    let handled = handled.recv().unwrap();
    Outcome::time(began.elapsed(), handled)
}

impl Actor for Collector {
    type Context = Context<Self>;
}

impl Handler<Ended> for Collector {
    type Result = ();

    fn handle(&mut self, Ended(handled): Ended, _: &mut Context<Self>) {
        self.handled += handled;
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.handled).unwrap();
        }
    }
}

const WAVE: u64 = 1000;

#[derive(Message)]
#[rtype(result = "()")]
struct SpawnAll;

/// Spawns so many actors at a time, where it is itself, until there were so many.
struct Spawner {
    wave: u64,
    left: u64,
    running: u64,
    handled: u64,
    done: mpsc::Sender<u64>,
}

pub fn spawn_waves(run: Run) -> Outcome {
    spawn_in_waves(run, WAVE)
}

pub fn spawn_together(run: Run) -> Outcome {
    spawn_in_waves(run, run.size)
}

fn spawn_in_waves(run: Run, wave: u64) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, handled) = mpsc::channel();
    let spawner = Spawner { wave, left: run.size, running: 0, handled: 0, done };
    let spawner = workers.start(0, spawner);

    let began = Instant::now();
    spawner.do_send(SpawnAll);
    let handled = handled.recv().unwrap();
    Outcome::time(began.elapsed(), handled)
}

impl Spawner {
    fn next_wave(&mut self, context: &mut Context<Self>) {
        self.running = self.left.min(self.wave);
        self.left -= self.running;
        let creator = context.address().recipient();
        let actors: Vec<_> = (0..self.running)
            .map(|_| Once { compute: || (), handled: 0, creator: creator.clone() }.start())
            .collect();
        for actor in &actors {
            actor.do_send(Work);
        }
    }
}

impl Actor for Spawner {
    type Context = Context<Self>;
}

impl Handler<SpawnAll> for Spawner {
    type Result = ();

    fn handle(&mut self, _: SpawnAll, context: &mut Context<Self>) {
        self.next_wave(context);
    }
}

impl Handler<Ended> for Spawner {
    type Result = ();

    fn handle(&mut self, Ended(handled): Ended, context: &mut Context<Self>) {
        self.handled += handled;
        self.running -= 1;
        if self.running > 0 {
            return;
        }
        if self.left > 0 {
            self.next_wave(context);
        } else {
            self.done.send(self.handled).unwrap();
        }
    }
}
