use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use kameo::prelude::*;
use rust_common::{Outcome, Run};

use crate::actor::{Cast, runtime, spawn};

/// Asks for the next number.
pub struct Next;

/// Answers with numbers that count up.
#[derive(Actor)]
pub struct Server {
    pub count: u64,
}

struct Calls(u64);

#[derive(Actor)]
struct Client {
    server: ActorRef<Server>,
    timeout: Option<Duration>,
    done: mpsc::Sender<u64>,
}

pub fn call(run: Run) -> Outcome {
    measure(run, None)
}

pub fn call_timeout(run: Run) -> Outcome {
    measure(run, Some(Duration::from_secs(5)))
}

fn measure(run: Run, timeout: Option<Duration>) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let server = spawn(Server { count: 0 });
    let client = spawn(Client { server, timeout, done });

    let began = Instant::now();
    client.cast(Calls(run.size));
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Message<Next> for Server {
    type Reply = u64;

    async fn handle(&mut self, _: Next, _: &mut Context<Self, u64>) -> u64 {
        self.count += 1;
        self.count
    }
}

impl Message<Calls> for Client {
    type Reply = ();

    async fn handle(&mut self, Calls(calls): Calls, _: &mut Context<Self, ()>) {
        let mut sum = 0;
        for _ in 0..calls {
            sum += self.ask().await;
        }
        self.done.send(sum).unwrap();
    }
}

impl Client {
    async fn ask(&self) -> u64 {
        let next = self.server.ask(Next);
        match self.timeout {
            None => next.send().await.unwrap(),
            Some(timeout) => next.reply_timeout(timeout).send().await.unwrap(),
        }
    }
}
