//! Photos as rectangles on the ground, and what can be left out of them.

use super::*;
use crate::ground::{LocalPlane, LonLat, PixelPoint, PlanePoint};
use crate::scan::plan::lattice::PIECES;
use geo::{Coord, LineString};
use proptest::prelude::*;

const HOME: LonLat = LonLat::new(113.3, 33.74);
/// Pixels a metre of the photos' grids, and pixels along a part.
const SCALE: f64 = 10.0;
const PART: u32 = 100;

/// A photo of so many metres, turned by degrees about its middle.
#[derive(Debug, Clone)]
struct Print {
    east: f64,
    north: f64,
    wide: f64,
    tall: f64,
    turned: f64,
}

impl Print {
    fn place(&self, at: PixelPoint) -> LonLat {
        let (s, c) = self.turned.to_radians().sin_cos();
        let (x, y) = (
            at.x / SCALE - self.wide / 2.0,
            self.tall / 2.0 - at.y / SCALE,
        );
        LocalPlane::at(HOME).to_lonlat(PlanePoint {
            x: self.east + x * c - y * s,
            y: self.north + x * s + y * c,
        })
    }

    fn pixel(&self, at: LonLat) -> PixelPoint {
        let p = LocalPlane::at(HOME).to_plane(at);
        let (s, c) = self.turned.to_radians().sin_cos();
        let (x, y) = (p.x - self.east, p.y - self.north);
        PixelPoint {
            x: (x * c + y * s + self.wide / 2.0) * SCALE,
            y: (self.tall / 2.0 - (y * c - x * s)) * SCALE,
        }
    }

    /// Metres from a place in the photo to the nearest of its edges; negative outside.
    fn margin(&self, at: LonLat) -> f64 {
        let p = self.pixel(at);
        let (x, y) = (p.x / SCALE, p.y / SCALE);
        x.min(y).min(self.wide - x).min(self.tall - y)
    }

    fn outline(&self) -> MultiPolygon {
        let (w, h) = (self.wide * SCALE, self.tall * SCALE);
        let ring: LineString = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)]
            .map(|(x, y)| Coord::from(self.place(PixelPoint { x, y })))
            .into_iter()
            .collect();
        geo::Polygon::new(ring, vec![]).into()
    }
}

impl Lattice {
    fn middle_of_piece(&self, at: LonLat) -> LonLat {
        let middle =
            |v: f64, step: f64| ((v / step * PIECES as f64).floor() + 0.5) / PIECES as f64 * step;
        LonLat::new(middle(at.lon, self.step.x), middle(at.lat, self.step.y))
    }
}

fn edges(metres: f64) -> Vec<u32> {
    let end = (metres * SCALE) as u32;
    (0..end).step_by(PART as usize).chain([end]).collect()
}

fn shown<'a>(print: &'a Print, outline: &'a MultiPolygon) -> PhotoView<'a> {
    let (columns, rows) = (edges(print.wide), edges(print.tall));
    let parts = (columns.len() - 1) * (rows.len() - 1);
    PhotoView {
        outline,
        pixel: Box::new(|at| print.pixel(at)),
        place: Box::new(|at| print.place(at)),
        columns,
        rows,
        poorness: (0..parts).map(|p| (p % 3) as f64).collect(),
        searched: BTreeSet::new(),
    }
}

/// The parts that are needed of some photos.
fn chosen(prints: &[Print], boundary: Option<&MultiPolygon>, least: u16) -> Vec<BTreeSet<usize>> {
    let outlines: Vec<MultiPolygon> = prints.iter().map(Print::outline).collect();
    let all: Vec<PhotoView<'_>> = prints
        .iter()
        .zip(&outlines)
        .map(|(p, o)| shown(p, o))
        .collect();
    needed(&all, boundary, least)
}

