//! The patrols that a registry holds: each on the ground that its unit may speak for, and each track once.

use super::counted_once::{CountedOnce, KnownAgain, count_once};
use super::facts::PatrolFact;
use super::own_ground::Own;
use crate::exchange::track::Track;
use crate::ground::LonLat;
use crate::registry::Hash;
use crate::registry::authority::Authority;
use crate::registry::body::{Body, Patrol};
use crate::registry::event::{EvidenceRole, Sealed};
use crate::registry::place::Place;
use crate::registry::unit::share_ground;
use crate::store::{Store, StoreError, evidence};
use crate::text::day_of;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Positions by which a track is known again, at most.
const MOST_POSITIONS: usize = 256;
/// Positions that two tracks have in common, at least, where they are one.
const LEAST_SHARED: usize = 2;

/// The patrols of a registry.
pub(super) struct PatrolFacts {
    /// Those that count.
    pub counted: Vec<PatrolFact>,
    /// Those whose track was recorded as of another day, and counts there.
    pub again: Vec<PatrolFact>,
    /// Those that count although a unit above recorded their track as of another day, with that one.
    pub both: Vec<[PatrolFact; 2]>,
}

/// The patrols that a registry holds.
pub(super) fn patrols(store: &Store, own: &Own) -> Result<PatrolFacts, StoreError> {
    let gate = store.authority();
    let patrols = store.followed("patrol")?;
    let lines = lines(&store.evidence_folder(), &patrols);
    let once = once(patrols, &lines);
    let fact = |sealed: &Sealed| {
        let mut fact = patrol_fact(gate, sealed)?;
        fact.walked = own.ground_of(&fact.unit, fact.walked);
        Some(fact)
    };
    Ok(PatrolFacts {
        counted: once.kept.iter().filter_map(fact).collect(),
        again: (once.twice.iter())
            .filter_map(|sealed| patrol_fact(gate, sealed))
            .collect(),
        both: (once.both.iter())
            .filter_map(|[below, above]| {
                Some([patrol_fact(gate, below)?, patrol_fact(gate, above)?])
            })
            .collect(),
    })
}

/// Of patrols those that count: of one track those whose day its own clock bears out go before those that it says nothing of, and
/// these before what it denies; then the first that was recorded. No receiver draws the same line twice; an area that is drawn by hand
/// may be walked again.
fn once(mut patrols: Vec<Sealed>, lines: &Lines) -> CountedOnce {
    patrols.sort_by_cached_key(|sealed| {
        let track = patrol_of(sealed).and_then(|patrol| Some((patrol, patrol.track.as_ref()?)));
        let doubts = track.map(|(patrol, track)| {
            let days = track.days.as_ref();
            let denies = days.is_some_and(|[first, last]| *first > patrol.on || patrol.on > *last);
            (denies, days.is_none())
        });
        (doubts, sealed.event.id)
    });
    let mut once = count_once(patrols, KnownTracks::among(lines));
    once.kept.sort_by_key(|sealed| sealed.event.id);
    once
}

/// By what a track is known again.
struct TrackSigns {
    /// Its files, and the ground that was seen along it.
    whole: Vec<Hash>,
    /// Some of its positions, the same ones of each track that has them.
    positions: BTreeSet<u64>,
}

/// Patrols that count, by what their tracks are known again.
struct KnownTracks<'l> {
    lines: &'l Lines,
    by_whole: HashMap<Hash, Vec<usize>>,
    by_position: HashMap<u64, Vec<usize>>,
    positions: HashMap<usize, usize>,
}

impl<'l> KnownTracks<'l> {
    /// None as yet.
    fn among(lines: &'l Lines) -> Self {
        Self {
            lines,
            by_whole: HashMap::new(),
            by_position: HashMap::new(),
            positions: HashMap::new(),
        }
    }
}

