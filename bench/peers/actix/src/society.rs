use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{Outcome, Run, random::Random};

use crate::actor::Workers;

const CHAMENEOS: u8 = 100;

/// Three colours: 0, 1 and 2.
type Colour = u8;

/// The same if both are equal, else the third.
fn complement(one: Colour, other: Colour) -> Colour {
    (6 - one - other) % 3
}

#[derive(Message)]
#[rtype(result = "()")]
enum Encounter {
    Start,
    Meet(Colour, Addr<Creature>),
    Change(Colour),
    Exit,
}

#[derive(Message)]
#[rtype(result = "()")]
enum Visit {
    Meet(Colour, Addr<Creature>),
    Meetings(u64),
}

struct Mall {
    left: u64,
    waiting: Option<Addr<Creature>>,
    reports: u8,
    sum: u64,
    done: mpsc::Sender<u64>,
}

struct Creature {
    mall: Addr<Mall>,
    colour: Colour,
    meetings: u64,
}

pub fn chameneos(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, meetings) = mpsc::channel();
    let mall = Mall { left: run.size, waiting: None, reports: 0, sum: 0, done };
    let mall = workers.start(0, mall);
    let creatures: Vec<_> = (0..CHAMENEOS)
        .map(|index| {
            let creature = Creature { mall: mall.clone(), colour: index % 3, meetings: 0 };
            workers.start(index.into(), creature)
        })
        .collect();

    let began = Instant::now();
    for creature in &creatures {
        creature.do_send(Encounter::Start);
    }
    let meetings = meetings.recv().unwrap();
    Outcome::time(began.elapsed(), meetings)
}

impl Actor for Mall {
    type Context = Context<Self>;
}

impl Handler<Visit> for Mall {
    type Result = ();

    fn handle(&mut self, message: Visit, _: &mut Context<Self>) {
        match message {
            Visit::Meet(_, visitor) if self.left == 0 => visitor.do_send(Encounter::Exit),
            Visit::Meet(colour, visitor) => match self.waiting.take() {
                None => self.waiting = Some(visitor),
                Some(first) => {
                    self.left -= 1;
                    first.do_send(Encounter::Meet(colour, visitor));
                }
            },
            Visit::Meetings(count) => {
                self.sum += count;
                self.reports += 1;
                if self.reports == CHAMENEOS {
                    self.done.send(self.sum).unwrap();
                }
            }
        }
    }
}

impl Actor for Creature {
    type Context = Context<Self>;
}

impl Handler<Encounter> for Creature {
    type Result = ();

    fn handle(&mut self, message: Encounter, context: &mut Context<Self>) {
        match message {
            Encounter::Start => {}
            Encounter::Meet(other, partner) => {
                self.colour = complement(self.colour, other);
                self.meetings += 1;
                partner.do_send(Encounter::Change(self.colour));
            }
            Encounter::Change(changed) => {
                self.colour = changed;
                self.meetings += 1;
            }
            Encounter::Exit => return self.mall.do_send(Visit::Meetings(self.meetings)),
        }
        self.mall.do_send(Visit::Meet(self.colour, context.address()));
    }
}

const PEERS: usize = 120;

#[derive(Message)]
#[rtype(result = "()")]
enum Contact {
    Neighbours(Vec<Addr<Peer>>),
    Start,
    Ping(usize),
    Pong(usize),
}

struct Peer {
    index: usize,
    neighbours: Vec<Addr<Peer>>,
    random: Random,
    pings: u64,
    expected: usize,
    right_pongs: u64,
    report: mpsc::Sender<u64>,
}

pub fn big(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (report, reports) = mpsc::channel();
    let peers: Vec<_> = (0..PEERS)
        .map(|index| Peer {
            index,
            neighbours: Vec::new(),
            random: Random::new(index as u64),
            pings: run.size,
            expected: index,
            right_pongs: 0,
            report: report.clone(),
        })
        .map(|peer| workers.start(peer.index, peer))
        .collect();
    for peer in &peers {
        peer.do_send(Contact::Neighbours(peers.clone()));
    }

    let began = Instant::now();
    for peer in &peers {
        peer.do_send(Contact::Start);
    }
    let pongs: u64 = reports.iter().take(PEERS).sum();
    Outcome::time(began.elapsed(), pongs)
}

