//! The crews that are known, and which of them was meant.

use super::say::{ArgumentError, Failure};
use crate::store::Store;
use crate::text::half_width;

/// Fails where a registry that knows crews does not know this one.
pub(super) fn check(store: &Store, crew: &str) -> Result<(), Failure> {
    let known = store.crews()?;
    if known.iter().any(|name| name == crew) {
        return Ok(());
    }
    Err(unknown(crew, known).into())
}

/// Fails where a registry that knows crews does not know this one; the first may have any name.
pub(super) fn check_first(store: &Store, crew: &str) -> Result<(), Failure> {
    if store.crews()?.is_empty() {
        return Ok(());
    }
    check(store, crew)
}

fn unknown(crew: &str, known: Vec<String>) -> ArgumentError {
    ArgumentError::UnknownCrew {
        crew: crew.to_owned(),
        meant: nearest(crew, &known),
        known,
    }
}

/// The name that is most like what was typed, where one is like it at all.
fn nearest(typed: &str, known: &[String]) -> Option<String> {
    let plain = |name: &str| {
        let name = half_width(name).to_lowercase();
        name.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    let typed = plain(typed);
    known
        .iter()
        .map(|name| {
            (
                strsim::normalized_damerau_levenshtein(&typed, &plain(name)),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crew_that_was_meant_is_found_through_case_width_and_a_slip() {
        let known = ["一组", "crew 1", "东区核查组"].map(str::to_owned);
        let meant = |typed| nearest(typed, &known);
        assert_eq!(meant("Crew１").as_deref(), Some("crew 1"));
        assert_eq!(meant("东区核察组").as_deref(), Some("东区核查组"));
        assert_eq!(meant("zhao"), None);
    }
}
