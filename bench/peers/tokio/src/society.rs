use std::{sync::mpsc, time::Instant};

use rust_common::{Outcome, Run, random::Random};
use tokio::sync::mpsc::unbounded_channel;

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

const CHAMENEOS: u8 = 100;

/// Three colours: 0, 1 and 2.
type Colour = u8;

/// The same if both are equal, else the third.
fn complement(one: Colour, other: Colour) -> Colour {
    (6 - one - other) % 3
}

enum Encounter {
    Start,
    Meet(Colour, Address<Encounter>),
    Change(Colour),
    Exit,
}

enum Visit {
    Meet(Colour, Address<Encounter>),
    Meetings(u64),
}

pub fn chameneos(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, meetings) = mpsc::channel();
    let mall = spawn(|mailbox, _| mall(mailbox, run.size, done));
    let creatures: Vec<_> = (0..CHAMENEOS)
        .map(|index| spawn(|mailbox, own| creature(mailbox, own, mall.clone(), index % 3)))
        .collect();

    let began = Instant::now();
    for creature in &creatures {
        creature.tell(Encounter::Start);
    }
    let meetings = meetings.recv().unwrap();
    Outcome::time(began.elapsed(), meetings)
}

async fn mall(mut mailbox: Mailbox<Visit>, mut left: u64, done: mpsc::Sender<u64>) {
    let mut waiting: Option<Address<Encounter>> = None;
    let mut reports = 0;
    let mut sum = 0;
    while let Some(message) = mailbox.recv().await {
        match message {
            Visit::Meet(_, visitor) if left == 0 => visitor.tell(Encounter::Exit),
            Visit::Meet(colour, visitor) => match waiting.take() {
                None => waiting = Some(visitor),
                Some(first) => {
                    left -= 1;
                    first.tell(Encounter::Meet(colour, visitor));
                }
            },
            Visit::Meetings(count) => {
                sum += count;
                reports += 1;
                if reports == CHAMENEOS {
                    done.send(sum).unwrap();
                }
            }
        }
    }
}

async fn creature(
    mut mailbox: Mailbox<Encounter>,
    own: Address<Encounter>,
    mall: Address<Visit>,
    mut colour: Colour,
) {
    let mut meetings = 0;
    while let Some(message) = mailbox.recv().await {
        match message {
            Encounter::Start => {}
            Encounter::Meet(other, partner) => {
                colour = complement(colour, other);
                meetings += 1;
                partner.tell(Encounter::Change(colour));
            }
            Encounter::Change(changed) => {
                colour = changed;
                meetings += 1;
            }
            Encounter::Exit => return mall.tell(Visit::Meetings(meetings)),
        }
        mall.tell(Visit::Meet(colour, own.clone()));
    }
}

const PEERS: usize = 120;

enum Peer {
    Neighbours(Vec<Address<Peer>>),
    Start,
    Ping(usize),
    Pong(usize),
}

pub fn big(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let peers: Vec<_> = (0..PEERS)
        .map(|index| spawn(|mailbox, _| peer(mailbox, index, run.size, report.clone())))
        .collect();
    for peer in &peers {
        peer.tell(Peer::Neighbours(peers.clone()));
    }

    let began = Instant::now();
    for peer in &peers {
        peer.tell(Peer::Start);
    }
    let pongs: u64 = reports.iter().take(PEERS).sum();
    Outcome::time(began.elapsed(), pongs)
}

async fn peer(mut mailbox: Mailbox<Peer>, index: usize, mut pings: u64, report: mpsc::Sender<u64>) {
    let Some(Peer::Neighbours(neighbours)) = mailbox.recv().await else {
        return;
    };
    let mut random = Random::new(index as u64);
    let mut expected = index;
    let mut right_pongs = 0;
    while let Some(message) = mailbox.recv().await {
        match message {
            Peer::Ping(from) => {
                neighbours[from].tell(Peer::Pong(index));
                continue;
            }
            Peer::Pong(from) => right_pongs += u64::from(from == expected),
            Peer::Start | Peer::Neighbours(_) => {}
        }
        if pings == 0 {
            report.send(right_pongs).unwrap();
            continue;
        }
        pings -= 1;
        expected = random.below(PEERS as u64) as usize;
        neighbours[expected].tell(Peer::Ping(index));
    }
}

const PHILOSOPHERS: usize = 20;

enum Table {
    Hungry(usize),
    Done(usize),
}

enum Philosopher {
    Start,
    Eat,
    Denied,
}

struct Dinner {
    meals: u64,
    retries: u64,
}

pub fn philosophers(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let (table, requests) = unbounded_channel();
    let seats: Vec<_> = (0..PHILOSOPHERS)
        .map(|index| {
            spawn(|mailbox, _| philosopher(mailbox, table.clone(), index, run.size, report.clone()))
        })
        .collect();
    tokio::spawn(arbitrator(requests, seats.clone()));

    let began = Instant::now();
    for seat in &seats {
        seat.tell(Philosopher::Start);
    }
    let dinners: Vec<Dinner> = reports.iter().take(PHILOSOPHERS).collect();
    let meals: u64 = dinners.iter().map(|dinner| dinner.meals).sum();
    let retries: u64 = dinners.iter().map(|dinner| dinner.retries).sum();
    Outcome::time(began.elapsed(), meals).with("retries", retries)
}

async fn arbitrator(mut mailbox: Mailbox<Table>, seats: Vec<Address<Philosopher>>) {
    let mut taken = [false; PHILOSOPHERS];
    while let Some(message) = mailbox.recv().await {
        match message {
            Table::Hungry(left) => {
                let right = (left + 1) % PHILOSOPHERS;
                if taken[left] || taken[right] {
                    seats[left].tell(Philosopher::Denied);
                } else {
                    (taken[left], taken[right]) = (true, true);
                    seats[left].tell(Philosopher::Eat);
                }
            }
            Table::Done(left) => {
                let right = (left + 1) % PHILOSOPHERS;
                (taken[left], taken[right]) = (false, false);
            }
        }
    }
}

async fn philosopher(
    mut mailbox: Mailbox<Philosopher>,
    table: Address<Table>,
    index: usize,
    appetite: u64,
    report: mpsc::Sender<Dinner>,
) {
    let mut dinner = Dinner { meals: 0, retries: 0 };
    while let Some(message) = mailbox.recv().await {
        match message {
            Philosopher::Start => {}
            Philosopher::Denied => dinner.retries += 1,
            Philosopher::Eat => {
                dinner.meals += 1;
                table.tell(Table::Done(index));
                if dinner.meals == appetite {
                    return report.send(dinner).unwrap();
                }
            }
        }
        table.tell(Table::Hungry(index));
    }
}
