use std::{panic, sync::mpsc, time::Instant};

use rust_common::{Outcome, Run, resident_bytes};

use crate::actor::{Address, Mailbox, Tell, runtime, spawn, spawn_joinable};

struct Ask(Address<Answer>);
struct Answer;

pub fn idle(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, answers) = mpsc::channel();
    let collector = spawn(|mailbox, _| collector(mailbox, run.size, done));

    let before = resident_bytes();
    let actors: Vec<_> =
        (0..run.size).map(|index| spawn(|mailbox, _| idler(mailbox, index))).collect();
    for actor in &actors {
        actor.tell(Ask(collector.clone()));
    }
    let answers = answers.recv().unwrap();
    let growth = resident_bytes().saturating_sub(before);
    Outcome::bytes(growth as f64 / actors.len() as f64, answers)
}

async fn idler(mut mailbox: Mailbox<Ask>, index: u64) {
    let mut state = [index, 0];
    while let Some(Ask(collector)) = mailbox.recv().await {
        state[1] += 1;
        collector.tell(Answer);
    }
    std::hint::black_box(state);
}

async fn collector(mut mailbox: Mailbox<Answer>, expected: u64, done: mpsc::Sender<u64>) {
    let mut answers = 0;
    while let Some(Answer) = mailbox.recv().await {
        answers += 1;
        if answers == expected {
            done.send(answers).unwrap();
        }
    }
}

struct Fail;
struct Supervise(u64);

pub fn restart(run: Run) -> Outcome {
    panic::set_hook(Box::new(|_| ()));
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, failures) = mpsc::channel();
    let supervisor = spawn(|mailbox, _| supervisor(mailbox, done));

    let began = Instant::now();
    supervisor.tell(Supervise(run.size));
    let failures = failures.recv().unwrap();
    let elapsed = began.elapsed();
    let _ = panic::take_hook();
    Outcome::time(elapsed, failures)
}

async fn supervisor(mut mailbox: Mailbox<Supervise>, done: mpsc::Sender<u64>) {
    while let Some(Supervise(restarts)) = mailbox.recv().await {
        let mut failures = 0;
        let (mut child, mut end) = spawn_joinable(fragile);
        for _ in 0..restarts {
            child.tell(Fail);
            failures += u64::from(end.await.is_err_and(|error| error.is_panic()));
            (child, end) = spawn_joinable(fragile);
        }
        done.send(failures).unwrap();
    }
}

async fn fragile(mut mailbox: Mailbox<Fail>) {
    if let Some(Fail) = mailbox.recv().await {
        panic!("told to fail");
    }
}
