use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rust_common::{Outcome, Run, computation::compute_for, share};
use tokio::sync::oneshot;

use crate::{
    actor::{Address, Mailbox, Tell, runtime, spawn},
    calls::{Next, server},
};

pub fn wake_thread(run: Run) -> Outcome {
    wake(run, || ())
}

pub fn wake_pause(run: Run) -> Outcome {
    wake(run, || thread::sleep(Duration::from_micros(100)))
}

fn wake(run: Run, pause: fn()) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let server = spawn(|mailbox, _| server(mailbox));
    let mut latencies = Vec::with_capacity(run.size as usize);
    let mut sum = 0;
    for _ in 0..run.size {
        pause();
        let began = Instant::now();
        let (reply, answer) = oneshot::channel();
        server.tell(Next(reply));
        sum += answer.blocking_recv().unwrap();
        latencies.push(began.elapsed().as_nanos() as u64);
    }
    Outcome::latencies(latencies, sum)
}

/// So many turns are left, this one too.
struct Turn(u64);
struct Wake(Instant);

pub fn wake_actor(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, latencies) = mpsc::channel();
    let sleeper = spawn(|mailbox, _| sleeper(mailbox, run.size, done));
    let busy = spawn(|mailbox, own| busy(mailbox, own, sleeper));

    busy.tell(Turn(run.size));
    let latencies: Vec<u64> = latencies.recv().unwrap();
    let received = latencies.len();
    Outcome::latencies(latencies, received)
}

async fn busy(mut mailbox: Mailbox<Turn>, own: Address<Turn>, sleeper: Address<Wake>) {
    while let Some(Turn(left)) = mailbox.recv().await {
        sleeper.tell(Wake(Instant::now()));
        compute_for(Duration::from_micros(20));
        if left > 1 {
            own.tell(Turn(left - 1));
        }
    }
}

async fn sleeper(mut mailbox: Mailbox<Wake>, messages: u64, done: mpsc::Sender<Vec<u64>>) {
    let mut latencies = Vec::with_capacity(messages as usize);
    while latencies.len() < messages as usize
        && let Some(Wake(sent)) = mailbox.recv().await
    {
        latencies.push(sent.elapsed().as_nanos() as u64);
    }
    done.send(latencies).unwrap();
}

const RECEIVERS: usize = 8;
const PERIOD: Duration = Duration::from_micros(10);

struct Due(Instant);

pub fn open_loop(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let receivers: Vec<_> = (0..RECEIVERS)
        .map(|index| {
            let expected = share(run.size, RECEIVERS, index);
            spawn(|mailbox, _| receiver(mailbox, expected, report.clone()))
        })
        .collect();
    drop(report);

    let mut due = Instant::now();
    for receiver in receivers.iter().cycle().take(run.size as usize) {
        due += PERIOD;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        receiver.tell(Due(due));
    }
    let latencies: Vec<u64> = reports.iter().flatten().collect();
    let handled = latencies.len();
    Outcome::latencies(latencies, handled)
}

async fn receiver(mut mailbox: Mailbox<Due>, expected: u64, report: mpsc::Sender<Vec<u64>>) {
    let mut latencies = Vec::with_capacity(expected as usize);
    while latencies.len() < expected as usize
        && let Some(Due(due)) = mailbox.recv().await
    {
        compute_for(Duration::from_micros(1));
        latencies.push(due.elapsed().as_nanos() as u64);
    }
    report.send(latencies).unwrap();
}
