//! Numbers as people type them.

use crate::printable::is_unseen;

/// Full-width letters, digits and signs as their half-width ones, without what nobody sees: marks of width and direction that
/// web pages and messengers put between letters. Other text stays as it is.
pub fn half_width(text: &str) -> String {
    let joins = |c: &char| matches!(c, '\u{200c}' | '\u{200d}');
    text.chars()
        .filter(|c| !is_unseen(*c) && !joins(c))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            // The small forms of signs.
            '﹐' => ',',
            '﹒' => '.',
            '﹔' => ';',
            '﹕' => ':',
            '﹪' => '%',
            _ => c,
        })
        .collect()
}

/// A number: digits of either width, with a point, and with commas or blanks only between groups of three.
pub fn number(text: &str) -> Option<f64> {
    let text = half_width(text);
    let text = text.trim();
    let digits = text.trim_start_matches(['-', '+']);
    // Rust reads “inf” and “nan”, which nobody counts.
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Some(sign) = [',', ' '].into_iter().find(|sign| text.contains(*sign)) {
        let whole = digits.split('.').next().unwrap_or_default();
        let mut groups = whole.split(sign);
        let first = groups.next().unwrap_or_default();
        let three = |group: &str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
        let in_groups = (1..=3).contains(&first.len()) && groups.all(three);
        // “0,200” and “1,5” are no thousands: somebody means a decimal comma.
        if !in_groups
            || first.starts_with('0')
            || digits.matches(sign).count() != whole.matches(sign).count()
        {
            return None;
        }
        return text
            .replace(sign, "")
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite());
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// A number that has no thousands, such as degrees: a comma in it is the decimal sign of another country.
pub fn decimal(text: &str) -> Option<f64> {
    match text.matches(',').count() {
        1 if !text.contains('.') => number(&text.replace(',', ".")),
        _ => number(text),
    }
}

/// A number of per cent, with or without its sign.
pub fn percent(text: &str) -> Option<f64> {
    let text = half_width(text);
    let text = text.trim();
    number(text.strip_suffix('%').unwrap_or(text))
}

/// Whether a text is the code of an administrative division 行政区划代码 (GB/T 2260 and its extensions): 6, 9 or 12 digits.
pub fn is_division_code(code: &str) -> bool {
    matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit())
}

/// The digits that every division below one begins with: `41` of 410000, `4104` of 410400, `410423` of 410423.
pub fn division_stem(code: &str) -> &str {
    let without = |zeros: &str| code.strip_suffix(zeros).filter(|_| code.len() == 6);
    without("0000").or_else(|| without("00")).unwrap_or(code)
}

/// Whether a division's code is that of another, or lies below it: 410423001 below 410423, 410423 below 410000. What is no
/// code lies below nothing, and nothing below it.
pub fn is_division_at_or_below(code: &str, above: &str) -> bool {
    is_division_code(code) && is_division_code(above) && code.starts_with(division_stem(above))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_either_width_and_never_guessed() {
        for (text, value) in [
            ("200", 200.0),
            ("２００", 200.0),
            (" 3．5 ", 3.5),
            ("1,200", 1200.0),
            ("1，200", 1200.0),
            ("12 000.5", 12000.5),
            ("-3", -3.0),
            ("1.2e3", 1200.0),
            ("\u{202d}1\u{200d}2\u{feff}", 12.0),
            // As telephones wrap what is copied out of a message.
            ("\u{2066}12\u{2069}", 12.0),
            ("12\u{ad}", 12.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in [
            "", "1,5", "1，5", "0,200", "20 0", "1,20,000", "1.000,5", "inf", "nan", "约200",
            "1e999",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(percent("100%"), Some(100.0));
        assert_eq!(percent("８０％"), Some(80.0));
        assert_eq!(percent("100﹪"), Some(100.0));
        assert_eq!(percent("80"), Some(80.0));
        assert_eq!(percent("%"), None);
    }
}
