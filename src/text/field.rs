//! What one field of a table holds, as its file has it.

use super::is_division_code;

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A formula of a spreadsheet, without its sign.
    Formula(String),
}

impl Field {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// As text: a number without needless digits.
    pub fn to_text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Formula(formula) => format!("={formula}"),
        }
    }

    /// Whether it is a number that has all the digits of a division's code: a spreadsheet that opened a CSV keeps them.
    pub fn is_whole_division(&self) -> bool {
        matches!(self, Self::Number(number) if is_division_code(&number.to_string()))
    }

    /// Whether it is a code that a spreadsheet made a number of, such as 4.10423E+11: digits of it may be lost.
    pub fn is_mangled_code(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(text) => {
                let text = text.trim();
                let in_powers = text.contains(['E', 'e'])
                    && text.contains(['.', '+'])
                    && text.parse::<f64>().is_ok();
                let with_fraction =
                    text.contains('.') && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                in_powers || with_fraction
            }
            _ => false,
        }
    }
}
