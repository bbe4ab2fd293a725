//! The zone in which times are shown: a registry's times come with the offsets of many devices, and are read in one.

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};

/// The day of a time that was said without an hour: events keep such a day as its noon, to the second, and an hour that
/// nobody gave is shown to nobody.
pub fn day_alone(time: &str) -> Option<&str> {
    let (day, clock) = time.split_once('T')?;
    let offset = clock.strip_prefix("12:00:00")?;
    offset.starts_with(['+', '-']).then_some(day)
}

/// An offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Offset);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Offset::UTC);

    /// The zone in which a time was written: `2026-05-03T10:21:00+08:00` is UTC+8.
    pub fn of(time: &str) -> Option<Self> {
        Pieces::parse(time).ok()?.to_numeric_offset().map(Self)
    }

    /// Whether it is this offset.
    pub fn is(self, offset: Offset) -> bool {
        self.0 == offset
    }

    /// For reckoning with: every day of the year at this offset.
    pub fn fixed(self) -> TimeZone {
        TimeZone::fixed(self.0)
    }

    /// A time in this zone to the minute, with the zone: `2026-05-03 10:21 +08:00`. What is no time stays as it is.
    pub fn minute(self, time: &str) -> String {
        self.format(time, "%Y-%m-%d %H:%M %:z")
    }

    /// When something happened, in this zone to the minute; of what was said without an hour, the day alone.
    pub fn happened(self, time: &str) -> String {
        day_alone(time).map_or_else(|| self.minute(time), str::to_owned)
    }

    /// A time in this zone as it is written in events: `2026-05-03T10:21:00+08:00`. What is no time stays as it is.
    pub fn time(self, time: &str) -> String {
        self.format(time, "%Y-%m-%dT%H:%M:%S%:z")
    }

    /// The day that a time is on in this zone: `2026-05-03`. What is no time stays as it is.
    pub fn day(self, time: &str) -> String {
        self.format(time, "%Y-%m-%d")
    }

    fn format(self, time: &str, as_in: &str) -> String {
        let Ok(at) = time.parse::<Timestamp>() else {
            return time.to_owned();
        };
        let at = at.to_zoned(TimeZone::fixed(self.0));
        at.strftime(as_in).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_one_zone_wherever_it_was_written() {
        let zone = Zone::of("2026-01-01T00:00:00+08:00").expect("a zone");
        for time in ["2026-05-03T18:21:40Z", "2026-05-04T02:21:40+08:00"] {
            assert_eq!(zone.minute(time), "2026-05-04 02:21 +08:00");
            assert_eq!(zone.day(time), "2026-05-04");
        }
        assert_eq!(
            Zone::UTC.minute("2026-05-04T02:21:40+08:00"),
            "2026-05-03 18:21 +00:00"
        );
        assert_eq!(zone.day("2026-05-04"), "2026-05-04");
        // Noon to the second in the author's own zone is how a day alone is kept.
        assert_eq!(zone.happened("2026-05-04T12:00:00+08:00"), "2026-05-04");
        for hour in ["12:00:01+08:00", "12:30:00+08:00", "12:00:00Z"] {
            let shown = zone.happened(&format!("2026-05-04T{hour}"));
            assert!(shown.len() > 10, "{hour}: {shown}");
        }
        assert_eq!(Zone::of("2026-05-04"), None);
    }
}
