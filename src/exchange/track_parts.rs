//! Which parts of tracks count: a line that is there twice counts once, and of a track over several days the one that is meant.

use super::track::{Fix, Track};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// A rest between two outings, in seconds.
const REST_S: i64 = 3 * 3600;
/// An outing longer than this goes on over days, and each is one, in seconds.
const LONGEST_OUTING_S: i64 = 20 * 3600;
/// The share of a line's positions that another has too where it is a copy of it: receivers thin what they save.
const COPIED: f64 = 0.98;
/// Positions of a line at least that can be told from chance.
const FEWEST: usize = 3;

/// A place to a tenth of a metre.
type Spot = (i64, i64);

#[expect(clippy::cast_possible_truncation, reason = "degrees on earth")]
fn spot(fix: &Fix) -> Spot {
    let micro = |degrees: f64| (degrees * 1e6).round() as i64;
    (micro(fix.at.lon), micro(fix.at.lat))
}

/// Whether two positions at one place may be the same one; a copy may have lost its times.
fn is_same(one: Option<i64>, other: Option<i64>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

fn second(fix: &Fix) -> Option<i64> {
    fix.time.map(jiff::Timestamp::as_second)
}

impl Track {
    /// The tracks together, without the lines that others repeat: a receiver hands out its running log beside what was saved of
    /// it, and a file may be given twice. Returns how many lines were left out.
    pub fn together(tracks: Vec<Self>) -> (Self, usize) {
        let mut all = Self::default();
        for track in tracks {
            all.odd_times += track.odd_times;
            all.cut_files += track.cut_files;
            all.segments.extend(track.segments);
        }
        let left_out = all.drop_copies();
        (all, left_out)
    }

    fn drop_copies(&mut self) -> usize {
        let mut spots: HashMap<Spot, Vec<(usize, Option<i64>)>> = HashMap::new();
        for (at, segment) in self.segments.iter().enumerate() {
            for fix in segment {
                spots.entry(spot(fix)).or_default().push((at, second(fix)));
            }
        }
        // What has no times, and what says less, goes first.
        let mut order: Vec<usize> = (0..self.segments.len()).collect();
        let worth = |at: &usize| {
            let segment = &self.segments[*at];
            let timed = segment.iter().filter(|fix| fix.time.is_some()).count();
            (timed, segment.len(), usize::MAX - at)
        };
        order.sort_by_key(worth);
        let mut stays = vec![true; self.segments.len()];
        for at in order {
            let segment = &self.segments[at];
            let is_elsewhere = |fix: &&Fix| {
                let here = spots.get(&spot(fix)).into_iter().flatten();
                let mut others = here.filter(|(other, _)| *other != at && stays[*other]);
                others.any(|(_, time)| is_same(*time, second(fix)))
            };
            let copied = segment.iter().filter(is_elsewhere).count();
            let is_copy = copied as f64 >= segment.len() as f64 * COPIED;
            stays[at] = segment.len() < FEWEST || !is_copy;
        }
        let before = self.segments.len();
        let mut stays = stays.into_iter();
        self.segments.retain(|_| stays.next().unwrap_or(true));
        before - self.segments.len()
    }

    /// The part of the tracks that was walked on a day of `zone`, with what of an outing lies beyond midnight. Positions without
    /// a time go with those before them. `None` where all of it was, or where nothing can be told.
    pub fn of_day(&self, day: Date, zone: &TimeZone) -> Option<Self> {
        let mut outings: Vec<Vec<(usize, Fix)>> = Vec::new();
        let mut last = None;
        for (at, segment) in self.segments.iter().enumerate() {
            for fix in segment {
                let now = second(fix).or(last);
                let rests = now.zip(last).is_some_and(|(now, last)| {
                    let gap: i64 = now - last;
                    gap.abs() > REST_S
                });
                if outings.is_empty() || rests {
                    outings.push(Vec::new());
                }
                last = now;
                outings.last_mut()?.push((at, *fix));
            }
        }
        let day_of = |fix: &Fix| Some(fix.time?.to_zoned(zone.clone()).date());
        let mut segments = vec![Vec::new(); self.segments.len()];
        let mut taken = 0;
        for outing in &outings {
            let times = || outing.iter().filter_map(|(_, fix)| second(fix));
            let span = times()
                .max()
                .zip(times().min())
                .map(|(end, begin)| end - begin);
            let is_long = span.is_some_and(|span| span > LONGEST_OUTING_S);
            let untimed = span.is_none();
            let touches = outing.iter().any(|(_, fix)| day_of(fix) == Some(day));
            let mut is_meant = touches || untimed;
            for (at, fix) in outing {
                if is_long && let Some(own) = day_of(fix) {
                    is_meant = own == day;
                }
                if is_meant {
                    segments[*at].push(*fix);
                    taken += 1;
                }
            }
        }
        let whole: usize = self.segments.iter().map(Vec::len).sum();
        segments.retain(|segment| !segment.is_empty());
        (taken > 0 && taken < whole).then_some(Self {
            segments,
            odd_times: self.odd_times,
            cut_files: self.cut_files,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;

    /// A line of so many positions from a time on, a minute apart.
    fn line(from: &str, count: u32) -> Vec<Fix> {
        let begin: jiff::Timestamp = from.parse().expect("a time");
        let fix = |n: u32| Fix {
            at: LonLat::new(113.3 + f64::from(n) * 1e-4, 33.74),
            time: Some(begin + jiff::SignedDuration::from_mins(n.into())),
        };
        (0..count).map(fix).collect()
    }

    fn track(segments: Vec<Vec<Fix>>) -> Track {
        Track {
            segments,
            odd_times: 0,
            cut_files: 0,
        }
    }

    fn without_times(fixes: &[Fix]) -> Vec<Fix> {
        fixes.iter().map(|fix| Fix { time: None, ..*fix }).collect()
    }

    fn points(track: &Track) -> Vec<usize> {
        track.segments.iter().map(Vec::len).collect()
    }

    #[test]
    fn what_a_receiver_hands_out_twice_counts_once() {
        let log = line("2026-05-03T01:00:00Z", 100);
        let thin: Vec<Fix> = log.iter().step_by(3).copied().collect();
        let halves = vec![log[..50].to_vec(), log[50..].to_vec()];
        for (saved, kept) in [
            (log.clone(), vec![100]),
            (thin.clone(), vec![100]),
            (without_times(&log), vec![100]),
            (without_times(&thin), vec![100]),
        ] {
            let beside = track(vec![log.clone(), saved.clone()]);
            let (one, left_out) = Track::together(vec![beside]);
            assert_eq!((points(&one), left_out), (kept, 1));
            // The running log has a part for each time that the receiver was switched on.
            let mut parts = halves.clone();
            parts.push(saved.clone());
            let (one, _) = Track::together(vec![track(parts)]);
            assert_eq!(points(&one).iter().sum::<usize>(), 100);
            let (one, _) = Track::together(vec![track(halves.clone()), track(vec![saved])]);
            assert_eq!(points(&one).iter().sum::<usize>(), 100);
        }
    }

    #[test]
    fn the_same_way_on_another_day_is_walked_again() {
        let days = ["2026-05-03T01:00:00Z", "2026-05-04T01:00:00Z"].map(|from| line(from, 50));
        let (both, left_out) = Track::together(vec![track(days.to_vec())]);
        assert_eq!((points(&both), left_out), (vec![50, 50], 0));
        let aside: Vec<Fix> = (line("2026-05-03T01:00:00Z", 50).into_iter())
            .map(|fix| Fix {
                at: LonLat::new(fix.at.lon, fix.at.lat + 1e-5),
                time: None,
            })
            .collect();
        let (both, _) = Track::together(vec![track(vec![days[0].clone(), aside])]);
        assert_eq!(points(&both), [50, 50]);
    }

    #[test]
    fn of_several_days_the_one_that_is_meant_is_walked_and_midnight_parts_no_outing() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let day = |day| jiff::civil::date(2026, 5, day);
        let three = track(
            [1, 2, 3]
                .map(|n| line(&format!("2026-05-0{n}T01:00:00Z"), 10 * n))
                .to_vec(),
        );
        let third = three.of_day(day(3), &zone).expect("a part");
        assert_eq!(points(&third), [30]);
        // In one line, as one that was never switched off.
        let joined = track(vec![three.segments.concat()]);
        assert_eq!(points(&joined.of_day(day(2), &zone).expect("a part")), [20]);
        let nights = line("2026-05-01T02:00:00Z", 3 * 24 * 60);
        let own = track(vec![nights]).of_day(day(2), &zone).expect("a part");
        assert_eq!(points(&own), [24 * 60]);
        // 23:00 to 01:00 in Shanghai.
        let night = track(vec![line("2026-05-03T15:00:00Z", 120)]);
        assert_eq!(night.of_day(day(3), &zone), None);
        assert_eq!(night.of_day(day(4), &zone), None);
        let untimed = track(vec![without_times(&line("2026-05-03T15:00:00Z", 9))]);
        assert_eq!(untimed.of_day(day(3), &zone), None);
        assert_eq!(three.of_day(day(9), &zone), None);
    }
}
