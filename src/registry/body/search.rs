//! What was searched: scans from the air, patrols on foot, targets from above.

use crate::registry::ids::Hash;
use crate::registry::place::Place;
use crate::schema::{Pattern, show_the_same};
use crate::text::day_of;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Days from the first to the last of one flight, of which there are fewer.
const LONGEST_FLIGHT_DAYS: i32 = 60;

/// See [`super::Body::Scan`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedScan {
    /// The scan's id.
    pub scan: String,
    /// The survey's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<String>,
    /// First and last day of the imagery, as was said of it, else by its own tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<[String; 2]>,
    /// First and last day of the imagery by its own tags, where it says any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tagged: Option<[String; 2]>,
    /// The day on which the first of its files was made, by its own tag: it was not flown later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// The fingerprints of its sources, the first in their order: by any of them the same imagery is known again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What the imagery shows at some places: by them a part of it is known again, however it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Pattern>,
    /// The model's name and SHA-256.
    pub model: [String; 2],
    /// SHA-256 of the second model, where one looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// The threshold in 1e-4.
    pub threshold_e4: i64,
    /// The coarsest source in hundredths of a centimetre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gsd_e2_cm: Option<i64>,
    /// Square metres searched.
    pub searched_m2: i64,
    /// Square metres not searched, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_searched_m2: BTreeMap<String, i64>,
    /// How many candidates it had.
    pub candidates: u64,
    /// Whether its folder named no digests of its files (version 0.1.0), so that nobody can say whether it was edited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverifiable: bool,
}

fn both([first, last]: &[String; 2]) -> Option<[jiff::civil::Date; 2]> {
    Some([day_of(first)?, day_of(last)?])
}

impl RecordedScan {
    /// What the imagery says of its days, where what was said of them cannot be: it leaves out days that the imagery names, or begins
    /// after a file of it was made. A day aside may be another time zone's.
    pub fn tagged_otherwise(&self) -> Option<String> {
        let [said, until] = both(self.captured.as_ref()?)?;
        let says_no_day = self.days().is_none();
        let near = said.yesterday().unwrap_or(said)..=until.tomorrow().unwrap_or(until);
        if let Some(tagged) = &self.tagged {
            let [first, last] = both(tagged)?;
            let text = if first == last {
                first.to_string()
            } else {
                format!("{first}/{last}")
            };
            let is_near = near.contains(&first) && near.contains(&last);
            let is_hidden = says_no_day && [first, last] != [said, until];
            return (!is_near || is_hidden).then_some(text);
        }
        let made = day_of(self.made.as_deref()?)?;
        (made < *near.start()).then(|| format!("≤ {made}"))
    }

    /// By what its imagery or its ground is known again; `outline` is the digest of its ground's file.
    pub fn signs(&self, outline: Option<Hash>) -> BTreeSet<String> {
        let outline = outline.map(|sha256| sha256.to_string());
        self.sources.iter().cloned().chain(outline).collect()
    }

    /// Whether a part of the imagery of one is in the other, however it was written.
    pub fn shows_the_same(&self, other: &Self) -> bool {
        show_the_same(&self.patterns, &other.patterns)
    }

    /// Whether it searched just the imagery of another scan, which other options or another model decided the finds of.
    pub fn is_again(&self, other: &Self) -> bool {
        !self.sources.is_empty()
            && (&self.sources, &self.captured) == (&other.sources, &other.captured)
            && self.scan != other.scan
    }

    /// First and last day of the imagery, where they say when it was flown: two months and more have a day of too many flights in
    /// them, and say none.
    pub fn days(&self) -> Option<[jiff::civil::Date; 2]> {
        let [first, last] = both(self.captured.as_ref()?)?;
        let span = first.until(last).ok()?.get_days();
        (span < LONGEST_FLIGHT_DAYS).then_some([first, last])
    }

    /// Whether the same imagery cannot be of the days of both: they have none in common, or one has none.
    pub fn is_of_other_days(&self, other: &Self) -> bool {
        match (self.days(), other.days()) {
            (Some([a, b]), Some([c, d])) => b < c || d < a,
            (one, two) => one.is_some() != two.is_some(),
        }
    }
}

/// A patrol on the ground 踏查, or a report that nothing was found 零报告. See [`super::Body::Patrol`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patrol {
    /// Its (first) day, `YYYY-MM-DD`.
    pub on: String,
    /// Code of the district it reports on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// The crew that went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<String>,
    /// People who took part.
    pub people: u64,
    /// Vehicles used.
    pub vehicles: u64,
    /// The area reported, m².
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<i64>,
    /// Whether it reports that nothing was found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zero: bool,
    /// The ground seen along its tracks, or drawn where there is none: polygons of rings of positions in 1e-7 degree, the exterior ring first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub walked: Vec<Vec<Vec<[i64; 2]>>>,
    /// What the tracks say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<TrackFacts>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seeds that were seized, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds: Option<String>,
    /// What was done to make the ban known 宣传, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publicity: Option<String>,
}

/// What the receivers' tracks of a patrol say, with what does not fit about them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackFacts {
    /// Positions used.
    pub points: u64,
    /// Metres walked or driven, without the jumps.
    pub length_m: u64,
    /// Metres that count as seen on either side.
    pub reach_m: u64,
    /// Seconds under way: the steps of the clock that make sense; absent where the track has no times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// First and last local day of its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<[String; 2]>,
    /// Steps between positions that nobody makes on the ground: the line is broken there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub breaks: u64,
    /// Steps of the clock backwards, or forward by half a day or more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_jumps: u64,
    /// Positions that are none and were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

/// Targets handed down from above 靶标. See [`super::Body::Targets`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetList {
    /// What the list is called.
    pub name: String,
    /// The digest of the file it came in.
    pub sha256: Hash,
    /// The season it is for.
    pub season: i16,
    /// The targets.
    pub targets: Vec<Target>,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name or number in the list, unique there.
    pub id: String,
    /// Where.
    pub place: Place,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
