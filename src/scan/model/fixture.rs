//! A contract for the tests of what looks at candidates once more.

use super::VerifierContract;
use std::collections::BTreeMap;

/// What a verifier of two sights says of itself, and no more.
pub(in crate::scan) fn verifier_metadata() -> BTreeMap<String, String> {
    let said = [
        ("model_type", "\"Verifier\""),
        ("class_names", r#"{"0": "other", "1": "poppy"}"#),
        (
            "papaver_sights",
            r#"{"image": {"metres": 1.6, "pixels": 160}, "surroundings": {"metres": 4.8, "pixels": 96}}"#,
        ),
    ];
    said.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// The contract of one.
pub(in crate::scan) fn verifier_contract() -> VerifierContract {
    VerifierContract::new(&verifier_metadata()).expect("usable")
}
