//! Who asks a bucket: the environment alone says it, and nobody else is asked for it.

/// Who asks.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// Who asks, by a token that the environment leads to.
const TOKENS: [&[&str]; 3] = [
    &["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"],
    &["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"],
    &["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
];
/// That nobody in particular asks: as object stores say it, and as GDAL does.
const WITHOUT_KEYS: [&str; 2] = ["AWS_SKIP_SIGNATURE", "AWS_NO_SIGN_REQUEST"];

/// Whether something in the environment says yes.
fn says_yes(name: &str) -> bool {
    let said = std::env::var(name).unwrap_or_default().to_lowercase();
    ["1", "true", "on", "yes", "y"].contains(&said.as_str())
}

/// Whether the environment says that a bucket is asked without keys, as one that is open to all.
pub fn is_asked_without_keys() -> bool {
    WITHOUT_KEYS.into_iter().any(says_yes)
}

/// What the environment lacks to say who asks, so that nobody else is asked for it: Amazon's machines have keys that others know.
pub(super) fn missing_key() -> Option<&'static str> {
    let is_there = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let lacks = |names: &[&'static str]| names.iter().find(|name| !is_there(name)).copied();
    let has_token = || TOKENS.iter().any(|names| lacks(names).is_none());
    match lacks(&KEYS) {
        Some(_) if is_asked_without_keys() => None,
        Some(_) if !KEYS.iter().any(is_there) && has_token() => None,
        missing => missing,
    }
}
