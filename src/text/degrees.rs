//! Degrees as people write them: 113.3, 113°18′, 113°18′14.4″E, 东经113度18分14.4秒.

use super::number::half_width;
use crate::tr;
use crate::words::Lang;

/// Which of the two degrees of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// East of Greenwich.
    Longitude,
    /// North of the equator.
    Latitude,
}

/// What is no degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DegreesFlaw {
    /// It cannot be read as one.
    NoDegrees,
    /// It is a latitude where a longitude should be, or the other way round.
    Exchanged,
    /// A number too large, as of metres.
    TooLarge,
}

impl DegreesFlaw {
    /// In words, with what to write; `text` is what was given.
    pub fn say(self, text: &str, lang: Lang) -> String {
        match self {
            Self::NoDegrees if text.trim().is_empty() => lang
                .pick("longitude or latitude is not filled in", "经度或纬度未填写")
                .into(),
            Self::NoDegrees => tr!(
                lang,
                "“{text}” is not degrees: write 113.3 or 113°18′00″",
                "“{text}”不是经纬度：请写成 113.3 或 113°18′00″"
            ),
            Self::Exchanged => tr!(
                lang,
                "“{text}”: longitude and latitude are exchanged",
                "“{text}”：经度与纬度颠倒"
            ),
            Self::TooLarge => tr!(
                lang,
                "“{text}” is too large for degrees: projected coordinates have to be converted to longitude and latitude first",
                "“{text}”超出经纬度范围：投影坐标请先转换为经纬度"
            ),
        }
    }
}

/// A part of what is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    /// Digits, and whether they have a fraction.
    Number(f64, bool),
    /// The sign of degrees, minutes or seconds: 0, 1, 2.
    Mark(usize),
    /// A colon, which parts without saying what.
    Colon,
}

/// Reads degrees, with or without minutes and seconds.
///
/// # Errors
/// [`DegreesFlaw`]; a fraction is taken in the last part only, and minutes and seconds are below sixty.
pub fn degrees(text: &str, axis: Axis) -> Result<f64, DegreesFlaw> {
    let text = half_width(text).trim().to_lowercase();
    let (rest, side) = side(&text);
    let (sign, rest) = match rest.trim().strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, rest.trim().trim_start_matches('+')),
    };
    let tokens = tokens(rest).ok_or(DegreesFlaw::NoDegrees)?;
    let value = sign * value(&tokens).ok_or(DegreesFlaw::NoDegrees)?;
    let value = match side {
        Some((other, _)) if other != axis => return Err(DegreesFlaw::Exchanged),
        // Both a sign and a side may mean either.
        Some((_, false)) if value < 0.0 => return Err(DegreesFlaw::NoDegrees),
        None | Some((_, true)) => value,
        Some((_, false)) => -value,
    };
    let most = match axis {
        Axis::Longitude => 180.0,
        Axis::Latitude => 90.0,
    };
    if value.abs() <= most {
        Ok(value)
    } else if axis == Axis::Latitude && value.abs() <= 180.0 {
        Err(DegreesFlaw::Exchanged)
    } else {
        Err(DegreesFlaw::TooLarge)
    }
}

/// Takes the side of the globe off: which axis it belongs to, and whether it counts up.
fn side(text: &str) -> (&str, Option<(Axis, bool)>) {
    const SIDES: [(&str, Axis, bool); 12] = [
        ("东经", Axis::Longitude, true),
        ("西经", Axis::Longitude, false),
        ("北纬", Axis::Latitude, true),
        ("南纬", Axis::Latitude, false),
        ("东", Axis::Longitude, true),
        ("西", Axis::Longitude, false),
        ("北", Axis::Latitude, true),
        ("南", Axis::Latitude, false),
        ("e", Axis::Longitude, true),
        ("w", Axis::Longitude, false),
        ("n", Axis::Latitude, true),
        ("s", Axis::Latitude, false),
    ];
    for (sign, axis, up) in SIDES {
        if let Some(rest) = text.strip_prefix(sign) {
            return (rest.trim_start_matches([':', '：']), Some((axis, up)));
        }
        // In 33d44m24s the last letter stands for seconds.
        let seconds = sign == "s" && text.contains('m');
        if let Some(rest) = text.strip_suffix(sign).filter(|_| !seconds) {
            return (rest, Some((axis, up)));
        }
    }
    (text, None)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found: Vec<Token> = Vec::new();
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        let token = match c {
            _ if c.is_ascii_digit() || c == '.' => {
                let mut digits = String::from(c);
                while let Some(next) = signs.next_if(|n| n.is_ascii_digit() || *n == '.') {
                    digits.push(next);
                }
                Token::Number(digits.parse().ok()?, digits.contains('.'))
            }
            ' ' | '\t' => continue,
            '°' | 'º' | '˚' | '度' | 'd' => Token::Mark(0),
            '′' | 'ʹ' | 'ʼ' | '\'' | '’' | '‘' | '`' | '´' | '分' | 'm' => {
                // Two signs of minutes are one of seconds.
                let minutes =
                    |n: &char| matches!(n, '′' | 'ʹ' | 'ʼ' | '\'' | '’' | '‘' | '`' | '´');
                match signs.next_if(|n| minutes(&c) && minutes(n)) {
                    Some(_) => Token::Mark(2),
                    None => Token::Mark(1),
                }
            }
            '″' | 'ʺ' | '〃' | '"' | '”' | '“' | '秒' | 's' => Token::Mark(2),
            ':' => Token::Colon,
            _ => return None,
        };
        found.push(token);
    }
    Some(found)
}

