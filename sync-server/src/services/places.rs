//! Places of which there are so many: who comes after the last one takes that of the oldest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Places, each taken for a key: an address, a device.
#[derive(Debug)]
pub struct Places<K> {
    in_all: usize,
    per_key: usize,
    /// The oldest first.
    taken: Mutex<VecDeque<(K, CancellationToken)>>,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place<K: Copy + PartialEq> {
    all: Arc<Places<K>>,
    /// Another took it.
    pub gone: CancellationToken,
}

impl<K: Copy + PartialEq> Places<K> {
    /// So many in all, and so many for one key.
    pub fn new(in_all: usize, per_key: usize) -> Arc<Self> {
        Arc::new(Self { in_all, per_key, taken: Mutex::default() })
    }

    /// Takes a place: a free one, or that of the oldest of the same key where that has all it may have, or that of the
    /// oldest of the key that has most.
    pub fn take(self: &Arc<Self>, key: K) -> Place<K> {
        let gone = CancellationToken::new();
        let mut taken = self.taken();
        let count = |key: K| taken.iter().filter(|(held, _)| *held == key).count();
        let most = if count(key) >= self.per_key {
            Some(key)
        } else if taken.len() >= self.in_all {
            taken.iter().map(|(held, _)| *held).rev().max_by_key(|held| count(*held))
        } else {
            None
        };
        if let Some(at) = taken.iter().position(|(held, _)| Some(*held) == most)
            && let Some((_, oldest)) = taken.remove(at)
        {
            oldest.cancel();
        }
        taken.push_back((key, gone.clone()));
        Place { all: Arc::clone(self), gone }
    }

    fn taken(&self) -> MutexGuard<'_, VecDeque<(K, CancellationToken)>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + PartialEq> Drop for Place<K> {
    fn drop(&mut self) {
        // Cancelled, it is on the list no more.
        if !self.gone.is_cancelled() {
            self.gone.cancel();
            self.all.taken().retain(|(_, gone)| !gone.is_cancelled());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_the_same_key_makes_room_or_of_the_one_that_has_most() {
        let places = Places::new(4, 3);
        let crowd = [(); 3].map(|()| places.take('a'));
        let honest = places.take('b');
        let fifth = places.take('c');
        assert_eq!(crowd.each_ref().map(|place| place.gone.is_cancelled()), [true, false, false]);
        let again = places.take('c');
        assert_eq!(crowd.each_ref().map(|place| place.gone.is_cancelled()), [true, true, false]);
        assert!(!honest.gone.is_cancelled() && !fifth.gone.is_cancelled());
        drop((crowd, honest, fifth));
        assert_eq!(places.taken().len(), 1);
        drop(again);
        assert_eq!(places.taken().len(), 0);
    }
}
