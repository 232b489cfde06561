use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{
    Outcome, Run,
    banking::{self, ACCOUNTS, FIRST_BALANCE},
    logistic::{self, SERIES, first_term, next_term, rate},
};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "f64")]
struct Compute(f64);

#[derive(Message)]
#[rtype(result = "()")]
enum Series {
    NextTerm,
    GetTerm(Addr<Master>),
}

#[derive(Message)]
#[rtype(result = "()")]
enum Terms {
    Start,
    Last(usize, f64),
}

struct Computer {
    rate: f64,
}

struct Worker {
    computer: Addr<Computer>,
    index: usize,
    term: f64,
}

struct Master {
    series: Vec<Addr<Worker>>,
    terms: u64,
    last_terms: [f64; SERIES],
    missing: usize,
    done: mpsc::Sender<String>,
}

pub fn logistic_map(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, checksum) = mpsc::channel();
    let series = (0..SERIES)
        .map(|index| {
            let computer = workers.start(index, Computer { rate: rate(index) });
            workers.start(index, Worker { computer, index, term: first_term(index) })
        })
        .collect();
    let last_terms = [0.0; SERIES];
    let master = Master { series, terms: run.size, last_terms, missing: SERIES, done };
    let master = workers.start(0, master);

    let began = Instant::now();
    master.do_send(Terms::Start);
    let checksum = checksum.recv().unwrap();
    Outcome::time(began.elapsed(), checksum)
}

impl Actor for Computer {
    type Context = Context<Self>;
}

impl Handler<Compute> for Computer {
    type Result = f64;

    fn handle(&mut self, Compute(term): Compute, _: &mut Context<Self>) -> f64 {
        next_term(self.rate, term)
    }
}

impl Actor for Worker {
    type Context = Context<Self>;
}

impl Handler<Series> for Worker {
    type Result = ();

    fn handle(&mut self, message: Series, context: &mut Context<Self>) {
        match message {
            Series::NextTerm => {
                let next = self.computer.send(Compute(self.term)).into_actor(self);
                context.wait(next.map(|next, worker, _| worker.term = next.unwrap()));
            }
            Series::GetTerm(master) => master.do_send(Terms::Last(self.index, self.term)),
        }
    }
}

impl Actor for Master {
    type Context = Context<Self>;
}

impl Handler<Terms> for Master {
    type Result = ();

    fn handle(&mut self, message: Terms, context: &mut Context<Self>) {
        match message {
            Terms::Start => {
                for _ in 0..self.terms {
                    self.series.iter().for_each(|worker| worker.do_send(Series::NextTerm));
                }
                for worker in &self.series {
                    worker.do_send(Series::GetTerm(context.address()));
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

#[derive(Message)]
#[rtype(result = "()")]
struct Transfer {
    amount: i64,
    target: Addr<Account>,
    teller: Addr<Teller>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Add(i64);

#[derive(Message)]
#[rtype(result = "i64")]
struct Balance;

#[derive(Message)]
#[rtype(result = "()")]
enum Desk {
    Start,
    Done,
}

struct Account {
    balance: i64,
}

struct Teller {
    accounts: Vec<Addr<Account>>,
    transfers: u64,
    left: u64,
    done: mpsc::Sender<()>,
}

pub fn banking(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, end) = mpsc::channel();
    let accounts: Vec<_> = (0..ACCOUNTS)
        .map(|index| workers.start(index, Account { balance: FIRST_BALANCE }))
        .collect();
    let teller = Teller { accounts: accounts.clone(), transfers: run.size, left: run.size, done };
    let teller = workers.start(0, teller);

    let began = Instant::now();
    teller.do_send(Desk::Start);
    end.recv().unwrap();
    let elapsed = began.elapsed();

    let balances = accounts.iter().map(|account| workers.block_on(account.send(Balance)).unwrap());
    Outcome::time(elapsed, banking::checksum(balances))
}

impl Actor for Account {
    type Context = Context<Self>;

    /// Room for more than the transfers it may be sent, as the mailbox bounds calls.
    fn started(&mut self, context: &mut Context<Self>) {
        context.set_mailbox_capacity(1 << 20);
    }
}

impl Handler<Transfer> for Account {
    type Result = ();

    fn handle(&mut self, transfer: Transfer, context: &mut Context<Self>) {
        self.balance -= transfer.amount;
        let added = transfer.target.send(Add(transfer.amount)).into_actor(self);
        context.wait(added.map(move |added, _, _| {
            added.unwrap();
            transfer.teller.do_send(Desk::Done);
        }));
    }
}

impl Handler<Add> for Account {
    type Result = ();

    fn handle(&mut self, Add(amount): Add, _: &mut Context<Self>) {
        self.balance += amount;
    }
}

impl Handler<Balance> for Account {
    type Result = i64;

    fn handle(&mut self, _: Balance, _: &mut Context<Self>) -> i64 {
        self.balance
    }
}

impl Actor for Teller {
    type Context = Context<Self>;
}

impl Handler<Desk> for Teller {
    type Result = ();

    fn handle(&mut self, message: Desk, context: &mut Context<Self>) {
        match message {
            Desk::Start => {
                for transfer in banking::transfers(self.transfers) {
                    self.accounts[transfer.source].do_send(Transfer {
                        amount: transfer.amount,
                        target: self.accounts[transfer.target].clone(),
                        teller: context.address(),
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
