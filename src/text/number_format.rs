//! The formats of a spreadsheet's numbers, as far as they say more than digits: `0"亩"` shows 2 as 2亩, and `0,"千株"` shows 2000 as
//! 2千株. What a cell shows is what its author read.

use super::field::Field;

/// A number as its cell shows it: per cent as so many hundredths, with the words that its format puts beside it, and scaled as it
/// scales it. A number beside which no words stand is one.
pub fn shown(number: f64, format: &str) -> Field {
    if is_percent(format) {
        // 0.29 times 100 is a little less than 29.
        let hundredths = (number * 1e11).round() / 1e9;
        return Field::Text(format!("{hundredths}%"));
    }
    let Some(section) = Section::of(number, format) else {
        return Field::Number(number);
    };
    if !section.is_scaled() && !section.says_unit() {
        return Field::Number(number);
    }
    Field::Text(section.shown(number))
}

/// Whether a format of numbers shows hundredths; what is quoted or escaped in it is only shown.
fn is_percent(format: &str) -> bool {
    let first = signs(format).take_while(|sign| *sign != FormatSign::Mark(';'));
    first.into_iter().any(|sign| sign == FormatSign::Mark('%'))
}

/// What a format of days and hours shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateKind {
    /// A day, an hour, or both.
    Moment,
    /// How long something took.
    Duration,
}

/// Whether a format shows days and hours.
pub(super) fn date_kind(format: &str) -> Option<DateKind> {
    let is_of = |c: char, signs: &str| signs.contains(c.to_ascii_lowercase());
    let first = signs(format).take_while(|sign| *sign != FormatSign::Mark(';'));
    first.into_iter().find_map(|sign| match sign {
        FormatSign::Mark(c) => is_of(c, "ymdhs").then_some(DateKind::Moment),
        FormatSign::Bracket(text) => {
            let is_time = !text.is_empty() && text.chars().all(|c| is_of(c, "hms"));
            is_time.then_some(DateKind::Duration)
        }
        FormatSign::Shown(_) => None,
    })
}

/// A sign of a format.
#[derive(Debug, Clone, PartialEq)]
enum FormatSign {
    /// One that means something.
    Mark(char),
    /// One that is shown.
    Shown(char),
    /// What stands in square brackets.
    Bracket(String),
}

/// The signs of a format, with those that are quoted or escaped told from the others. WPS escapes with `!`.
fn signs(format: &str) -> impl Iterator<Item = FormatSign> {
    let mut signs = Vec::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => signs.extend(
                chars
                    .by_ref()
                    .take_while(|c| *c != '"')
                    .map(FormatSign::Shown),
            ),
            '\\' | '!' => signs.extend(chars.next().map(FormatSign::Shown)),
            // A blank as wide as a sign, or a sign that fills the cell.
            '_' | '*' => {
                chars.next();
            }
            '[' => signs.push(FormatSign::Bracket(
                chars.by_ref().take_while(|c| *c != ']').collect(),
            )),
            _ => signs.push(FormatSign::Mark(c)),
        }
    }
    signs.into_iter()
}

/// How a number is shown by the part of a format that is for numbers like it.
#[derive(Debug, Default)]
struct Section {
    /// What stands before the digits, and after them.
    around: [String; 2],
    /// Signs that stand between digits, and how many digits come after each: `0!.0` shows 25 as 2.5.
    between: Vec<(usize, char)>,
    /// Digits behind the point; `None` where as many as there are.
    decimals: Option<usize>,
    /// How many times it is divided by a thousand.
    thousands: i32,
}

