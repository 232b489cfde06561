/// The generator of all workloads: 16 bits, moves first and then gives.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = (1309 * self.0 + 13849) & 65535;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit
    }
}
