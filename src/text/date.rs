//! Dates and times as people and spreadsheets write them, in Chinese too: 2026/5/4 10:21, 2026年5月4日 下午3时, 二〇二六年五月四日.

use super::number::half_width;
use super::weekday::without_weekday;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDate {
    /// The day.
    pub day: Date,
    /// The time of day, where it is written.
    pub time: Option<Time>,
    /// The zone, where it is written.
    pub zone: Option<Offset>,
}

/// What is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFlaw {
    /// It is none: the day is not written, or there is no such day.
    NoDate,
    /// It could be two, such as 4/5/2026.
    TwoWays,
}

/// Reads a date with or without a time and a zone. The year has four digits, or two before 年.
///
/// # Errors
/// [`DateFlaw`].
pub fn date_time(text: &str) -> Result<WrittenDate, DateFlaw> {
    let text = half_width(text).trim().to_lowercase();
    // Nothing that anybody writes as a date is longer.
    if text.chars().count() > 60 {
        return Err(DateFlaw::NoDate);
    }
    let text = text.trim_start_matches('\'');
    let (text, weekday) = without_weekday(text);
    let text = in_signs(&with_digits(&text));
    let mut rest = Cursor(text.trim());
    let day = day(&mut rest)?;
    if weekday.is_some_and(|named| named != day.weekday()) {
        return Err(DateFlaw::NoDate);
    }
    rest.blanks();
    if rest.take("t") {
        rest.blanks();
    }
    let mut after = Cursor(rest.0);
    let half = half_of_day(&mut after);
    // The morning of a day is that day.
    let written = if rest.0.is_empty() || half.is_some() && after.0.trim().is_empty() {
        (None, None)
    } else {
        let time = time(&mut rest).ok_or(DateFlaw::NoDate)?;
        rest.blanks();
        let zone = if rest.0.is_empty() {
            None
        } else {
            Some(zone(&mut rest).ok_or(DateFlaw::NoDate)?)
        };
        (Some(time), zone)
    };
    Ok(WrittenDate {
        day,
        time: written.0,
        zone: written.1,
    })
}

/// What is still to be read.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
    }

    fn take(&mut self, sign: &str) -> bool {
        match self.0.strip_prefix(sign) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn take_any(&mut self, signs: &[&str]) -> bool {
        signs.iter().any(|sign| self.take(sign))
    }

    /// Digits, so many at most; nothing is taken where there are more.
    fn digits(&mut self, most: usize) -> Option<&'a str> {
        let end = self.0.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        if !(1..=most).contains(&digits.len()) {
            return None;
        }
        self.0 = rest;
        Some(digits)
    }

    fn small<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.digits(2)?.parse().ok()
    }
}

/// A text of digits alone, as cameras and telephones name files (`20260504102100`, `20260504_1021`), with signs between its parts.
fn in_signs(text: &str) -> String {
    let text = text.trim();
    let parts = text
        .split_at_checked(8)
        .map(|(day, time)| (day, time.trim_start_matches(['_', '-', 't', ' '])));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match parts {
        Some((day, time)) if digits(day) && digits(time) && matches!(time.len(), 4 | 6) => {
            let (hour, rest) = time.split_at(2);
            let (minute, second) = rest.split_at(2);
            let colon = if second.is_empty() { "" } else { ":" };
            format!("{day} {hour}:{minute}{colon}{second}")
        }
        _ => text.to_owned(),
    }
}

/// Chinese numerals as digits: 二〇二六 as 2026, 二十五 as 25.
fn with_digits(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let value = |c: char| match c {
        '○' | '零' | '０' => Some(0),
        _ => DIGITS.chars().position(|digit| digit == c),
    };
    let mut out = String::new();
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        if c != '十' && value(c).is_none() {
            out.push(c);
            continue;
        }
        let mut run = vec![c];
        while let Some(next) = signs.next_if(|n| *n == '十' || value(*n).is_some()) {
            run.push(next);
        }
        match run.iter().position(|c| *c == '十') {
            None => out.extend(run.iter().filter_map(|c| value(*c)).map(|n| n.to_string())),
            Some(ten) if ten < 2 && run.len() <= ten + 2 => {
                let tens = run[..ten].first().map_or(Some(1), |c| value(*c));
                let ones = run[ten + 1..].first().map_or(Some(0), |c| value(*c));
                match tens.zip(ones) {
                    Some((tens, ones)) => out += &(tens * 10 + ones).to_string(),
                    None => out.extend(run),
                }
            }
            Some(_) => out.extend(run),
        }
    }
    out
}

