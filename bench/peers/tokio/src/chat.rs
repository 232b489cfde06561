use std::{sync::mpsc, time::Instant};

use rust_common::{
    Outcome, Run,
    chat::{self, Act, CLIENTS, Count, DIRECTORIES, Turn},
    random::Random,
};
use tokio::sync::mpsc::unbounded_channel;

use crate::actor::{Address, Mailbox, Tell, runtime, spawn};

enum Client {
    Act(Address<Count>),
    Receive(Address<Count>),
}

struct Post(Address<Count>);
struct Poke(Address<Count>);

enum Poker {
    Start,
    TurnDone(u64),
}

pub fn chat(run: Run) -> Outcome {
    let runtime = runtime(run.workers);
    let _context = runtime.enter();
    let (done, total) = mpsc::channel();
    let (clients, mailboxes): (Vec<_>, Vec<_>) = (0..CLIENTS).map(|_| unbounded_channel()).unzip();
    for (index, mailbox) in mailboxes.into_iter().enumerate() {
        let (random, members) = chat::client(index);
        let members = members.into_iter().map(|member| clients[member].clone()).collect();
        let chat = spawn(|mailbox, _| group(mailbox, members));
        tokio::spawn(client(mailbox, random, chat));
    }
    let directories = (0..DIRECTORIES)
        .map(|index| {
            let clients = clients.iter().skip(index).step_by(DIRECTORIES).cloned().collect();
            spawn(|mailbox, _| directory(mailbox, clients))
        })
        .collect();
    let poker = spawn(|mailbox, own| poker(mailbox, own, directories, run.size, done));

    let began = Instant::now();
    poker.tell(Poker::Start);
    let total = total.recv().unwrap();
    Outcome::time(began.elapsed(), total)
}

async fn client(mut mailbox: Mailbox<Client>, mut random: Random, chat: Address<Post>) {
    while let Some(message) = mailbox.recv().await {
        match message {
            Client::Act(accumulator) => match chat::act(&mut random) {
                Act::Post => {
                    accumulator.tell(Count::Posted);
                    chat.tell(Post(accumulator));
                }
                Act::Compute => {
                    chat::compute();
                    accumulator.tell(Count::Computed);
                }
            },
            Client::Receive(accumulator) => accumulator.tell(Count::Received),
        }
    }
}

async fn group(mut mailbox: Mailbox<Post>, members: Vec<Address<Client>>) {
    while let Some(Post(accumulator)) = mailbox.recv().await {
        accumulator.tell(Count::Audience(members.len() as u64));
        for member in &members {
            member.tell(Client::Receive(accumulator.clone()));
        }
    }
}

async fn directory(mut mailbox: Mailbox<Poke>, clients: Vec<Address<Client>>) {
    while let Some(Poke(accumulator)) = mailbox.recv().await {
        for client in &clients {
            client.tell(Client::Act(accumulator.clone()));
        }
    }
}

async fn accumulator(mut mailbox: Mailbox<Count>, poker: Address<Poker>) {
    let mut turn = Turn::default();
    while let Some(count) = mailbox.recv().await {
        turn.add(count);
        if turn.is_complete() {
            return poker.tell(Poker::TurnDone(turn.total()));
        }
    }
}

async fn poker(
    mut mailbox: Mailbox<Poker>,
    own: Address<Poker>,
    directories: Vec<Address<Poke>>,
    turns: u64,
    done: mpsc::Sender<u64>,
) {
    let (mut turn, mut total) = (0, 0);
    while let Some(message) = mailbox.recv().await {
        if let Poker::TurnDone(counted) = message {
            total += counted;
            turn += 1;
        }
        if turn == turns {
            return done.send(total).unwrap();
        }
        let accumulator = spawn(|mailbox, _| accumulator(mailbox, own.clone()));
        for directory in &directories {
            directory.tell(Poke(accumulator.clone()));
        }
    }
}
