//! Which refusals have a word, 4096 numbers to a row.
//!
//! A block says of each of its numbers in which texts the word stands ([`Field`](crate::domain::Field)). It is kept in
//! whichever form is shorter:
//!
//! | first byte | then |
//! |---|---|
//! | 0 | three bytes for each number that has the word: where it is in the block (two, the lower one first), its fields |
//! | the fields it stands in anywhere | for each of them, the lowest first, a bit a number: 512 bytes |
//!
//! Whatever somebody looks for among a million refusals is so 245 rows a word at most, however many refusals have it.

use std::collections::BTreeMap;

use crate::domain::RefusalNumber;

/// How many numbers a block has.
const NUMBERS: usize = 4096;
/// The same, as numbers count.
const LENGTH: i64 = 4096;
/// How many fields there may be.
const FIELDS: usize = 8;
/// How many bytes a number takes while few have the word.
const FEW: usize = 3;

/// A bit for each number of a block.
pub(super) type Bits = [u64; NUMBERS / 64];

/// The numbers of a block that have a word, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block([Option<Box<Bits>>; FIELDS]);

/// The same, by block.
pub(super) type Blocks = BTreeMap<i64, Block>;

/// In which block a number is, and where.
pub(super) fn place(number: RefusalNumber) -> (i64, usize) {
    let at = number.0.rem_euclid(LENGTH);
    (number.0.div_euclid(LENGTH), usize::try_from(at).unwrap_or_default())
}

/// The last number of the block a number is in.
pub(super) fn last_beside(number: RefusalNumber) -> RefusalNumber {
    number_at(place(number).0, NUMBERS - 1)
}

/// The number at a place of a block.
pub(super) fn number_at(block: i64, at: usize) -> RefusalNumber {
    RefusalNumber(block * LENGTH + i64::try_from(at).unwrap_or_default())
}

/// The places whose bits are set, in order.
pub(super) fn places(bits: &Bits) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            (left != 0).then(|| {
                left &= left - 1;
                at * 64 + bit
            })
        })
    })
}

/// Whether a bit is set.
pub(super) fn has(bits: &Bits, at: usize) -> bool {
    bits[at / 64] & (1 << (at % 64)) != 0
}

impl Block {
    /// Adds what is kept of a block.
    pub(super) fn unpack(&mut self, kept: &[u8]) {
        let Some((fields, rest)) = kept.split_first() else { return };
        if *fields == 0 {
            for entry in rest.chunks_exact(FEW) {
                let at = usize::from(u16::from_le_bytes([entry[0], entry[1]]));
                if at < NUMBERS {
                    self.add(at, entry[2]);
                }
            }
            return;
        }
        let in_fields = (0..FIELDS).filter(|field| fields & (1 << field) != 0);
        for (field, bytes) in in_fields.zip(rest.chunks_exact(NUMBERS / 8)) {
            let known = self.0[field].get_or_insert_with(|| Box::new([0; NUMBERS / 64]));
            for (word, bytes) in known.iter_mut().zip(bytes.chunks_exact(8)) {
                *word |= u64::from_le_bytes(bytes.try_into().unwrap_or_default());
            }
        }
    }

    /// As it is kept; empty if no number has the word.
    pub(super) fn pack(&self) -> Vec<u8> {
        let any = self.any(u8::MAX);
        let having: usize = any.iter().map(|word| word.count_ones() as usize).sum();
        let filled = self.0.iter().enumerate().filter_map(|(field, bits)| Some((field, bits.as_deref()?)));
        let filled: Vec<(usize, &Bits)> = filled.filter(|(_, bits)| bits.iter().any(|word| *word != 0)).collect();
        let mut kept = Vec::new();
        if having * FEW < filled.len() * NUMBERS / 8 {
            kept.push(0);
            for at in places(&any) {
                kept.extend(u16::try_from(at).unwrap_or_default().to_le_bytes());
                kept.push(self.fields(at));
            }
        } else if having > 0 {
            kept.push(filled.iter().map(|(field, _)| 1 << field).sum());
            kept.extend(filled.iter().flat_map(|(_, bits)| bits.iter().flat_map(|word| word.to_le_bytes())));
        }
        kept
    }

    /// A number has the word in these fields and no others: 0 for none.
    pub(super) fn set(&mut self, at: usize, fields: u8) {
        for bits in self.0.iter_mut().flatten() {
            bits[at / 64] &= !(1 << (at % 64));
        }
        self.add(at, fields);
    }

    fn add(&mut self, at: usize, fields: u8) {
        for field in (0..FIELDS).filter(|field| fields & (1 << field) != 0) {
            let bits = self.0[field].get_or_insert_with(|| Box::new([0; NUMBERS / 64]));
            bits[at / 64] |= 1 << (at % 64);
        }
    }

    /// In which fields a number has the word.
    pub(super) fn fields(&self, at: usize) -> u8 {
        let having = self.0.iter().enumerate().filter(|(_, bits)| bits.as_deref().is_some_and(|bits| has(bits, at)));
        having.map(|(field, _)| 1 << field).sum()
    }

    /// The numbers that have the word in any of these fields.
    pub(super) fn any(&self, fields: u8) -> Bits {
        let mut any = [0; NUMBERS / 64];
        for (field, bits) in self.0.iter().enumerate() {
            if let Some(bits) = bits.as_deref().filter(|_| fields & (1 << field) != 0) {
                any.iter_mut().zip(bits).for_each(|(any, bits)| *any |= bits);
            }
        }
        any
    }
}
