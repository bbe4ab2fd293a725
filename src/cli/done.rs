//! How a command ended well.

/// How a command ended well.
pub(crate) enum Done {
    /// All of it.
    Whole,
    /// A part could not be searched, and that was said.
    Partly,
}

impl Done {
    /// How a command ended of which all was done, or a part.
    pub(crate) fn of(whole: bool) -> Self {
        if whole { Self::Whole } else { Self::Partly }
    }
}
