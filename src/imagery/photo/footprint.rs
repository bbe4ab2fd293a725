//! The part of a photo that can be searched, in pixels and on the ground. Pure.

use super::camera::Camera;
use super::terrain::HeightField;
use crate::ground::{PixelPoint, Rect, Region};
use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon, Validation};

/// Cells along a photo's longer side, in which its use is decided.
const CELLS: u32 = 32;

/// The searchable part of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Footprint {
    /// Cells of [`Footprint::cell_px`] that are searched.
    pub cells: Region,
    /// The side of a cell in pixels.
    pub cell_px: f64,
    /// The ground it covers, in lon/lat.
    pub ground: MultiPolygon,
    /// The ground that is seen but too coarse to search.
    pub coarse_ground: MultiPolygon,
    /// Share of the frame that is searched, 0 to 1.
    pub share: f64,
    /// Finest and coarsest metres a pixel of the searched part, where there is any.
    pub gsd_m: Option<(f64, f64)>,
    /// The finest of the whole frame, searched or not; `None` where no pixel meets the ground.
    pub finest_m: Option<f64>,
}

/// A cell's corner: its ground and its metres a pixel.
#[derive(Clone, Copy)]
struct Corner {
    at: Coord,
    gsd_m: f64,
}

/// Finds the cells all of whose corners meet the ground below the horizon's margin with at most `coarsest_m` metres a
/// pixel.
///
/// With `turned`, the frame may be turned about its centre by any angle: only what lies within its largest circle is in it
/// whichever way, and the rest is not searched. Nor is what one of the `others` does not show: where else the camera may have been.
pub fn footprint(
    camera: &Camera,
    others: &[Camera],
    terrain: &dyn HeightField,
    coarsest_m: f64,
    turned: bool,
) -> Footprint {
    let (width, height) = camera.lens.size();
    let cell_px = width.max(height) / f64::from(CELLS);
    let columns = count(width / cell_px);
    let rows = count(height / cell_px);
    let corners: Vec<Option<Corner>> = (0..=rows)
        .flat_map(|y| (0..=columns).map(move |x| (x, y)))
        .map(|(x, y)| {
            let pixel = pixel_of(x, y, cell_px, (width, height));
            corner(camera, others, terrain, pixel, turned)
        })
        .collect();
    let at = |x: u32, y: u32| corners[(y * (columns + 1) + x) as usize];
    let usable = |limit: f64| {
        Region::from_rects(
            (0..rows)
                .flat_map(|y| (0..columns).map(move |x| (x, y)))
                .filter_map(|(x, y)| {
                    [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]
                        .iter()
                        .all(|(x, y)| at(*x, *y).is_some_and(|c| c.gsd_m <= limit))
                        .then_some(Rect {
                            x0: x,
                            y0: y,
                            x1: x + 1,
                            y1: y + 1,
                        })
                }),
        )
    };
    let cells = usable(coarsest_m);
    let coarse = usable(f64::INFINITY).difference(&cells);
    let place = |x: u32, y: u32| at(x, y).map(|c| c.at);
    let gsd_m = cells
        .rects()
        .flat_map(|r| (r.y0..=r.y1).flat_map(move |y| (r.x0..=r.x1).map(move |x| (x, y))))
        .filter_map(|(x, y)| at(x, y))
        .fold(None, |range: Option<(f64, f64)>, c| {
            let (low, high) = range.unwrap_or((c.gsd_m, c.gsd_m));
            Some((low.min(c.gsd_m), high.max(c.gsd_m)))
        });
    let finest_m = corners
        .iter()
        .flatten()
        .map(|c| c.gsd_m)
        .min_by(f64::total_cmp);
    let share =
        f64::from(u32::try_from(cells.pixels()).unwrap_or(u32::MAX)) / f64::from(columns * rows);
    Footprint {
        ground: on_ground(&cells, place),
        coarse_ground: on_ground(&coarse, place),
        cells,
        cell_px,
        share,
        gsd_m,
        finest_m,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most CELLS"
)]
fn count(cells: f64) -> u32 {
    (cells.ceil() as u32).clamp(1, CELLS)
}

fn pixel_of(x: u32, y: u32, cell_px: f64, size: (f64, f64)) -> PixelPoint {
    PixelPoint {
        x: (f64::from(x) * cell_px).min(size.0),
        y: (f64::from(y) * cell_px).min(size.1),
    }
}

fn corner(
    camera: &Camera,
    others: &[Camera],
    terrain: &dyn HeightField,
    pixel: PixelPoint,
    turned: bool,
) -> Option<Corner> {
    let size = camera.lens.size();
    let met = camera.ground(pixel, terrain)?;
    let shown = |other: &Camera| {
        let pixel = other.project(met);
        pixel.is_some_and(|pixel| is_in_frame(pixel, size, turned))
    };
    let is_sure = is_in_frame(pixel, size, turned) && others.iter().all(shown);
    is_sure.then_some(())?;
    Some(Corner {
        at: met.at.into(),
        gsd_m: camera.gsd_m(pixel, terrain)?,
    })
}

/// Whether a pixel lies in the frame; with `turned`, within its largest circle.
fn is_in_frame(pixel: PixelPoint, (width, height): (f64, f64), turned: bool) -> bool {
    // A millionth of a pixel is the reckoning's.
    const SLACK: f64 = 1e-6;
    let (x, y) = (pixel.x - width / 2.0, pixel.y - height / 2.0);
    let inside = x.abs() <= width / 2.0 + SLACK && y.abs() <= height / 2.0 + SLACK;
    inside && (!turned || x.hypot(y) <= width.min(height) / 2.0)
}

