//! The sizes that a model takes.

/// What the file declares of its input: `None` is dynamic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputShape {
    /// Tiles in one call.
    pub batch: Option<u32>,
    /// Rows.
    pub height: Option<u32>,
    /// Columns.
    pub width: Option<u32>,
}

impl InputShape {
    /// Whether any number of rows and columns is taken.
    pub(crate) fn is_free(&self) -> bool {
        self.height.is_none() && self.width.is_none()
    }
}

/// `[N,3,224,224]`, with `N` for what is dynamic.
pub(super) fn words(sizes: &[Option<u32>]) -> String {
    let sizes: Vec<String> = sizes
        .iter()
        .map(|s| s.map_or("?".into(), |s| s.to_string()))
        .collect();
    format!("[{}]", sizes.join(","))
}
