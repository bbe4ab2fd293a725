//! Patterns: what imagery shows at small places of the ground, by which a part of it is known again under another name.
//!
//! A pattern says of 64 pairs of neighbours which is brighter. It stays where a picture is cut, compressed, made brighter or
//! projected anew, and is another as soon as plants or the light are.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Patterns of a scan at most.
pub const MOST_PATTERNS: usize = 128;
/// Pairs in which two patterns of one picture may differ: compression turns some, another flight many more.
const MOST_TURNED: u32 = 4;
/// Places at least that have to show the same.
pub const LEAST_ALIKE: usize = 6;

/// What imagery shows at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Pattern {
    /// The number of the place, by which some are taken and others are not.
    pub place: u64,
    /// Of each pair whether the second is brighter.
    pub shown: u64,
}

impl Pattern {
    /// Whether what was seen at its place may be the same picture of it.
    pub fn is_alike(self, shown: u64) -> bool {
        (self.shown ^ shown).count_ones() <= MOST_TURNED
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.place, self.shown)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (half(&text, 0), half(&text, 16)) {
            (Some(place), Some(shown)) if text.len() == 32 => Ok(Self { place, shown }),
            _ => Err(format!("no pattern: {text}")),
        }
    }
}

/// The number that is written from a place on, in 16 digits as a pattern's are.
fn half(text: &str, from: usize) -> Option<u64> {
    let digits = text.get(from..from + 16)?;
    let is_written_so = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let is_hex = digits.bytes().all(is_written_so);
    u64::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// Those of the lowest places, so that of whatever is cut out of imagery the same ones come.
pub fn lowest_patterns(all: impl IntoIterator<Item = Pattern>) -> Vec<Pattern> {
    let sorted: BTreeSet<Pattern> = all.into_iter().collect();
    sorted.into_iter().take(MOST_PATTERNS).collect()
}

/// Whether two scans show the same pictures: at six places at least, and at half of those that both of them tell.
pub fn show_the_same(one: &[Pattern], other: &[Pattern]) -> bool {
    let mut of_other: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for pattern in other.iter().take(MOST_PATTERNS) {
        of_other
            .entry(pattern.place)
            .or_default()
            .push(pattern.shown);
    }
    // Overlapping photos show a place more than once.
    let mut common: BTreeMap<u64, bool> = BTreeMap::new();
    for pattern in one.iter().take(MOST_PATTERNS) {
        if let Some(there) = of_other.get(&pattern.place) {
            let mut there = there.iter();
            *common.entry(pattern.place).or_default() |=
                there.any(|shown| pattern.is_alike(*shown));
        }
    }
    let alike = common.values().filter(|is_alike| **is_alike).count();
    alike >= LEAST_ALIKE && 2 * alike >= common.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(places: std::ops::Range<u64>, shown: impl Fn(u64) -> u64) -> Vec<Pattern> {
        let one = |place| Pattern {
            place,
            shown: shown(place),
        };
        places.map(one).collect()
    }

    #[test]
    fn a_part_of_the_same_pictures_is_known_and_another_flight_over_the_same_ground_is_not() {
        let any = |place: u64| place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let year = of(0..128, any);
        assert!(show_the_same(&year, &year));
        // A crop, in which compression turned some pairs.
        assert!(show_the_same(
            &year,
            &of(40..50, |place| any(place) ^ 0b1011)
        ));
        assert!(!show_the_same(&year, &of(40..45, any)), "too little of it");
        // Another flight: a sixth of the pairs are others, though a few places are as they were.
        let flown = |place: u64| {
            if place < 8 {
                any(place)
            } else {
                any(place) ^ 0x0421_0842_1084_2108
            }
        };
        assert!(!show_the_same(&year, &of(0..128, flown)));
        assert!(!show_the_same(&year, &of(200..328, any)), "other ground");
        assert!(!show_the_same(&year, &[]) && !show_the_same(&[], &[]));
    }

    #[test]
    fn a_pattern_is_written_in_one_way() {
        let pattern = Pattern {
            place: 7,
            shown: u64::MAX,
        };
        let text = String::from(pattern);
        assert_eq!(Pattern::try_from(text.clone()), Ok(pattern));
        for odd in [
            text.to_uppercase(),
            text[1..].to_owned(),
            format!("+{}", &text[1..]),
            format!("{text}0"),
        ] {
            assert!(Pattern::try_from(odd).is_err());
        }
    }
}
