//! What a unit decides for itself: deadlines by state, the radius of matching, the growth window. Each change is an event.

use super::ids::Hash;
use super::state::State;
use crate::text::{Zone, day_of};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The name of the setting that says when a season begins.
pub const SEASON_BEGINS: &str = "season_begins";

/// The name of the setting that says which boundaries a unit goes by: see [`boundaries_value`].
pub const DISTRICTS: &str = "districts";

/// The value of the setting [`DISTRICTS`]: the digest of the boundary file as it is kept, and the year of its codes.
pub fn boundaries_value(sha256: Hash, vintage: &str) -> String {
    format!("{sha256} {vintage}")
}

/// The digest and the year that a value of the setting [`DISTRICTS`] names; `None` of any other text.
pub fn boundaries_of(value: &str) -> Option<(Hash, String)> {
    let (sha256, vintage) = value.split_once(' ')?;
    Some((sha256.parse().ok()?, vintage.to_owned()))
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Metres within which a detection belongs to a known site.
    pub match_radius_m: u32,
    /// Days after which a site in this state is overdue.
    pub deadline_days: BTreeMap<State, u32>,
    /// First and last day (`MM-DD`) of the time in which poppy can be told on the ground.
    pub growth_window: [String; 2],
    /// The day (`MM-DD`) on which the next year's season begins.
    pub season_begins: String,
    /// Metres from a site at which a photograph is marked as far.
    pub photo_far_m: u32,
    /// Days before an event at which a photograph is marked as old.
    pub photo_old_days: u32,
    /// The zone in which a registry's days are reckoned for those who read it; none where the law judges: it goes by what its
    /// authority says of each unit.
    #[serde(skip)]
    pub zone: Option<Zone>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            match_radius_m: 15,
            deadline_days: BTreeMap::from([
                (State::Candidate, 7),
                (State::Dispatched, 7),
                (State::Revisit, 14),
                (State::Confirmed, 3),
                (State::Eradicated, 15),
            ]),
            growth_window: ["03-01".into(), "08-31".into()],
            season_begins: "09-15".into(),
            photo_far_m: 200,
            photo_old_days: 2,
            zone: None,
        }
    }
}

/// A setting that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingFlaw {
    /// There is none of that name.
    Unknown,
    /// The value is not one it can have; this is what it looks like.
    Value(&'static str),
    /// The value is no number of this range.
    Range(&'static str),
}

impl Settings {
    /// Every name that can be set, with an example.
    pub const NAMES: [(&'static str, &'static str); 10] = [
        ("match_radius_m", "15"),
        ("deadline.CANDIDATE", "7"),
        ("deadline.DISPATCHED", "7"),
        ("deadline.REVISIT", "14"),
        ("deadline.CONFIRMED", "3"),
        ("deadline.ERADICATED", "15"),
        ("growth_window", "03-01/08-31"),
        (SEASON_BEGINS, "09-15"),
        ("photo_far_m", "200"),
        ("photo_old_days", "2"),
    ];

    /// Changes one.
    ///
    /// # Errors
    /// [`SettingFlaw`]; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SettingFlaw> {
        let number = |least: u32, most: u32, range: &'static str| {
            value
                .parse::<u32>()
                .ok()
                .filter(|n| (least..=most).contains(n))
                .ok_or(SettingFlaw::Range(range))
        };
        match key {
            "match_radius_m" => self.match_radius_m = number(0, 1000, "0–1000")?,
            "photo_far_m" => self.photo_far_m = number(1, 100_000, "1–100000")?,
            "photo_old_days" => self.photo_old_days = number(0, 365, "0–365")?,
            SEASON_BEGINS => {
                self.season_begins = month_day(value).ok_or(SettingFlaw::Value("09-15"))?;
            }
            "growth_window" => {
                let window = value
                    .split_once('/')
                    .and_then(|(a, b)| Some([month_day(a)?, month_day(b)?]));
                self.growth_window = window.ok_or(SettingFlaw::Value("03-01/08-31"))?;
            }
            _ => {
                let state = key
                    .strip_prefix("deadline.")
                    .and_then(State::of_name)
                    .filter(|state| state.is_open())
                    .ok_or(SettingFlaw::Unknown)?;
                self.deadline_days.insert(state, number(0, 3650, "0–3650")?);
            }
        }
        Ok(())
    }

    /// Metres within which a sighting is taken for a site.
    pub fn reach_m(&self) -> f64 {
        f64::from(self.match_radius_m)
    }

    /// The settings by name.
    pub fn table(&self) -> Vec<(String, String)> {
        let mut table = vec![("match_radius_m".to_owned(), self.match_radius_m.to_string())];
        for (state, days) in &self.deadline_days {
            table.push((format!("deadline.{}", state.name()), days.to_string()));
        }
        table.push(("growth_window".into(), self.growth_window.join("/")));
        table.push((SEASON_BEGINS.into(), self.season_begins.clone()));
        table.push(("photo_far_m".into(), self.photo_far_m.to_string()));
        table.push(("photo_old_days".into(), self.photo_old_days.to_string()));
        table
    }

    /// The day that a time is on in the registry's zone, `YYYY-MM-DD`; where none is known, as it is written.
    pub fn day(&self, time: &str) -> String {
        let as_written = || time.get(..10).unwrap_or(time).to_owned();
        self.zone.map_or_else(as_written, |zone| zone.day(time))
    }

    /// The same in the calendar; `None` of what is no time.
    pub fn date(&self, time: &str) -> Option<Date> {
        day_of(&self.day(time))
    }

    /// The season of a day (`YYYY-MM-DD`): its year, or the next from [`Settings::season_begins`] on.
    pub fn season_of(&self, day: &str) -> Option<i16> {
        let year: i16 = day.get(..4)?.parse().ok()?;
        let later = day.get(5..10)? >= self.season_begins.as_str();
        Some(year + i16::from(later))
    }

    /// The first and the last day of a season; `None` of none in the calendar.
    pub fn season_days(&self, season: i16) -> Option<[Date; 2]> {
        let begins = |year: i16| -> Option<Date> {
            // Where a season begins on a leap day, it begins on the day after February in other years.
            let day = format!("{year:04}-{}", self.season_begins).parse();
            day.ok().or_else(|| Date::new(year, 3, 1).ok())
        };
        let next = begins(season)?;
        Some([begins(season.checked_sub(1)?)?, next.yesterday().ok()?])
    }

    /// Whether a day lies in the growth window.
    pub fn in_window(&self, day: &str) -> bool {
        let [first, last] = self.growth_window.each_ref().map(String::as_str);
        let is_over_new_year = first > last;
        day.get(5..10).is_some_and(|day| {
            let (begun, open) = (day >= first, day <= last);
            begun && open || is_over_new_year && (begun || open)
        })
    }
}

