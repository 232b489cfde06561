use std::sync::Arc;

use actix::prelude::*;

/// A system and its arbiters, a thread each. Actors that work at the same time are spread over
/// them; actors that only ever take turns share one.
pub struct Workers {
    arbiters: Vec<Arbiter>,
    system: SystemRunner,
}

impl Workers {
    pub fn new(count: usize) -> Self {
        let system = System::new();
        Self { arbiters: (0..count).map(|_| Arbiter::new()).collect(), system }
    }

    pub fn count(&self) -> usize {
        self.arbiters.len()
    }

    pub fn handles(&self) -> Arc<[ArbiterHandle]> {
        self.arbiters.iter().map(Arbiter::handle).collect()
    }

    /// The arbiter of this number; numbers go round.
    pub fn handle(&self, number: usize) -> ArbiterHandle {
        self.arbiters[number % self.count()].handle()
    }

    /// Starts an actor in the arbiter of this number.
    pub fn start<A>(&self, number: usize, actor: A) -> Addr<A>
    where
        A: Actor<Context = Context<A>> + Send,
    {
        A::start_in_arbiter(&self.handle(number), |_| actor)
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.system.block_on(future)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for arbiter in self.arbiters.drain(..) {
            arbiter.stop();
            arbiter.join().unwrap();
        }
    }
}
