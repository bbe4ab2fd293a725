//! From hits to candidates in order, and those of them that both stages set aside.

use super::association::{Views, plots};
use super::candidate::{Candidate, SourceFacts, candidate};
use crate::ground::Region;
use crate::scan::ids::{SourceId, candidate_id};
use crate::scan::model::BothStages;
use crate::scan::plan::Located;
use geo::MultiPolygon;

/// The candidates of a scan, by rank.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RankedCandidates {
    /// Those that are to be looked at.
    pub candidates: Vec<Candidate>,
    /// How many places more were found in too few of the photos that searched them.
    pub doubted: usize,
    /// Those whose evidence of both stages is too little for a list, by rank after the others.
    pub set_aside: Vec<Candidate>,
}

impl RankedCandidates {
    /// Sets aside what both stages have looked at and think too little of. What could not be looked at once more stays, and what the
    /// first one is sure of in all its looks.
    pub fn set_aside(&mut self, both: BothStages) {
        let is_listed = |c: &Candidate| c.is_listed(both);
        let all = std::mem::take(&mut self.candidates);
        let (listed, aside): (Vec<_>, Vec<_>) = all.into_iter().partition(is_listed);
        self.candidates = listed;
        self.set_aside.extend(aside);
        let both = self.candidates.iter_mut().chain(&mut self.set_aside);
        for (i, candidate) in both.enumerate() {
            candidate.rank = i + 1;
        }
    }
}

/// Puts candidates in order, the strongest first. Scores that differ by less than a hundredth say the same; then the larger
/// plot is the better use of a morning.
pub fn rank(candidates: &mut [Candidate]) {
    let key = |c: &Candidate| {
        let rank = (c.rank_score() * 100.0).round();
        (rank, c.hits as f64, c.score_mean)
    };
    candidates.sort_by(|a, b| {
        key(b)
            .partial_cmp(&key(a))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(a.at.e7().cmp(&b.at.e7()))
    });
    for (i, candidate) in candidates.iter_mut().enumerate() {
        candidate.rank = i + 1;
    }
}

/// When hits become candidates.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Metres within which hits are one plot.
    pub radius_m: f64,
    /// The score that overlapping photos have to reach together; `None` where any one of them is enough.
    pub agreement: Option<f32>,
}

