//! Chance that is the same at every start.

/// Throws the same numbers in the same order from the same seed (`SplitMix64`; no library's next version changes them).
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above zero.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a length fits 64 bits");
        usize::try_from(self.throw() % end).expect("it is below a length")
    }

    /// Whether something happens that happens so many times in a hundred.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One of a list by weight.
    pub(super) fn weighted<T: Copy>(&mut self, list: &[(T, usize)]) -> T {
        let mut left = self.below(list.iter().map(|(_, weight)| weight).sum());
        let fell = |(_, weight): &&(T, usize)| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        };
        list.iter().find(fell).expect("the throw is below the sum of weights").0
    }

    /// A list in another order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}
