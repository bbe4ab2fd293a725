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
    /// One half of a position where both are meant.
    Half,
    /// Two halves of which either may be the longitude.
    EitherWay,
    /// Another place than the longitude and the latitude in the same row.
    Elsewhere,
}

impl DegreesFlaw {
    /// In words, with what to write; `text` is what was given.
    pub fn say(self, text: &str, lang: Lang) -> String {
        match self {
            Self::NoDegrees if text.trim().is_empty() => lang
                .pick("longitude or latitude is not filled in", "经度或纬度未填写")
                .into(),
            Self::NoDegrees if text.trim().starts_with('=') => tr!(
                lang,
                "“{text}” is a formula: copy the column and paste it as values",
                "“{text}”是公式：请复制该列并选择性粘贴为“值”"
            ),
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
            Self::Half => tr!(
                lang,
                "“{text}” is one half of a position: write longitude and latitude, such as 113.3, 33.74",
                "“{text}”只有坐标的一半：请同时写出经度和纬度，如 113.3, 33.74"
            ),
            Self::Elsewhere => tr!(
                lang,
                "“{text}” is another place than its longitude and latitude: keep the right one",
                "“{text}”与同行的经度、纬度不是同一位置：请只保留正确的"
            ),
            Self::EitherWay => tr!(
                lang,
                "which half of “{text}” is the longitude cannot be told: write 东经 and 北纬, or E and N, before them",
                "“{text}”中哪个是经度无法判断：请注明东经、北纬（或 E、N）"
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
    let text = half_width(text).to_lowercase();
    let (rest, side) = side(alone(&text));
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

/// Reads both degrees of a position out of one text: `113.3, 33.74`, `N33°44′24″ E113°18′`, 东经113.3北纬33.74. Longitude comes
/// first in what is returned; which stands first in the text is told by their sides, by what no latitude can be, or by where
/// China lies.
///
/// # Errors
/// [`DegreesFlaw`].
pub fn position(text: &str) -> Result<(f64, f64), DegreesFlaw> {
    let text = half_width(text);
    let text = text.trim().trim_matches(['(', ')', '[', ']']).trim();
    let (one, other) = halves(text).ok_or_else(|| no_halves(text))?;
    let in_order = |lon: &str, lat: &str| -> Result<(f64, f64), DegreesFlaw> {
        let lon = degrees(lon, Axis::Longitude)?;
        Ok((lon, degrees(lat, Axis::Latitude)?))
    };
    match (in_order(one, other), in_order(other, one)) {
        (Ok(east_first), Ok(north_first)) => {
            let china = |(lon, lat): (f64, f64)| {
                (73.0..=136.0).contains(&lon) && (3.0..=54.0).contains(&lat)
            };
            match (china(east_first), china(north_first)) {
                (true, false) => Ok(east_first),
                (false, true) => Ok(north_first),
                _ => Err(DegreesFlaw::EitherWay),
            }
        }
        (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
        (Err(DegreesFlaw::TooLarge), _) | (_, Err(DegreesFlaw::TooLarge)) => {
            Err(DegreesFlaw::TooLarge)
        }
        _ => Err(DegreesFlaw::NoDegrees),
    }
}

/// Fails where a text holds another position than a longitude and a latitude that were read beside it. What is no position
/// may be any remark.
///
/// # Errors
/// [`DegreesFlaw::Elsewhere`].
pub fn agrees(text: &str, (lon, lat): (f64, f64)) -> Result<(), DegreesFlaw> {
    /// Degrees, as far as two roundings of one position lie apart at most.
    const ROUNDED: f64 = 1e-3;
    match position(text) {
        Ok(there) if (there.0 - lon).abs().max((there.1 - lat).abs()) > ROUNDED => {
            Err(DegreesFlaw::Elsewhere)
        }
        _ => Ok(()),
    }
}

/// What a text is that has not two halves.
fn no_halves(text: &str) -> DegreesFlaw {
    let text = text.trim_matches([',', ';', '、', '/', '|', ' ']);
    let alone = [Axis::Longitude, Axis::Latitude].map(|axis| degrees(text, axis));
    if alone.iter().any(Result::is_ok) {
        DegreesFlaw::Half
    } else {
        DegreesFlaw::NoDegrees
    }
}

/// The two halves of a position: parted by a sign, by the side of the globe that the second begins with or the first ends
/// with, or by the only blank.
fn halves(text: &str) -> Option<(&str, &str)> {
    const SIGNS: [char; 5] = [',', ';', '、', '/', '|'];
    if text.contains(SIGNS) {
        let mut parts = text.split(SIGNS).map(str::trim).filter(|p| !p.is_empty());
        let halves = (parts.next()?, parts.next()?);
        return parts.next().is_none().then_some(halves);
    }
    let is_side = |c: char| "东西南北EWNSewns".contains(c);
    // 33d44m24s: the letter of seconds is no side.
    let lettered = text.contains(['m', 'M']);
    let sides: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, c)| is_side(*c) && !(lettered && matches!(c, 's' | 'S')))
        .collect();
    if let [(first, _), (second, sign)] = sides[..] {
        let at = if first == 0 {
            second
        } else {
            let (before, ended) = (&text[..second], second + sign.len_utf8() == text.len());
            let first_end = first + before[first..].chars().next()?.len_utf8();
            if ended { first_end } else { return None }
        };
        return Some(text.split_at(at));
    }
    let mut parts = text.split_whitespace();
    let halves = (parts.next()?, parts.next()?);
    parts.next().is_none().then_some(halves)
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

/// A text without the apostrophe that makes text of it in a spreadsheet, and without signs that part it from what came after.
fn alone(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix(['\'', '‘', '’']).unwrap_or(text);
    text.trim_end_matches([',', ';', '、', '。', ' '])
        .trim_start()
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
            '°' | 'º' | '˚' | '゜' | 'ﾟ' | '∘' | '⁰' | '度' | 'd' => Token::Mark(0),
            '′' | 'ʹ' | 'ʼ' | '\'' | '’' | '‘' | '`' | '´' | '分' | 'm' => {
                // Two signs of minutes are one of seconds.
                let minutes =
                    |n: &char| matches!(n, '′' | 'ʹ' | 'ʼ' | '\'' | '’' | '‘' | '`' | '´');
                match signs.next_if(|n| minutes(&c) && minutes(n)) {
                    Some(_) => Token::Mark(2),
                    None => Token::Mark(1),
                }
            }
            '″' | 'ʺ' | '〃' | '˝' | '〞' | '"' | '”' | '“' | '秒' | 's' => {
                Token::Mark(2)
            }
            ':' => Token::Colon,
            // 113-18-14
            '-' if matches!(found.last(), Some(Token::Number(..))) => Token::Colon,
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
            "113-18-14.4",
            "113-18-14.4E",
            "+113.304",
            "113°18′14.4″东",
            "113゜18′14.4˝",
            "113ﾟ18'14.4〞",
            "113∘18′14.4″",
            "113⁰18′14.4″",
            "113.304；",
            "113.304,",
            "'113.304",
            "’113°18′14.4″、",
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
            "113-",
            "113.3-113.4",
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

    #[test]
    fn both_halves_of_a_position_are_read_out_of_one_cell() {
        for text in [
            "113.304,33.74",
            "113.304， 33.74",
            "33.74, 113.304",
            "113.304 33.74",
            "(113.304, 33.74)",
            "113.304、33.74",
            "E113.304 N33.74",
            "N33.74E113.304",
            "33.74°N 113.304°E",
            "33.74°N113.304°E",
            "东经113.304北纬33.74",
            "东经113.304°，北纬33.74°",
            "北纬33°44′24″ 东经113°18′14.4″",
            "33°44'24\"N 113°18'14.4\"E",
            "N33°44′24″, E113°18′14.4″",
            "113°18′14.4″/33°44′24″",
            "33d44m24s,113d18m14.4s",
        ] {
            let read = position(text);
            assert!(
                read.is_ok_and(
                    |(lon, lat)| (lon - 113.304).abs() < 1e-9 && (lat - 33.74).abs() < 1e-9
                ),
                "{text}: {read:?}"
            );
        }
        // The west of China, where either may be a latitude; the south-west of the Earth.
        assert_eq!(position("44.2,85.1"), Ok((85.1, 44.2)));
        assert_eq!(position("85.1,44.2"), Ok((85.1, 44.2)));
        assert_eq!(position("70.5W 33.4S"), Ok((-70.5, -33.4)));
        for text in ["", "x", "1,2,3", "113.3 33.7 90", "E113 E114", "1 2 3 4"] {
            assert_eq!(position(text), Err(DegreesFlaw::NoDegrees), "{text}");
        }
        for text in [
            "113.3",
            "33.74°N",
            "113°18′14.4″",
            "东经113.3，",
            "113 18 14.4",
        ] {
            assert_eq!(position(text), Err(DegreesFlaw::Half), "{text}");
        }
        for text in ["1,2", "-33.4 -70.5", "80.1,70.2"] {
            assert_eq!(position(text), Err(DegreesFlaw::EitherWay), "{text}");
        }
        assert_eq!(position("435133.6,3735042.3"), Err(DegreesFlaw::TooLarge));
    }

    #[test]
    fn two_writings_of_one_position_agree_and_two_positions_do_not() {
        let place = (113.3, 33.74);
        for text in [
            "113.3,33.74",
            "33.7401 113.2996",
            "N33°44′24″ E113°18′",
            "东沟",
            "",
        ] {
            assert_eq!(agrees(text, place), Ok(()), "{text}");
        }
        assert_eq!(agrees("113.4,33.74", place), Err(DegreesFlaw::Elsewhere));
    }

    proptest! {
        #[test]
        fn any_text_is_a_position_or_refused(text in "\\PC{0,30}") {
            if let Ok((lon, lat)) = position(&text) {
                prop_assert!(lon.abs() <= 180.0 && lat.abs() <= 90.0);
            }
        }

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
