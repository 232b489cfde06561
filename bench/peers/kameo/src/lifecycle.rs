use std::{
    panic,
    sync::mpsc,
    time::{Duration, Instant},
};

use kameo::{error::Infallible, mailbox, prelude::*, supervision::RestartPolicy};
use rust_common::{Outcome, Run, resident_bytes};

use crate::actor::{Cast, runtime, spawn, spawn_with};

struct Ask(ActorRef<Collector>);
struct Answer;

#[derive(Actor)]
struct Idler {
    asked: u64,
    _index: u64,
}

#[derive(Actor)]
struct Collector {
    answers: u64,
    expected: u64,
    done: mpsc::Sender<u64>,
}

pub fn idle(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, answers) = mpsc::channel();
    let collector = spawn(Collector { answers: 0, expected: run.size, done });

    let before = resident_bytes();
    let actors: Vec<_> =
        (0..run.size).map(|index| spawn(Idler { asked: 0, _index: index })).collect();
    for actor in &actors {
        actor.cast(Ask(collector.clone()));
    }
    let answers = answers.recv().unwrap();
    let growth = resident_bytes().saturating_sub(before);
    Outcome::bytes(growth as f64 / actors.len() as f64, answers)
}

impl Message<Ask> for Idler {
    type Reply = ();

    async fn handle(&mut self, Ask(collector): Ask, _: &mut Context<Self, ()>) {
        self.asked += 1;
        collector.cast(Answer);
    }
}

impl Message<Answer> for Collector {
    type Reply = ();

    async fn handle(&mut self, _: Answer, _: &mut Context<Self, ()>) {
        self.answers += 1;
        if self.answers == self.expected {
            self.done.send(self.answers).unwrap();
        }
    }
}

struct Fail;

/// Tells its supervisor each time it starts.
#[derive(Clone)]
struct Fragile {
    supervisor: ActorRef<Supervisor>,
}

struct Supervise;
struct ChildStarted;

struct Supervisor {
    child: ActorRef<Fragile>,
    restarts: u64,
    starts: u64,
    done: mpsc::Sender<u64>,
}

pub fn restart(run: Run) -> Outcome {
    panic::set_hook(Box::new(|_| ()));
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, failures) = mpsc::channel();
    let supervisor = spawn_with::<Supervisor>((run.size, done));

    let began = Instant::now();
    supervisor.cast(Supervise);
    let failures = failures.recv().unwrap();
    let elapsed = began.elapsed();
    let _ = panic::take_hook();
    Outcome::time(elapsed, failures)
}

impl Actor for Fragile {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(child: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        child.supervisor.cast(ChildStarted);
        Ok(child)
    }
}

impl Message<Fail> for Fragile {
    type Reply = ();

    async fn handle(&mut self, _: Fail, _: &mut Context<Self, ()>) {
        panic!("told to fail");
    }
}

impl Actor for Supervisor {
    type Args = (u64, mpsc::Sender<u64>);
    type Error = Infallible;

    async fn on_start(
        (restarts, done): Self::Args,
        own: ActorRef<Self>,
    ) -> Result<Self, Infallible> {
        let child = Fragile::supervise(&own, Fragile { supervisor: own.clone() })
            .restart_policy(RestartPolicy::Transient)
            .restart_limit(u32::MAX, Duration::from_secs(1))
            .spawn_with_mailbox(mailbox::unbounded())
            .await;
        Ok(Self { child, restarts, starts: 0, done })
    }
}

impl Message<Supervise> for Supervisor {
    type Reply = ();

    async fn handle(&mut self, _: Supervise, _: &mut Context<Self, ()>) {
        self.child.cast(Fail);
    }
}

impl Message<ChildStarted> for Supervisor {
    type Reply = ();

    /// Every start but the first follows a failure.
    async fn handle(&mut self, _: ChildStarted, _: &mut Context<Self, ()>) {
        self.starts += 1;
        let failures = self.starts - 1;
        if failures == self.restarts {
            self.done.send(failures).unwrap();
        } else if failures > 0 {
            self.child.cast(Fail);
        }
    }
}
