use std::{sync::mpsc, time::Instant};

use ractor::{ActorRef, RpcReplyPort};
use rust_common::{
    Outcome, Run,
    banking::{self, ACCOUNTS, FIRST_BALANCE},
    logistic::{self, SERIES, first_term, next_term, rate},
};

use crate::actor::{Behaviour, Handled, runtime, spawn};

struct Compute(f64, RpcReplyPort<f64>);

enum Series {
    NextTerm,
    GetTerm(ActorRef<Terms>),
}

enum Terms {
    Start,
    Last(usize, f64),
}

struct Computer {
    rate: f64,
}

struct Worker {
    computer: ActorRef<Compute>,
    index: usize,
    term: f64,
}

struct Master {
    series: Vec<ActorRef<Series>>,
    terms: u64,
    last_terms: [f64; SERIES],
    missing: usize,
    done: mpsc::Sender<String>,
}

pub fn logistic_map(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, checksum) = mpsc::channel();
    let series = (0..SERIES)
        .map(|index| {
            let computer = runtime.block_on(spawn(Computer { rate: rate(index) }));
            runtime.block_on(spawn(Worker { computer, index, term: first_term(index) }))
        })
        .collect();
    let last_terms = [0.0; SERIES];
    let master = Master { series, terms: run.size, last_terms, missing: SERIES, done };
    let master = runtime.block_on(spawn(master));

    let began = Instant::now();
    master.cast(Terms::Start).unwrap();
    let checksum = checksum.recv().unwrap();
    Outcome::time(began.elapsed(), checksum)
}

impl Behaviour for Computer {
    type Message = Compute;

    async fn handle(&mut self, Compute(term, reply): Compute, _: &ActorRef<Compute>) -> Handled {
        reply.send(next_term(self.rate, term))?;
        Ok(())
    }
}

impl Behaviour for Worker {
    type Message = Series;

    async fn handle(&mut self, message: Series, _: &ActorRef<Series>) -> Handled {
        match message {
            Series::NextTerm => {
                let term = self.term;
                self.term = self.computer.call(|reply| Compute(term, reply), None).await?.unwrap();
            }
            Series::GetTerm(master) => master.cast(Terms::Last(self.index, self.term))?,
        }
        Ok(())
    }
}

impl Behaviour for Master {
    type Message = Terms;

    async fn handle(&mut self, message: Terms, own: &ActorRef<Terms>) -> Handled {
        match message {
            Terms::Start => {
                for _ in 0..self.terms {
                    self.series.iter().try_for_each(|worker| worker.cast(Series::NextTerm))?;
                }
                for worker in &self.series {
                    worker.cast(Series::GetTerm(own.clone()))?;
                }
            }
            Terms::Last(index, term) => {
                self.last_terms[index] = term;
                self.missing -= 1;
                if self.missing == 0 {
                    self.done.send(logistic::checksum(self.last_terms))?;
                }
            }
        }
        Ok(())
    }
}

enum Order {
    Transfer { amount: i64, target: ActorRef<Order>, teller: ActorRef<Desk> },
    Add(i64, RpcReplyPort<()>),
    Balance(RpcReplyPort<i64>),
}

enum Desk {
    Start,
    Done,
}

struct Account {
    balance: i64,
}

struct Teller {
    accounts: Vec<ActorRef<Order>>,
    transfers: u64,
    left: u64,
    done: mpsc::Sender<()>,
}

pub fn banking(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, end) = mpsc::channel();
    let accounts: Vec<_> = (0..ACCOUNTS)
        .map(|_| runtime.block_on(spawn(Account { balance: FIRST_BALANCE })))
        .collect();
    let teller = Teller { accounts: accounts.clone(), transfers: run.size, left: run.size, done };
    let teller = runtime.block_on(spawn(teller));

    let began = Instant::now();
    teller.cast(Desk::Start).unwrap();
    end.recv().unwrap();
    let elapsed = began.elapsed();

    let balances = accounts
        .iter()
        .map(|account| runtime.block_on(account.call(Order::Balance, None)).unwrap().unwrap());
    Outcome::time(elapsed, banking::checksum(balances))
}

impl Behaviour for Account {
    type Message = Order;

    async fn handle(&mut self, message: Order, _: &ActorRef<Order>) -> Handled {
        match message {
            Order::Transfer { amount, target, teller } => {
                self.balance -= amount;
                target.call(|reply| Order::Add(amount, reply), None).await?.unwrap();
                teller.cast(Desk::Done)?;
            }
            Order::Add(amount, reply) => {
                self.balance += amount;
                reply.send(())?;
            }
            Order::Balance(reply) => reply.send(self.balance)?,
        }
        Ok(())
    }
}

impl Behaviour for Teller {
    type Message = Desk;

    async fn handle(&mut self, message: Desk, own: &ActorRef<Desk>) -> Handled {
        match message {
            Desk::Start => {
                for transfer in banking::transfers(self.transfers) {
                    self.accounts[transfer.source].cast(Order::Transfer {
                        amount: transfer.amount,
                        target: self.accounts[transfer.target].clone(),
                        teller: own.clone(),
                    })?;
                }
            }
            Desk::Done => {
                self.left -= 1;
                if self.left == 0 {
                    self.done.send(())?;
                }
            }
        }
        Ok(())
    }
}
