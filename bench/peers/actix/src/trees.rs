use std::{
    sync::{Arc, mpsc},
    time::Instant,
};

use actix::{dev::ToEnvelope, prelude::*};
use rust_common::{Outcome, Run};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "()")]
struct Answer(u64);

/// Whom a node answers.
enum Parent<A: Actor> {
    Actor(Addr<A>),
    Thread(mpsc::Sender<u64>),
}

impl<A: Handler<Answer>> Parent<A>
where
    A::Context: ToEnvelope<A, Answer>,
{
    fn answer(&self, answer: u64) {
        match self {
            Self::Actor(parent) => parent.do_send(Answer(answer)),
            Self::Thread(parent) => parent.send(answer).unwrap(),
        }
    }
}

/// Where a node is: the top levels of a tree are spread over the arbiters, below them a node
/// starts in the arbiter of its parent.
#[derive(Clone)]
struct Place {
    arbiters: Arc<[ArbiterHandle]>,
    arbiter: usize,
    levels_to_spread: usize,
}

impl Place {
    fn start_below<A>(&self, child: usize, make: impl FnOnce(Place) -> A)
    where
        A: Actor<Context = Context<A>> + Send,
    {
        let mut place = self.clone();
        if place.levels_to_spread == 0 {
            make(place).start();
            return;
        }
        place.levels_to_spread -= 1;
        place.arbiter = (place.arbiter + child) % place.arbiters.len();
        let arbiter = place.arbiters[place.arbiter].clone();
        let node = make(place);
        A::start_in_arbiter(&arbiter, |_| node);
    }
}

struct Fibonacci {
    n: u64,
    parent: Parent<Fibonacci>,
    missing: u8,
    sum: u64,
    place: Place,
}

pub fn fibonacci(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (answer, answers) = mpsc::channel();
    let place = Place { arbiters: workers.handles(), arbiter: 0, levels_to_spread: 3 };

    let began = Instant::now();
    workers.start(0, Fibonacci::new(run.size, Parent::Thread(answer), place));
    let answer = answers.recv().unwrap();
    Outcome::time(began.elapsed(), answer)
}

impl Fibonacci {
    fn new(n: u64, parent: Parent<Self>, place: Place) -> Self {
        Self { n, parent, missing: 2, sum: 0, place }
    }
}

impl Actor for Fibonacci {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        if self.n <= 2 {
            self.parent.answer(1);
            return context.stop();
        }
        for (child, n) in [self.n - 1, self.n - 2].into_iter().enumerate() {
            let parent = Parent::Actor(context.address());
            self.place.start_below(child, |place| Self::new(n, parent, place));
        }
    }
}

impl Handler<Answer> for Fibonacci {
    type Result = ();

    fn handle(&mut self, Answer(answer): Answer, context: &mut Context<Self>) {
        self.sum += answer;
        self.missing -= 1;
        if self.missing == 0 {
            self.parent.answer(self.sum);
            context.stop();
        }
    }
}

struct Skynet {
    first: u64,
    leaves: u64,
    parent: Parent<Skynet>,
    missing: u8,
    sum: u64,
    place: Place,
}

pub fn skynet(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (answer, answers) = mpsc::channel();
    let place = Place { arbiters: workers.handles(), arbiter: 0, levels_to_spread: 1 };

    let began = Instant::now();
    workers.start(0, Skynet::new(0, run.size, Parent::Thread(answer), place));
    let sum = answers.recv().unwrap();
    Outcome::time(began.elapsed(), sum)
}

impl Skynet {
    fn new(first: u64, leaves: u64, parent: Parent<Self>, place: Place) -> Self {
        Self { first, leaves, parent, missing: 10, sum: 0, place }
    }
}

impl Actor for Skynet {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        if self.leaves == 1 {
            self.parent.answer(self.first);
            return context.stop();
        }
        let each = self.leaves / 10;
        for child in 0..10 {
            let first = self.first + child * each;
            let parent = Parent::Actor(context.address());
            let make = |place| Self::new(first, each, parent, place);
            self.place.start_below(child as usize, make);
        }
    }
}

impl Handler<Answer> for Skynet {
    type Result = ();

    fn handle(&mut self, Answer(answer): Answer, context: &mut Context<Self>) {
        self.sum += answer;
        self.missing -= 1;
        if self.missing == 0 {
            self.parent.answer(self.sum);
            context.stop();
        }
    }
}
