use crate::random::Random;

pub const ACCOUNTS: usize = 1000;
pub const FIRST_BALANCE: i64 = 1_000_000;

pub struct Transfer {
    pub source: usize,
    pub target: usize,
    pub amount: i64,
}

/// The transfers of the teller, in order.
pub fn transfers(count: u64) -> impl Iterator<Item = Transfer> {
    let mut random = Random::new(74755);
    (0..count).map(move |_| {
        let source = random.below(800);
        let target = source + random.below(ACCOUNTS as u64 - source).max(1);
        let amount = 1 + random.below(1000) as i64;
        Transfer { source: source as usize, target: target as usize, amount }
    })
}

/// The checksum of the balances of all accounts, account 0 first.
pub fn checksum(balances: impl IntoIterator<Item = i64>) -> i64 {
    (1..).zip(balances).map(|(weight, balance)| weight * balance).sum()
}

pub(crate) fn expected(count: u64) -> i64 {
    let mut balances = [FIRST_BALANCE; ACCOUNTS];
    for Transfer { source, target, amount } in transfers(count) {
        balances[source] -= amount;
        balances[target] += amount;
    }
    checksum(balances)
}