fn day(rest: &mut Cursor<'_>) -> Result<Date, DateFlaw> {
    if let Some(date) = with_month_name(rest) {
        return date;
    }
    let first = rest.digits(8).ok_or(DateFlaw::NoDate)?;
    if first.len() == 8 {
        let part = |range: std::ops::Range<usize>| first[range].parse::<i16>();
        return match (part(0..4), part(4..6), part(6..8)) {
            (Ok(year), Ok(month), Ok(day)) => date(year, month, day),
            _ => Err(DateFlaw::NoDate),
        };
    }
    let number = |digits: &str| digits.parse::<i16>().map_err(|_too_long| DateFlaw::NoDate);
    rest.blanks();
    let chinese = rest.take("年");
    let parted = chinese || rest.take_any(&["-", "/", ".", "_"]) || first.len() == 4;
    rest.blanks();
    let second = rest.digits(2).filter(|_| parted).ok_or(DateFlaw::NoDate)?;
    rest.blanks();
    if !rest.take_any(&["月", "-", "/", ".", "_"]) && rest.0.is_empty() {
        return Err(DateFlaw::NoDate);
    }
    rest.blanks();
    let third = rest.digits(4).ok_or(DateFlaw::NoDate)?;
    let named = rest.0.trim_start();
    rest.0 = named.strip_prefix(['日', '号']).unwrap_or(rest.0);
    let (a, b, c) = (number(first)?, number(second)?, number(third)?);
    match (first.len(), third.len()) {
        (4, 1 | 2) => date(a, b, c),
        (2, 1 | 2) if chinese => date(2000 + a, b, c),
        (1 | 2, 4) => match (date(c, b, a), date(c, a, b)) {
            (Ok(one), Ok(other)) if one != other => Err(DateFlaw::TwoWays),
            (Ok(one), _) | (_, Ok(one)) => Ok(one),
            (Err(flaw), _) => Err(flaw),
        },
        // Which of three numbers below a hundred is the year?
        (1 | 2, 1 | 2) => Err(DateFlaw::TwoWays),
        _ => Err(DateFlaw::NoDate),
    }
}

fn date(year: i16, month: i16, day: i16) -> Result<Date, DateFlaw> {
    let small = |n: i16| i8::try_from(n).map_err(|_too_large| DateFlaw::NoDate);
    Date::new(year, small(month)?, small(day)?).map_err(|_no_such_day| DateFlaw::NoDate)
}

/// 4 May 2026, May 4, 2026, 4-May-2026; `None` where no month is named.
fn with_month_name(rest: &mut Cursor<'_>) -> Option<Result<Date, DateFlaw>> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let mut tried = Cursor(rest.0);
    let part = |cursor: &mut Cursor<'_>| {
        cursor.0 = cursor.0.trim_start_matches([' ', '-', '/', '.', ',']);
    };
    let month_of = |cursor: &mut Cursor<'_>| {
        let end = cursor
            .0
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(cursor.0.len());
        let word = &cursor.0[..end];
        let month = MONTHS
            .iter()
            .position(|name| word == *name || (word.len() == 3 && name.starts_with(word)))?;
        cursor.0 = &cursor.0[end..];
        i16::try_from(month + 1).ok()
    };
    let (day, month) = if let Some(month) = month_of(&mut tried) {
        part(&mut tried);
        (tried.small::<i16>()?, month)
    } else {
        let day = tried.small::<i16>()?;
        part(&mut tried);
        (day, month_of(&mut tried)?)
    };
    part(&mut tried);
    let year = tried.digits(4);
    rest.0 = tried.0;
    Some(match year {
        Some(year) if year.len() == 4 => date(year.parse().unwrap_or(0), month, day),
        Some(_) => Err(DateFlaw::TwoWays),
        None => Err(DateFlaw::NoDate),
    })
}

