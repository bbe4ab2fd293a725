//! The map sketch of a dossier as SVG: outlines, neighbours, places of photographs, scale bar, north.

use super::Dossier;
use crate::exchange::kmz::colour;
use crate::ground::{LocalPlane, LonLat, PlanePoint};
use crate::registry::place::Place;
use crate::shown::escape;
use crate::tr;
use crate::words::Lang;
use std::fmt::Write as _;

/// Sides of the drawing in pixels.
const SIDE: f64 = 640.0;
/// The least ground that is shown, in metres.
const LEAST_M: f64 = 30.0;
/// Photographs farther away than this are named and not drawn.
const PHOTO_M: f64 = 120.0;

struct Frame {
    plane: LocalPlane,
    middle: PlanePoint,
    metres: f64,
}

impl Frame {
    fn xy(&self, at: LonLat) -> (f64, f64) {
        let p = self.plane.to_plane(at);
        let scale = SIDE / self.metres;
        (
            (p.x - self.middle.x).mul_add(scale, SIDE / 2.0),
            (p.y - self.middle.y).mul_add(-scale, SIDE / 2.0),
        )
    }

    fn path(&self, place: &Place) -> String {
        let mut path = String::new();
        for polygon in &place.polygons() {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for (at, c) in ring.coords().enumerate() {
                    let (x, y) = self.xy((*c).into());
                    let _ = write!(path, "{}{x:.1},{y:.1}", if at == 0 { "M" } else { "L" });
                }
                path.push('Z');
            }
        }
        path
    }
}

fn frame(dossier: &Dossier) -> Frame {
    let site = &dossier.entry.site;
    let plane = LocalPlane::at(site.place.lonlat());
    let mut bounds: Option<[f64; 4]> = None;
    let mut take = |at: LonLat| {
        let p = plane.to_plane(at);
        let b = bounds.get_or_insert([p.x, p.y, p.x, p.y]);
        *b = [b[0].min(p.x), b[1].min(p.y), b[2].max(p.x), b[3].max(p.y)];
    };
    for place in std::iter::once(&site.place).chain(dossier.detections.iter().map(|d| &d.place)) {
        let [w, s, e, n] = place.bounds_e7();
        for (x, y) in [(w, s), (e, n)] {
            take(
                Place {
                    lon_e7: x,
                    lat_e7: y,
                    outline: vec![],
                }
                .lonlat(),
            );
        }
    }
    for at in photographs(dossier).into_iter().filter_map(|(_, at)| at) {
        if site.place.distance_m(&Place::point(at)) <= PHOTO_M {
            take(at);
        }
    }
    let [w, s, e, n] = bounds.unwrap_or_default();
    Frame {
        plane,
        middle: PlanePoint {
            x: f64::midpoint(w, e),
            y: f64::midpoint(s, n),
        },
        metres: ((e - w).max(n - s) * 1.35).max(LEAST_M),
    }
}

/// The photographs by their number on the page, with their places.
pub fn photographs(dossier: &Dossier) -> Vec<(usize, Option<LonLat>)> {
    dossier
        .entry
        .site
        .evidence
        .iter()
        .filter(|file| file.role.is_photograph())
        .enumerate()
        .map(|(at, file)| {
            let place = file.at_e7.map(|[x, y]| {
                Place {
                    lon_e7: x,
                    lat_e7: y,
                    outline: vec![],
                }
                .lonlat()
            });
            (at + 1, place)
        })
        .collect()
}

/// A round number of metres for the scale bar.
fn round_length(metres: f64) -> f64 {
    let power = 10_f64.powf(metres.log10().floor());
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|step| step * power)
        .find(|length| *length <= metres)
        .unwrap_or(power)
}

