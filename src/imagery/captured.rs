//! When imagery was taken: a day or a period, in the survey's own time zone. Unknown stays unknown.

use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The day or the period, both ends included, in which imagery was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Captured {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// Days on which no imagery was taken.
#[derive(Debug)]
pub enum CapturedError {
    /// A text that is no date or period.
    Unclear {
        /// The text.
        text: String,
    },
    /// It is still to come.
    Ahead(Captured),
}

impl Say for CapturedError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unclear { text } => Said::new(tr!(lang, "'{text}' is not a date or a period", "“{text}”不是日期或时间段")).hint(tr!(lang,
                "write the day as 2026-05-03, a period as 2026-05-03/2026-05-05 with the earlier day first",
                "日期写作 2026-05-03，时间段写作 2026-05-03/2026-05-05，较早的在前")),
            Self::Ahead(days) => Said::new(tr!(lang, "imagery cannot be of {days}: that is still to come", "影像不可能摄于 {days}：该日期尚未到来"))
                .hint(lang.pick("give the day on which it was flown", "请给出飞行当日的日期")),
        }
    }
}
speaking_error!(CapturedError);

impl Captured {
    /// One day.
    pub fn day(day: Date) -> Self {
        Self { from: day, to: day }
    }

    /// The shortest period that holds both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }

    /// The day of a TIFF or EXIF date-time such as `2026:05:03 10:21:00`; `None` where it is not one or is empty.
    pub(crate) fn of_tag(text: &str) -> Option<Self> {
        let dashed = |c: char| if c == ':' || c == '/' { '-' } else { c };
        let day: String = text.trim().chars().take(10).map(dashed).collect();
        let day: Date = day.parse().ok()?;
        (day.year() > 1980).then(|| Self::day(day))
    }
}

impl FromStr for Captured {
    type Err = CapturedError;

    fn from_str(text: &str) -> Result<Self, CapturedError> {
        let (from, to) = text.split_once('/').unwrap_or((text, text));
        let parse = |t: &str| Date::strptime("%Y-%m-%d", t.trim()).ok();
        match (parse(from), parse(to)) {
            (Some(from), Some(to)) if from <= to => Ok(Self { from, to }),
            _ => Err(CapturedError::Unclear { text: text.into() }),
        }
    }
}

impl fmt::Display for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}/{}", self.from, self.to)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_a_period_are_read_and_printed_back() {
        for text in ["2026-05-03", "2026-05-03/2026-05-05"] {
            assert_eq!(
                text.parse::<Captured>().expect("a period").to_string(),
                text
            );
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-05-05/2026-05-03",
            "",
            "20260503T10",
        ] {
            assert!(text.parse::<Captured>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_tag_without_a_real_date_is_unknown() {
        assert_eq!(
            Captured::of_tag("2026:05:03 10:21:00")
                .expect("a day")
                .to_string(),
            "2026-05-03"
        );
        assert_eq!(Captured::of_tag("0000:00:00 00:00:00"), None);
        assert_eq!(Captured::of_tag("1970:01:01 00:00:00"), None);
    }
}
