//! Which hits are one plot, when they come out of overlapping photos whose places are uncertain.
//!
//! Within one photo, as within the orthomosaics, hits are placed exactly against one another: those within the site
//! radius are one sighting. Sightings of different photos are one plot when their distance can be explained by the
//! errors of their places, the nearest first; two sightings of one photo never are, since that photo shows them apart.

use super::votes::Voter;
use crate::ground::{LocalPlane, LonLat, PlanePoint};
use crate::scan::cluster::clusters_of;
use crate::scan::ids::SourceId;
use crate::scan::plan::Located;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a place as a source shows it.
pub trait Views {
    /// Metres within which a place found in a photo truly lies; `None` for an orthomosaic.
    fn position_error_m(&self, source: SourceId, at: LonLat) -> Option<f64>;

    /// How good a source's view of a place is, the smaller the better; `None` where it does not show it, or is none.
    fn view(&self, source: SourceId, at: LonLat) -> Option<f64>;

    /// A source as it votes on what is found.
    fn voter(&self, source: SourceId) -> Voter;

    /// The sources that searched a place.
    fn searching(&self, at: LonLat) -> Vec<SourceId>;
}

/// A scan without photos.
#[cfg(test)]
pub struct NoPhotos;

#[cfg(test)]
impl Views for NoPhotos {
    fn position_error_m(&self, _: SourceId, _: LonLat) -> Option<f64> {
        None
    }
    fn view(&self, _: SourceId, _: LonLat) -> Option<f64> {
        None
    }
    fn voter(&self, _: SourceId) -> Voter {
        Voter {
            is_photo: false,
            is_placed: true,
            flown: None,
            made: None,
        }
    }
    fn searching(&self, _: LonLat) -> Vec<SourceId> {
        Vec::new()
    }
}

/// One plot in one photo, or in the orthomosaics together.
struct PlotSighting {
    /// The photo; `None` for the orthomosaics.
    photo: Option<SourceId>,
    members: Vec<usize>,
    low: PlanePoint,
    high: PlanePoint,
    error_m: f64,
}

impl PlotSighting {
    fn centre(&self) -> PlanePoint {
        PlanePoint {
            x: f64::midpoint(self.low.x, self.high.x),
            y: f64::midpoint(self.low.y, self.high.y),
        }
    }

    fn gap_m(&self, other: &Self) -> f64 {
        let dx = (self.low.x - other.high.x)
            .max(other.low.x - self.high.x)
            .max(0.0);
        let dy = (self.low.y - other.high.y)
            .max(other.low.y - self.high.y)
            .max(0.0);
        dx.hypot(dy)
    }
}

/// Groups hits into plots. Each group lists indices in rising order; groups come in the order of their first.
pub fn plots(hits: &[Located], radius_m: f64, views: &dyn Views) -> Vec<Vec<usize>> {
    let sightings = sightings(hits, radius_m, views);
    if sightings.iter().all(|s| s.photo.is_none()) {
        return sightings.into_iter().map(|s| s.members).collect();
    }
    let mut group: Vec<usize> = (0..sightings.len()).collect();
    let mut photos: Vec<BTreeSet<Option<SourceId>>> = sightings
        .iter()
        .map(|s| BTreeSet::from([s.photo]))
        .collect();
    for (a, b) in pairs(&sightings, radius_m) {
        let (a, b) = (root(&group, a), root(&group, b));
        if a == b || !photos[a].is_disjoint(&photos[b]) {
            continue;
        }
        let (keep, gone) = (a.min(b), a.max(b));
        group[gone] = keep;
        let joined = std::mem::take(&mut photos[gone]);
        photos[keep].extend(joined);
    }
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); sightings.len()];
    for (i, sighting) in sightings.iter().enumerate() {
        found[root(&group, i)].extend(&sighting.members);
    }
    found.retain(|members| !members.is_empty());
    for members in &mut found {
        members.sort_unstable();
    }
    found.sort_by_key(|members| members[0]);
    found
}

fn root(group: &[usize], mut i: usize) -> usize {
    while group[i] != i {
        i = group[i];
    }
    i
}

fn sightings(hits: &[Located], radius_m: f64, views: &dyn Views) -> Vec<PlotSighting> {
    let Some(first) = hits.first() else {
        return Vec::new();
    };
    let plane = LocalPlane::at(first.print.at);
    let mut by_photo: BTreeMap<Option<SourceId>, Vec<u32>> = BTreeMap::default();
    for (i, hit) in (0..).zip(hits) {
        let photo = views
            .position_error_m(hit.source, hit.print.at)
            .map(|_| hit.source);
        by_photo.entry(photo).or_default().push(i);
    }
    let mut found = Vec::new();
    for (photo, indices) in by_photo {
        let quad = |i: usize| hits[indices[i] as usize].print.quad();
        for cluster in clusters_of(indices.len(), quad, radius_m) {
            let members: Vec<usize> = cluster.into_iter().map(|i| indices[i] as usize).collect();
            let corners = || {
                members
                    .iter()
                    .flat_map(|i| hits[*i].print.quad())
                    .map(|c| plane.to_plane(c))
            };
            let (mut low, mut high) = (
                PlanePoint {
                    x: f64::INFINITY,
                    y: f64::INFINITY,
                },
                PlanePoint {
                    x: f64::NEG_INFINITY,
                    y: f64::NEG_INFINITY,
                },
            );
            for c in corners() {
                low = PlanePoint {
                    x: low.x.min(c.x),
                    y: low.y.min(c.y),
                };
                high = PlanePoint {
                    x: high.x.max(c.x),
                    y: high.y.max(c.y),
                };
            }
            let at = plane.to_lonlat(PlanePoint {
                x: f64::midpoint(low.x, high.x),
                y: f64::midpoint(low.y, high.y),
            });
            let error_m = photo
                .and_then(|source| views.position_error_m(source, at))
                .unwrap_or(0.0);
            found.push(PlotSighting {
                photo,
                members,
                low,
                high,
                error_m,
            });
        }
    }
    found
}

