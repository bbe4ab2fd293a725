//! What is written into the corners of a chip: the scale bar with its label, and the north mark.

use super::distance_field::{DARK, DistanceField, LabelBox, WHITE, cover, mix, to_line};
use crate::scan::chip_window::whole;
use geo::Coord;
use image::RgbImage;

/// Puts the scale bar and the north mark into the corners where they hide least of the candidate.
pub(super) fn furnish(
    picture: &mut RgbImage,
    field: &DistanceField,
    metres_per_pixel: f64,
    north_deg: Option<f64>,
) {
    let (width, height) = picture.dimensions();
    let zoom = (width.min(height) / 140).clamp(1, 2);
    let edge = 4 * zoom;
    let corners = |w: u32, h: u32| {
        let right = width.saturating_sub(edge + w);
        let bottom = height.saturating_sub(edge + h);
        [(edge, bottom), (right, bottom), (edge, edge), (right, edge)].map(|(x, y)| LabelBox {
            x,
            y,
            width: w,
            height: h,
        })
    };
    let (metres, label) = round_length(f64::from(width) * metres_per_pixel / 3.0);
    let bar_px = whole(metres / metres_per_pixel, width).max(1);
    let label_px = u32::try_from(label.len()).unwrap_or(0) * 8 * zoom;
    let bar_corners = corners(bar_px.max(label_px) + 2, 13 * zoom + 2);
    let mut taken = None;
    if let Some((corner, place)) = (bar_corners.iter().enumerate())
        .filter(|(_, place)| place.x + place.width <= width && place.y + place.height <= height)
        .min_by_key(|(_, place)| field.hidden_by(**place))
    {
        taken = Some(corner);
        scale_bar(picture, *place, bar_px, &label, zoom);
    }
    let Some(north_deg) = north_deg.filter(|n| n.is_finite()) else {
        return;
    };
    let mark = corners(30 * zoom, 30 * zoom);
    let place = [3, 2, 1, 0]
        .into_iter()
        .filter(|corner| Some(*corner) != taken)
        .map(|corner| mark[corner])
        .min_by_key(|place| field.hidden_by(*place));
    if let Some(place) = place
        && 3 * place.width <= width.min(height)
    {
        north_mark(picture, place, north_deg, zoom);
    }
}

/// The longest of 1, 2, 5, 10, 20, … (and 50, 20, 10 cm, …) that is not above `most` metres, and how it is written.
fn round_length(most: f64) -> (f64, String) {
    if !most.is_finite() || most <= 0.0 {
        return (0.0, String::new());
    }
    let decade = 10f64.powf(most.log10().floor());
    let metres = [5.0, 2.0, 1.0]
        .map(|step| step * decade)
        .into_iter()
        .find(|length| *length <= most * (1.0 + 1e-9))
        .unwrap_or(decade);
    let label = if metres >= 999.0 {
        format!("{:.0} km", metres / 1000.0)
    } else if metres >= 0.99 {
        format!("{metres:.0} m")
    } else if metres >= 0.49 {
        format!("{metres:.1} m")
    } else {
        format!("{:.0} cm", metres * 100.0)
    };
    (metres, label)
}

fn scale_bar(picture: &mut RgbImage, place: LabelBox, bar_px: u32, label: &str, zoom: u32) {
    text(picture, (place.x + 1, place.y + 1), label, zoom);
    let top = place.y + 9 * zoom + 1;
    let thick = 3 * zoom;
    for y in top..top + thick + 2 {
        for x in place.x..place.x + bar_px + 2 {
            let rim = y == top || y > top + thick || x == place.x || x > place.x + bar_px;
            mix(picture, (x, y), if rim { DARK } else { WHITE }, 1.0);
        }
    }
}

fn north_mark(picture: &mut RgbImage, place: LabelBox, north_deg: f64, zoom: u32) {
    let (sin, cos) = north_deg.to_radians().sin_cos();
    let size = f64::from(zoom);
    let middle = Coord {
        x: f64::from(place.x) + f64::from(place.width) / 2.0,
        y: f64::from(place.y) + f64::from(place.height) / 2.0,
    };
    let turned = |right: f64, up: f64| Coord {
        x: middle.x + size * (right * cos + up * sin),
        y: middle.y + size * (right * sin - up * cos),
    };
    let tip = turned(0.0, 3.5);
    let strokes = [
        (turned(0.0, -13.0), tip),
        (turned(-4.0, -2.0), tip),
        (turned(4.0, -2.0), tip),
    ];
    for y in place.y..place.y + place.height {
        for x in place.x..place.x + place.width {
            let p = Coord {
                x: f64::from(x) + 0.5,
                y: f64::from(y) + 0.5,
            };
            let away = strokes
                .iter()
                .map(|&(a, b)| to_line(p, a, b))
                .fold(f64::INFINITY, f64::min);
            mix(picture, (x, y), DARK, cover(away, -1.0, 0.8 * size + 1.0));
            mix(picture, (x, y), WHITE, cover(away, -1.0, 0.8 * size));
        }
    }
    let letter = turned(0.0, 9.5);
    let corner = |v: f64| whole(v - 4.0 * size, u32::MAX);
    text(picture, (corner(letter.x), corner(letter.y)), "N", zoom);
}

/// Writes white ASCII with a dark rim; the first letter's cell begins at `start`.
fn text(picture: &mut RgbImage, start: (u32, u32), words: &str, zoom: u32) {
    let mut lit = Vec::new();
    for (index, byte) in (0u32..).zip(words.bytes()) {
        let glyph = font8x8::legacy::BASIC_LEGACY[usize::from(byte & 127)];
        for (row, bits) in (0u32..).zip(glyph) {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                for step in 0..zoom * zoom {
                    lit.push((
                        start.0 + (index * 8 + column) * zoom + step % zoom,
                        start.1 + row * zoom + step / zoom,
                    ));
                }
            }
        }
    }
    for &(x, y) in &lit {
        for (dx, dy) in (0..9).map(|n| (n % 3, n / 3)) {
            mix(
                picture,
                ((x + dx).saturating_sub(1), (y + dy).saturating_sub(1)),
                DARK,
                1.0,
            );
        }
    }
    for &at in &lit {
        mix(picture, at, WHITE, 1.0);
    }
}
