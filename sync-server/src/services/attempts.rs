//! How often codes may be guessed: ten wrong ones a minute from one address, sixty from all together. With that, the
//! chance to hit a pairing code within its ten minutes is below one in a hundred thousand.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fault::Fault;

/// Wrong attempts a minute from one address.
pub const PER_ADDRESS: usize = 10;
/// Wrong attempts a minute from all addresses.
pub const ALTOGETHER: usize = 60;
const MINUTE_MS: i64 = 60_000;

/// The attempts of the last minute.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    by_address: HashMap<IpAddr, VecDeque<i64>>,
    all: VecDeque<i64>,
}

/// An attempt that counts as wrong until [`Attempts::right`] says otherwise, so that many at once are no way around.
#[derive(Debug)]
pub struct Attempt {
    address: IpAddr,
    at: i64,
}

impl Attempts {
    /// Begins an attempt at `now`; refuses when there were too many.
    pub fn begin(&self, address: IpAddr, now: i64) -> Result<Attempt, Fault> {
        let address = network(address);
        let mut recent = self.lock();
        recent.forget(now);
        let wait = |times: &VecDeque<i64>, most: usize| {
            let first = (times.len() >= most).then(|| times.front().copied()).flatten()?;
            Some(u64::try_from((first + MINUTE_MS - now).max(1_000)).unwrap_or(60_000).div_ceil(1_000))
        };
        let own = recent.by_address.get(&address).and_then(|times| wait(times, PER_ADDRESS));
        if let Some(seconds) = own.or_else(|| wait(&recent.all, ALTOGETHER)) {
            return Err(Fault::TooMany(seconds));
        }
        recent.by_address.entry(address).or_default().push_back(now);
        recent.all.push_back(now);
        Ok(Attempt { address, at: now })
    }

    /// The attempt was right: it does not count.
    pub fn right(&self, attempt: &Attempt) {
        let mut recent = self.lock();
        let Recent { by_address, all } = &mut *recent;
        for times in [by_address.get_mut(&attempt.address), Some(all)].into_iter().flatten() {
            if let Some(place) = times.iter().rposition(|at| *at == attempt.at) {
                times.remove(place);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    /// What is older than a minute goes; so does what a clock that jumped back has put into the future.
    fn forget(&mut self, now: i64) {
        let recent = |at: &i64| *at <= now && now - *at < MINUTE_MS;
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

    #[test]
    fn ten_wrong_codes_a_minute_and_no_more() {
        let attempts = Attempts::default();
        for at in 0..10 {
            attempts.begin(address(1), at * 1_000).unwrap();
        }
        assert!(matches!(attempts.begin(address(1), 10_000), Err(Fault::TooMany(50))));
        assert!(attempts.begin(address(2), 10_000).is_ok(), "another address is not kept waiting");
        assert!(attempts.begin(address(1), 60_000).is_ok(), "a minute after the first, one more");
        assert!(matches!(attempts.begin(address(1), 60_000), Err(Fault::TooMany(1))));
    }

    #[test]
    fn right_codes_do_not_count() {
        let attempts = Attempts::default();
        for at in 0..100 {
            let attempt = attempts.begin(address(1), at).unwrap();
            attempts.right(&attempt);
        }
        assert!(attempts.begin(address(1), 100).is_ok());
    }

    #[test]
    fn many_addresses_share_a_limit() {
        let attempts = Attempts::default();
        for at in 0..60 {
            attempts.begin(address(at), 0).unwrap();
        }
        assert!(matches!(attempts.begin(address(99), 0), Err(Fault::TooMany(60))));
    }
}