/// A time of day with hours and minutes, or hours alone where 时 or 点 says so.
fn time(rest: &mut Cursor<'_>) -> Option<Time> {
    let mut half = half_of_day(rest);
    rest.blanks();
    let mut hour: i8 = rest.small()?;
    rest.blanks();
    let named = rest.take_any(&["时", "点"]);
    let (mut minute, mut second): (i8, i8) = (0, 0);
    if named || rest.take(":") {
        rest.blanks();
        if named && rest.take("半") {
            minute = 30;
        } else if let Some(minutes) = rest.small() {
            minute = minutes;
            rest.blanks();
            if rest.take_any(&[":", "分"]) {
                rest.blanks();
                if let Some(seconds) = rest.small() {
                    second = seconds;
                    // What is below a second is nothing to anybody.
                    if rest.take(".") {
                        rest.digits(9)?;
                    }
                    let _named = rest.take("秒");
                }
            }
        } else if !named {
            return None;
        }
    } else {
        return None;
    }
    rest.blanks();
    half = half.or_else(|| half_of_day(rest));
    match half {
        Some(Half::Morning) if hour == 12 => hour = 0,
        Some(Half::Morning) if hour > 12 => return None,
        // At twelve in the evening, is it the night before or after?
        Some(Half::Evening) if hour == 12 => return None,
        Some(Half::Afternoon | Half::Evening) if hour < 12 => hour += 12,
        Some(Half::Noon) if hour < 3 => hour += 12,
        Some(Half::Noon) if !(10..=14).contains(&hour) => return None,
        _ => {}
    }
    Time::new(hour, minute, second, 0).ok()
}

/// Before or after noon.
enum Half {
    Morning,
    Noon,
    Afternoon,
    Evening,
}

/// How each half is said.
const HALVES: [(Half, &[&str]); 4] = [
    (
        Half::Morning,
        &["上午", "凌晨", "早上", "清晨", "a.m.", "am"],
    ),
    (Half::Noon, &["中午"]),
    (Half::Afternoon, &["下午", "午后", "傍晚", "p.m.", "pm"]),
    (Half::Evening, &["晚上", "晚间", "夜间", "夜里"]),
];

fn half_of_day(rest: &mut Cursor<'_>) -> Option<Half> {
    let mut halves = HALVES.into_iter();
    let said = halves.find(|(_, signs)| rest.take_any(signs));
    said.map(|(half, _)| half)
}

