//! Ids: numbers of what a scan holds, apart by type, and ids derived from content, so that the same scan has the same ids
//! wherever and whenever it is run.

use crate::ground::LonLat;
use sha2::{Digest, Sha256};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);
    )*};
}
numbers! {
    /// The number of a source, in the order of their names.
    SourceId,
    /// The number of the work on a source, or on some parts of a photo: one source may have several.
    WorkId,
    /// The number of a task of a work.
    TaskId,
    /// The number of a chunk of a work.
    ChunkId,
}

/// Crockford's alphabet: no I, L, O or U, so that an id can be read over a radio.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The first `length` symbols of a SHA-256 in Crockford's base 32.
fn symbols(parts: &[&[u8]], length: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let bits: Vec<u8> = hash
        .finalize()
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |i| (byte >> i) & 1))
        .collect();
    bits.chunks(5)
        .take(length)
        .map(|five| char::from(ALPHABET[five.iter().fold(0, |v, b| usize::from(*b) | (v << 1))]))
        .collect()
}

/// The id of a scan: 16 symbols (80 bits) of everything its result depends on.
pub fn scan_id(everything: &str) -> String {
    symbols(&[b"papaver.scan", everything.as_bytes()], 16)
}

/// Whether a text can be the id of a candidate.
pub(crate) fn is_candidate_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| ALPHABET.contains(&b))
}

/// The id of a candidate: 12 symbols (60 bits) of the scan and the place.
pub(crate) fn candidate_id(scan_id: &str, at: LonLat) -> String {
    let (lon, lat) = at.e7();
    let (lon, lat) = (lon.to_le_bytes(), lat.to_le_bytes());
    symbols(&[b"papaver.candidate", scan_id.as_bytes(), &lon, &lat], 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_content_alone() {
        let a = LonLat::new(113.3, 33.7);
        assert_eq!(candidate_id("x", a), candidate_id("x", a));
        assert_ne!(candidate_id("x", a), candidate_id("y", a));
        assert_ne!(
            candidate_id("x", a),
            candidate_id("x", LonLat::new(113.300_000_1, 33.7))
        );
        assert_eq!(scan_id("everything").len(), 16);
        assert!(is_candidate_id(&candidate_id("x", a)));
        assert!(!is_candidate_id("holiday-0001") && !is_candidate_id(""));
        assert!(scan_id("everything").bytes().all(|b| ALPHABET.contains(&b)));
    }
}
