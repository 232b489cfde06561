use std::future::Future;

use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};

pub type Address<M> = UnboundedSender<M>;
pub type Mailbox<M> = UnboundedReceiver<M>;

pub fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).enable_time().build().unwrap()
}

/// Starts an actor that is given its mailbox and its own address.
pub fn spawn<M, F>(actor: impl FnOnce(Mailbox<M>, Address<M>) -> F) -> Address<M>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (address, mailbox) = unbounded_channel();
    tokio::spawn(actor(mailbox, address.clone()));
    address
}

/// Starts an actor whose result its creator waits for. It ends when no one has its address.
pub fn spawn_joinable<M, F>(
    actor: impl FnOnce(Mailbox<M>) -> F,
) -> (Address<M>, JoinHandle<F::Output>)
where
    F: Future<Output: Send> + Send + 'static,
{
    let (address, mailbox) = unbounded_channel();
    (address, tokio::spawn(actor(mailbox)))
}

pub trait Tell<M> {
    /// Sends a message; an actor that has ended does not get it.
    fn tell(&self, message: M);
}

impl<M> Tell<M> for Address<M> {
    fn tell(&self, message: M) {
        let _ = self.send(message);
    }
}
