use std::{sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{Outcome, Run, random::Random};

use crate::actor::{Cast, runtime, spawn};

const CHAMENEOS: u8 = 100;

/// Three colours: 0, 1 and 2.
type Colour = u8;

/// The same if both are equal, else the third.
fn complement(one: Colour, other: Colour) -> Colour {
    (6 - one - other) % 3
}

enum Encounter {
    Start,
    Meet(Colour, ActorRef<Creature>),
    Change(Colour),
    Exit,
}

enum Visit {
    Meet(Colour, ActorRef<Creature>),
    Meetings(u64),
}

#[derive(Actor)]
struct Mall {
    left: u64,
    waiting: Option<ActorRef<Creature>>,
    reports: u8,
    sum: u64,
    done: mpsc::Sender<u64>,
}

#[derive(Actor)]
struct Creature {
    mall: ActorRef<Mall>,
    colour: Colour,
    meetings: u64,
}

pub fn chameneos(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, meetings) = mpsc::channel();
    let mall = Mall { left: run.size, waiting: None, reports: 0, sum: 0, done };
    let mall = spawn(mall);
    let creatures: Vec<_> = (0..CHAMENEOS)
        .map(|index| Creature { mall: mall.clone(), colour: index % 3, meetings: 0 })
        .map(spawn)
        .collect();

    let began = Instant::now();
    for creature in &creatures {
        creature.cast(Encounter::Start);
    }
    let meetings = meetings.recv().unwrap();
    Outcome::time(began.elapsed(), meetings)
}

impl Message<Visit> for Mall {
    type Reply = ();

    async fn handle(&mut self, message: Visit, _: &mut Context<Self, ()>) {
        match message {
            Visit::Meet(_, visitor) if self.left == 0 => visitor.cast(Encounter::Exit),
            Visit::Meet(colour, visitor) => match self.waiting.take() {
                None => self.waiting = Some(visitor),
                Some(first) => {
                    self.left -= 1;
                    first.cast(Encounter::Meet(colour, visitor));
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

impl Message<Encounter> for Creature {
    type Reply = ();

    async fn handle(&mut self, message: Encounter, context: &mut Context<Self, ()>) {
        match message {
            Encounter::Start => {}
            Encounter::Meet(other, partner) => {
                self.colour = complement(self.colour, other);
                self.meetings += 1;
                partner.cast(Encounter::Change(self.colour));
            }
            Encounter::Change(changed) => {
                self.colour = changed;
                self.meetings += 1;
            }
            Encounter::Exit => return self.mall.cast(Visit::Meetings(self.meetings)),
        }
        self.mall.cast(Visit::Meet(self.colour, context.actor_ref().clone()));
    }
}

const PEERS: usize = 120;

enum Contact {
    Neighbours(Vec<ActorRef<Peer>>),
    Start,
    Ping(usize),
    Pong(usize),
}

#[derive(Actor)]
struct Peer {
    index: usize,
    neighbours: Vec<ActorRef<Peer>>,
    random: Random,
    pings: u64,
    expected: usize,
    right_pongs: u64,
    report: mpsc::Sender<u64>,
}

pub fn big(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
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
        .map(spawn)
        .collect();
    for peer in &peers {
        peer.cast(Contact::Neighbours(peers.clone()));
    }

    let began = Instant::now();
    for peer in &peers {
        peer.cast(Contact::Start);
    }
    let pongs: u64 = reports.iter().take(PEERS).sum();
    Outcome::time(began.elapsed(), pongs)
}

impl Message<Contact> for Peer {
    type Reply = ();

    async fn handle(&mut self, message: Contact, _: &mut Context<Self, ()>) {
        match message {
            Contact::Neighbours(neighbours) => self.neighbours = neighbours,
            Contact::Start => self.ping(),
            Contact::Ping(from) => self.neighbours[from].cast(Contact::Pong(self.index)),
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
        self.neighbours[self.expected].cast(Contact::Ping(self.index));
    }
}

const PHILOSOPHERS: usize = 20;

enum Request {
    Hungry(usize, ActorRef<Philosopher>),
    Done(usize),
}

enum Reply {
    Start,
    Eat,
    Denied,
}

#[derive(Actor)]
struct Arbitrator {
    taken: [bool; PHILOSOPHERS],
}

#[derive(Actor)]
struct Philosopher {
    arbitrator: ActorRef<Arbitrator>,
    index: usize,
    appetite: u64,
    meals: u64,
    retries: u64,
    report: mpsc::Sender<(u64, u64)>,
}

pub fn philosophers(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (report, reports) = mpsc::channel();
    let arbitrator = spawn(Arbitrator { taken: [false; PHILOSOPHERS] });
    let philosophers: Vec<_> = (0..PHILOSOPHERS)
        .map(|index| Philosopher {
            arbitrator: arbitrator.clone(),
            index,
            appetite: run.size,
            meals: 0,
            retries: 0,
            report: report.clone(),
        })
        .map(spawn)
        .collect();

    let began = Instant::now();
    for philosopher in &philosophers {
        philosopher.cast(Reply::Start);
    }
    let (meals, retries): (Vec<u64>, Vec<u64>) = reports.iter().take(PHILOSOPHERS).unzip();
    let elapsed = began.elapsed();
    Outcome::time(elapsed, meals.iter().sum::<u64>()).with("retries", retries.iter().sum::<u64>())
}

impl Message<Request> for Arbitrator {
    type Reply = ();

    async fn handle(&mut self, message: Request, _: &mut Context<Self, ()>) {
        match message {
            Request::Hungry(left, philosopher) => {
                let right = (left + 1) % PHILOSOPHERS;
                if self.taken[left] || self.taken[right] {
                    philosopher.cast(Reply::Denied);
                } else {
                    (self.taken[left], self.taken[right]) = (true, true);
                    philosopher.cast(Reply::Eat);
                }
            }
            Request::Done(left) => {
                let right = (left + 1) % PHILOSOPHERS;
                (self.taken[left], self.taken[right]) = (false, false);
            }
        }
    }
}

impl Message<Reply> for Philosopher {
    type Reply = ();

    async fn handle(&mut self, message: Reply, context: &mut Context<Self, ()>) {
        match message {
            Reply::Start => {}
            Reply::Denied => self.retries += 1,
            Reply::Eat => {
                self.meals += 1;
                self.arbitrator.cast(Request::Done(self.index));
                if self.meals == self.appetite {
                    return self.report.send((self.meals, self.retries)).unwrap();
                }
            }
        }
        self.arbitrator.cast(Request::Hungry(self.index, context.actor_ref().clone()));
    }
}
