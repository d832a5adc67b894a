//! Which refusals have a word, 1024 numbers to a row.
//!
//! A block says of each of its numbers in which texts the word stands: a byte of [`Field`](crate::domain::Field) bits,
//! 0 for none. It is kept as those bytes, or, while few numbers have the word, as three bytes for each that has: where
//! it is in the block (two, the lower one first), and its fields. Whatever somebody looks for among a million refusals
//! is so a thousand rows a word at most, however many refusals have it.

use std::collections::BTreeMap;

use crate::domain::RefusalNumber;

/// How many numbers a block has.
pub(super) const NUMBERS: usize = 1024;
/// How many bytes one number takes while few have the word.
const FEW: usize = 3;

/// The fields of each number of a block.
pub(super) type Fields = [u8; NUMBERS];

/// The fields of words, by block.
pub(super) type Blocks = BTreeMap<i64, Box<Fields>>;

/// In which block a number is, and where.
pub(super) fn place(number: RefusalNumber) -> (i64, usize) {
    let at = number.0.rem_euclid(NUMBERS as i64);
    (number.0.div_euclid(NUMBERS as i64), usize::try_from(at).unwrap_or_default())
}

/// The number at a place of a block.
pub(super) fn number_at(block: i64, at: usize) -> RefusalNumber {
    RefusalNumber(block * NUMBERS as i64 + i64::try_from(at).unwrap_or_default())
}

/// Adds what is kept of a block to `fields`.
pub(super) fn unpack(kept: &[u8], fields: &mut Fields) {
    if kept.len() == NUMBERS {
        for (known, more) in fields.iter_mut().zip(kept) {
            *known |= more;
        }
        return;
    }
    for entry in kept.chunks_exact(FEW) {
        let at = usize::from(u16::from_le_bytes([entry[0], entry[1]]));
        if let Some(known) = fields.get_mut(at) {
            *known |= entry[2];
        }
    }
}

/// As it is kept; empty if no number has the word.
pub(super) fn pack(fields: &Fields) -> Vec<u8> {
    let having = fields.iter().filter(|fields| **fields != 0).count();
    if having * FEW >= NUMBERS {
        return fields.to_vec();
    }
    let mut kept = Vec::with_capacity(having * FEW);
    for (at, fields) in (0_u16..).zip(fields) {
        if *fields != 0 {
            kept.extend(at.to_le_bytes());
            kept.push(*fields);
        }
    }
    kept
}