/// The zone that the rest is; `None` where it is none.
fn zone(rest: &mut Cursor<'_>) -> Option<Offset> {
    if matches!(rest.0, "z" | "utc" | "gmt") {
        return Some(Offset::UTC);
    }
    if rest.0 == "北京时间" {
        return Offset::from_hours(8).ok();
    }
    let _named = rest.take_any(&["utc", "gmt"]);
    let sign = if rest.take("+") {
        1
    } else if rest.take("-") {
        -1
    } else {
        return None;
    };
    let digits = rest.digits(4)?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => {
            let hours: i32 = digits.parse().ok()?;
            let minutes = if rest.take(":") {
                rest.digits(2)?.parse().ok()?
            } else {
                0
            };
            (hours, minutes)
        }
        4 => (digits[..2].parse().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    let seconds = sign * (hours * 3600 + minutes * 60);
    let zone = Offset::from_seconds(seconds)
        .ok()
        .filter(|_| minutes < 60)?;
    rest.0.is_empty().then_some(zone)
}

/// The day of a date or a time as files and events have it: `2026-05-04`, whatever follows.
pub fn day_of(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> String {
        match date_time(text) {
            Ok(read) => {
                let time = read.time.map(|t| format!(" {t}")).unwrap_or_default();
                let zone = read.zone.map(|z| format!(" {z}")).unwrap_or_default();
                format!("{}{time}{zone}", read.day)
            }
            Err(DateFlaw::NoDate) => "none".into(),
            Err(DateFlaw::TwoWays) => "two".into(),
        }
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2026-05-04",
            "2026/5/4",
            "2026.5.4",
            "2026-5-4",
            "2026年5月4日",
            "2026 年 5 月 4 日",
            "２０２６年５月４日",
            "20260504",
            "2026年05月04号",
            "二〇二六年五月四日",
            "二零二六年五月四日",
            "2026年5月4日星期一",
            "2026/5/4 (周一)",
            "26年5月4日",
            "2026 5 4",
            "4 May 2026",
            "May 4, 2026",
            "4-May-2026",
            "2026/05/04",
            "2026．5．4",
            "'2026-05-04",
            "2026_05_04",
            "2026年5月4日上午",
            "Monday, May 4, 2026",
            "Mon 4 May 2026",
        ] {
            assert_eq!(told(text), "2026-05-04", "{text}");
        }
        assert_eq!(told("二〇二六年十月二十五日"), "2026-10-25");
        assert_eq!(told("二〇二六年十一月三十日"), "2026-11-30");
        assert_eq!(told("25/5/2026"), "2026-05-25");
        assert_eq!(told("5/25/2026"), "2026-05-25");
        assert_eq!(told("5/5/2026"), "2026-05-05");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for text in [
            "2026-05-04 10:21",
            "2026/5/4 10:21",
            "2026-05-04T10:21:00",
            "2026年5月4日 10时21分",
            "2026年5月4日10点21分",
            "2026/5/4 上午10:21",
            "2026/5/4 10:21 AM",
            "2026-5-4　10：21",
            "2026.5.4 10:21:00.000",
            "二〇二六年五月四日上午十时二十一分",
            "2026年5月4日 星期一 10:21",
            "20260504 10:21",
            "20260504102100",
            "202605041021",
            "20260504_102100",
            "20260504-1021",
            "Monday, May 4, 2026 10:21",
        ] {
            assert_eq!(told(text), "2026-05-04 10:21:00", "{text}");
        }
        assert_eq!(told("2026-5-4 9:05"), "2026-05-04 09:05:00");
        assert_eq!(told("2026/5/4 下午3:05:09"), "2026-05-04 15:05:09");
        assert_eq!(told("2026/5/4 3:05 PM"), "2026-05-04 15:05:00");
        assert_eq!(told("2026/5/4 12:05 AM"), "2026-05-04 00:05:00");
        assert_eq!(told("2026年5月4日下午3点半"), "2026-05-04 15:30:00");
        assert_eq!(told("2026年5月4日 上午9点"), "2026-05-04 09:00:00");
        assert_eq!(told("2026年5月4日中午12点"), "2026-05-04 12:00:00");
        assert_eq!(told("2026年5月4日中午1点半"), "2026-05-04 13:30:00");
        assert_eq!(told("2026年5月4日中午11:40"), "2026-05-04 11:40:00");
        assert_eq!(told("2026年5月4日晚上8点"), "2026-05-04 20:00:00");
        assert_eq!(told("2026-05-04T02:21:00Z"), "2026-05-04 02:21:00 +00");
        assert_eq!(
            told("2026-05-04T10:21:00.123+08:00"),
            "2026-05-04 10:21:00 +08"
        );
        assert_eq!(told("2026/05/04 10:21:00+08"), "2026-05-04 10:21:00 +08");
        assert_eq!(told("2026-05-04 10:21 北京时间"), "2026-05-04 10:21:00 +08");
        assert_eq!(told("2026-05-04 10:21:00 +0800"), "2026-05-04 10:21:00 +08");
    }

    #[test]
    fn what_is_no_date_or_two_is_refused() {
        for text in [
            "",
            "x",
            "2026",
            "2026-5",
            "2026年5月",
            "5月4日",
            "2026-13-01",
            "2026-02-30",
            "45000",
            "2026.5",
            "10:21",
            "yesterday",
            "2026-05-04 25:00",
            "2026-05-04 10:61",
            "2026-05-04 1021",
            "2026-05-04 10",
            "2026年5月4日星期二",
            "2026-05-04 10:21 x",
            "2026-05-04-05",
            "2026年5月4日晚上12点",
            "2026年5月4日中午8点",
            "12026-05-04",
        ] {
            assert_eq!(told(text), "none", "{text}");
        }
        for text in [
            "4/5/2026", "4-5-2026", "5.4.2026", "26/5/4", "26-05-04", "4-May-26", "5/4/26",
        ] {
            assert_eq!(told(text), "two", "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_in_every_spelling(days in 0_i64..36_000) {
            let day = Date::constant(1999, 1, 1).checked_add(jiff::Span::new().days(days)).expect("a day");
            let (y, m, d) = (day.year(), day.month(), day.day());
            for text in [format!("{y}/{m}/{d}"), format!("{y}年{m}月{d}日"), format!("{y}.{m:02}.{d:02}"), format!("{y}{m:02}{d:02}")] {
                prop_assert_eq!(date_time(&text).map(|w| w.day), Ok(day));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _read = date_time(&text);
        }
    }
}
