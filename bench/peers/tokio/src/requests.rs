use std::{sync::mpsc, time::Instant};

use rust_common::{
    Outcome, Run,
    banking::{self, ACCOUNTS, FIRST_BALANCE},
    logistic::{self, SERIES, first_term, next_term, rate},
};
use tokio::sync::oneshot;

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

struct Compute(f64, oneshot::Sender<f64>);

enum Series {
    NextTerm,
    GetTerm(Address<Master>),
}

enum Master {
    Start,
    Term(usize, f64),
}

pub fn logistic_map(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, checksum) = mpsc::channel();
    let series = (0..SERIES)
        .map(|index| {
            let computer = spawn(|mailbox, _| computer(mailbox, rate(index)));
            spawn(|mailbox, _| worker(mailbox, computer, index))
        })
        .collect();
    let master = spawn(|mailbox, own| master(mailbox, own, series, run.size, done));

    let began = Instant::now();
    master.tell(Master::Start);
    let checksum = checksum.recv().unwrap();
    Outcome::time(began.elapsed(), checksum)
}

async fn computer(mut mailbox: Mailbox<Compute>, rate: f64) {
    while let Some(Compute(term, reply)) = mailbox.recv().await {
        reply.send(next_term(rate, term)).unwrap();
    }
}

async fn worker(mut mailbox: Mailbox<Series>, computer: Address<Compute>, index: usize) {
    let mut term = first_term(index);
    while let Some(message) = mailbox.recv().await {
        match message {
            Series::NextTerm => {
                let (reply, next) = oneshot::channel();
                computer.tell(Compute(term, reply));
                term = next.await.unwrap();
            }
            Series::GetTerm(master) => master.tell(Master::Term(index, term)),
        }
    }
}

async fn master(
    mut mailbox: Mailbox<Master>,
    own: Address<Master>,
    series: Vec<Address<Series>>,
    terms: u64,
    done: mpsc::Sender<String>,
) {
    let mut last_terms = [0.0; SERIES];
    let mut missing = SERIES;
    while let Some(message) = mailbox.recv().await {
        match message {
            Master::Start => {
                for _ in 0..terms {
                    series.iter().for_each(|worker| worker.tell(Series::NextTerm));
                }
                series.iter().for_each(|worker| worker.tell(Series::GetTerm(own.clone())));
            }
            Master::Term(index, term) => {
                last_terms[index] = term;
                missing -= 1;
                if missing == 0 {
                    done.send(logistic::checksum(last_terms)).unwrap();
                }
            }
        }
    }
}

enum Account {
    Transfer { amount: i64, target: Address<Account>, teller: Address<Teller> },
    Add(i64, oneshot::Sender<()>),
    Balance(oneshot::Sender<i64>),
}

enum Teller {
    Start,
    Done,
}

pub fn banking(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, end) = mpsc::channel();
    let accounts: Vec<_> = (0..ACCOUNTS).map(|_| spawn(|mailbox, _| account(mailbox))).collect();
    let teller = spawn(|mailbox, own| teller(mailbox, own, accounts.clone(), run.size, done));

    let began = Instant::now();
    teller.tell(Teller::Start);
    end.recv().unwrap();
    let elapsed = began.elapsed();

    let balances = accounts.iter().map(|account| {
        let (reply, balance) = oneshot::channel();
        account.tell(Account::Balance(reply));
        balance.blocking_recv().unwrap()
    });
    Outcome::time(elapsed, banking::checksum(balances))
}

async fn account(mut mailbox: Mailbox<Account>) {
    let mut balance = FIRST_BALANCE;
    while let Some(message) = mailbox.recv().await {
        match message {
            Account::Transfer { amount, target, teller } => {
                balance -= amount;
                let (reply, added) = oneshot::channel();
                target.tell(Account::Add(amount, reply));
                added.await.unwrap();
                teller.tell(Teller::Done);
            }
            Account::Add(amount, reply) => {
                balance += amount;
                reply.send(()).unwrap();
            }
            Account::Balance(reply) => reply.send(balance).unwrap(),
        }
    }
}

async fn teller(
    mut mailbox: Mailbox<Teller>,
    own: Address<Teller>,
    accounts: Vec<Address<Account>>,
    transfers: u64,
    done: mpsc::Sender<()>,
) {
    let mut left = transfers;
    while let Some(message) = mailbox.recv().await {
        match message {
            Teller::Start => {
                for transfer in banking::transfers(transfers) {
                    accounts[transfer.source].tell(Account::Transfer {
                        amount: transfer.amount,
                        target: accounts[transfer.target].clone(),
                        teller: own.clone(),
                    });
                }
            }
            Teller::Done => {
                left -= 1;
                if left == 0 {
                    done.send(()).unwrap();
                }
            }
        }
    }
}
