use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Instant,
};

use kameo::{error::Infallible, prelude::*};
use rust_common::{Outcome, Run, computation::sine};

use crate::actor::{Cast, runtime, spawn, spawn_with};

struct Work;

/// Handles one message, counts it, and ends.
#[derive(Actor)]
struct Once {
    compute: fn(),
    handled: Arc<AtomicU64>,
}

impl Message<Work> for Once {
    type Reply = ();

    async fn handle(&mut self, _: Work, context: &mut Context<Self, ()>) {
        (self.compute)();
        self.handled.fetch_add(1, Ordering::Relaxed);
        context.stop();
    }
}

pub fn fork_join_create(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let handled = Arc::new(AtomicU64::new(0));

    let began = Instant::now();
    let workers: Vec<_> = (0..run.size)
        .map(|_| {
            let worker = spawn(Once { compute: sine, handled: handled.clone() });
            worker.cast(Work);
            worker
        })
        .collect();
    runtime.block_on(async {
        for worker in workers {
            worker.wait_for_shutdown().await;
        }
    });
    Outcome::time(began.elapsed(), handled.load(Ordering::Relaxed))
}

struct Answer(u64);

/// Whom a node of a tree answers.
enum Parent<A: Actor> {
    Actor(ActorRef<A>),
    Thread(mpsc::Sender<u64>),
}

impl<A: Message<Answer>> Parent<A> {
    fn answer(&self, answer: u64) {
        match self {
            Self::Actor(parent) => parent.cast(Answer(answer)),
            Self::Thread(parent) => parent.send(answer).unwrap(),
        }
    }
}

struct Fibonacci {
    parent: Parent<Fibonacci>,
    missing: u8,
    sum: u64,
}

pub fn fibonacci(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (answer, answers) = mpsc::channel();

    let began = Instant::now();
    spawn_with::<Fibonacci>((run.size, Parent::Thread(answer)));
    let answer = answers.recv().unwrap();
    Outcome::time(began.elapsed(), answer)
}

impl Actor for Fibonacci {
    type Args = (u64, Parent<Fibonacci>);
    type Error = Infallible;

    /// A leaf ends after this, as no one has a reference to it.
    async fn on_start((n, parent): Self::Args, own: ActorRef<Self>) -> Result<Self, Infallible> {
        if n <= 2 {
            parent.answer(1);
        } else {
            spawn_with::<Fibonacci>((n - 1, Parent::Actor(own.clone())));
            spawn_with::<Fibonacci>((n - 2, Parent::Actor(own)));
        }
        Ok(Self { parent, missing: 2, sum: 0 })
    }
}

impl Message<Answer> for Fibonacci {
    type Reply = ();

    async fn handle(&mut self, Answer(answer): Answer, context: &mut Context<Self, ()>) {
        self.sum += answer;
        self.missing -= 1;
        if self.missing == 0 {
            self.parent.answer(self.sum);
            context.stop();
        }
    }
}

struct Range {
    first: u64,
    leaves: u64,
}

struct Skynet {
    parent: Parent<Skynet>,
    missing: u8,
    sum: u64,
}

pub fn skynet(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (answer, answers) = mpsc::channel();

    let began = Instant::now();
    spawn_with::<Skynet>((Range { first: 0, leaves: run.size }, Parent::Thread(answer)));
    let sum = answers.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Actor for Skynet {
    type Args = (Range, Parent<Skynet>);
    type Error = Infallible;

    /// A leaf ends after this, as no one has a reference to it.
    async fn on_start(
        (Range { first, leaves }, parent): Self::Args,
        own: ActorRef<Self>,
    ) -> Result<Self, Infallible> {
        if leaves == 1 {
            parent.answer(first);
        } else {
            let each = leaves / 10;
            for child in 0..10 {
                let range = Range { first: first + child * each, leaves: each };
                spawn_with::<Skynet>((range, Parent::Actor(own.clone())));
            }
        }
        Ok(Self { parent, missing: 10, sum: 0 })
    }
}

impl Message<Answer> for Skynet {
    type Reply = ();

    async fn handle(&mut self, Answer(answer): Answer, context: &mut Context<Self, ()>) {
        self.sum += answer;
        self.missing -= 1;
        if self.missing == 0 {
            self.parent.answer(self.sum);
            context.stop();
        }
    }
}

const WAVE: u64 = 1000;

/// So many actors are to be spawned at a time, until there were so many.
struct Waves {
    wave: u64,
    actors: u64,
}

#[derive(Actor)]
struct Spawner {
    done: mpsc::Sender<u64>,
}

pub fn spawn_waves(run: Run) -> Outcome {
    spawn_in_waves(run, WAVE)
}

pub fn spawn_together(run: Run) -> Outcome {
    spawn_in_waves(run, run.size)
}

fn spawn_in_waves(run: Run, wave: u64) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, handled) = mpsc::channel();
    let spawner = spawn(Spawner { done });

    let began = Instant::now();
    spawner.cast(Waves { wave, actors: run.size });
    let handled = handled.recv().unwrap();
    Outcome::time(began.elapsed(), handled)
}

impl Message<Waves> for Spawner {
    type Reply = ();

    async fn handle(&mut self, Waves { wave, actors }: Waves, _: &mut Context<Self, ()>) {
        let handled = Arc::new(AtomicU64::new(0));
        let mut left = actors;
        while left > 0 {
            let now = left.min(wave);
            let actors: Vec<_> = (0..now)
                .map(|_| spawn(Once { compute: || (), handled: handled.clone() }))
                .collect();
            for actor in &actors {
                actor.cast(Work);
            }
            for actor in actors {
                actor.wait_for_shutdown().await;
            }
            left -= now;
        }
        self.done.send(handled.load(Ordering::Relaxed)).unwrap();
    }
}