/// Pairs of different photos whose gap the site radius and their errors explain, the nearest centres first.
fn pairs(sightings: &[PlotSighting], radius_m: f64) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..sightings.len()).collect();
    order.sort_by(|a, b| sightings[*a].low.x.total_cmp(&sightings[*b].low.x));
    let most = sightings
        .iter()
        .map(|s| s.error_m)
        .filter(|e| e.is_finite())
        .fold(0.0, f64::max);
    let widest = sightings
        .iter()
        .map(|s| s.high.x - s.low.x)
        .fold(0.0, f64::max);
    let reach = radius_m + most * std::f64::consts::SQRT_2 + widest;
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for (k, a) in order.iter().enumerate() {
        let one = &sightings[*a];
        for b in &order[k + 1..] {
            let other = &sightings[*b];
            if other.low.x - one.low.x > reach {
                break;
            }
            let allowed = radius_m
                + one
                    .error_m
                    .hypot(other.error_m)
                    .min(most * std::f64::consts::SQRT_2);
            if one.photo != other.photo && one.gap_m(other) <= allowed {
                found.push((
                    one.centre().distance_m(other.centre()),
                    (*a).min(*b),
                    (*a).max(*b),
                ));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    found.into_iter().map(|(_, a, b)| (a, b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Rect;
    use crate::scan::model::Hit;

    const HOME: LonLat = LonLat::new(113.3, 33.74);

    struct Exact(f64);

    impl Views for Exact {
        fn position_error_m(&self, source: SourceId, _: LonLat) -> Option<f64> {
            (source.0 > 0).then_some(self.0)
        }
        fn view(&self, _: SourceId, _: LonLat) -> Option<f64> {
            Some(1.0)
        }
        fn voter(&self, source: SourceId) -> Voter {
            NoPhotos.voter(source)
        }
        fn searching(&self, _: LonLat) -> Vec<SourceId> {
            Vec::new()
        }
    }

    fn hit(source: usize, east: f64, north: f64) -> Located {
        let plane = LocalPlane::at(HOME);
        let at = |dx: f64, dy: f64| {
            plane.to_lonlat(PlanePoint {
                x: east + dx,
                y: north + dy,
            })
        };
        let rect = Rect {
            x0: 0,
            y0: 0,
            x1: 1,
            y1: 1,
        };
        let quad = [at(0.0, 0.0), at(0.3, 0.0), at(0.3, 0.3), at(0.0, 0.3)];
        Located {
            source: SourceId(source),
            hit: Hit {
                tile: 0,
                rect,
                class: 1,
                score: 0.9,
            },
            print: quad.into(),
        }
    }

    #[test]
    fn one_plot_in_three_photos_is_one_and_two_in_each_stay_two() {
        // Four metres apart; the three photos are displaced by up to three.
        let shifts = [(1, 0.0, 0.0), (2, 2.0, -1.0), (3, -1.5, 2.5)];
        let hits: Vec<Located> = shifts
            .iter()
            .flat_map(|(s, e, n)| [hit(*s, *e, *n), hit(*s, e + 4.3, *n)])
            .collect();
        assert_eq!(
            plots(&hits, 2.0, &Exact(5.0)),
            [vec![0, 2, 4], vec![1, 3, 5]]
        );
    }

    #[test]
    fn exact_places_do_not_reach_over_four_metres_and_rasters_keep_to_the_radius() {
        let apart = [hit(1, 0.0, 0.0), hit(2, 4.3, 0.0)];
        assert_eq!(plots(&apart, 2.0, &Exact(0.05)).len(), 2);
        assert_eq!(plots(&apart, 2.0, &Exact(5.0)).len(), 1);
        let near = [hit(0, 0.0, 0.0), hit(0, 1.5, 0.0), hit(0, 9.0, 0.0)];
        assert_eq!(plots(&near, 2.0, &Exact(5.0)), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn the_order_of_hits_does_not_matter() {
        let mut hits: Vec<Located> = (1..6_u8)
            .flat_map(|s| {
                (0..4_u8).map(move |k| {
                    hit(
                        s.into(),
                        f64::from(k) * 6.0 + f64::from(s % 3) * 0.7,
                        f64::from(s % 2) * 1.1,
                    )
                })
            })
            .collect();
        let sizes = |hits: &[Located]| {
            let mut found: Vec<usize> =
                plots(hits, 2.0, &Exact(3.0)).iter().map(Vec::len).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(sizes(&hits), [5, 5, 5, 5]);
        hits.reverse();
        assert_eq!(sizes(&hits), [5, 5, 5, 5]);
    }
}
