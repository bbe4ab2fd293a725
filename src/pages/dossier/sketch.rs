//! The sketch of a site's place: outlines, neighbours, places of photographs, scale bar, north.

use super::Dossier;
use crate::ground::LonLat;
use crate::pages::draw::{Anchor, Drawing, Fill, Pen, Type};
use crate::pages::frame::{Frame, around, north};
use crate::pages::palette::{self, GRID, GROUND, INK, MARK, SOFT, WHITE};
use crate::registry::State;
use crate::registry::place::Place;
use crate::tr;
use crate::words::Lang;
use geo::Rect;

/// Pixels of a side: 77 mm on paper, so that letters have some eight points.
const SIDE: f64 = 340.0;
/// Photographs farther away than this are named and not drawn.
const PHOTO_M: f64 = 120.0;
const SMALL: Type = Type::of(12.5).halo();
/// Pixels of a line of such letters.
const LINE: f64 = 15.0;

/// Where words and numbers stand on a sketch: others are written beside them, or not at all.
#[derive(Debug, Default)]
pub struct Occupied(Vec<Rect>);

impl Occupied {
    /// With what the site itself is called.
    pub fn by(frame: &Frame, place: &Place, code: &str) -> Self {
        let (x, y) = frame.xy(place.lonlat());
        let wide = OWN.width(code);
        Self(vec![Rect::new(
            (x + 8.0, y - 7.0 - LINE),
            (x + 8.0 + wide, y - 4.0),
        )])
    }

    /// Takes a place that is free.
    fn take(&mut self, wanted: Rect) -> bool {
        let free = self.0.iter().all(|taken| are_apart(*taken, wanted));
        if free {
            self.0.push(wanted);
        }
        free
    }
}

/// Whether two share no more than a side.
fn are_apart(a: Rect, b: Rect) -> bool {
    a.max().x <= b.min().x
        || b.max().x <= a.min().x
        || a.max().y <= b.min().y
        || b.max().y <= a.min().y
}

/// What a sketch shows beside its site.
#[derive(Debug, Clone, Copy)]
pub struct Neighbour<'a> {
    /// What it is called here.
    pub words: &'a str,
    /// Its state.
    pub state: State,
    /// Where it is.
    pub place: &'a Place,
}

/// The photographs by their number on the page, with their places.
pub fn photographs(dossier: &Dossier) -> Vec<(usize, Option<LonLat>)> {
    let files = dossier.entry.site.evidence.iter();
    files
        .filter(|file| file.role.is_photograph())
        .enumerate()
        .map(|(at, file)| {
            let place = file.at_e7.map(|[lon_e7, lat_e7]| {
                let outline = vec![];
                Place {
                    lon_e7,
                    lat_e7,
                    outline,
                }
                .lonlat()
            });
            (at + 1, place)
        })
        .collect()
}

/// The bounds of a place, degrees.
pub fn bounds(place: &Place) -> Rect {
    #[expect(clippy::cast_precision_loss, reason = "degrees in 1e-7 are below 2^53")]
    let [w, s, e, n] = place.bounds_e7().map(|e7| e7 as f64 / 1e7);
    Rect::new((w, s), (e, n))
}

/// The sketch of a dossier.
pub(crate) fn sketch(dossier: &Dossier, lang: Lang) -> Drawing {
    let site = &dossier.entry.site;
    let near: Vec<(usize, LonLat)> = photographs(dossier)
        .into_iter()
        .filter_map(|(number, at)| Some((number, at?)))
        .filter(|(_, at)| site.place.distance_m(&Place::point(*at)) <= PHOTO_M)
        .collect();
    let shown = dossier
        .detections
        .iter()
        .map(|seen| bounds(&seen.place))
        .chain(near.iter().map(|(_, at)| bounds(&Place::point(*at))))
        .fold(bounds(&site.place), around);
    let frame = Frame::around(shown, SIDE, (SIDE, SIDE), SIDE * 0.13, 22.0);
    let mut drawing = begin(&frame, lang);
    let mut taken = Occupied::by(&frame, &site.place, &dossier.entry.code);
    for (_, at) in &near {
        let (x, y) = frame.xy(*at);
        taken.take(Rect::new((x - 8.0, y - 8.0), (x + 8.0, y + 8.0)));
    }
    for (code, state, place) in &dossier.neighbours {
        let shown = Neighbour {
            words: &format!("{code} {}", state.label(lang)),
            state: *state,
            place,
        };
        neighbour(&mut drawing, &frame, shown, &mut taken);
    }
    for seen in dossier.detections.iter().rev() {
        let rings = frame.rings(&seen.place.polygons());
        drawing.area(rings, Fill::None, Some(Pen::new(SOFT, 1.5).dashed()));
    }
    own(
        &mut drawing,
        &frame,
        &site.place,
        site.state,
        &dossier.entry.code,
    );
    for (number, at) in near {
        let (x, y) = frame.xy(at);
        drawing.disc((x, y), 8.0, Fill::Plain(MARK, 1.0), None);
        let set = Type::of(11.5).at(Anchor::Middle).bold().colour(WHITE);
        drawing.text((x, y + 4.0), number.to_string(), set);
    }
    end(&mut drawing, &frame, lang);
    drawing
}

