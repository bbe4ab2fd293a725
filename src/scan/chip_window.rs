//! What a picture of a candidate shows: the part of a source, and the size of the picture.

use crate::ground::{Gsd, LonLat, Rect};
use crate::imagery::Source;
use geo::{BoundingRect, LineString, MultiPolygon, Polygon};

/// The longest side of a picture, in pixels.
pub const LONGEST_PX: u32 = 512;

/// Smaller pictures are enlarged to this, so that bar and label can be read.
const SHORTEST_PX: f64 = 256.0;

/// The least ground that a chip shows, in metres.
const CHIP_M: f64 = 6.0;

/// The least ground that a context picture shows, in metres.
const CONTEXT_M: f64 = 40.0;

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// The candidate itself, as close as its pixels allow.
    Chip,
    /// Its surroundings, some 40 m.
    Context,
}

/// The part of a source that a picture shows, and the size of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChipWindow {
    /// The pixels of the source.
    pub source: Rect,
    /// Columns of the picture.
    pub width: u32,
    /// Rows of the picture.
    pub height: u32,
    /// Metres on the ground that one pixel of the picture covers, in both directions.
    pub metres_per_pixel: f64,
}

/// Chooses the window for a candidate whose box in source pixels is `bounds`, in a source of `size` columns and rows.
///
/// The window is square on the ground, centred on the candidate with a margin around it, at least 6 m ([`PictureKind::Chip`])
/// or 40 m ([`PictureKind::Context`]) wide, moved so that it lies inside the source, and cut where the source is smaller. The
/// picture has the source's own resolution where that gives 256 to 512 pixels. `None` where the source has no pixels
/// or `bounds` or `gsd` are not finite; and for a context that would show little more than the chip does.
pub fn window(
    bounds: geo::Rect<f64>,
    size: (u32, u32),
    gsd: Gsd,
    view: PictureKind,
) -> Option<ChipWindow> {
    let (gx, gy) = (gsd.x_cm / 100.0, gsd.y_cm / 100.0);
    let centre = bounds.center();
    let longest = (bounds.width() * gx).max(bounds.height() * gy);
    let usable = [gx, gy].iter().all(|g| g.is_finite() && *g > 0.0)
        && [centre.x, centre.y, longest].iter().all(|v| v.is_finite());
    if !usable || size.0 == 0 || size.1 == 0 {
        return None;
    }
    let chip_m = CHIP_M.max(longest + 2.0 * (0.15 * longest).max(1.0));
    let side_m = match view {
        PictureKind::Chip => chip_m,
        PictureKind::Context => CONTEXT_M.max(1.6 * chip_m),
    };
    let (x0, x1) = span(centre.x, side_m / gx, size.0);
    let (y0, y1) = span(centre.y, side_m / gy, size.1);
    let source = Rect { x0, y0, x1, y1 };
    if view == PictureKind::Context {
        let chip = window(bounds, size, gsd, PictureKind::Chip)?;
        if ground_m2(source, gx, gy) < 1.5 * ground_m2(chip.source, gx, gy) {
            return None;
        }
    }
    let (across, down) = (f64::from(x1 - x0) * gx, f64::from(y1 - y0) * gy);
    let long = across.max(down);
    let metres_per_pixel = gx
        .min(gy)
        .max(long / f64::from(LONGEST_PX))
        .min(long / SHORTEST_PX);
    Some(ChipWindow {
        source,
        width: whole(across / metres_per_pixel, LONGEST_PX).max(1),
        height: whole(down / metres_per_pixel, LONGEST_PX).max(1),
        metres_per_pixel,
    })
}

/// `length` pixels around `centre`, inside `0..size`; at least one.
fn span(centre: f64, length: f64, size: u32) -> (u32, u32) {
    let length = whole(length.ceil(), size).max(1);
    let start = whole(centre - f64::from(length) / 2.0, size - length);
    (start, start + length)
}

fn ground_m2(rect: Rect, gx: f64, gy: f64) -> f64 {
    f64::from(rect.x1 - rect.x0) * gx * f64::from(rect.y1 - rect.y0) * gy
}

/// The nearest whole number in `0..=most`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of u32 first; NaN becomes 0"
)]
pub fn whole(value: f64, most: u32) -> u32 {
    value.round().clamp(0.0, f64::from(most)) as u32
}

/// What a picture of ground in lon/lat shows of a source.
pub fn shown_window(
    source: &Source,
    drawn: &MultiPolygon,
    view: PictureKind,
) -> Option<ChipWindow> {
    let bounds = in_pixels(source, drawn)?.bounding_rect()?;
    window(bounds, source.size(), source.gsd(), view)
}

pub fn in_pixels(source: &Source, polygon: &MultiPolygon) -> Option<MultiPolygon> {
    let ring = |line: &LineString| -> Option<LineString> {
        let places: Vec<LonLat> = line.coords().map(|c| LonLat::from(*c)).collect();
        let pixels = source.pixels_of(&places).ok()?;
        Some(
            pixels
                .iter()
                .map(|p| (settled(p.x), settled(p.y)))
                .collect(),
        )
    };
    let part = |p: &Polygon| {
        let holes = p.interiors().iter().map(ring).collect::<Option<_>>()?;
        Some(Polygon::new(ring(p.exterior())?, holes))
    };
    polygon.iter().map(part).collect()
}

/// A number of pixels or degrees to a 1024th. One version of PROJ gives other last digits than another, and where an outline
/// runs along the edges of pixels they would decide which way a colour is rounded: the same scan gives the same pictures.
pub fn settled(value: f64) -> f64 {
    const STEPS: f64 = 1024.0;
    (value * STEPS).round() / STEPS
}