/// The outline of cells carried to the ground, with a vertex at every cell's corner so that a lens's bend is followed.
fn on_ground(cells: &Region, place: impl Fn(u32, u32) -> Option<Coord>) -> MultiPolygon {
    let ring = |ring: &LineString| -> LineString {
        let mut carried: Vec<Coord> = Vec::new();
        for line in ring.lines() {
            let steps = (line.end.x - line.start.x)
                .abs()
                .max((line.end.y - line.start.y).abs());
            let steps = count(steps.max(1.0));
            for i in 0..steps {
                let along = f64::from(i) / f64::from(steps);
                let corner = line.start + (line.end - line.start) * along;
                carried.extend(place(whole(corner.x), whole(corner.y)));
            }
        }
        LineString::from(carried)
    };
    let polygons: Vec<Polygon> = cells
        .outline()
        .iter()
        .map(|p| Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect()))
        .collect();
    let carried = MultiPolygon::new(polygons);
    if carried.is_valid() {
        carried
    } else {
        // Terrain can fold an outline over itself: a union makes it simple.
        carried.union(&MultiPolygon::new(vec![]))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cell's corner, at most CELLS"
)]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{LonLat, area_m2};
    use crate::imagery::photo::camera::Axes;
    use crate::imagery::photo::lens::Lens;
    use crate::imagery::photo::metadata::Attitude;
    use crate::imagery::photo::terrain::LevelGround;

    fn camera(east: f64, height: f64, pitch: f64) -> Camera {
        let lens = Lens::pinhole((4000.0, 3000.0), 2000.0).expect("a lens");
        let attitude = Attitude::Gimbal {
            yaw: Some(20.0),
            pitch,
            roll: 0.0,
        };
        let home = crate::ground::LocalPlane::at(LonLat::new(113.3, 33.74));
        let at = home.to_lonlat(crate::ground::PlanePoint { x: east, y: 0.0 });
        Camera::new(lens, at, height, Axes::of(attitude, 0.0))
    }

    fn seen(pitch: f64, coarsest_m: f64) -> Footprint {
        let camera = camera(0.0, 40.0, pitch);
        footprint(&camera, &[], &LevelGround(0.0), coarsest_m, false)
    }

    #[test]
    fn only_what_the_camera_shows_from_wherever_it_may_have_been_is_searched() {
        let [used, lower, beside, far] = [(0.0, 40.0), (0.0, 30.0), (15.0, 40.0), (200.0, 40.0)]
            .map(|(east, height)| camera(east, height, -90.0));
        let m2 = |others: &[Camera], turned: bool| {
            area_m2(&footprint(&used, others, &LevelGround(0.0), 1.0, turned).ground)
        };
        let whole = m2(&[], false);
        assert!((whole - 80.0 * 60.0).abs() < 1.0, "{whole}");
        let from_below = m2(std::slice::from_ref(&lower), false);
        assert!((2400.0..=60.0 * 45.0).contains(&from_below), "{from_below}");
        // The frame is turned by 20 degrees, and moved by 15 m.
        let aside = m2(std::slice::from_ref(&beside), false);
        let moved =
            (80.0 - 15.0 * 20_f64.to_radians().cos()) * (60.0 - 15.0 * 20_f64.to_radians().sin());
        assert!(
            (moved * 0.9..=moved + 1.0).contains(&aside),
            "{aside} of {moved}"
        );
        assert!(m2(&[lower, beside.clone()], false) < from_below.min(aside));
        assert!(m2(std::slice::from_ref(&far), false) == 0.0);
        assert!(m2(&[beside], true) < m2(&[], true));
    }

    #[test]
    fn straight_down_the_whole_frame_is_searched_with_its_hand_computed_area() {
        let found = seen(-90.0, 0.03);
        assert!((found.share - 1.0).abs() < 1e-12);
        assert!((area_m2(&found.ground) - 80.0 * 60.0).abs() < 1.0);
        assert!(found.coarse_ground.0.is_empty());
        let (finest, coarsest) = found.gsd_m.expect("searched");
        assert!((finest - 0.02).abs() < 1e-6 && (coarsest - 0.02).abs() < 1e-6);
    }

    #[test]
    fn an_oblique_frame_is_searched_where_it_is_fine_enough() {
        let found = seen(-30.0, 0.05);
        let (finest, coarsest) = found.gsd_m.expect("searched");
        assert!(found.share > 0.05 && found.share < 0.6, "{}", found.share);
        assert!(finest < 0.03 && coarsest <= 0.05);
        assert!(area_m2(&found.coarse_ground) > area_m2(&found.ground));
        // With the sky in the frame, not even its ground is whole.
        assert!(seen(-30.0, f64::INFINITY).share < 0.95);
    }

    #[test]
    fn a_frame_that_is_too_coarse_or_sees_no_ground_has_no_footprint() {
        let coarse = seen(-90.0, 0.01);
        assert!(coarse.cells.is_empty() && coarse.gsd_m.is_none());
        assert!((coarse.finest_m.expect("ground") - 0.02).abs() < 1e-6);
        assert!(seen(60.0, 1.0).finest_m.is_none());
    }
}