impl KnownAgain for KnownTracks<'_> {
    type Signs = TrackSigns;

    fn signs(&self, sealed: &Sealed) -> Option<TrackSigns> {
        let patrol = patrol_of(sealed).filter(|patrol| patrol.track.is_some())?;
        Some(signs(sealed, patrol, self.lines))
    }

    fn of_other_days(
        &self,
        kept: &[Sealed],
        sealed: &Sealed,
        signs: &TrackSigns,
    ) -> BTreeSet<usize> {
        let on = |sealed| patrol_of(sealed).map(|patrol| &patrol.on);
        let is_other = |at: &usize| {
            let other = &kept[*at];
            share_ground(&sealed.event.actor.unit, &other.event.actor.unit)
                && on(other) != on(sealed)
        };
        let mut met: HashMap<usize, usize> = HashMap::new();
        for position in &signs.positions {
            for at in self.by_position.get(position).into_iter().flatten() {
                *met.entry(*at).or_default() += 1;
            }
        }
        let shares_half = |(at, shared): &(usize, usize)| {
            let fewer = self.positions.get(at).copied().unwrap_or(0);
            *shared >= LEAST_SHARED && 2 * shared >= fewer.min(signs.positions.len())
        };
        let met = met.into_iter().filter(shares_half).map(|(at, _)| at);
        let same = signs
            .whole
            .iter()
            .filter_map(|sign| self.by_whole.get(sign));
        same.flatten()
            .copied()
            .chain(met)
            .filter(is_other)
            .collect()
    }

    fn remember(&mut self, kept: &[Sealed], _sealed: &Sealed, signs: &TrackSigns) {
        let number = kept.len();
        for sign in &signs.whole {
            self.by_whole.entry(*sign).or_default().push(number);
        }
        for position in &signs.positions {
            self.by_position.entry(*position).or_default().push(number);
        }
        self.positions.insert(number, signs.positions.len());
    }
}

fn documents(sealed: &Sealed) -> impl Iterator<Item = Hash> {
    let files = sealed.event.evidence.iter();
    let files = files.filter(|file| file.role == EvidenceRole::Document);
    files.map(|file| file.sha256)
}

fn signs(sealed: &Sealed, patrol: &Patrol, lines: &Lines) -> TrackSigns {
    let ground = serde_json::to_vec(&patrol.walked).unwrap_or_default();
    let ground = (!patrol.walked.is_empty()).then(|| Hash::of(&ground));
    let positions = documents(sealed).filter_map(|sha256| lines.get(&sha256));
    TrackSigns {
        whole: documents(sealed).chain(ground).collect(),
        positions: least(positions.flatten().copied()),
    }
}

/// Some of the positions of each track's file, by its digest.
type Lines = HashMap<Hash, BTreeSet<u64>>;

/// The tracks that are here, by their positions: another byte in the file, or ground to either side that is wider, makes no other line.
fn lines(folder: &Path, patrols: &[Sealed]) -> Lines {
    let walked = |sealed: &&Sealed| patrol_of(sealed).is_some_and(|p| p.track.is_some());
    let files: BTreeSet<Hash> = (patrols.iter().filter(walked))
        .flat_map(documents)
        .collect();
    let line = |sha256: Hash| {
        let bytes = std::fs::read(evidence::path_of(folder, sha256)).ok()?;
        let is_it = Hash::of(&bytes) == sha256;
        let track = Track::parse(&bytes, &TimeZone::UTC)
            .ok()
            .filter(|_| is_it)?;
        let fixes = track.segments.iter().flatten();
        Some((sha256, least(fixes.map(|fix| position(fix.at)))))
    };
    files.into_par_iter().filter_map(line).collect()
}