/// How many photos show a place, and how many of them in a part that is kept.
fn views(prints: &[Print], kept: &[BTreeSet<usize>], at: LonLat) -> (usize, usize) {
    let (mut all, mut left) = (0, 0);
    for (print, kept) in prints.iter().zip(kept) {
        let p = print.pixel(at);
        let (w, h) = (print.wide * SCALE, print.tall * SCALE);
        if !((0.0..w).contains(&p.x) && (0.0..h).contains(&p.y)) {
            continue;
        }
        all += 1;
        let across = edges(print.wide).len() - 1;
        let part = (p.x as usize / PART as usize) + (p.y as usize / PART as usize) * across;
        left += usize::from(kept.contains(&part));
    }
    (all, left)
}

/// A line of photos that overlap by four fifths.
fn line() -> Vec<Print> {
    (0..30_u8)
        .map(|i| Print {
            east: f64::from(i) * 6.0,
            north: 0.0,
            wide: 30.0,
            tall: 20.0,
            turned: 0.0,
        })
        .collect()
}

#[test]
fn of_a_line_with_four_fifths_overlap_about_a_fifth_is_searched_for_one_view() {
    let prints = line();
    let parts = |least| -> usize { chosen(&prints, None, least).iter().map(BTreeSet::len).sum() };
    let whole = 30 * 6;
    let (one, two) = (parts(1), parts(2));
    assert!(one * 10 < whole * 3, "{one} of {whole}");
    assert!(two * 10 < whole * 6 && two > one, "{two} of {whole}");
    assert_eq!(parts(100), whole, "no more can be asked than there is");
    let photos = chosen(&prints, None, 1);
    assert!(photos.iter().filter(|p| p.is_empty()).count() > 15);
}

#[test]
fn only_ground_inside_the_boundary_counts() {
    let prints = line();
    let boundary = prints[3].outline();
    let kept = chosen(&prints, Some(&boundary), 2);
    assert!(kept[12..].iter().all(BTreeSet::is_empty), "{kept:?}");
    assert!(kept.iter().any(|k| !k.is_empty()));
}

#[test]
fn what_is_searched_already_is_kept_and_counts() {
    let prints = line();
    let outlines: Vec<MultiPolygon> = prints.iter().map(Print::outline).collect();
    let mut all: Vec<PhotoView<'_>> = prints
        .iter()
        .zip(&outlines)
        .map(|(p, o)| shown(p, o))
        .collect();
    all[7].searched = BTreeSet::from([0, 1, 4]);
    let kept = needed(&all, None, 1);
    assert!(kept[7].is_superset(&all[7].searched));
}

fn any_prints() -> impl Strategy<Value = Vec<Print>> {
    let one = (
        0.0..60.0_f64,
        0.0..40.0_f64,
        1..4_u8,
        1..3_u8,
        -180.0..180.0_f64,
    );
    let print = one.prop_map(|(east, north, w, h, turned)| Print {
        east,
        north,
        wide: f64::from(w) * 10.0,
        tall: f64::from(h) * 10.0,
        turned,
    });
    proptest::collection::vec(print, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn every_place_keeps_its_views_and_the_cover_stays(
        prints in any_prints(), least in 1..4_u16, places in proptest::collection::vec((-20.0..80.0_f64, -20.0..60.0_f64), 300),
    ) {
        let kept = chosen(&prints, None, least);
        let (plane, lattice) = (LocalPlane::at(HOME), Lattice::about(HOME.lat.round()));
        for (x, y) in places {
            // Ground is looked at in pieces of a quarter of a metre; the middle of one stands for it.
            let at = lattice.middle_of_piece(plane.to_lonlat(PlanePoint { x, y }));
            let (all, left) = views(&prints, &kept, at);
            let margins: Vec<f64> = prints.iter().map(|p| p.margin(at)).collect();
            if margins.iter().all(|m| m.abs() > 0.001) {
                prop_assert!(all == 0 || left > 0, "{x} {y} is lost");
            }
            // A photo sees the square about a place whole when its edge is further than the square's diagonal.
            if margins.iter().all(|m| *m < 0.0 || *m > 1.5) {
                prop_assert!(left >= all.min(usize::from(least)), "{x} {y}: {left} of {all}");
            }
        }
        prop_assert_eq!(chosen(&prints, None, least), kept, "the same again");
    }
}
