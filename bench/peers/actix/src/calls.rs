use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use actix::prelude::*;
use rust_common::{Outcome, Run};

use crate::actor::Workers;

/// Asks for the next number.
#[derive(Message)]
#[rtype(result = "u64")]
pub struct Next;

/// Answers with numbers that count up.
pub struct Server {
    pub count: u64,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Calls(u64);

#[derive(Clone)]
struct Client {
    server: Addr<Server>,
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
    let workers = Workers::new(run.workers);
    let (done, sum) = mpsc::channel();
    let server = workers.start(0, Server { count: 0 });
    let client = workers.start(0, Client { server, timeout, done });

    let began = Instant::now();
    client.do_send(Calls(run.size));
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Actor for Server {
    type Context = Context<Self>;
}

impl Handler<Next> for Server {
    type Result = u64;

    fn handle(&mut self, _: Next, _: &mut Context<Self>) -> u64 {
        self.count += 1;
        self.count
    }
}

impl Actor for Client {
    type Context = Context<Self>;
}

impl Handler<Calls> for Client {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, Calls(calls): Calls, _: &mut Context<Self>) -> ResponseFuture<()> {
        let Self { server, timeout, done } = self.clone();
        Box::pin(async move {
            let mut sum = 0;
            for _ in 0..calls {
                let answer = server.send(Next);
                sum += match timeout {
                    None => answer.await.unwrap(),
                    Some(timeout) => answer.timeout(timeout).await.unwrap(),
                };
            }
            done.send(sum).unwrap();
        })
    }
}
