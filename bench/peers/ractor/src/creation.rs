use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Instant,
};

use ractor::{Actor, ActorProcessingErr, ActorRef};
use rust_common::{Outcome, Run, computation::sine};

use crate::actor::{Behaviour, Handled, runtime, spawn};

/// Handles one message, counts it, and ends.
struct Once;

struct Work;

struct Task {
    compute: fn(),
    handled: Arc<AtomicU64>,
}

impl Actor for Once {
    type Msg = Work;
    type State = Task;
    type Arguments = Task;

    async fn pre_start(&self, _: ActorRef<Work>, task: Task) -> Result<Task, ActorProcessingErr> {
        Ok(task)
    }

    async fn handle(&self, own: ActorRef<Work>, _: Work, task: &mut Task) -> Handled {
        (task.compute)();
        task.handled.fetch_add(1, Ordering::Relaxed);
        own.stop(None);
        Ok(())
    }
}

pub fn fork_join_create(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let handled = Arc::new(AtomicU64::new(0));

    let began = Instant::now();
    runtime.block_on(async {
        let mut ends = Vec::with_capacity(run.size as usize);
        for _ in 0..run.size {
            let task = Task { compute: sine, handled: handled.clone() };
            let (worker, end) = Actor::spawn(None, Once, task).await.unwrap();
            worker.cast(Work).unwrap();
            ends.push(end);
        }
        for end in ends {
            end.await.unwrap();
        }
    });
    Outcome::time(began.elapsed(), handled.load(Ordering::Relaxed))
}

/// Hands an answer to the thread of `main`.
struct Answer(mpsc::Sender<u64>);

impl Behaviour for Answer {
    type Message = u64;

    async fn handle(&mut self, answer: u64, _: &ActorRef<u64>) -> Handled {
        Ok(self.0.send(answer)?)
    }
}

/// What a node of a tree knows: whom it answers, and what is missing of its answer.
struct Node<P> {
    problem: P,
    parent: ActorRef<u64>,
    missing: u8,
    sum: u64,
}

impl<P> Node<P> {
    fn new(problem: P, parent: ActorRef<u64>) -> Self {
        Self { problem, parent, missing: 0, sum: 0 }
    }

    fn answer(&self, answer: u64, own: &ActorRef<u64>) -> Handled {
        self.parent.cast(answer)?;
        own.stop(None);
        Ok(())
    }

    fn add(&mut self, answer: u64, own: &ActorRef<u64>) -> Handled {
        self.sum += answer;
        self.missing -= 1;
        if self.missing == 0 { self.answer(self.sum, own) } else { Ok(()) }
    }
}

struct Fibonacci;

pub fn fibonacci(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (answer, answers) = mpsc::channel();
    let root = runtime.block_on(spawn(Answer(answer)));

    let began = Instant::now();
    runtime.block_on(Actor::spawn(None, Fibonacci, Node::new(run.size, root))).unwrap();
    let answer = answers.recv().unwrap();
    Outcome::time(began.elapsed(), answer)
}

impl Actor for Fibonacci {
    type Msg = u64;
    type State = Node<u64>;
    type Arguments = Node<u64>;

    async fn pre_start(
        &self,
        _: ActorRef<u64>,
        node: Node<u64>,
    ) -> Result<Node<u64>, ActorProcessingErr> {
        Ok(node)
    }

    async fn post_start(&self, own: ActorRef<u64>, node: &mut Node<u64>) -> Handled {
        if node.problem <= 2 {
            return node.answer(1, &own);
        }
        node.missing = 2;
        for n in [node.problem - 1, node.problem - 2] {
            Actor::spawn(None, Fibonacci, Node::new(n, own.clone())).await?;
        }
        Ok(())
    }

    async fn handle(&self, own: ActorRef<u64>, answer: u64, node: &mut Node<u64>) -> Handled {
        node.add(answer, &own)
    }
}

struct Skynet;

struct Range {
    first: u64,
    leaves: u64,
}

pub fn skynet(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (answer, answers) = mpsc::channel();
    let root = runtime.block_on(spawn(Answer(answer)));

    let began = Instant::now();
    let all = Range { first: 0, leaves: run.size };
    runtime.block_on(Actor::spawn(None, Skynet, Node::new(all, root))).unwrap();
    let sum = answers.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Actor for Skynet {
    type Msg = u64;
    type State = Node<Range>;
    type Arguments = Node<Range>;

    async fn pre_start(
        &self,
        _: ActorRef<u64>,
        node: Node<Range>,
    ) -> Result<Node<Range>, ActorProcessingErr> {
        Ok(node)
    }

    async fn post_start(&self, own: ActorRef<u64>, node: &mut Node<Range>) -> Handled {
        let Range { first, leaves } = node.problem;
        if leaves == 1 {
            return node.answer(first, &own);
        }
        node.missing = 10;
        let each = leaves / 10;
        for child in 0..10 {
            let range = Range { first: first + child * each, leaves: each };
            Actor::spawn(None, Skynet, Node::new(range, own.clone())).await?;
        }
        Ok(())
    }

    async fn handle(&self, own: ActorRef<u64>, answer: u64, node: &mut Node<Range>) -> Handled {
        node.add(answer, &own)
    }
}

const WAVE: u64 = 1000;

/// So many actors are to be spawned at a time, until there were so many.
struct Spawn {
    wave: u64,
    actors: u64,
}

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
    let (done, handled) = mpsc::channel();
    let spawner = runtime.block_on(spawn(Spawner { done }));

    let began = Instant::now();
    spawner.cast(Spawn { wave, actors: run.size }).unwrap();
    let handled = handled.recv().unwrap();
    Outcome::time(began.elapsed(), handled)
}

impl Behaviour for Spawner {
    type Message = Spawn;

    async fn handle(&mut self, Spawn { wave, actors }: Spawn, _: &ActorRef<Spawn>) -> Handled {
        let handled = Arc::new(AtomicU64::new(0));
        let mut left = actors;
        while left > 0 {
            let now = left.min(wave);
            let mut spawned = Vec::with_capacity(now as usize);
            for _ in 0..now {
                let task = Task { compute: || (), handled: handled.clone() };
                spawned.push(Actor::spawn(None, Once, task).await?);
            }
            for (actor, _) in &spawned {
                actor.cast(Work)?;
            }
            for (_, end) in spawned {
                end.await?;
            }
            left -= now;
        }
        self.done.send(handled.load(Ordering::Relaxed))?;
        Ok(())
    }
}