impl Section {
    /// The section for a number; `None` where that shows no digits, or digits of another kind.
    fn of(number: f64, format: &str) -> Option<Self> {
        let signs: Vec<FormatSign> = signs(format).collect();
        let sections: Vec<&[FormatSign]> =
            signs.split(|sign| *sign == FormatSign::Mark(';')).collect();
        let condition = |section: &[FormatSign]| section.iter().find_map(condition_of);
        let has_conditions = sections.iter().any(|section| condition(section).is_some());
        let at = if has_conditions {
            let holds =
                |section: &&[FormatSign]| condition(section).is_none_or(|holds| holds(number));
            sections.iter().position(holds)?
        } else if number < 0.0 && sections.len() > 1 {
            1
        } else if number == 0.0 && sections.len() > 2 {
            2
        } else {
            0
        };
        Self::read(sections.get(at)?)
    }

    fn read(signs: &[FormatSign]) -> Option<Self> {
        let mut section = Self::default();
        let (mut digits, mut commas, mut point) = (0, 0, None);
        let mut waiting: Vec<(usize, char)> = Vec::new();
        let mut at = 0;
        while let Some(sign) = signs.get(at) {
            at += 1;
            match sign {
                FormatSign::Mark('0' | '#' | '?') => {
                    // Commas between digits part thousands.
                    commas = 0;
                    section.between.append(&mut waiting);
                    digits += 1;
                }
                FormatSign::Mark('.') if point.is_none() => point = Some(digits),
                FormatSign::Mark(',') if digits > 0 => commas += 1,
                FormatSign::Mark('G' | 'g') if digits == 0 => {
                    at += general(&signs[at - 1..])? - 1;
                    digits = 1;
                    point = Some(usize::MAX);
                }
                // Powers, fractions and text are shown otherwise.
                FormatSign::Mark('E' | 'e' | '/' | '@') => return None,
                FormatSign::Mark(c) | FormatSign::Shown(c) if digits == 0 => {
                    section.around[0].push(*c);
                }
                FormatSign::Mark(c) | FormatSign::Shown(c) => waiting.push((digits, *c)),
                FormatSign::Bracket(text) => {
                    let symbol = text
                        .strip_prefix('$')
                        .and_then(|text| text.split('-').next());
                    for c in symbol.unwrap_or_default().chars() {
                        if digits == 0 {
                            section.around[0].push(c);
                        } else {
                            waiting.push((digits, c));
                        }
                    }
                }
            }
        }
        if digits == 0 {
            return None;
        }
        section.around[1] = waiting.into_iter().map(|(_, c)| c).collect();
        for (before, _) in &mut section.between {
            *before = digits - *before;
        }
        section.decimals = match point {
            Some(usize::MAX) => None,
            Some(point) => Some(digits - point),
            None => Some(0),
        };
        section.thousands = commas;
        Some(section)
    }

    /// Whether words or a unit stand beside the digits, and not signs of money and the like alone.
    fn says_unit(&self) -> bool {
        // ㎡ and its like are signs to Unicode.
        let is_word = |c: char| {
            c.is_alphabetic() || ('\u{3380}'..='\u{33ff}').contains(&c) || matches!(c, '²' | '³')
        };
        self.around.iter().any(|text| text.contains(is_word))
    }

    /// Whether other digits are shown than those of the number, or a point where it has none.
    fn is_scaled(&self) -> bool {
        self.thousands != 0 || self.between.iter().any(|(_, sign)| *sign == '.')
    }

    /// A number without scaling keeps all its digits: rounding is for the eye.
    fn shown(&self, number: f64) -> String {
        let [before, after] = &self.around;
        // The part for numbers below nought has a sign of its own.
        let number = if before.contains('-') {
            number.abs()
        } else {
            number
        };
        if !self.is_scaled() {
            return format!("{before}{number}{after}");
        }
        let scaled = number / 1000_f64.powi(self.thousands);
        let mut digits = match self.decimals {
            Some(decimals) => format!("{scaled:.decimals$}"),
            None => scaled.to_string(),
        };
        for (behind, sign) in &self.between {
            while digits.len() <= *behind {
                digits.insert(0, '0');
            }
            digits.insert(digits.len() - behind, *sign);
        }
        format!("{before}{digits}{after}")
    }
}

