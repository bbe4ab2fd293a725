//! Units: offices by their administrative codes, and which lies below which. Pure.
//!
//! A code has 6, 9 or 12 digits (GB/T 2260 and its extensions): 410000 a province, 410400 a prefecture, 410423 a county,
//! 410423001 a township, 410423001002 a village.

use crate::text::division_stem as stem;
use crate::tr;
use crate::words::Lang;

pub use crate::text::{is_division_at_or_below as is_at_or_below, is_division_code as is_code};

/// How deep a unit lies: the lesser, the higher the office.
pub fn depth(code: &str) -> usize {
    stem(code).len()
}

/// Whether a unit lies below another and is not that one.
pub fn is_below(unit: &str, above: &str) -> bool {
    is_at_or_below(unit, above) && !is_at_or_below(above, unit)
}

/// Whether one of two units lies at or below the other: whether the ground of one is ground of the other.
pub fn share_ground(one: &str, other: &str) -> bool {
    is_at_or_below(one, other) || is_at_or_below(other, one)
}

/// The codes of a district's chain from the province down to itself: 410000, 410400, 410423, 410423001. What is no code
/// has none.
pub fn chain(code: &str) -> Vec<String> {
    let above = [(2, "0000"), (4, "00"), (6, ""), (9, ""), (12, "")];
    let mut codes: Vec<String> = Vec::new();
    for (digits, zeros) in above.into_iter().filter(|_| is_code(code)) {
        let unit = code.get(..digits).map(|stem| format!("{stem}{zeros}"));
        codes.extend(unit.filter(|unit| codes.last() != Some(unit)));
    }
    codes
}

/// A unit as papers call it: by its name, where it has one, with its code.
pub fn in_words(code: &str, name: Option<&str>, lang: Lang) -> String {
    match name {
        Some(name) => tr!(lang, "{name} ({code})", "{name}（{code}）"),
        None => code.to_owned(),
    }
}

/// What founds a site of a unit: the text whose hash is the site's key. That the unit is in it is what makes a site the
/// unit's for ever: nobody else can found a site with that key.
pub fn origin(of: &str, unit: &str) -> String {
    format!("{of}@{unit}")
}

/// The unit that an origin names; none does in registries of version 0.1.0.
pub fn of_origin(origin: &str) -> Option<&str> {
    let (_, unit) = origin.rsplit_once('@')?;
    is_code(unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_called_by_its_name() {
        let named = |name| in_words("410423", name, Lang::Zh);
        assert_eq!(named(Some("鲁山县禁毒办")), "鲁山县禁毒办（410423）");
        assert_eq!(named(None), "410423");
    }

    #[test]
    fn a_unit_lies_below_those_whose_code_begins_its_own() {
        assert!(is_at_or_below("410423001", "410423") && is_at_or_below("410423", "410000"));
        assert!(is_at_or_below("410423", "410400") && is_at_or_below("410423", "410423"));
        assert!(!is_at_or_below("410423", "410424") && !is_at_or_below("420000", "410000"));
        assert!(is_below("410423", "410000") && !is_below("410423", "410423"));
        assert!(share_ground("410000", "410423") && !share_ground("410424", "410423"));
        assert!(depth("410000") < depth("410400") && depth("410423") < depth("410423001"));
    }

    #[test]
    fn the_chain_of_a_village_begins_with_its_province() {
        assert_eq!(
            chain("410423001002"),
            ["410000", "410400", "410423", "410423001", "410423001002"]
        );
        assert_eq!(chain("410400"), ["410000", "410400"]);
        assert_eq!(chain("410000"), ["410000"]);
        assert!(chain("41").is_empty() && chain("县").is_empty());
    }

    #[test]
    fn what_is_no_code_stands_above_nothing() {
        for odd in ["", "4", "41", "4104230", "41042x", "４１０４２３"] {
            assert!(
                !is_at_or_below("410423", odd) && !is_at_or_below(odd, "410000"),
                "{odd}"
            );
            assert!(!is_at_or_below(odd, odd));
        }
    }
}
