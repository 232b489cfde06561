use std::{sync::mpsc, time::Instant};

use ractor::ActorRef;
use rust_common::{Outcome, Run, random::Random};

use crate::actor::{Behaviour, Handled, runtime, spawn};

const CHAMENEOS: u8 = 100;

/// Three colours: 0, 1 and 2.
type Colour = u8;

/// The same if both are equal, else the third.
fn complement(one: Colour, other: Colour) -> Colour {
    (6 - one - other) % 3
}

enum Encounter {
    Start,
    Meet(Colour, ActorRef<Encounter>),
    Change(Colour),
    Exit,
}

enum Visit {
    Meet(Colour, ActorRef<Encounter>),
    Meetings(u64),
}

struct Mall {
    left: u64,
    waiting: Option<ActorRef<Encounter>>,
    reports: u8,
    sum: u64,
    done: mpsc::Sender<u64>,
}

struct Creature {
    mall: ActorRef<Visit>,
    colour: Colour,
    meetings: u64,
}

pub fn chameneos(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, meetings) = mpsc::channel();
    let mall = Mall { left: run.size, waiting: None, reports: 0, sum: 0, done };
    let mall = runtime.block_on(spawn(mall));
    let creatures: Vec<_> = (0..CHAMENEOS)
        .map(|index| Creature { mall: mall.clone(), colour: index % 3, meetings: 0 })
        .map(|creature| runtime.block_on(spawn(creature)))
        .collect();

    let began = Instant::now();
    for creature in &creatures {
        creature.cast(Encounter::Start).unwrap();
    }
    let meetings = meetings.recv().unwrap();
    Outcome::time(began.elapsed(), meetings)
}

impl Behaviour for Mall {
    type Message = Visit;

    async fn handle(&mut self, message: Visit, _: &ActorRef<Visit>) -> Handled {
        match message {
            Visit::Meet(_, visitor) if self.left == 0 => visitor.cast(Encounter::Exit)?,
            Visit::Meet(colour, visitor) => match self.waiting.take() {
                None => self.waiting = Some(visitor),
                Some(first) => {
                    self.left -= 1;
                    first.cast(Encounter::Meet(colour, visitor))?;
                }
            },
            Visit::Meetings(count) => {
                self.sum += count;
                self.reports += 1;
                if self.reports == CHAMENEOS {
                    self.done.send(self.sum)?;
                }
            }
        }
        Ok(())
    }
}

impl Behaviour for Creature {
    type Message = Encounter;

    async fn handle(&mut self, message: Encounter, own: &ActorRef<Encounter>) -> Handled {
        match message {
            Encounter::Start => {}
            Encounter::Meet(other, partner) => {
                self.colour = complement(self.colour, other);
                self.meetings += 1;
                partner.cast(Encounter::Change(self.colour))?;
            }
            Encounter::Change(changed) => {
                self.colour = changed;
                self.meetings += 1;
            }
            Encounter::Exit => return Ok(self.mall.cast(Visit::Meetings(self.meetings))?),
        }
        self.mall.cast(Visit::Meet(self.colour, own.clone()))?;
        Ok(())
    }
}

const PEERS: usize = 120;

enum Contact {
    Neighbours(Vec<ActorRef<Contact>>),
    Start,
    Ping(usize),
    Pong(usize),
}

struct Peer {
    index: usize,
    neighbours: Vec<ActorRef<Contact>>,
    random: Random,
    pings: u64,
    expected: usize,
    right_pongs: u64,
    report: mpsc::Sender<u64>,
}

pub fn big(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
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
        .map(|peer| runtime.block_on(spawn(peer)))
        .collect();
    for peer in &peers {
        peer.cast(Contact::Neighbours(peers.clone())).unwrap();
    }

    let began = Instant::now();
    for peer in &peers {
        peer.cast(Contact::Start).unwrap();
    }
    let pongs: u64 = reports.iter().take(PEERS).sum();
    Outcome::time(began.elapsed(), pongs)
}

impl Behaviour for Peer {
    type Message = Contact;

    async fn handle(&mut self, message: Contact, _: &ActorRef<Contact>) -> Handled {
        match message {
            Contact::Neighbours(neighbours) => self.neighbours = neighbours,
            Contact::Start => self.ping()?,
            Contact::Ping(from) => self.neighbours[from].cast(Contact::Pong(self.index))?,
            Contact::Pong(from) => {
                self.right_pongs += u64::from(from == self.expected);
                self.ping()?;
            }
        }
        Ok(())
    }
}

impl Peer {
    fn ping(&mut self) -> Handled {
        if self.pings == 0 {
            return Ok(self.report.send(self.right_pongs)?);
        }
        self.pings -= 1;
        self.expected = self.random.below(PEERS as u64) as usize;
        Ok(self.neighbours[self.expected].cast(Contact::Ping(self.index))?)
    }
}

const PHILOSOPHERS: usize = 20;

enum Request {
    Hungry(usize, ActorRef<Reply>),
    Done(usize),
}

enum Reply {
    Start,
    Eat,
    Denied,
}

struct Arbitrator {
    taken: [bool; PHILOSOPHERS],
}

struct Philosopher {
    arbitrator: ActorRef<Request>,
    index: usize,
    appetite: u64,
    meals: u64,
    retries: u64,
    report: mpsc::Sender<(u64, u64)>,
}

pub fn philosophers(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (report, reports) = mpsc::channel();
    let arbitrator = runtime.block_on(spawn(Arbitrator { taken: [false; PHILOSOPHERS] }));
    let philosophers: Vec<_> = (0..PHILOSOPHERS)
        .map(|index| Philosopher {
            arbitrator: arbitrator.clone(),
            index,
            appetite: run.size,
            meals: 0,
            retries: 0,
            report: report.clone(),
        })
        .map(|philosopher| runtime.block_on(spawn(philosopher)))
        .collect();

    let began = Instant::now();
    for philosopher in &philosophers {
        philosopher.cast(Reply::Start).unwrap();
    }
    let (meals, retries): (Vec<u64>, Vec<u64>) = reports.iter().take(PHILOSOPHERS).unzip();
    let elapsed = began.elapsed();
    Outcome::time(elapsed, meals.iter().sum::<u64>()).with("retries", retries.iter().sum::<u64>())
}

impl Behaviour for Arbitrator {
    type Message = Request;

    async fn handle(&mut self, message: Request, _: &ActorRef<Request>) -> Handled {
        match message {
            Request::Hungry(left, philosopher) => {
                let right = (left + 1) % PHILOSOPHERS;
                if self.taken[left] || self.taken[right] {
                    philosopher.cast(Reply::Denied)?;
                } else {
                    (self.taken[left], self.taken[right]) = (true, true);
                    philosopher.cast(Reply::Eat)?;
                }
            }
            Request::Done(left) => {
                let right = (left + 1) % PHILOSOPHERS;
                (self.taken[left], self.taken[right]) = (false, false);
            }
        }
        Ok(())
    }
}

impl Behaviour for Philosopher {
    type Message = Reply;

    async fn handle(&mut self, message: Reply, own: &ActorRef<Reply>) -> Handled {
        match message {
            Reply::Start => {}
            Reply::Denied => self.retries += 1,
            Reply::Eat => {
                self.meals += 1;
                self.arbitrator.cast(Request::Done(self.index))?;
                if self.meals == self.appetite {
                    return Ok(self.report.send((self.meals, self.retries))?);
                }
            }
        }
        self.arbitrator.cast(Request::Hungry(self.index, own.clone()))?;
        Ok(())
    }
}