/// Makes candidates of hits. `views` tells what photos show, `outline` gives the polygons in lon/lat of a region of model pixels of a source.
///
/// # Errors
/// Those of `outline`.
pub fn candidates<E>(
    scan_id: &str,
    hits: &[Located],
    sources: &[SourceFacts],
    rules: Rules,
    views: &dyn Views,
    outline: impl Fn(SourceId, &Region) -> Result<MultiPolygon, E>,
) -> Result<RankedCandidates, E> {
    let mut found = Vec::new();
    for members in plots(hits, rules.radius_m, views) {
        let members: Vec<&Located> = members.iter().map(|i| &hits[*i]).collect();
        found.push(candidate(&members, sources, views, &outline)?);
    }
    let all = found.len();
    found.retain(|c| rules.agreement.is_none_or(|least| c.agreed(least)));
    let doubted = all - found.len();
    for candidate in &mut found {
        candidate.id = candidate_id(scan_id, candidate.at);
    }
    rank(&mut found);
    Ok(RankedCandidates {
        candidates: found,
        doubted,
        set_aside: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{LonLat, Rect};
    use crate::scan::find::association::NoPhotos;
    use crate::scan::find::candidate::peak;
    use crate::scan::find::second_look::{SecondLook, VerifierVerdict};
    use crate::scan::find::votes::{Voter, Votes};
    use crate::scan::model::Hit;
    use crate::schema::ScoreBand;
    use geo::{Contains, MapCoords, Point};
    use std::collections::BTreeSet;

    const DEGREE: f64 = 2e-7;

    fn ground(_: SourceId, region: &Region) -> Result<MultiPolygon, std::convert::Infallible> {
        Ok(region.outline().map_coords(|c| geo::Coord {
            x: 113.3 + c.x * DEGREE,
            y: 33.7 - c.y * DEGREE,
        }))
    }

    fn hit(source: usize, x: u32, y: u32, score: f32) -> Located {
        let rect = Rect {
            x0: x,
            y0: y,
            x1: x + 16,
            y1: y + 16,
        };
        let at = |x: u32, y: u32| {
            LonLat::new(113.3 + f64::from(x) * DEGREE, 33.7 - f64::from(y) * DEGREE)
        };
        let quad = [at(x, y), at(x + 16, y), at(x + 16, y + 16), at(x, y + 16)];
        Located {
            source: SourceId(source),
            hit: Hit {
                tile: 0,
                rect,
                class: 1,
                score,
            },
            print: quad.into(),
        }
    }

    fn facts() -> Vec<SourceFacts> {
        let source = |name: &str, gsd_cm: f64, day: &str| SourceFacts {
            name: name.into(),
            gsd_cm,
            captured: day.parse().ok(),
            tagged: None,
            made: None,
        };
        vec![
            source("a.tif", 2.5, "2026-05-03"),
            source("b.tif", 1.5, "2026-05-05"),
        ]
    }

    fn ranked(hits: &[Located], views: &dyn Views, agreement: Option<f32>) -> RankedCandidates {
        let rules = Rules {
            radius_m: 2.0,
            agreement,
        };
        candidates("s", hits, &facts(), rules, views, ground).expect("infallible")
    }

    #[test]
    fn both_stages_set_aside_what_neither_believes_and_lose_nothing() {
        let second = |own: f64, verifier: Option<f64>| SecondLook {
            looks: [own; 8],
            verdict: verifier.map(|score| VerifierVerdict {
                score,
                before_bloom: 0.0,
                band: ScoreBand::Weak,
                features: Vec::new(),
            }),
            features: Vec::new(),
        };
        let hits: Vec<Located> = (0..5).map(|n| hit(0, n * 400, 0, 0.4)).collect();
        let mut found = ranked(&hits, &photos(0), None);
        let looks = [
            Some(second(0.4, Some(0.9))),
            Some(second(0.4, Some(0.1))),
            Some(second(0.95, Some(0.01))),
            Some(second(0.4, None)),
            None,
        ];
        for (candidate, second) in found.candidates.iter_mut().zip(looks) {
            candidate.second = second;
        }
        let ids: BTreeSet<String> = found.candidates.iter().map(|c| c.id.clone()).collect();
        let unlikely = found.candidates[1].id.clone();
        let both = BothStages {
            score: 0.35,
            evidence: 0.5,
            sure: 0.7,
        };
        // What several photos show well enough stays as well; what one shows, or several hardly, does not.
        let mut doubtful = found.candidates[1].clone();
        let mut with = |seen_in, score_views| {
            doubtful.votes = Some(Votes {
                seen_in,
                covered_by: 2,
                score_views,
            });
            doubtful.is_listed(both)
        };
        assert_eq!(
            [with(2, 0.7), with(1, 0.9), with(2, 0.69)],
            [true, false, false]
        );
        rank(&mut found.candidates);
        found.set_aside(both);
        // The verifier believes one; the first stage is sure of another; two could not be asked about.
        assert_eq!(found.candidates.len(), 4);
        let aside: Vec<&str> = found.set_aside.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(aside, [unlikely]);
        let all = || found.candidates.iter().chain(&found.set_aside);
        assert_eq!(all().map(|c| c.id.clone()).collect::<BTreeSet<_>>(), ids);
        let ranks: Vec<usize> = all().map(|c| c.rank).collect();
        assert_eq!(ranks, [1, 2, 3, 4, 5]);
    }

    /// Photos of these days, all of which searched any place; behind the last an orthomosaic where there is one.
    struct Sources {
        photos: Vec<&'static str>,
        orthomosaic: Option<&'static str>,
    }

    impl Sources {
        fn is_photo(&self, source: SourceId) -> bool {
            source.0 < self.photos.len()
        }
    }

    /// So many photos of one day.
    fn photos(count: usize) -> Sources {
        Sources {
            photos: vec!["2026-05-05"; count],
            orthomosaic: None,
        }
    }

    impl Views for Sources {
        fn position_error_m(&self, source: SourceId, _: LonLat) -> Option<f64> {
            self.is_photo(source).then_some(3.0)
        }
        fn view(&self, source: SourceId, _: LonLat) -> Option<f64> {
            self.is_photo(source).then_some(0.0)
        }
        fn voter(&self, source: SourceId) -> Voter {
            let day = self.photos.get(source.0).copied().or(self.orthomosaic);
            Voter {
                is_photo: self.is_photo(source),
                is_placed: true,
                flown: day.and_then(|day| day.parse().ok()),
                made: None,
            }
        }
        fn searching(&self, _: LonLat) -> Vec<SourceId> {
            let count = self.photos.len() + usize::from(self.orthomosaic.is_some());
            (0..count).map(SourceId).collect()
        }
    }

    #[test]
    fn what_one_photo_shows_and_three_do_not_is_left_out_and_counted() {
        let glint = [hit(0, 0, 0, 0.8)];
        let plot = [hit(0, 0, 0, 0.9), hit(0, 16, 0, 0.5), hit(1, 4, 4, 0.7)];
        let left = ranked(&glint, &photos(4), Some(0.3));
        assert_eq!((left.candidates.len(), left.doubted), (0, 1));
        let kept = ranked(&plot, &photos(4), Some(0.3));
        assert_eq!((kept.candidates.len(), kept.doubted), (1, 0));
        let votes = kept.candidates[0].votes.expect("photos");
        assert_eq!((votes.seen_in, votes.covered_by), (2, 4));
        assert!((votes.score_views - 0.4).abs() < 1e-6, "{votes:?}");
        assert_eq!(ranked(&glint, &photos(4), None).candidates.len(), 1);
        // What is just enough for a hit is enough where no other photo shows the place.
        let just = ranked(&[hit(0, 0, 0, 0.29)], &photos(1), Some(0.29));
        assert_eq!((just.candidates.len(), just.doubted), (1, 0));
        // Nobody speaks against an orthomosaic alone.
        let ortho = ranked(&glint, &NoPhotos, Some(0.3));
        assert_eq!((ortho.candidates.len(), ortho.doubted), (1, 0));
        assert_eq!(ortho.candidates[0].votes, None);
    }

    #[test]
    fn photos_of_another_day_outvote_no_flight() {
        // Two photos of May show what three of April do not, when there was no flower.
        let (april, may) = ("2026-04-20", "2026-05-05");
        let plot = [hit(0, 0, 0, 0.5), hit(1, 4, 4, 0.5)];
        let of = |day| Sources {
            photos: vec![may, may, day, day, day],
            orthomosaic: None,
        };
        let same = ranked(&plot, &of(may), Some(0.3));
        assert_eq!((same.candidates.len(), same.doubted), (0, 1));
        let apart = ranked(&plot, &of(april), Some(0.3));
        assert_eq!((apart.candidates.len(), apart.doubted), (1, 0));
        let votes = apart.candidates[0].votes.expect("photos");
        assert_eq!((votes.seen_in, votes.covered_by), (2, 2));
        let alone = ranked(&plot, &photos(2), Some(0.3));
        assert_eq!(apart, alone);
    }

    #[test]
    fn what_an_orthomosaic_shows_is_doubted_by_its_photos_and_never_dropped() {
        // Something that is doubled on a seam, and a plot beside it that a photo shows as well.
        let mosaic = Sources {
            photos: vec!["2026-05-05"],
            orthomosaic: Some("2026-05-05"),
        };
        let hits = [
            hit(1, 0, 0, 0.6),
            hit(1, 2000, 0, 0.5),
            hit(0, 2004, 4, 0.5),
        ];
        let found = ranked(&hits, &mosaic, Some(0.3));
        assert_eq!((found.candidates.len(), found.doubted), (2, 0));
        let counted = |c: &Candidate| c.votes.map(|v| (v.seen_in, v.covered_by));
        let both: Vec<_> = found.candidates.iter().map(counted).collect();
        assert_eq!(
            both,
            [Some((2, 2)), Some((1, 2))],
            "the doubted one ranks below"
        );
        let doubled = &found.candidates[1];
        assert!((doubled.rank_score() - (0.6 - 0.125)).abs() < 1e-6);
        assert_eq!(doubled.position_error_m, None);
        // An orthomosaic that does not show what a photo shows takes off its rank, and drops nothing.
        let photo = ranked(&[hit(0, 0, 0, 0.5)], &mosaic, Some(0.3));
        assert_eq!((photo.candidates.len(), photo.doubted), (1, 0));
        assert_eq!(counted(&photo.candidates[0]), Some((1, 2)));
    }

    #[test]
    fn the_strongest_comes_first_and_its_point_lies_inside() {
        // An L, whose centre of gravity lies outside.
        let hits: Vec<Located> = (0..8)
            .flat_map(|i| [hit(0, 0, i * 16, 0.7), hit(0, i * 16, 112, 0.8)])
            .chain([hit(0, 2000, 0, 0.95)])
            .collect();
        let found = ranked(&hits, &NoPhotos, None).candidates;
        assert_eq!(
            found.iter().map(|c| (c.rank, c.hits)).collect::<Vec<_>>(),
            [(1, 1), (2, 16)]
        );
        for c in &found {
            assert!(c.polygon.contains(&Point::from(c.at)), "{:?}", c.at);
            assert!(c.area_m2 > 0.0 && c.id.len() > 6);
        }
        assert_ne!(found[0].id, found[1].id);
    }

    #[test]
    fn the_peak_is_in_the_middle_of_those_that_score_alike() {
        let hits =
            [(0, 0.98), (16, 0.981), (32, 0.984), (48, 0.6)].map(|(x, s)| hit(0, x, 0, s).hit);
        assert_eq!(peak(hits.iter()).map(|r| r.x0), Some(16));
        assert_eq!(peak(hits[2..].iter()).map(|r| r.x0), Some(32));
        assert_eq!(peak([].iter()), None);
    }

    #[test]
    fn one_plot_on_two_overlapping_orthomosaics_is_one_candidate() {
        let found = ranked(&[hit(0, 0, 0, 0.9), hit(1, 4, 4, 0.8)], &NoPhotos, None).candidates;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].sources.as_slice(), found[0].best),
            (&[SourceId(0), SourceId(1)][..], SourceId(1))
        );
        assert_eq!(
            found[0].captured.expect("known").to_string(),
            "2026-05-03/2026-05-05"
        );
        let single = ranked(&[hit(0, 0, 0, 0.9)], &NoPhotos, None).candidates[0].area_m2;
        assert!(found[0].area_m2 < 2.0 * single && found[0].area_m2 > single);
    }
}
