use std::{sync::mpsc, time::Instant};

use ractor::ActorRef;
use rust_common::{
    Outcome, Run,
    chat::{self, Act, CLIENTS, Count, DIRECTORIES, Turn},
    random::Random,
};

use crate::actor::{Behaviour, Handled, runtime, spawn};

enum Call {
    Join(ActorRef<Post>),
    Act(ActorRef<Count>),
    Receive(ActorRef<Count>),
}

struct Post(ActorRef<Count>);
struct Poke(ActorRef<Count>);

enum Play {
    Start,
    TurnDone(u64),
}

struct Client {
    random: Random,
    chat: Option<ActorRef<Post>>,
}

struct Chat {
    members: Vec<ActorRef<Call>>,
}

struct Directory {
    clients: Vec<ActorRef<Call>>,
}

struct Accumulator {
    turn: Turn,
    poker: ActorRef<Play>,
}

struct Poker {
    directories: Vec<ActorRef<Poke>>,
    turns: u64,
    turn: u64,
    total: u64,
    done: mpsc::Sender<u64>,
}

pub fn chat(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let (done, total) = mpsc::channel();
    let (clients, memberships): (Vec<_>, Vec<_>) = (0..CLIENTS)
        .map(|index| {
            let (random, members) = chat::client(index);
            (runtime.block_on(spawn(Client { random, chat: None })), members)
        })
        .unzip();
    for (client, members) in clients.iter().zip(memberships) {
        let members = members.into_iter().map(|member| clients[member].clone()).collect();
        let chat = runtime.block_on(spawn(Chat { members }));
        client.cast(Call::Join(chat)).unwrap();
    }
    let directories = (0..DIRECTORIES)
        .map(|index| {
            let clients = clients.iter().skip(index).step_by(DIRECTORIES).cloned().collect();
            runtime.block_on(spawn(Directory { clients }))
        })
        .collect();
    let poker = Poker { directories, turns: run.size, turn: 0, total: 0, done };
    let poker = runtime.block_on(spawn(poker));

    let began = Instant::now();
    poker.cast(Play::Start).unwrap();
    let total = total.recv().unwrap();
    Outcome::time(began.elapsed(), total)
}

impl Behaviour for Client {
    type Message = Call;

    async fn handle(&mut self, message: Call, _: &ActorRef<Call>) -> Handled {
        match message {
            Call::Join(chat) => self.chat = Some(chat),
            Call::Act(accumulator) => match chat::act(&mut self.random) {
                Act::Post => {
                    accumulator.cast(Count::Posted)?;
                    self.chat.as_ref().ok_or("no chat yet")?.cast(Post(accumulator))?;
                }
                Act::Compute => {
                    chat::compute();
                    accumulator.cast(Count::Computed)?;
                }
            },
            Call::Receive(accumulator) => accumulator.cast(Count::Received)?,
        }
        Ok(())
    }
}

impl Behaviour for Chat {
    type Message = Post;

    async fn handle(&mut self, Post(accumulator): Post, _: &ActorRef<Post>) -> Handled {
        accumulator.cast(Count::Audience(self.members.len() as u64))?;
        for member in &self.members {
            member.cast(Call::Receive(accumulator.clone()))?;
        }
        Ok(())
    }
}

impl Behaviour for Directory {
    type Message = Poke;

    async fn handle(&mut self, Poke(accumulator): Poke, _: &ActorRef<Poke>) -> Handled {
        for client in &self.clients {
            client.cast(Call::Act(accumulator.clone()))?;
        }
        Ok(())
    }
}

impl Behaviour for Accumulator {
    type Message = Count;

    async fn handle(&mut self, count: Count, own: &ActorRef<Count>) -> Handled {
        self.turn.add(count);
        if self.turn.is_complete() {
            self.poker.cast(Play::TurnDone(self.turn.total()))?;
            own.stop(None);
        }
        Ok(())
    }
}

impl Behaviour for Poker {
    type Message = Play;

    async fn handle(&mut self, message: Play, own: &ActorRef<Play>) -> Handled {
        if let Play::TurnDone(counted) = message {
            self.total += counted;
            self.turn += 1;
        }
        if self.turn == self.turns {
            return Ok(self.done.send(self.total)?);
        }
        let accumulator = spawn(Accumulator { turn: Turn::default(), poker: own.clone() }).await;
        for directory in &self.directories {
            directory.cast(Poke(accumulator.clone()))?;
        }
        Ok(())
    }
}