fn month_day(text: &str) -> Option<String> {
    // 2024 is a leap year, so that 02-29 is a day.
    format!("2024-{text}")
        .parse::<Date>()
        .ok()
        .map(|date| date.strftime("%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_registrys_zone_wherever_its_time_was_written() {
        let mut settings = Settings::default();
        let night = "2026-05-03T20:00:00Z";
        assert_eq!(settings.day(night), "2026-05-03");
        settings.zone = Zone::of("2026-01-01T00:00:00+08:00");
        assert_eq!(settings.day(night), "2026-05-04");
        assert_eq!(settings.day("2026-05-04T04:00:00+08:00"), "2026-05-04");
        assert_eq!(settings.date("2026-05-04"), "2026-05-04".parse().ok());
        assert_eq!(settings.date("in May"), None);
    }

    #[test]
    fn a_season_is_the_year_of_harvest() {
        let settings = Settings::default();
        assert_eq!(settings.season_of("2025-10-03"), Some(2026));
        assert_eq!(settings.season_of("2026-05-03"), Some(2026));
        assert!(settings.in_window("2026-05-03") && !settings.in_window("2026-12-03"));
    }

    #[test]
    fn the_days_of_a_season_are_those_that_belong_to_it() {
        let mut settings = Settings::default();
        for begins in ["09-15", "01-01", "12-31", "02-29", "03-01"] {
            settings.set(SEASON_BEGINS, begins).expect("a day");
            for season in 2023..2030 {
                let days = settings.season_days(season).expect("days");
                let beside = [
                    days[0].yesterday().expect("day"),
                    days[1].tomorrow().expect("day"),
                ];
                let of = |day: &Date| settings.season_of(&day.to_string()).expect("season");
                assert_eq!(days.each_ref().map(of), [season, season], "{begins}");
                assert_eq!(beside.each_ref().map(of), [season - 1, season + 1]);
            }
        }
        let [first, last] = Settings::default().season_days(2027).expect("days");
        assert_eq!(
            [first.to_string(), last.to_string()],
            ["2026-09-15", "2027-09-14"]
        );
    }

    #[test]
    fn a_value_that_is_none_changes_nothing() {
        let mut settings = Settings::default();
        assert_eq!(
            settings.set("deadline.CLOSED", "3"),
            Err(SettingFlaw::Unknown)
        );
        assert!(matches!(
            settings.set("growth_window", "13-01/02-01"),
            Err(SettingFlaw::Value(_))
        ));
        assert_eq!(settings, Settings::default());
        for (name, example) in Settings::NAMES {
            settings.set(name, example).expect(name);
        }
        assert_eq!(settings, Settings::default());
    }
}
