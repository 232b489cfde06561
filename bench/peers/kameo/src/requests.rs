use std::{sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{
    Outcome, Run,
    banking::{self, ACCOUNTS, FIRST_BALANCE},
    logistic::{self, SERIES, first_term, next_term, rate},
};

use crate::actor::{Cast, await_startup, runtime, spawn};

struct Compute(f64);

enum Series {
    NextTerm,
    GetTerm(ActorRef<Master>),
}

enum Terms {
    Start,
    Last(usize, f64),
}

#[derive(Actor)]
struct Computer {
    rate: f64,
}

#[derive(Actor)]
struct Worker {
    computer: ActorRef<Computer>,
    index: usize,
    term: f64,
}

#[derive(Actor)]
struct Master {
    series: Vec<ActorRef<Worker>>,
    terms: u64,
    last_terms: [f64; SERIES],
    missing: usize,
    done: mpsc::Sender<String>,
}

pub fn logistic_map(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, checksum) = mpsc::channel();
    let series = (0..SERIES)
        .map(|index| {
            let computer = spawn(Computer { rate: rate(index) });
            spawn(Worker { computer, index, term: first_term(index) })
        })
        .collect();
    let last_terms = [0.0; SERIES];
    let master = Master { series, terms: run.size, last_terms, missing: SERIES, done };
    let master = spawn(master);

    let began = Instant::now();
    master.cast(Terms::Start);
    let checksum = checksum.recv().unwrap();
    Outcome::time(began.elapsed(), checksum)
}

impl Message<Compute> for Computer {
    type Reply = f64;

    async fn handle(&mut self, Compute(term): Compute, _: &mut Context<Self, f64>) -> f64 {
        next_term(self.rate, term)
    }
}

impl Message<Series> for Worker {
    type Reply = ();

    async fn handle(&mut self, message: Series, _: &mut Context<Self, ()>) {
        match message {
            Series::NextTerm => {
                self.term = self.computer.ask(Compute(self.term)).send().await.unwrap();
            }
            Series::GetTerm(master) => master.cast(Terms::Last(self.index, self.term)),
        }
    }
}

impl Message<Terms> for Master {
    type Reply = ();

    async fn handle(&mut self, message: Terms, context: &mut Context<Self, ()>) {
        match message {
            Terms::Start => {
                for _ in 0..self.terms {
                    self.series.iter().for_each(|worker| worker.cast(Series::NextTerm));
                }
                for worker in &self.series {
                    worker.cast(Series::GetTerm(context.actor_ref().clone()));
                }
            }
            Terms::Last(index, term) => {
                self.last_terms[index] = term;
                self.missing -= 1;
                if self.missing == 0 {
                    self.done.send(logistic::checksum(self.last_terms)).unwrap();
                }
            }
        }
    }
}

struct Transfer {
    amount: i64,
    target: ActorRef<Account>,
    teller: ActorRef<Teller>,
}

struct Add(i64);
struct Balance;

enum Desk {
    Start,
    Done,
}

#[derive(Actor)]
struct Account {
    balance: i64,
}

#[derive(Actor)]
struct Teller {
    accounts: Vec<ActorRef<Account>>,
    transfers: u64,
    left: u64,
    done: mpsc::Sender<()>,
}

pub fn banking(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, end) = mpsc::channel();
    let accounts: Vec<_> =
        (0..ACCOUNTS).map(|_| spawn(Account { balance: FIRST_BALANCE })).collect();
    let teller = Teller { accounts: accounts.clone(), transfers: run.size, left: run.size, done };
    let teller = spawn(teller);
    await_startup(&runtime, &accounts);

    let began = Instant::now();
    teller.cast(Desk::Start);
    end.recv().unwrap();
    let elapsed = began.elapsed();

    let balances = accounts.iter().map(|account| account.ask(Balance).blocking_send().unwrap());
    Outcome::time(elapsed, banking::checksum(balances))
}

impl Message<Transfer> for Account {
    type Reply = ();

    async fn handle(&mut self, transfer: Transfer, _: &mut Context<Self, ()>) {
        self.balance -= transfer.amount;
        transfer.target.ask(Add(transfer.amount)).send().await.unwrap();
        transfer.teller.cast(Desk::Done);
    }
}

impl Message<Add> for Account {
    type Reply = ();

    async fn handle(&mut self, Add(amount): Add, _: &mut Context<Self, ()>) {
        self.balance += amount;
    }
}

impl Message<Balance> for Account {
    type Reply = i64;

    async fn handle(&mut self, _: Balance, _: &mut Context<Self, i64>) -> i64 {
        self.balance
    }
}

impl Message<Desk> for Teller {
    type Reply = ();

    async fn handle(&mut self, message: Desk, context: &mut Context<Self, ()>) {
        match message {
            Desk::Start => {
                for transfer in banking::transfers(self.transfers) {
                    self.accounts[transfer.source].cast(Transfer {
                        amount: transfer.amount,
                        target: self.accounts[transfer.target].clone(),
                        teller: context.actor_ref().clone(),
                    });
                }
            }
            Desk::Done => {
                self.left -= 1;
                if self.left == 0 {
                    self.done.send(()).unwrap();
                }
            }
        }
    }
}