/// How many signs the name takes of the format that shows a number as it is, in English or in Chinese.
fn general(signs: &[FormatSign]) -> Option<usize> {
    let mark = |sign: &FormatSign| match sign {
        FormatSign::Mark(c) => Some(c.to_ascii_lowercase()),
        _ => None,
    };
    let begins = |name: &&str| {
        let own = signs.iter().map_while(mark);
        own.take(name.chars().count()).eq(name.chars())
    };
    let name = ["general", "g/通用格式"]
        .into_iter()
        .find(|name| begins(name));
    name.map(|name| name.chars().count())
}

/// A condition in brackets, such as `[>=10000]`.
fn condition_of(sign: &FormatSign) -> Option<impl Fn(f64) -> bool + use<>> {
    let FormatSign::Bracket(text) = sign else {
        return None;
    };
    let value = text.trim_start_matches(['<', '>', '=']);
    let operator = text[..text.len() - value.len()].to_owned();
    let limit: f64 = value.trim().parse().ok()?;
    (!operator.is_empty()).then_some(move |number: f64| match operator.as_str() {
        "<" => number < limit,
        "<=" => number <= limit,
        ">" => number > limit,
        ">=" => number >= limit,
        "<>" => (number - limit).abs() > f64::EPSILON,
        _ => (number - limit).abs() <= f64::EPSILON,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_beside_a_number_and_its_scale_are_shown() {
        for (number, format, text) in [
            (2.0, "0\"亩\"", "2亩"),
            (2.5, "0.0\\ \"亩\"", "2.5 亩"),
            (2.0, "General\"亩\"", "2亩"),
            (2.0, "0[$亩-804]", "2亩"),
            (3.0, "0\"亩\";-0\"亩\";\"无\"", "3亩"),
            (2000.0, "0,\"千株\"", "2千株"),
            (20_000.0, "0!.0,\"万\"", "2.0万"),
            (5200.0, "0!.0,\"万\"", "0.5万"),
            (2_345_678.0, "0.00,,\"百万\"", "2.35百万"),
            (2000.0, "0,", "2"),
            (25.0, "0!.0", "2.5"),
            (-2.0, "0\"亩\";-0\"亩\"", "-2亩"),
            (2.0, "G/通用格式\"亩\"", "2亩"),
            (1200.0, "#,##0\"株\"", "1200株"),
            (60.0, "0\"㎡\"", "60㎡"),
            (12_000.0, "[>=10000]0!.0,\"万\";0", "1.2万"),
            (200.0, "0 \"m²\"", "200 m²"),
            (113.3, "\"东经\"0.0", "东经113.3"),
            (0.29, "0%", "29%"),
        ] {
            let field = shown(number, format);
            let Field::Text(read) = field else {
                panic!("{format}: {field:?}");
            };
            assert_eq!(read, text, "{format}");
        }
        for (number, format) in [
            (2.0, "General"),
            (2.0, ""),
            (2.0, "0.00"),
            (2.0, "#,##0.00_);[Red](#,##0.00)"),
            (2.0, "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ "),
            (2.0, "¥#,##0.00"),
            (2.0, "[$¥-804]#,##0.00"),
            (0.8, "0.0\"%\""),
            (0.0, "0\"亩\";-0\"亩\";\"无\""),
            (12.0, "[>=10000]0!.0,\"万\";0"),
            (2.0, "0.00E+00"),
            (2.0, "[DBNum1]0"),
            (113.3, "0.0\"°\""),
            (2.0, "@"),
        ] {
            assert_eq!(shown(number, format), Field::Number(number), "{format}");
        }
    }

    #[test]
    fn any_format_is_read() {
        for format in [
            "\"",
            "[",
            "\\",
            "_",
            "*",
            "!",
            "0[",
            "[<]0",
            "[>]",
            "G",
            "GGG0",
            ";;;;",
            "0,,,,,,,,,,,",
        ] {
            shown(1234.5, format);
            shown(-1.0, format);
        }
    }
}
