use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ractor::ActorRef;
use rust_common::{Outcome, Run, computation::compute_for, share};

use crate::{
    actor::{Behaviour, Handled, runtime, spawn},
    calls::{Server, ask},
};

pub fn wake_thread(run: Run) -> Outcome {
    wake(run, || ())
}

pub fn wake_pause(run: Run) -> Outcome {
    wake(run, || thread::sleep(Duration::from_micros(100)))
}

fn wake(run: Run, pause: fn()) -> Outcome {
    let runtime = runtime(run.workers);
    let server = runtime.block_on(spawn(Server { count: 0 }));
    let mut latencies = Vec::with_capacity(run.size as usize);
    let mut sum = 0;
    for _ in 0..run.size {
        pause();
        let began = Instant::now();
        sum += runtime.block_on(ask(&server, None));
        latencies.push(began.elapsed().as_nanos() as u64);
    }
    Outcome::latencies(latencies, sum)
}

/// So many turns are left, this one too.
struct Turn(u64);
struct Wake(Instant);

struct Busy {
    sleeper: ActorRef<Wake>,
}

struct Sleeper {
    messages: usize,
    latencies: Vec<u64>,
    done: mpsc::Sender<Vec<u64>>,
}

pub fn wake_actor(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, latencies) = mpsc::channel();
    let messages = run.size as usize;
    let sleeper = Sleeper { messages, latencies: Vec::with_capacity(messages), done };
    let sleeper = runtime.block_on(spawn(sleeper));
    let busy = runtime.block_on(spawn(Busy { sleeper }));

    busy.cast(Turn(run.size)).unwrap();
    let latencies = latencies.recv().unwrap();
    let received = latencies.len();
    Outcome::latencies(latencies, received)
}

impl Behaviour for Busy {
    type Message = Turn;

    async fn handle(&mut self, Turn(left): Turn, own: &ActorRef<Turn>) -> Handled {
        self.sleeper.cast(Wake(Instant::now()))?;
        compute_for(Duration::from_micros(20));
        if left > 1 {
            own.cast(Turn(left - 1))?;
        }
        Ok(())
    }
}

impl Behaviour for Sleeper {
    type Message = Wake;

    async fn handle(&mut self, Wake(sent): Wake, _: &ActorRef<Wake>) -> Handled {
        self.latencies.push(sent.elapsed().as_nanos() as u64);
        if self.latencies.len() == self.messages {
            self.done.send(std::mem::take(&mut self.latencies))?;
        }
        Ok(())
    }
}

const RECEIVERS: usize = 8;
const PERIOD: Duration = Duration::from_micros(10);

struct Due(Instant);

struct Receiver {
    messages: usize,
    latencies: Vec<u64>,
    report: mpsc::Sender<Vec<u64>>,
}

pub fn open_loop(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (report, reports) = mpsc::channel();
    let receivers: Vec<_> = (0..RECEIVERS)
        .map(|index| {
            let messages = share(run.size, RECEIVERS, index) as usize;
            let latencies = Vec::with_capacity(messages);
            runtime.block_on(spawn(Receiver { messages, latencies, report: report.clone() }))
        })
        .collect();

    let mut due = Instant::now();
    for receiver in receivers.iter().cycle().take(run.size as usize) {
        due += PERIOD;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        receiver.cast(Due(due)).unwrap();
    }
    let reporting = RECEIVERS.min(run.size as usize);
    let latencies: Vec<u64> = reports.iter().take(reporting).flatten().collect();
    let handled = latencies.len();
    Outcome::latencies(latencies, handled)
}

impl Behaviour for Receiver {
    type Message = Due;

    async fn handle(&mut self, Due(due): Due, _: &ActorRef<Due>) -> Handled {
        compute_for(Duration::from_micros(1));
        self.latencies.push(due.elapsed().as_nanos() as u64);
        if self.latencies.len() == self.messages {
            self.report.send(std::mem::take(&mut self.latencies))?;
        }
        Ok(())
    }
}