/// Paper with a grid.
pub fn begin(frame: &Frame, lang: Lang) -> Drawing {
    let title = lang.pick("Map sketch", "位置示意图");
    let mut drawing = Drawing::new(frame.size, title);
    let border = Some(Pen::new(SOFT, 1.0));
    drawing.rectangle((0.0, 0.0), frame.size, Fill::Plain(GROUND, 1.0), border);
    frame.grid(&mut drawing, Pen::new(GRID, 1.0));
    drawing
}

/// The site that the sketch is of.
pub fn own(drawing: &mut Drawing, frame: &Frame, place: &Place, state: State, code: &str) {
    let colour = palette::state(state);
    let rings = frame.rings(&place.polygons());
    drawing.area(
        rings,
        Fill::Plain(colour, 0.22),
        Some(Pen::new(colour, 1.8)),
    );
    let (x, y) = frame.xy(place.lonlat());
    let pen = Pen::new(colour, 1.4);
    drawing.line([(x - 6.0, y), (x + 6.0, y)], pen);
    drawing.line([(x, y - 6.0), (x, y + 6.0)], pen);
    drawing.text((x + 8.0, y - 7.0), code, OWN);
}

/// The letters of the site that the sketch is of.
const OWN: Type = Type::of(13.0).bold().halo();

/// Another site that lies in the sketch; what it is called is left out where nothing near it is free.
pub fn neighbour(drawing: &mut Drawing, frame: &Frame, other: Neighbour, taken: &mut Occupied) {
    let (x, y) = frame.xy(other.place.lonlat());
    if !frame.holds((x, y)) {
        return;
    }
    let colour = palette::state(other.state);
    let rings = frame.rings(&other.place.polygons());
    drawing.area(rings, Fill::None, Some(Pen::new(colour, 1.5)));
    drawing.disc((x, y), 3.0, Fill::Plain(colour, 1.0), None);
    let words = other.words;
    let wide = SMALL.width(words);
    for down in [5.0, 5.0 + LINE, 5.0 - LINE] {
        for (gap, anchor, left) in [
            (8.0, Anchor::Start, x + 8.0),
            (-8.0, Anchor::End, x - 8.0 - wide),
        ] {
            let room = Rect::new((left, y + down - LINE + 3.0), (left + wide, y + down + 3.0));
            let inside = left >= 2.0 && left + wide <= frame.size.0 - 2.0;
            if inside && taken.take(room) {
                drawing.text((x + gap, y + down), words, SMALL.at(anchor).colour(INK));
                return;
            }
        }
    }
}

/// Scale, north and grid.
pub fn end(drawing: &mut Drawing, frame: &Frame, lang: Lang) {
    let (w, h) = frame.size;
    let metres = crate::pages::frame::round_length(frame.metres() / 4.0);
    let words = tr!(lang, "grid {metres} m", "方格 {metres} 米");
    drawing.text((6.0, h - 8.0), words, SMALL);
    frame.scale_bar(drawing, (w - 10.0, h - 8.0), 12.5);
    north(drawing, (w - 14.0, 6.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_beside_one_another_and_never_on_top() {
        let mut taken = Occupied::default();
        assert!(taken.take(Rect::new((0.0, 0.0), (50.0, 15.0))));
        assert!(!taken.take(Rect::new((40.0, 10.0), (90.0, 25.0))));
        assert!(taken.take(Rect::new((40.0, 15.0), (90.0, 30.0))));
        assert!(taken.take(Rect::new((50.0, 0.0), (100.0, 15.0))));
    }
}
