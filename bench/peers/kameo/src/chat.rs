use std::{sync::mpsc, time::Instant};

use kameo::prelude::*;
use rust_common::{
    Outcome, Run,
    chat::{self, Act, CLIENTS, Count, DIRECTORIES, Turn},
    random::Random,
};

use crate::actor::{Cast, await_startup, runtime, spawn};

enum Call {
    Join(ActorRef<Chat>),
    Act(ActorRef<Accumulator>),
    Receive(ActorRef<Accumulator>),
}

struct Post(ActorRef<Accumulator>);
struct Poke(ActorRef<Accumulator>);

enum Play {
    Start,
    TurnDone(u64),
}

#[derive(Actor)]
struct Client {
    random: Random,
    chat: Option<ActorRef<Chat>>,
}

#[derive(Actor)]
struct Chat {
    members: Vec<ActorRef<Client>>,
}

#[derive(Actor)]
struct Directory {
    clients: Vec<ActorRef<Client>>,
}

#[derive(Actor)]
struct Accumulator {
    turn: Turn,
    poker: ActorRef<Poker>,
}

#[derive(Actor)]
struct Poker {
    directories: Vec<ActorRef<Directory>>,
    turns: u64,
    turn: u64,
    total: u64,
    done: mpsc::Sender<u64>,
}

pub fn chat(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, total) = mpsc::channel();
    let (clients, memberships): (Vec<_>, Vec<_>) = (0..CLIENTS)
        .map(|index| {
            let (random, members) = chat::client(index);
            (spawn(Client { random, chat: None }), members)
        })
        .unzip();
    for (client, members) in clients.iter().zip(memberships) {
        let members = members.into_iter().map(|member| clients[member].clone()).collect();
        let chat = spawn(Chat { members });
        client.cast(Call::Join(chat));
    }
    let directories = (0..DIRECTORIES)
        .map(|index| {
            let clients = clients.iter().skip(index).step_by(DIRECTORIES).cloned().collect();
            spawn(Directory { clients })
        })
        .collect();
    let poker = Poker { directories, turns: run.size, turn: 0, total: 0, done };
    let poker = spawn(poker);
    await_startup(&runtime, &clients);

    let began = Instant::now();
    poker.cast(Play::Start);
    let total = total.recv().unwrap();
    Outcome::time(began.elapsed(), total)
}

impl Message<Call> for Client {
    type Reply = ();

    async fn handle(&mut self, message: Call, _: &mut Context<Self, ()>) {
        match message {
            Call::Join(chat) => self.chat = Some(chat),
            Call::Act(accumulator) => match chat::act(&mut self.random) {
                Act::Post => {
                    accumulator.cast(Count::Posted);
                    self.chat.as_ref().expect("it has joined").cast(Post(accumulator));
                }
                Act::Compute => {
                    chat::compute();
                    accumulator.cast(Count::Computed);
                }
            },
            Call::Receive(accumulator) => accumulator.cast(Count::Received),
        }
    }
}

impl Message<Post> for Chat {
    type Reply = ();

    async fn handle(&mut self, Post(accumulator): Post, _: &mut Context<Self, ()>) {
        accumulator.cast(Count::Audience(self.members.len() as u64));
        for member in &self.members {
            member.cast(Call::Receive(accumulator.clone()));
        }
    }
}

impl Message<Poke> for Directory {
    type Reply = ();

    async fn handle(&mut self, Poke(accumulator): Poke, _: &mut Context<Self, ()>) {
        for client in &self.clients {
            client.cast(Call::Act(accumulator.clone()));
        }
    }
}

impl Message<Count> for Accumulator {
    type Reply = ();

    async fn handle(&mut self, count: Count, context: &mut Context<Self, ()>) {
        self.turn.add(count);
        if self.turn.is_complete() {
            self.poker.cast(Play::TurnDone(self.turn.total()));
            context.stop();
        }
    }
}

impl Message<Play> for Poker {
    type Reply = ();

    async fn handle(&mut self, message: Play, context: &mut Context<Self, ()>) {
        if let Play::TurnDone(counted) = message {
            self.total += counted;
            self.turn += 1;
        }
        if self.turn == self.turns {
            return self.done.send(self.total).unwrap();
        }
        let poker = context.actor_ref().clone();
        let accumulator = spawn(Accumulator { turn: Turn::default(), poker });
        for directory in &self.directories {
            directory.cast(Poke(accumulator.clone()));
        }
    }
}
