//! What the province's figures are made of: districts, ground searched, patrols and sites, out of merged registries.
//!
//! Plain values without a store behind them, so that every figure can be computed and checked on made-up facts.

use crate::ground::LonLat;
use crate::registry::affairs::Affairs;
use crate::registry::body::{FoundBy, GrowthStage, RejectReason};
use crate::registry::{Hash, Settings, Site, SiteKey, State};
use geo::MultiPolygon;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Everything that a figure may rest on.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The districts of the registry's boundary file, all levels.
    pub districts: Vec<DistrictArea>,
    /// What of a district lies in none of those below it.
    pub rests: Vec<DistrictArea>,
    /// The flights that were recorded, one for each scan.
    pub flights: Vec<FlightFact>,
    /// What was recorded of the same imagery under other days than one of these, and counts no more; without its ground.
    pub twice: Vec<FlightFact>,
    /// Flights of one imagery that two units, one below the other, recorded under different days: both count, and both are named;
    /// without their ground.
    pub both: Vec<[FlightFact; 2]>,
    /// Flights over ground that no district of the boundary file gives to their unit, which the file does not know; and how much, m².
    pub unplaced: Vec<(FlightFact, f64)>,
    /// Flights that searched ground, none of which their unit speaks for; without it.
    pub beyond: Vec<FlightFact>,
    /// Flights of imagery that their unit had searched before, with other options or another model; without their ground.
    pub again: Vec<FlightFact>,
    /// Patrols whose track was recorded as of another day, and counts there.
    pub walked_again: Vec<PatrolFact>,
    /// Patrols with one track that two units, one below the other, recorded under different days: both count, and both are named.
    pub walked_both: Vec<[PatrolFact; 2]>,
    /// Ground patrols (踏查), those that found nothing among them.
    pub patrols: Vec<PatrolFact>,
    /// The sites of all seasons.
    pub sites: Vec<SiteFact>,
    /// The units of events that are not followed, one for each.
    pub not_followed: Vec<String>,
    /// What was recorded in another's name about no site: the unit, its season, its day.
    pub in_their_name: Vec<(String, i16, Option<Date>)>,
    /// What stays marked about sites that were merged into others, split or voided, with their units.
    pub gone: Vec<(String, Irregular)>,
    /// What offices did beside their sites.
    pub work: OfficeWork,
    /// What the registry's unit has decided, for when its seasons begin.
    pub settings: Settings,
}

impl Facts {
    /// The season of a day, as the registry's unit counts.
    pub fn season_of(&self, on: Date) -> i16 {
        let season = self.settings.season_of(&on.to_string());
        season.unwrap_or(on.year())
    }
}

/// A district and its ground.
#[derive(Debug, Clone)]
pub struct DistrictArea {
    /// Its 6-, 9- or 12-digit code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its ground, WGS 84 degrees.
    pub area: MultiPolygon,
}

/// One recorded scan: what it searched, when, how finely, and with what.
#[derive(Debug, Clone)]
pub struct FlightFact {
    /// The scan's name.
    pub scan: String,
    /// The unit that recorded it.
    pub unit: String,
    /// First and last day of its imagery, where known.
    pub captured: Option<(Date, Date)>,
    /// What the imagery itself says of its days, where what was said of them cannot be.
    pub tagged_otherwise: Option<String>,
    /// Whether its folder named no digests, so that nobody can say whether it was edited.
    pub unverifiable: bool,
    /// The season (year) that it belongs to.
    pub season: i16,
    /// Coarsest ground sample distance in centimetres, where known.
    pub gsd_cm: Option<f64>,
    /// Name and hash of the model.
    pub model: (String, String),
    /// The threshold, 0 to 1.
    pub threshold: f64,
    /// The ground it searched, WGS 84 degrees; empty where the recording kept no outline.
    pub searched: MultiPolygon,
    /// Candidates it reported.
    pub candidates: u64,
}

/// A patrol on the ground, or a report that nothing was found.
#[derive(Debug, Clone)]
pub struct PatrolFact {
    /// Its event.
    pub entry: Hash,
    /// The unit that reports it.
    pub unit: String,
    /// Code of the district it reports on.
    pub district: Option<String>,
    /// The crew that went.
    pub crew: Option<String>,
    /// Its day.
    pub on: Date,
    /// The season of that day, as its unit counts.
    pub season: i16,
    /// People who took part.
    pub people: u64,
    /// Vehicles used.
    pub vehicles: u64,
    /// The ground walked, WGS 84 degrees; empty where only an area was reported.
    pub walked: MultiPolygon,
    /// The area reported, m².
    pub area_m2: Option<f64>,
    /// Whether it reports that nothing was found.
    pub zero: bool,
    /// Whether it says what seeds were seized.
    pub seeds: bool,
    /// Whether it says what was done to make the ban known.
    pub publicity: bool,
}

