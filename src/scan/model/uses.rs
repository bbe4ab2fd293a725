//! What a model is used for: screening, from its threshold on, and direct dispatch, from a higher one; and how many candidates a
//! square kilometre its makers found on kinds of ground at each.

use super::error::ModelError;
use super::keys::Keys;
use crate::schema::ExpectedRecord;

/// The second threshold, and what to expect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uses {
    /// The score from which a crew may be sent without screening.
    pub dispatch_threshold: Option<f64>,
    /// Candidates a square kilometre, by ground.
    pub expected: Vec<ExpectedRecord>,
}

impl Uses {
    /// Out of the metadata of a model whose threshold for screening is known; nothing where it says nothing.
    ///
    /// # Errors
    /// [`ModelError`] where a value is none, or the thresholds are the wrong way round.
    pub(super) fn of(keys: &Keys, screening: f64) -> Result<Self, ModelError> {
        let key = "papaver_dispatch_threshold";
        let dispatch_threshold = keys.number(key)?;
        let is_higher = dispatch_threshold.is_none_or(|d| (screening..=1.0).contains(&d));
        keys.must(is_higher, key)?;
        let key = "papaver_expected";
        let Some(value) = keys.0.get(key) else {
            let expected = Vec::new();
            return Ok(Self {
                dispatch_threshold,
                expected,
            });
        };
        let expected: Vec<ExpectedRecord> =
            serde_json::from_value(value.clone()).map_err(|_ignored| keys.wrong(key))?;
        let is_sound = |ground: &ExpectedRecord| {
            let both = ground.screening.iter().chain(&ground.dispatch);
            both.clone().count() > 0
                && both
                    .clone()
                    .all(|[n, low, high]| low <= n && n <= high && *low >= 0.0)
        };
        keys.must(expected.iter().all(is_sound), key)?;
        Ok(Self {
            dispatch_threshold,
            expected,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn uses(set: &[(&str, &str)]) -> Result<Uses, ModelError> {
        let metadata: BTreeMap<String, String> = set
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect();
        Uses::of(&Keys::parse(&metadata)?, 0.3)
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        assert_eq!(uses(&[]).expect("nothing"), Uses::default());
    }

    #[test]
    fn both_uses_are_read_and_checked() {
        let gardens = r#"[{"ground": {"en": "gardens", "zh": "庭院"}, "screening": [1148, 975, 1344], "dispatch": [393, 295, 513]}]"#;
        let found = uses(&[
            ("papaver_dispatch_threshold", "0.8"),
            ("papaver_expected", gardens),
        ]);
        let found = found.expect("sound");
        assert_eq!(found.dispatch_threshold, Some(0.8));
        assert_eq!(found.expected[0].screening, Some([1148.0, 975.0, 1344.0]));
        for (key, value) in [
            ("papaver_dispatch_threshold", "0.2"),
            ("papaver_dispatch_threshold", "1.2"),
            ("papaver_expected", "7"),
            (
                "papaver_expected",
                r#"[{"ground": {"en": "a", "zh": "b"}}]"#,
            ),
            (
                "papaver_expected",
                r#"[{"ground": {"en": "a", "zh": "b"}, "screening": [1, 2, 3]}]"#,
            ),
        ] {
            assert!(uses(&[(key, value)]).is_err(), "{key} {value}");
        }
    }
}
