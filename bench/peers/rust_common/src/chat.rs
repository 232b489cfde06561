use std::hint::black_box;

use crate::{computation::fibonacci, random::Random};

pub const CLIENTS: usize = 1024;
pub const DIRECTORIES: usize = 8;

/// What a client does in a turn.
pub enum Act {
    Post,
    Compute,
}

/// The numbers a client goes on with, and the members of its chat.
pub fn client(index: usize) -> (Random, Vec<usize>) {
    let mut random = Random::new(index as u64);
    let count = 1 + random.below(16);
    let members = (0..count).map(|_| random.below(CLIENTS as u64) as usize).collect();
    (random, members)
}

pub fn act(random: &mut Random) -> Act {
    if random.below(100) < 80 { Act::Post } else { Act::Compute }
}

pub fn compute() {
    black_box(fibonacci(black_box(15)));
}

/// What clients and chats tell the accumulator of a turn.
#[derive(Debug)]
pub enum Count {
    /// A client has posted: its chat is to tell its audience.
    Posted,
    /// A chat sends a post to so many members.
    Audience(u64),
    Received,
    Computed,
}

/// What an accumulator knows of its turn. The order of what it is told does not matter.
#[derive(Default)]
pub struct Turn {
    posted: u64,
    audiences: u64,
    expected: u64,
    received: u64,
    computed: u64,
}

impl Turn {
    pub fn add(&mut self, count: Count) {
        match count {
            Count::Posted => self.posted += 1,
            Count::Audience(members) => {
                self.audiences += 1;
                self.expected += members;
            }
            Count::Received => self.received += 1,
            Count::Computed => self.computed += 1,
        }
    }

    pub fn is_complete(&self) -> bool {
        self.posted + self.computed == CLIENTS as u64
            && self.audiences == self.posted
            && self.received == self.expected
    }

    /// Posts received and computations done.
    pub fn total(&self) -> u64 {
        self.received + self.computed
    }
}

pub(crate) fn expected(turns: u64) -> u64 {
    (0..CLIENTS)
        .map(|index| {
            let (mut random, members) = client(index);
            (0..turns)
                .map(|_| match act(&mut random) {
                    Act::Post => members.len() as u64,
                    Act::Compute => 1,
                })
                .sum::<u64>()
        })
        .sum()
}
