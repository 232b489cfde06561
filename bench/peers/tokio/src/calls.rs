use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use rust_common::{Outcome, Run};
use tokio::{sync::oneshot, time::timeout};

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks for the next number.
pub struct Next(pub oneshot::Sender<u64>);

struct Calls(u64);

/// Answers with numbers that count up.
pub async fn server(mut mailbox: Mailbox<Next>) {
    let mut count = 0;
    while let Some(Next(reply)) = mailbox.recv().await {
        count += 1;
        reply.send(count).unwrap();
    }
}

pub fn call(run: Run) -> Outcome {
    measure(run, client)
}

pub fn call_timeout(run: Run) -> Outcome {
    measure(run, patient_client)
}

fn measure<F>(
    run: Run,
    client: fn(Mailbox<Calls>, Address<Next>, mpsc::Sender<u64>) -> F,
) -> Outcome
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, sum) = mpsc::channel();
    let server = spawn(|mailbox, _| server(mailbox));
    let client = spawn(|mailbox, _| client(mailbox, server, done));

    let began = Instant::now();
    client.tell(Calls(run.size));
    let sum = sum.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

async fn client(mut mailbox: Mailbox<Calls>, server: Address<Next>, done: mpsc::Sender<u64>) {
    while let Some(Calls(calls)) = mailbox.recv().await {
        let mut sum = 0;
        for _ in 0..calls {
            let (reply, answer) = oneshot::channel();
            server.tell(Next(reply));
            sum += answer.await.unwrap();
        }
        done.send(sum).unwrap();
    }
}

async fn patient_client(
    mut mailbox: Mailbox<Calls>,
    server: Address<Next>,
    done: mpsc::Sender<u64>,
) {
    while let Some(Calls(calls)) = mailbox.recv().await {
        let mut sum = 0;
        for _ in 0..calls {
            let (reply, answer) = oneshot::channel();
            server.tell(Next(reply));
            sum += timeout(TIMEOUT, answer).await.unwrap().unwrap();
        }
        done.send(sum).unwrap();
    }
}