/// A site as the figures see it.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a figure's own question"
)]
pub struct SiteFact {
    /// The unit that it belongs to.
    pub unit: String,
    /// What about it stays marked.
    pub irregular: Irregular,
    /// Its key.
    pub key: SiteKey,
    /// Where it is.
    pub at: LonLat,
    /// The longest district code known for it; its first 6 digits are its county.
    pub district: Option<String>,
    /// The season (year) it was found in.
    pub season: i16,
    /// How it became known.
    pub source: FoundBy,
    /// Where it is in its life.
    pub state: State,
    /// Whether all of it is said to be gone: accepted, or eradicated to a hundred per cent.
    pub gone: bool,
    /// Verified as poppy (true), as something else (false), or not verified yet.
    pub confirmed: Option<bool>,
    /// Whether what was found there is poppy, licensed or not, as far as anybody can tell who looked at it ([`label_of`]).
    ///
    /// [`label_of`]: crate::registry::label::label_of
    pub poppy: Option<bool>,
    /// Whether the desk keeps it and no crew has it yet.
    pub kept: bool,
    /// Why the desk put it aside, where that stands.
    pub aside: Option<RejectReason>,
    /// Plants counted.
    pub plants: Option<u64>,
    /// Area in m².
    pub area_m2: Option<f64>,
    /// Growth stage at the visit.
    pub stage: Option<GrowthStage>,
    /// Habitat.
    pub habitat: Option<String>,
    /// Name of the scan that found it.
    pub scan: Option<String>,
    /// Score of its detection, 0 to 1.
    pub score: Option<f64>,
    /// The chance that it is real by what was learnt, where that orders its scan.
    pub learnt: Option<f64>,
    /// Whether it would have gone down by what was learnt then and stayed to be looked at, before anybody had decided on it.
    pub audit: bool,
    /// Its last verdict at the desk.
    pub look: Option<DeskLook>,
    /// When each step was taken.
    pub steps: Steps,
    /// Who has it: the crew it is assigned to.
    pub crew: Option<String>,
    /// Whether a dispute awaits a supervisor.
    pub disputed: bool,
    /// The day on which it was entered, where that was in a season after the one in which it is said to have been found.
    pub entered_later: Option<Date>,
    /// The closed site that it recurs from (复种).
    pub recurs_of: Option<SiteKey>,
}

/// The day of each step of a site's life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Steps {
    /// It became known.
    pub found: Option<Date>,
    /// It was screened.
    pub screened: Option<Date>,
    /// It was given to a crew.
    pub assigned: Option<Date>,
    /// A visit said what it is.
    pub verified: Option<Date>,
    /// All of it was eradicated.
    pub eradicated: Option<Date>,
    /// Someone else accepted that.
    pub accepted: Option<Date>,
}

/// A verdict at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskLook {
    /// Who.
    pub by: String,
    /// When, in seconds.
    pub at_s: i64,
    /// Milliseconds that were measured.
    pub measured_ms: Option<u64>,
}

impl DeskLook {
    /// The last verdict at the desk.
    pub(super) fn of(site: &Site) -> Option<Self> {
        let (_, _, stamp) = site.screened.as_ref()?;
        let at: jiff::Timestamp = stamp.at.parse().ok()?;
        Some(Self {
            by: format!("{}/{}", stamp.actor.unit, stamp.actor.name),
            at_s: at.as_second(),
            measured_ms: (site.desk.timed > 0).then_some(site.desk.milliseconds),
        })
    }
}

/// Kinds of irregularities, in the order in which they are shown.
pub const KINDS: usize = 21;

/// How often each kind of irregularity occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Irregular(pub [usize; KINDS]);

impl AddAssign for Irregular {
    fn add_assign(&mut self, other: Self) {
        for (own, more) in self.0.iter_mut().zip(other.0) {
            *own += more;
        }
    }
}

/// The affairs of offices, and the sites that patrols and tip-offs led to.
#[derive(Debug, Clone, Default)]
pub struct OfficeWork {
    /// The affairs.
    pub affairs: Affairs,
    /// Sites by the entry that led to them.
    pub led: BTreeMap<Hash, Vec<SiteKey>>,
}