/// Degrees out of the parts: each number in the place where it stands, with its own sign after it or none.
fn value(tokens: &[Token]) -> Option<f64> {
    let mut parts: Vec<f64> = Vec::new();
    let mut fraction = false;
    let mut marked = true;
    for token in tokens {
        match *token {
            Token::Number(number, has_fraction) => {
                if fraction || parts.len() == 3 || (!parts.is_empty() && number >= 60.0) {
                    return None;
                }
                fraction = has_fraction;
                parts.push(number);
                marked = false;
            }
            Token::Mark(place) => {
                if marked || place + 1 != parts.len() {
                    return None;
                }
                marked = true;
            }
            Token::Colon => {
                if marked || parts.len() == 3 {
                    return None;
                }
                marked = true;
            }
        }
    }
    let ends_open = matches!(tokens.last(), Some(Token::Colon));
    let (degrees, rest) = parts.split_first().filter(|_| !ends_open)?;
    let minutes = rest.first().unwrap_or(&0.0);
    let seconds = rest.get(1).unwrap_or(&0.0);
    Some(degrees + minutes / 60.0 + seconds / 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degrees_are_read_in_every_spelling() {
        for text in [
            "113.304",
            "113.304°",
            "113.304°E",
            "E113.304",
            "东经113.304度",
            "１１３．３０４",
            "113°18′14.4″",
            "113°18'14.4\"",
            "113° 18’ 14.4”E",
            "113度18分14.4秒",
            "东经：113度18分14.4秒",
            "113:18:14.4",
            "113 18 14.4",
            "113d18m14.4s",
            "113º18´14.4''",
            "113º18ʹ14.4ʺ",
            "113°18ʼ14.4〃",
            "113°18.24′",
            "+113.304",
            "113°18′14.4″东",
        ] {
            let read = degrees(text, Axis::Longitude);
            assert!(
                read.is_ok_and(|d| (d - 113.304).abs() < 1e-9),
                "{text}: {read:?}"
            );
        }
        for (text, value) in [
            ("33°44′24″", 33.74),
            ("北纬33°44.4′", 33.74),
            ("33d44m24s", 33.74),
            ("33.74S", -33.74),
            ("南纬33度", -33.0),
            ("-33.5", -33.5),
        ] {
            let read = degrees(text, Axis::Latitude);
            assert!(
                read.is_ok_and(|d| (d - value).abs() < 1e-9),
                "{text}: {read:?}"
            );
        }
    }

    #[test]
    fn what_is_no_degree_is_refused_with_the_reason() {
        for text in [
            "",
            "x",
            "113,3",
            "113°60′",
            "113.5°18′",
            "113°18′70″",
            "18′",
            "113°18″",
            "1 2 3 4",
            "113..3",
            "-113W",
            "113°-18′",
            "113:",
            "113.3.4",
            "nan",
        ] {
            assert_eq!(
                degrees(text, Axis::Longitude),
                Err(DegreesFlaw::NoDegrees),
                "{text}"
            );
        }
        assert_eq!(
            degrees("33°N", Axis::Longitude),
            Err(DegreesFlaw::Exchanged)
        );
        assert_eq!(
            degrees("113.3", Axis::Latitude),
            Err(DegreesFlaw::Exchanged)
        );
        assert_eq!(
            degrees("435133.6", Axis::Longitude),
            Err(DegreesFlaw::TooLarge)
        );
    }

    proptest! {
        #[test]
        fn minutes_and_seconds_say_the_same_as_decimals(seconds in 0_u32..648_000) {
            let (d, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            for text in [format!("{d}°{m}′{s}″"), format!("{d}度{m}分{s}秒E"), format!("E{d} {m} {s}")] {
                let read = degrees(&text, Axis::Longitude).expect("degrees");
                prop_assert!((read - f64::from(seconds) / 3600.0).abs() < 1e-9);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            if let Ok(read) = degrees(&text, Axis::Longitude) {
                prop_assert!(read.abs() <= 180.0);
            }
        }
    }
}