/// A number for a decimetre of the Earth, as if drawn by lot.
fn position(at: LonLat) -> u64 {
    let micro = |degrees: f64| format!("{degrees:.6}");
    let drawn = Hash::of(format!("{} {}", micro(at.lon), micro(at.lat)).as_bytes());
    drawn
        .0
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The least of some numbers: two tracks that have half of their positions in common have about half of these in common.
fn least(numbers: impl Iterator<Item = u64>) -> BTreeSet<u64> {
    let mut least = BTreeSet::new();
    for number in numbers {
        least.insert(number);
        if least.len() > MOST_POSITIONS {
            least.pop_last();
        }
    }
    least
}

fn patrol_of(sealed: &Sealed) -> Option<&Patrol> {
    match &sealed.event.body {
        Body::Patrol(patrol) => Some(patrol),
        _ => None,
    }
}

/// A patrol as the figures see it. It is of the season of its day, whatever its event says of that.
fn patrol_fact(gate: &Authority, sealed: &Sealed) -> Option<PatrolFact> {
    let (event, patrol) = (&sealed.event, patrol_of(sealed)?);
    let unit = event.actor.unit.clone();
    let season = gate.season_of(event).unwrap_or(event.season);
    let place = Place {
        lon_e7: 0,
        lat_e7: 0,
        outline: patrol.walked.clone(),
    };
    Some(PatrolFact {
        entry: sealed.hash,
        season,
        seeds: patrol.seeds.is_some(),
        publicity: patrol.publicity.is_some(),
        unit,
        district: patrol.district.clone(),
        crew: patrol.crew.clone(),
        on: day_of(&patrol.on)?,
        people: patrol.people,
        vehicles: patrol.vehicles,
        walked: place.polygons(),
        area_m2: patrol.area_m2.map(|m2| m2 as f64),
        zero: patrol.zero,
    })
}

#[cfg(test)]
mod tests {
    use super::super::searched::tests::recorded;
    use super::*;
    use crate::registry::event::EvidenceRef;
    use ed25519_dalek::SigningKey;

    /// A patrol of a unit along the track of a file, whose clock says a day.
    fn walked(unit: &str, second: u64, file: u8, clock: &str, on: &str) -> Sealed {
        let mut event = recorded(unit, "s", second, on).event;
        let track = serde_json::json!({"points": 40, "length_m": 7_000, "reach_m": 30, "days": [clock, clock]});
        event.body = Body::Patrol(Box::new(Patrol {
            on: on.into(),
            track: serde_json::from_value(track).expect("facts"),
            ..Patrol::default()
        }));
        event.evidence = vec![EvidenceRef {
            sha256: Hash([file; 32]),
            bytes: 1,
            mime: "application/gpx+xml".into(),
            role: EvidenceRole::Document,
            name: "t.gpx".into(),
            taken_at: None,
            at_e7: None,
            marks: vec![],
        }];
        Sealed::seal(event, &SigningKey::from_bytes(&[1; 32]), None).expect("sealed")
    }

    fn line(from: usize, points: usize) -> BTreeSet<u64> {
        let at = |n: usize| LonLat::new(113.0 + n as f64 * 0.000_1, 33.7);
        least((from..from + points).map(|n| position(at(n))))
    }

    /// The same line with other bytes and a little more of it; half of it and as much of another; another one.
    fn files() -> Lines {
        Lines::from([
            (Hash([1; 32]), line(0, 600)),
            (Hash([2; 32]), line(0, 620)),
            (Hash([3; 32]), line(200, 600)),
            (Hash([4; 32]), line(599, 600)),
        ])
    }

    #[test]
    fn a_line_is_known_again_by_its_positions_whatever_its_file_and_its_reach() {
        let before = ("2025-05-03", "2025-05-03");
        for (file, again) in [(1, true), (2, true), (3, true), (4, false)] {
            let first = walked("410423", 1, 1, before.0, before.1);
            let then = walked("410423", 2, file, before.0, "2026-05-03");
            let once = once(vec![then.clone(), first.clone()], &files());
            assert_eq!(once.twice.len(), usize::from(again), "{file}");
            assert_eq!(once.kept[0], first);
        }
        // On one day it may be reported in two files.
        let two = [1, 2].map(|file| walked("410423", file.into(), file, before.0, before.1));
        assert_eq!(once(two.into(), &files()).kept.len(), 2);
    }

    #[test]
    fn what_a_township_walked_before_is_not_taken_by_its_county_in_another_year() {
        let of_town = walked("410423001", 1, 1, "2025-05-03", "2025-05-03");
        let of_county = walked("410423", 2, 1, "2025-05-03", "2026-05-03");
        let found = once(vec![of_county.clone(), of_town.clone()], &files());
        assert_eq!(found.kept, [of_town.clone(), of_county.clone()]);
        assert_eq!(
            (found.both, found.twice.len()),
            (vec![[of_town, of_county]], 0)
        );
        // The other way round the township's own counts no more, nor does a neighbour's word about it.
        let of_county = walked("410423", 1, 1, "2025-05-03", "2025-05-03");
        let of_town = walked("410423001", 2, 1, "2025-05-03", "2026-05-03");
        let beside = walked("410424", 3, 1, "2025-05-03", "2026-05-03");
        let found = once(
            vec![of_town.clone(), beside.clone(), of_county.clone()],
            &files(),
        );
        assert_eq!(found.kept, [of_county, beside]);
        assert_eq!((found.twice, found.both.len()), (vec![of_town], 0));
    }

    #[test]
    fn a_day_that_the_clock_bears_out_goes_before_one_that_it_denies() {
        let claimed = walked("410423", 1, 1, "2026-05-03", "2025-05-03");
        let true_to_it = walked("410423", 2, 1, "2026-05-03", "2026-05-03");
        let found = once(vec![claimed.clone(), true_to_it.clone()], &files());
        assert_eq!((found.kept, found.twice), (vec![true_to_it], vec![claimed]));
    }
}
