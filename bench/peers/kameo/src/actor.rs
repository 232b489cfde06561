use kameo::{mailbox, prelude::*};
use tokio::runtime::{Builder, Runtime};

pub fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).enable_time().build().unwrap()
}

pub fn spawn<A: Actor<Args = A>>(actor: A) -> ActorRef<A> {
    spawn_with(actor)
}

pub fn spawn_with<A: Actor>(arguments: A::Args) -> ActorRef<A> {
    A::spawn_with_mailbox(arguments, mailbox::unbounded())
}

/// Waits until actors have started, that this be no part of what is measured.
pub fn await_startup<A: Actor>(runtime: &Runtime, actors: &[ActorRef<A>]) {
    for actor in actors {
        runtime.block_on(actor.wait_for_startup());
    }
}

pub trait Cast<M> {
    /// Sends a message; an actor that has ended does not get it.
    fn cast(&self, message: M);
}

impl<M: Send + 'static> Cast<M> for Recipient<M> {
    fn cast(&self, message: M) {
        let _ = self.tell(message).try_send();
    }
}

impl<A: Message<M>, M: Send + 'static> Cast<M> for ActorRef<A> {
    fn cast(&self, message: M) {
        let _ = self.tell(message).try_send();
    }
}