/// The sketch.
pub fn sketch(dossier: &Dossier, lang: Lang) -> String {
    let frame = frame(dossier);
    let site = &dossier.entry.site;
    let at = site.place.lonlat();
    let title = lang.pick("Map sketch", "位置示意图");
    let mut svg = format!(
        "<svg class=\"sketch\" viewBox=\"0 0 {SIDE} {SIDE}\" role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"{SIDE}\" height=\"{SIDE}\" fill=\"#fbfbf8\" stroke=\"#444\"/>\n"
    );
    grid(&mut svg, &frame);
    for (code, state, place) in &dossier.neighbours {
        let (x, y) = frame.xy(place.lonlat());
        if !(0.0..=SIDE).contains(&x) || !(0.0..=SIDE).contains(&y) {
            continue;
        }
        let _ = writeln!(
            svg,
            "<path d=\"{}\" fill=\"none\" stroke=\"{c}\" stroke-width=\"1.5\"/><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{c}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" class=\"{}\">{code} {}</text>",
            frame.path(place),
            // Near the right edge the words stand on the left.
            if x > SIDE - 150.0 { x - 7.0 } else { x + 7.0 },
            y + 4.0,
            if x > SIDE - 150.0 {
                "small end"
            } else {
                "small"
            },
            escape(state.label(lang)),
            c = colour(*state)
        );
    }
    for seen in dossier.detections.iter().rev() {
        let _ = writeln!(
            svg,
            "<path d=\"{}\" fill=\"none\" stroke=\"#555\" stroke-width=\"1.5\" stroke-dasharray=\"5 4\"/>",
            frame.path(&seen.place)
        );
    }
    let c = colour(site.state);
    let (x, y) = frame.xy(at);
    let _ = writeln!(
        svg,
        "<path d=\"{}\" fill=\"{c}\" fill-opacity=\"0.22\" stroke=\"{c}\" stroke-width=\"2.5\"/>\n\
         <path d=\"M{:.1},{y:.1}h16M{x:.1},{:.1}v16\" stroke=\"{c}\" stroke-width=\"2\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\" class=\"code\">{}</text>",
        frame.path(&site.place),
        x - 8.0,
        y - 8.0,
        x + 11.0,
        y - 9.0,
        dossier.entry.code
    );
    for (number, place) in photographs(dossier) {
        let Some(place) = place else { continue };
        let (x, y) = frame.xy(place);
        if (0.0..=SIDE).contains(&x) && (0.0..=SIDE).contains(&y) {
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\" fill=\"#1f4e9c\"/><text x=\"{x:.1}\" y=\"{:.1}\" class=\"number\">{number}</text>",
                y + 4.0
            );
        }
    }
    furniture(&mut svg, &frame, at, lang);
    svg + "</svg>"
}

/// Thin lines every so many metres.
fn grid(svg: &mut String, frame: &Frame) {
    let step = round_length(frame.metres / 4.0);
    let scale = SIDE / frame.metres;
    let mut d = String::new();
    let half = frame.metres / 2.0;
    let mut offset = -(half / step).floor() * step;
    while offset <= half {
        let p = offset.mul_add(scale, SIDE / 2.0);
        let _ = write!(d, "M{p:.1},0V{SIDE}M0,{p:.1}H{SIDE}");
        offset += step;
    }
    let _ = writeln!(
        svg,
        "<path d=\"{d}\" stroke=\"#dcdcd4\" stroke-width=\"1\" fill=\"none\"/>"
    );
}

fn furniture(svg: &mut String, frame: &Frame, at: LonLat, lang: Lang) {
    let metres = round_length(frame.metres / 4.0);
    let long = metres * SIDE / frame.metres;
    let y = SIDE - 22.0;
    let grid = tr!(lang, "grid {metres} m", "方格 {metres} 米");
    let _ = writeln!(
        svg,
        "<path d=\"M20,{}v6h{long:.1}v-6\" fill=\"none\" stroke=\"#111\" stroke-width=\"2\"/><text x=\"24\" y=\"{}\" class=\"small\">{metres} m</text>\n\
         <path d=\"M{n},20l9,28l-9,-7l-9,7z\" fill=\"#111\"/><text x=\"{n}\" y=\"64\" class=\"number north\">N</text>\n\
         <text x=\"{}\" y=\"{}\" class=\"small end\">{:.7}, {:.7} · WGS 84 · {grid}</text>",
        y - 6.0,
        y - 10.0,
        SIDE - 14.0,
        SIDE - 12.0,
        at.lon,
        at.lat,
        n = SIDE - 34.0,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_bar_has_a_round_length() {
        for (given, round) in [
            (10.0, 10.0),
            (13.7, 10.0),
            (26.0, 20.0),
            (7.9, 5.0),
            (0.3, 0.2),
        ] {
            assert!((round_length(given) - round).abs() < 1e-9, "{given}");
        }
    }
}
