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
    /// Ground in square metres, shown in square kilometres.
    Ground(f64),
}

/// Less ground than this is said in square metres.
const LITTLE_M2: f64 = 10_000.0;

/// Ground as people say it, with its unit.
pub fn ground(m2: f64) -> String {
    if (0.5..LITTLE_M2).contains(&m2) {
        format!("{m2:.0} m²")
    } else {
        Cell::Ground(m2).to_text() + " km²"
    }
}

/// Decimals of ground in square kilometres: of little ground three digits that count, so that parts add up to their sum and
/// a share can be worked out again.
pub fn ground_decimals(m2: f64) -> usize {
    const FROM: [(f64, usize); 4] = [(1e7, 1), (1e6, 2), (1e5, 3), (1e3, 4)];
    let decimals = FROM.iter().find(|(from, _)| m2 >= *from);
    match decimals {
        Some((_, decimals)) => *decimals,
        None if m2 >= 0.5 => 6,
        None => 1,
    }
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
            Self::Ground(m2) => {
                let decimals = ground_decimals(*m2);
                format!("{:.decimals$}", m2 / 1e6 + 0.0)
            }
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
            Self::Ground(m2) => Json::from(m2.round() / 1e6),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_ground_has_one_unit_and_small_ground_is_said_in_square_metres() {
        assert_eq!(ground(320.4), "320 m²");
        assert_eq!(ground(80_000.0), "0.0800 km²");
        assert_eq!(ground(3_737_660_000.0), "3737.7 km²");
        let column = [320.4, 80_000.0, 313_300.0, 3_250_000.0, 12_340_000.0, 0.0];
        let shown = column.map(|m2| Cell::Ground(m2).to_text());
        assert_eq!(
            shown,
            ["0.000320", "0.0800", "0.313", "3.25", "12.3", "0.0"]
        );
        assert_eq!(Cell::Ground(320.4).to_json(), Json::from(0.000_32));
    }
}
