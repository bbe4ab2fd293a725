//! How a command ended well.

/// How a command ended well.
pub(crate) enum Done {
    /// All of it.
    Whole,
    /// A part could not be searched, and that was said.
    Partly,
}
