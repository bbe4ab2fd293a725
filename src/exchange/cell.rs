//! A value as tables show it, whatever file they are in.

use serde_json::Value as Json;

/// A value of a ledger or of a table of figures.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing is known.
    Empty,
    /// Words, or digits that are a name and no number.
    Text(String),
    /// A measured number with the decimals that it is written with.
    Number(f64, usize),
    /// A counted number.
    Count(i64),
}

impl Cell {
    /// Words; nothing where there are none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text)
        }
    }

    /// As plain text.
    pub fn to_text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number, decimals) => format!("{number:.decimals$}"),
            Self::Count(count) => count.to_string(),
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Empty => Json::Null,
            Self::Text(text) => Json::from(text.as_str()),
            Self::Number(number, decimals) => {
                let factor = 10_f64.powi(i32::try_from(*decimals).unwrap_or(0));
                Json::from((number * factor).round() / factor)
            }
            Self::Count(count) => Json::from(*count),
        }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<i32> for Cell {
    fn from(count: i32) -> Self {
        Self::Count(count.into())
    }
}
