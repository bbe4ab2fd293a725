//! Names that were mistyped: which of those that are known was meant.

use super::half_width;

/// How like one another two names are that may be meant for each other, 0 to 1.
const LIKE: f64 = 0.5;

/// The name that is most like what was typed, where one is like it at all; case, width and spaces do not count.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| {
        let name = half_width(name).to_lowercase();
        name.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    let typed = plain(typed);
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&typed, &plain(name));
    known
        .into_iter()
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found_through_case_width_and_a_slip() {
        let known = ["一组", "crew 1", "东区核查组", "Wang"];
        let meant = |typed| nearest(typed, known);
        assert_eq!(meant("Crew１"), Some("crew 1"));
        assert_eq!(meant("东区核察组"), Some("东区核查组"));
        assert_eq!(meant("Wnag"), Some("Wang"));
        assert_eq!(meant("zhao"), None);
    }
}
