use std::{sync::mpsc, time::Instant};

use actix::prelude::*;
use rust_common::{
    Outcome, Run,
    chat::{self, Act, CLIENTS, Count, DIRECTORIES, Turn},
    random::Random,
};

use crate::actor::Workers;

#[derive(Message)]
#[rtype(result = "()")]
struct Tell(Count);

#[derive(Message)]
#[rtype(result = "()")]
enum Call {
    Join(Addr<Chat>),
    Act(Addr<Accumulator>),
    Receive(Addr<Accumulator>),
}

#[derive(Message)]
#[rtype(result = "()")]
struct Post(Addr<Accumulator>);

#[derive(Message)]
#[rtype(result = "()")]
struct Poke(Addr<Accumulator>);

#[derive(Message)]
#[rtype(result = "()")]
enum Play {
    Start,
    TurnDone(u64),
}

struct Client {
    random: Random,
    chat: Option<Addr<Chat>>,
}

struct Chat {
    members: Vec<Addr<Client>>,
}

struct Directory {
    clients: Vec<Addr<Client>>,
}

struct Accumulator {
    turn: Turn,
    poker: Addr<Poker>,
}

struct Poker {
    directories: Vec<Addr<Directory>>,
    turns: u64,
    turn: u64,
    total: u64,
    done: mpsc::Sender<u64>,
}

pub fn chat(run: Run) -> Outcome {
    let workers = Workers::new(run.workers);
    let (done, total) = mpsc::channel();
    let (clients, memberships): (Vec<_>, Vec<_>) = (0..CLIENTS)
        .map(|index| {
            let (random, members) = chat::client(index);
            let client = workers.start(index % DIRECTORIES, Client { random, chat: None });
            (client, members)
        })
        .unzip();
    for (index, (client, members)) in clients.iter().zip(memberships).enumerate() {
        let members = members.into_iter().map(|member| clients[member].clone()).collect();
        let chat = workers.start(index % DIRECTORIES, Chat { members });
        client.do_send(Call::Join(chat));
    }
    let directories = (0..DIRECTORIES)
        .map(|index| {
            let clients = clients.iter().skip(index).step_by(DIRECTORIES).cloned().collect();
            workers.start(index, Directory { clients })
        })
        .collect();
    let poker = Poker { directories, turns: run.size, turn: 0, total: 0, done };
    let poker = workers.start(0, poker);

    let began = Instant::now();
    poker.do_send(Play::Start);
    let total = total.recv().unwrap();
    Outcome::time(began.elapsed(), total)
}

impl Actor for Client {
    type Context = Context<Self>;
}

impl Handler<Call> for Client {
    type Result = ();

    fn handle(&mut self, message: Call, _: &mut Context<Self>) {
        match message {
            Call::Join(chat) => self.chat = Some(chat),
            Call::Act(accumulator) => match chat::act(&mut self.random) {
                Act::Post => {
                    accumulator.do_send(Tell(Count::Posted));
                    self.chat.as_ref().expect("it has joined").do_send(Post(accumulator));
                }
                Act::Compute => {
                    chat::compute();
                    accumulator.do_send(Tell(Count::Computed));
                }
            },
            Call::Receive(accumulator) => accumulator.do_send(Tell(Count::Received)),
        }
    }
}

impl Actor for Chat {
    type Context = Context<Self>;
}

impl Handler<Post> for Chat {
    type Result = ();

    fn handle(&mut self, Post(accumulator): Post, _: &mut Context<Self>) {
        accumulator.do_send(Tell(Count::Audience(self.members.len() as u64)));
        for member in &self.members {
            member.do_send(Call::Receive(accumulator.clone()));
        }
    }
}

impl Actor for Directory {
    type Context = Context<Self>;
}

impl Handler<Poke> for Directory {
    type Result = ();

    fn handle(&mut self, Poke(accumulator): Poke, _: &mut Context<Self>) {
        for client in &self.clients {
            client.do_send(Call::Act(accumulator.clone()));
        }
    }
}

impl Actor for Accumulator {
    type Context = Context<Self>;
}

impl Handler<Tell> for Accumulator {
    type Result = ();

    fn handle(&mut self, Tell(count): Tell, context: &mut Context<Self>) {
        self.turn.add(count);
        if self.turn.is_complete() {
            self.poker.do_send(Play::TurnDone(self.turn.total()));
            context.stop();
        }
    }
}

impl Actor for Poker {
    type Context = Context<Self>;
}

impl Handler<Play> for Poker {
    type Result = ();

    fn handle(&mut self, message: Play, context: &mut Context<Self>) {
        if let Play::TurnDone(counted) = message {
            self.total += counted;
            self.turn += 1;
        }
        if self.turn == self.turns {
            return self.done.send(self.total).unwrap();
        }
        let accumulator = Accumulator { turn: Turn::default(), poker: context.address() }.start();
        for directory in &self.directories {
            directory.do_send(Poke(accumulator.clone()));
        }
    }
}
