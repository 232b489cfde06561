use std::{panic, sync::mpsc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use rust_common::{Outcome, Run, resident_bytes};

use crate::actor::{Behaviour, Handled, runtime, spawn, spawn_linked};

struct Ask(ActorRef<Answer>);
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
    let runtime = runtime(run.workers);
    let (done, answers) = mpsc::channel();
    let collector = runtime.block_on(spawn(Collector { answers: 0, expected: run.size, done }));

    let before = resident_bytes();
    let actors = runtime.block_on(async {
        let mut actors = Vec::with_capacity(run.size as usize);
        for index in 0..run.size {
            actors.push(spawn(Idler { asked: 0, _index: index }).await);
        }
        actors
    });
    for actor in &actors {
        actor.cast(Ask(collector.clone())).unwrap();
    }
    let answers = answers.recv().unwrap();
    let growth = resident_bytes().saturating_sub(before);
    Outcome::bytes(growth as f64 / actors.len() as f64, answers)
}

impl Behaviour for Idler {
    type Message = Ask;

    async fn handle(&mut self, Ask(collector): Ask, _: &ActorRef<Ask>) -> Handled {
        self.asked += 1;
        collector.cast(Answer)?;
        Ok(())
    }
}

impl Behaviour for Collector {
    type Message = Answer;

    async fn handle(&mut self, _: Answer, _: &ActorRef<Answer>) -> Handled {
        self.answers += 1;
        if self.answers == self.expected {
            self.done.send(self.answers)?;
        }
        Ok(())
    }
}

struct Fail;
struct Fragile;

impl Behaviour for Fragile {
    type Message = Fail;

    async fn handle(&mut self, _: Fail, _: &ActorRef<Fail>) -> Handled {
        panic!("told to fail");
    }
}

struct Supervisor;

struct Supervise(u64);

struct Supervision {
    child: ActorRef<Fail>,
    restarts: u64,
    failures: u64,
    done: mpsc::Sender<u64>,
}

pub fn restart(run: Run) -> Outcome {
    panic::set_hook(Box::new(|_| ()));
    let runtime = runtime(run.workers);
    let (done, failures) = mpsc::channel();
    let (supervisor, _) = runtime.block_on(Actor::spawn(None, Supervisor, done)).unwrap();

    let began = Instant::now();
    supervisor.cast(Supervise(run.size)).unwrap();
    let failures = failures.recv().unwrap();
    let elapsed = began.elapsed();
    let _ = panic::take_hook();
    Outcome::time(elapsed, failures)
}

impl Actor for Supervisor {
    type Msg = Supervise;
    type State = Supervision;
    type Arguments = mpsc::Sender<u64>;

    async fn pre_start(
        &self,
        own: ActorRef<Supervise>,
        done: mpsc::Sender<u64>,
    ) -> Result<Supervision, ActorProcessingErr> {
        let child = spawn_linked(Fragile, &own).await?;
        Ok(Supervision { child, restarts: 0, failures: 0, done })
    }

    async fn handle(
        &self,
        _: ActorRef<Supervise>,
        Supervise(restarts): Supervise,
        state: &mut Supervision,
    ) -> Handled {
        state.restarts = restarts;
        state.child.cast(Fail)?;
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        own: ActorRef<Supervise>,
        event: SupervisionEvent,
        state: &mut Supervision,
    ) -> Handled {
        if let SupervisionEvent::ActorFailed(..) = event {
            state.failures += 1;
            state.child = spawn_linked(Fragile, &own).await?;
            if state.failures < state.restarts {
                state.child.cast(Fail)?;
            } else {
                state.done.send(state.failures)?;
            }
        }
        Ok(())
    }
}
