use std::{sync::mpsc, time::Instant};

use rust_common::{Outcome, Run, computation::sine};
use tokio::sync::mpsc::unbounded_channel;

use crate::actor::{Address, Mailbox, Tell, runtime, spawn, spawn_joinable};

struct Work;

pub fn fork_join_create(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();

    let began = Instant::now();
    let workers: Vec<_> = (0..run.size)
        .map(|_| {
            let (worker, end) = spawn_joinable(|mailbox| once(mailbox, sine));
            worker.tell(Work);
            end
        })
        .collect();
    let handled = runtime.block_on(async {
        let mut handled = 0;
        for end in workers {
            handled += end.await.unwrap();
        }
        handled
    });
    Outcome::time(began.elapsed(), handled)
}

/// Handles one message and ends with the number of messages it has handled.
async fn once(mut mailbox: Mailbox<Work>, compute: fn()) -> u64 {
    let Some(Work) = mailbox.recv().await else {
        return 0;
    };
    compute();
    1
}

pub fn fibonacci(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (answer, mut answers) = unbounded_channel();

    let began = Instant::now();
    spawn_fibonacci(run.size, answer);
    let answer = answers.blocking_recv().unwrap();
    Outcome::time(began.elapsed(), answer)
}

fn spawn_fibonacci(n: u64, parent: Address<u64>) {
    spawn(move |mut mailbox, own| async move {
        if n <= 2 {
            return parent.tell(1);
        }
        spawn_fibonacci(n - 1, own.clone());
        spawn_fibonacci(n - 2, own);
        let (one, other) = (mailbox.recv().await, mailbox.recv().await);
        parent.tell(one.unwrap() + other.unwrap());
    });
}

pub fn skynet(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (answer, mut answers) = unbounded_channel();

    let began = Instant::now();
    spawn_skynet(0, run.size, answer);
    let sum = answers.blocking_recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

fn spawn_skynet(first: u64, leaves: u64, parent: Address<u64>) {
    spawn(move |mut mailbox, own| async move {
        if leaves == 1 {
            return parent.tell(first);
        }
        let each = leaves / 10;
        for child in 0..10 {
            spawn_skynet(first + child * each, each, own.clone());
        }
        let mut sum = 0;
        for _ in 0..10 {
            sum += mailbox.recv().await.unwrap();
        }
        parent.tell(sum);
    });
}

const WAVE: u64 = 1000;

/// So many actors are to be spawned at a time, until there were so many.
struct Spawn {
    wave: u64,
    actors: u64,
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
    let spawner = spawn(|mailbox, _| spawner(mailbox, done));

    let began = Instant::now();
    spawner.tell(Spawn { wave, actors: run.size });
    let handled = handled.recv().unwrap();
    Outcome::time(began.elapsed(), handled)
}

async fn spawner(mut mailbox: Mailbox<Spawn>, done: mpsc::Sender<u64>) {
    while let Some(Spawn { wave, actors }) = mailbox.recv().await {
        let mut handled = 0;
        let mut left = actors;
        while left > 0 {
            let now = left.min(wave);
            let actors: Vec<_> =
                (0..now).map(|_| spawn_joinable(|mailbox| once(mailbox, || ()))).collect();
            for (actor, _) in &actors {
                actor.tell(Work);
            }
            for (_, end) in actors {
                handled += end.await.unwrap();
            }
            left -= now;
        }
        done.send(handled).unwrap();
    }
}
