//! The clock and the dice, read here and handed on, so that deciding stays pure.

use crate::store::{Moment, Store, StoreError};
use crate::text::{Zone, date_time};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::path::Path;

/// Now, wherever.
pub fn instant() -> Timestamp {
    Timestamp::now()
}

/// Today where a registry is at home: the day by which its work is due, whichever zone this machine is in.
///
/// # Errors
/// Those of reading.
pub fn today(store: &Store) -> Result<Date, StoreError> {
    Ok(today_in(&zone(store)?))
}

/// Today in a zone.
pub fn today_in(zone: &TimeZone) -> Date {
    now_in(zone).date()
}

/// Today where this machine is, for what knows no registry.
pub fn today_here() -> Date {
    today_in(&TimeZone::system())
}

/// Now, with fresh dice.
pub fn moment() -> Moment {
    Moment {
        now: Timestamp::now(),
        random: dice(),
    }
}

/// Now as a log of this machine says it: RFC 3339 with the offset of this place.
pub fn at_here() -> String {
    at_in(&TimeZone::system())
}

/// The zone of a registry's times: what is typed without a zone is one of it, whichever zone this machine is in. It is this
/// machine's own where the two agreed when the registry was begun, with its summer time; otherwise the offset of then.
///
/// # Errors
/// Those of reading.
pub fn zone(store: &Store) -> Result<TimeZone, StoreError> {
    Ok(zone_of(store.begun()?.as_deref(), TimeZone::system()))
}

/// The same of a registry that is not open; this machine's zone where it cannot be read now.
pub fn zone_at(registry: &Path) -> TimeZone {
    let store = Store::open_read(registry).ok();
    let zone = store.and_then(|store| zone(&store).ok());
    zone.unwrap_or_else(TimeZone::system)
}

fn zone_of(begun: Option<&str>, machine: TimeZone) -> TimeZone {
    let told = begun.and_then(|at| Some((Zone::of(at)?, at.parse::<Timestamp>().ok()?)));
    match told {
        Some((zone, then)) if zone.is(machine.to_offset(then)) => machine,
        Some((zone, _)) => zone.fixed(),
        None => machine,
    }
}

/// Now in a zone.
pub fn now_in(zone: &TimeZone) -> Zoned {
    Timestamp::now().to_zoned(zone.clone())
}

/// Now as an event says when it happened: RFC 3339 with the offset of its registry.
pub fn at_in(zone: &TimeZone) -> String {
    written(&now_in(zone))
}

/// What was written of a time, in this zone whichever it names; a day alone is its noon, and a noon that was said is [`hour`].
/// `None` where there is no such time.
pub fn read(text: &str, zone: &TimeZone) -> Option<String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(hour(&at.to_zoned(zone.clone())));
    }
    let said = date_time(text).ok()?;
    let Some(time) = said.time else {
        let at = said.day.to_datetime(NOON);
        return Some(written(&at.to_zoned(zone.clone()).ok()?));
    };
    let own = said.zone.map_or_else(|| zone.clone(), TimeZone::fixed);
    let at = said.day.to_datetime(time).to_zoned(own).ok()?;
    Some(hour(&at.with_time_zone(zone.clone())))
}

/// The hour that stands in events for a day alone.
const NOON: Time = jiff::civil::time(12, 0, 0, 0);

/// A time whose hour was said, as an event says it: noon with a fraction, so that it is no day alone.
pub fn hour(time: &Zoned) -> String {
    if time.hour() == 12 && time.minute() == 0 && time.second() == 0 {
        return time.strftime("%Y-%m-%dT%H:%M:%S.0%:z").to_string();
    }
    written(time)
}

/// A time as an event says it: RFC 3339 with offset, to the second.
pub fn written(time: &Zoned) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Now as bundles and receipts say it: RFC 3339 in UTC.
pub fn utc() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time to the minute where this machine is, with its distance from UTC, for what knows no registry. What is no time stays as it is.
pub fn minute_here(time: &str) -> String {
    let Ok(at) = time.parse::<Timestamp>() else {
        return time.to_owned();
    };
    let here = at.to_zoned(TimeZone::system());
    here.strftime("%Y-%m-%d %H:%M %:z").to_string()
}

/// 256 bits that nobody can guess.
pub fn secret() -> [u8; 32] {
    dice()
}

/// Bytes that nobody can guess.
pub(super) fn dice<const N: usize>() -> [u8; N] {
    rand::random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_keeps_its_zone_on_a_machine_of_another() {
        let at = |begun, machine: &TimeZone, typed| {
            read(typed, &zone_of(Some(begun), machine.clone())).expect("a time")
        };
        let [shanghai, berlin] =
            ["Asia/Shanghai", "Europe/Berlin"].map(|name| TimeZone::get(name).expect("a zone"));
        let begun = "2026-01-01T08:00:00+08:00";
        for machine in [&TimeZone::UTC, &shanghai, &berlin] {
            for (typed, said) in [
                ("2026-05-04 17:30", "2026-05-04T17:30:00+08:00"),
                ("2026/5/4", "2026-05-04T12:00:00+08:00"),
                ("2026年5月4日 下午5时30分", "2026-05-04T17:30:00+08:00"),
                // Whatever zone is named, days are counted in the registry's own.
                ("2026-05-03T20:00:00Z", "2026-05-04T04:00:00+08:00"),
                ("2026/5/3 20:00 +00:00", "2026-05-04T04:00:00+08:00"),
                // Noon that was said is no day alone.
                ("2026-05-04 12:00", "2026-05-04T12:00:00.0+08:00"),
                ("2026-05-04T04:00:00Z", "2026-05-04T12:00:00.0+08:00"),
            ] {
                assert_eq!(at(begun, machine, typed), said, "{machine:?}");
            }
        }
        let shown = |time: &str| Zone::of(begun).map(|zone| zone.happened(time));
        let noon = shown("2026-05-04T12:00:00.0+08:00");
        assert_eq!(noon.as_deref(), Some("2026-05-04 12:00 +08:00"));
        // Where the machine is at home, its summer time holds.
        let begun = "2026-01-01T08:00:00+01:00";
        let summer = at(begun, &berlin, "2026-07-01 08:00");
        assert_eq!(summer, "2026-07-01T08:00:00+02:00");
        let away = at(begun, &shanghai, "2026-07-01 08:00");
        assert_eq!(away, "2026-07-01T08:00:00+01:00");
        assert_eq!(read("4/5/2026", &shanghai), None);
        assert_eq!(zone_of(None, berlin.clone()), berlin);
    }
}
