use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use ractor::{ActorRef, RpcReplyPort};
use rust_common::{Outcome, Run};

use crate::actor::{Behaviour, Handled, runtime, spawn};

/// Asks for the next number.
pub struct Next(RpcReplyPort<u64>);

/// Answers with numbers that count up.
pub struct Server {
    pub count: u64,
}

struct Calls(u64);

struct Client {
    server: ActorRef<Next>,
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
    let (done, sum) = mpsc::channel();
    let server = runtime.block_on(spawn(Server { count: 0 }));
    let client = runtime.block_on(spawn(Client { server, timeout, done }));

    let began = Instant::now();
    client.cast(Calls(run.size)).unwrap();
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

pub async fn ask(server: &ActorRef<Next>, timeout: Option<Duration>) -> u64 {
    server.call(Next, timeout).await.unwrap().unwrap()
}

impl Behaviour for Server {
    type Message = Next;

    async fn handle(&mut self, Next(reply): Next, _: &ActorRef<Next>) -> Handled {
        self.count += 1;
        reply.send(self.count)?;
        Ok(())
    }
}

impl Behaviour for Client {
    type Message = Calls;

    async fn handle(&mut self, Calls(calls): Calls, _: &ActorRef<Calls>) -> Handled {
        let mut sum = 0;
        for _ in 0..calls {
            sum += ask(&self.server, self.timeout).await;
        }
        self.done.send(sum)?;
        Ok(())
    }
}