impl Actor for Peer {
    type Context = Context<Self>;
}

impl Handler<Contact> for Peer {
    type Result = ();

    fn handle(&mut self, message: Contact, _: &mut Context<Self>) {
        match message {
            Contact::Neighbours(neighbours) => self.neighbours = neighbours,
            Contact::Start => self.ping(),
            Contact::Ping(from) => self.neighbours[from].do_send(Contact::Pong(self.index)),
            Contact::Pong(from) => {
                self.right_pongs += u64::from(from == self.expected);
                self.ping();
            }
        }
    }
}

impl Peer {
    fn ping(&mut self) {
        if self.pings == 0 {
            return self.report.send(self.right_pongs).unwrap();
        }
        self.pings -= 1;
        self.expected = self.random.below(PEERS as u64) as usize;
        self.neighbours[self.expected].do_send(Contact::Ping(self.index));
    }
}

const PHILOSOPHERS: usize = 20;

#[derive(Message)]
#[rtype(result = "()")]
enum Request {
    Hungry(usize, Addr<Philosopher>),
    Done(usize),
}

#[derive(Message)]
#[rtype(result = "()")]
enum Reply {
    Start,
    Eat,
    Denied,
}

struct Arbitrator {
    taken: [bool; PHILOSOPHERS],
}

struct Philosopher {
    arbitrator: Addr<Arbitrator>,
    index: usize,
    appetite: u64,
    meals: u64,
    retries: u64,
    report: mpsc::Sender<(u64, u64)>,
}

pub fn philosophers(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (report, reports) = mpsc::channel();
    let arbitrator = workers.start(0, Arbitrator { taken: [false; PHILOSOPHERS] });
    let philosophers: Vec<_> = (0..PHILOSOPHERS)
        .map(|index| Philosopher {
            arbitrator: arbitrator.clone(),
            index,
            appetite: run.size,
            meals: 0,
            retries: 0,
            report: report.clone(),
        })
        .map(|philosopher| workers.start(philosopher.index, philosopher))
        .collect();

    let began = Instant::now();
    for philosopher in &philosophers {
        philosopher.do_send(Reply::Start);
    }
    let (meals, retries): (Vec<u64>, Vec<u64>) = reports.iter().take(PHILOSOPHERS).unzip();
    let elapsed = began.elapsed();
    Outcome::time(elapsed, meals.iter().sum::<u64>()).with("retries", retries.iter().sum::<u64>())
}

impl Actor for Arbitrator {
    type Context = Context<Self>;
}

impl Handler<Request> for Arbitrator {
    type Result = ();

    fn handle(&mut self, message: Request, _: &mut Context<Self>) {
        match message {
            Request::Hungry(left, philosopher) => {
                let right = (left + 1) % PHILOSOPHERS;
                if self.taken[left] || self.taken[right] {
                    philosopher.do_send(Reply::Denied);
                } else {
                    (self.taken[left], self.taken[right]) = (true, true);
                    philosopher.do_send(Reply::Eat);
                }
            }
            Request::Done(left) => {
                let right = (left + 1) % PHILOSOPHERS;
                (self.taken[left], self.taken[right]) = (false, false);
            }
        }
    }
}

impl Actor for Philosopher {
    type Context = Context<Self>;
}

impl Handler<Reply> for Philosopher {
    type Result = ();

    fn handle(&mut self, message: Reply, context: &mut Context<Self>) {
        match message {
            Reply::Start => {}
            Reply::Denied => self.retries += 1,
            Reply::Eat => {
                self.meals += 1;
                self.arbitrator.do_send(Request::Done(self.index));
                if self.meals == self.appetite {
                    return self.report.send((self.meals, self.retries)).unwrap();
                }
            }
        }
        self.arbitrator.do_send(Request::Hungry(self.index, context.address()));
    }
}
