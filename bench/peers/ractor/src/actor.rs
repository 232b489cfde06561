use std::marker::PhantomData;

use ractor::{Actor, ActorProcessingErr, ActorRef, Message, SpawnErr};
use tokio::runtime::{Builder, Runtime};

pub fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).enable_time().build().unwrap()
}

pub type Handled = Result<(), ActorProcessingErr>;

/// State that handles messages: an actor that needs no other hook is nothing more.
pub trait Behaviour: Send + 'static {
    type Message: Message;

    fn handle(
        &mut self,
        message: Self::Message,
        own: &ActorRef<Self::Message>,
    ) -> impl Future<Output = Handled> + Send;
}

struct Host<B>(PhantomData<fn() -> B>);

impl<B: Behaviour> Actor for Host<B> {
    type Msg = B::Message;
    type State = B;
    type Arguments = B;

    async fn pre_start(&self, _: ActorRef<Self::Msg>, state: B) -> Result<B, ActorProcessingErr> {
        Ok(state)
    }

    async fn handle(&self, own: ActorRef<Self::Msg>, message: Self::Msg, state: &mut B) -> Handled {
        state.handle(message, &own).await
    }
}

pub async fn spawn<B: Behaviour>(state: B) -> ActorRef<B::Message> {
    Actor::spawn(None, Host(PhantomData), state).await.unwrap().0
}

pub async fn spawn_linked<B: Behaviour, M: Message>(
    state: B,
    supervisor: &ActorRef<M>,
) -> Result<ActorRef<B::Message>, SpawnErr> {
    let supervisor = supervisor.get_cell();
    Ok(Actor::spawn_linked(None, Host(PhantomData), state, supervisor).await?.0)
}
