//! How often codes may be guessed: thirty wrong ones a minute from one address, 120 from all together but those where a
//! code was drawn. Right ones do not count, and go through while wrong ones are counted. With that, the chance to hit
//! one of a shop's five pairing codes within their ten minutes is below one in ten thousand, from however many
//! addresses, and nobody elsewhere keeps a tablet out that pairs beside another.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::fault::Fault;

/// Wrong attempts a minute from one address.
pub const PER_ADDRESS: usize = 30;
/// Wrong attempts a minute from all addresses.
pub const ALTOGETHER: usize = 120;
const MINUTE_MS: i64 = 60_000;

/// The attempts of the last minute.
#[derive(Debug, Default)]
pub struct Attempts {
    recent: Mutex<Recent>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Recent {
    by_address: HashMap<IpAddr, VecDeque<i64>>,
    all: VecDeque<i64>,
    /// Where codes were drawn, and until when those live.
    drawn: HashMap<IpAddr, i64>,
}

/// An attempt that counts as wrong until [`Attempts::right`] says otherwise: who hangs up has guessed too. While it is
/// there, the others wait: many at once are no way around, and many right ones are not taken for wrong ones.
#[derive(Debug)]
pub struct Attempt {
    address: IpAddr,
    at: i64,
    _turn: OwnedMutexGuard<()>,
}

impl Attempts {
    /// Begins an attempt at `now`, in its turn; refuses when there were too many.
    pub async fn begin(&self, address: IpAddr, now: i64) -> Result<Attempt, Fault> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let address = network(address);
        let mut recent = self.lock();
        recent.forget(now);
        let wait = |times: &VecDeque<i64>, most: usize| {
            let first = (times.len() >= most).then(|| times.front().copied()).flatten()?;
            Some(u64::try_from((first + MINUTE_MS - now).max(1_000)).unwrap_or(60_000).div_ceil(1_000))
        };
        let own = recent.by_address.get(&address).and_then(|times| wait(times, PER_ADDRESS));
        let is_elsewhere = !recent.drawn.contains_key(&address);
        if let Some(seconds) = own.or_else(|| wait(&recent.all, ALTOGETHER).filter(|_| is_elsewhere)) {
            return Err(Fault::TooMany(seconds));
        }
        recent.by_address.entry(address).or_default().push_back(now);
        if is_elsewhere {
            recent.all.push_back(now);
        }
        Ok(Attempt { address, at: now, _turn: turn })
    }

    /// The attempt was right: it does not count.
    pub fn right(&self, attempt: &Attempt) {
        let mut recent = self.lock();
        let Recent { by_address, all, .. } = &mut *recent;
        for times in [by_address.get_mut(&attempt.address), Some(all)].into_iter().flatten() {
            if let Some(place) = times.iter().rposition(|at| *at == attempt.at) {
                times.remove(place);
            }
        }
    }

    /// A code was drawn from here: what others guess elsewhere keeps nobody out here while it lives.
    pub fn drawn(&self, address: IpAddr, expires_ms: i64) {
        self.lock().drawn.insert(network(address), expires_ms);
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    /// What is older than a minute goes; so does what a clock that jumped back has put into the future.
    fn forget(&mut self, now: i64) {
        let recent = |at: &i64| *at <= now && now - *at < MINUTE_MS;
        self.drawn.retain(|_, until| *until > now);
        self.all.retain(recent);
        self.by_address.retain(|_, times| {
            times.retain(recent);
            !times.is_empty()
        });
    }
}

/// Whoever has one IPv6 address has the whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets.iter_mut().skip(8).for_each(|octet| *octet = 0);
            IpAddr::V6(octets.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    async fn wrong(attempts: &Attempts, last: u8, at: i64) -> Result<(), Fault> {
        attempts.begin(address(last), at).await.map(drop)
    }

    #[tokio::test]
    async fn thirty_wrong_codes_a_minute_and_no_more() {
        let attempts = Attempts::default();
        for at in 0..30 {
            wrong(&attempts, 1, at * 1_000).await.unwrap();
        }
        assert!(matches!(wrong(&attempts, 1, 30_000).await, Err(Fault::TooMany(30))));
        wrong(&attempts, 2, 30_000).await.expect("another address is not kept waiting");
        wrong(&attempts, 1, 60_000).await.expect("a minute after the first, one more");
        assert!(matches!(wrong(&attempts, 1, 60_000).await, Err(Fault::TooMany(1))));
    }

    #[tokio::test]
    async fn right_codes_do_not_count() {
        let attempts = Attempts::default();
        for at in 0..100 {
            let attempt = attempts.begin(address(1), at).await.unwrap();
            attempts.right(&attempt);
        }
        wrong(&attempts, 1, 100).await.unwrap();
    }

    #[tokio::test]
    async fn many_addresses_share_a_limit_but_where_a_code_was_drawn() {
        let attempts = Attempts::default();
        attempts.drawn(address(99), 60_000);
        for at in 0..120 {
            wrong(&attempts, at % 60, 0).await.unwrap();
        }
        assert!(matches!(wrong(&attempts, 98, 0).await, Err(Fault::TooMany(60))));
        for _ in 0..30 {
            wrong(&attempts, 99, 0).await.unwrap();
        }
        assert!(matches!(wrong(&attempts, 99, 0).await, Err(Fault::TooMany(60))));
    }
}
