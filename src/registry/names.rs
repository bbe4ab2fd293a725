//! Names of people as they are compared.

/// A name as it is compared: the same for letters of another width or case, for spaces, and for letters of other scripts
/// that look alike.
pub fn folded_name(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = name
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect();
    unicode_security::skeleton(&plain).collect()
}

/// Whether two names are, to a reader, one.
pub fn same_name(one: &str, other: &str) -> bool {
    one == other || folded_name(one) == folded_name(other)
}
