//! Seeded chance: the same seed, the same story.

/// A generator of numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Chance that begins with a seed.
    pub fn seeded(seed: u64) -> Self {
        let mut chance = Self(seed);
        chance.next();
        chance
    }
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
    /// Whether something that happens so often in a hundred happens now.
    pub fn percent(&mut self, often: u64) -> bool {
        self.next() % 100 < often
    }
    /// Sixteen bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        let (a, b) = (self.next(), self.next());
        (u128::from(a) << 64 | u128::from(b)).to_le_bytes()
    }
}
