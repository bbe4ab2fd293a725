//! The sketch of a site's place: outlines, neighbours, places of photographs, scale bar, north.

use super::Dossier;
use crate::ground::LonLat;
use crate::pages::draw::{Anchor, Drawing, Fill, Pen, SheetPoint, Type};
use crate::pages::frame::{Frame, around, north, north_room, round_length};
use crate::pages::palette::{self, GRID, GROUND, INK, MARK, SOFT, WHITE};
use crate::registry::place::Place;
use crate::registry::{Site, State};
use crate::tr;
use crate::words::Lang;
use geo::{Intersects, LineString, Rect};

/// Pixels of a side: 77 mm on paper, so that letters have some eight points.
const SIDE: f64 = 340.0;
/// Photographs farther away than this are named and not drawn.
const PHOTO_M: f64 = 120.0;
/// The height of most letters, in pixels.
const LETTERS: f64 = 12.5;
const SMALL: Type = Type::of(LETTERS).halo();
/// Pixels of a line of such letters.
const LINE: f64 = 15.0;

/// What stands on a sketch: words are written beside it, or not at all.
#[derive(Debug, Default)]
pub struct Occupied {
    /// Marks, and what every sketch has.
    room: Vec<Rect>,
    outlines: Vec<LineString>,
    words: Vec<Rect>,
}

impl Occupied {
    /// What every sketch has: the grid's words, the scale bar and north.
    pub fn of(frame: &Frame, lang: Lang) -> Self {
        Self {
            room: rooms(frame, lang).to_vec(),
            ..Self::default()
        }
    }

    /// Holds an outline, and the mark of a place.
    pub fn hold(&mut self, frame: &Frame, place: &Place, mark: f64) {
        let (x, y) = frame.xy(place.lonlat());
        let rings = frame.rings(&place.polygons()).into_iter();
        self.outlines.extend(rings.map(LineString::from));
        self.room
            .push(Rect::new((x - mark, y - mark), (x + mark, y + mark)));
    }

    fn is_free(&self, wanted: Rect) -> bool {
        let mut taken = self.room.iter().chain(&self.words);
        taken.all(|taken| are_apart(*taken, wanted))
            && !self.outlines.iter().any(|ring| ring.intersects(&wanted))
    }

    /// Takes a place that is free for words.
    fn take(&mut self, wanted: Rect) -> bool {
        let free = self.is_free(wanted);
        if free {
            self.words.push(wanted);
        }
        free
    }

    /// Whether the way from a point to words crosses no other words.
    fn leads(&self, from: SheetPoint, to: Rect) -> bool {
        leader(from, to).is_none_or(|line| {
            let line = LineString::from(line.to_vec());
            !self.words.iter().any(|words| line.intersects(words))
        })
    }
}

/// Whether two share no more than a side.
fn are_apart(a: Rect, b: Rect) -> bool {
    a.max().x <= b.min().x
        || b.max().x <= a.min().x
        || a.max().y <= b.min().y
        || b.max().y <= a.min().y
}

/// Where words may stand beside a point: the beginning of their baseline and their room, the best first, all within the frame.
/// What stands further away is led to by a line.
fn beside(frame: &Frame, (x, y): SheetPoint, words: &str, set: Type) -> Vec<(SheetPoint, Rect)> {
    let wide = set.width(words);
    let [right, left] = [x + 9.0, x - 9.0 - wide];
    let at = |left: f64, down: f64| {
        let base = y + down;
        let room = Rect::new((left, base - LINE + 3.0), (left + wide, base + 3.0));
        ((left, base), room)
    };
    let beside = [-7.0, 5.0, 17.0].into_iter();
    let beside = beside.flat_map(|down| [at(right, down), at(left, down)]);
    let middle = [-10.0, 22.0, -24.0, 36.0].map(|down| at(x - wide / 2.0, down));
    let further = [-22.0, 32.0].into_iter();
    let further = further.flat_map(|down| [at(right - 6.0, down), at(left + 6.0, down)]);
    let inside = |(_, room): &(SheetPoint, Rect)| {
        let (low, high) = (room.min(), room.max());
        low.x >= 2.0 && low.y >= 2.0 && high.x <= frame.size.0 - 2.0 && high.y <= frame.size.1 - 2.0
    };
    beside.chain(middle).chain(further).filter(inside).collect()
}

/// What a sketch shows beside its site.
#[derive(Debug, Clone, Copy)]
pub struct Neighbour<'a> {
    /// What it is called here; where that has no room, the first word of it.
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
    let mut taken = Occupied::of(&frame, lang);
    for (_, at) in &near {
        taken.hold(&frame, &Place::point(*at), 8.0);
    }
    for seen in dossier.detections.iter().rev() {
        let rings = frame.rings(&seen.place.polygons());
        drawing.area(rings, Fill::None, Some(Pen::new(SOFT, 1.5).dashed()));
        taken.hold(&frame, &seen.place, 0.0);
    }
    let named: Vec<(String, &Site)> = (dossier.neighbours.iter())
        .map(|(code, other)| (format!("{code} {}", other.standing(lang)), other))
        .collect();
    let others = named.iter().map(|(words, other)| Neighbour {
        words,
        state: other.waits_as(),
        place: &other.place,
    });
    let own = Neighbour {
        words: &dossier.entry.code,
        state: site.waits_as(),
        place: &site.place,
    };
    named_sites(&mut drawing, &frame, &mut taken, own, others);
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

/// The site that a sketch is of, and those around it: first what is on the ground, then what it is called.
pub fn named_sites<'a>(
    drawing: &mut Drawing,
    frame: &Frame,
    taken: &mut Occupied,
    own: Neighbour<'_>,
    others: impl Iterator<Item = Neighbour<'a>>,
) {
    let others: Vec<Neighbour> = others
        .filter(|other| frame.holds(frame.xy(other.place.lonlat())))
        .collect();
    for other in &others {
        let colour = palette::state(other.state);
        let rings = frame.rings(&other.place.polygons());
        drawing.area(rings, Fill::None, Some(Pen::new(colour, 1.5)));
        let at = frame.xy(other.place.lonlat());
        drawing.disc(at, 3.0, Fill::Plain(colour, 1.0), None);
        taken.hold(frame, other.place, 4.0);
    }
    outlined(drawing, frame, own);
    taken.hold(frame, own.place, 6.0);
    let at = frame.xy(own.place.lonlat());
    let places = beside(frame, at, own.words, OWN);
    let free = places.iter().find(|(_, room)| taken.is_free(*room));
    // It is named in any case.
    if let Some((at, room)) = free.or_else(|| places.first()) {
        taken.words.push(*room);
        drawing.text(*at, own.words, OWN);
    }
    for other in &others {
        let short = other.words.split(' ').next().unwrap_or_default();
        let at = frame.xy(other.place.lonlat());
        let words = [other.words, short].into_iter();
        let mut places = words.flat_map(|words| {
            let places = beside(frame, at, words, SMALL);
            places.into_iter().map(move |place| (words, place))
        });
        if let Some((words, (place, room))) =
            places.find(|(_, (_, room))| taken.leads(at, *room) && taken.take(*room))
        {
            if let Some(line) = leader(at, room) {
                drawing.line(line, Pen::new(SOFT, 0.8));
                taken.outlines.push(LineString::from(line.to_vec()));
            }
            drawing.text(place, words, SMALL.colour(INK));
        }
    }
}

/// A thin line from a point to words that stand so far away that they might be another's; `None` where they are near.
fn leader((x, y): SheetPoint, room: Rect) -> Option<[SheetPoint; 2]> {
    /// Pixels from a dot to the words that are plainly its own.
    const NEAR: f64 = 10.0;
    let (low, high) = (room.min(), room.max());
    let end = (x.clamp(low.x, high.x), y.clamp(low.y, high.y));
    ((end.0 - x).hypot(end.1 - y) > NEAR).then_some([(x, y), end])
}

/// The outline and the cross of the site that a sketch is of.
fn outlined(drawing: &mut Drawing, frame: &Frame, own: Neighbour<'_>) {
    let colour = palette::state(own.state);
    let rings = frame.rings(&own.place.polygons());
    drawing.area(
        rings,
        Fill::Plain(colour, 0.22),
        Some(Pen::new(colour, 1.8)),
    );
    let (x, y) = frame.xy(own.place.lonlat());
    let pen = Pen::new(colour, 1.4);
    drawing.line([(x - 6.0, y), (x + 6.0, y)], pen);
    drawing.line([(x, y - 6.0), (x, y + 6.0)], pen);
}

/// The letters of the site that the sketch is of.
const OWN: Type = Type::of(13.0).bold().halo();

/// Where the grid's words begin, the scale bar ends and north points to.
fn places(frame: &Frame) -> (SheetPoint, SheetPoint, SheetPoint) {
    let (w, h) = frame.size;
    ((6.0, h - 8.0), (w - 10.0, h - 8.0), (w - 14.0, 6.0))
}

fn grid_words(frame: &Frame, lang: Lang) -> String {
    let metres = round_length(frame.metres() / 4.0);
    tr!(lang, "grid {metres} m", "方格 {metres} 米")
}

/// What those take.
fn rooms(frame: &Frame, lang: Lang) -> [Rect; 3] {
    let (grid, bar, arrow) = places(frame);
    let wide = SMALL.width(&grid_words(frame, lang));
    let words = Rect::new(
        (grid.0 - 2.0, grid.1 - LINE + 2.0),
        (grid.0 + wide + 2.0, grid.1 + 3.0),
    );
    [words, frame.scale_bar_room(bar, LETTERS), north_room(arrow)]
}

/// Scale, north and grid; an outline below them gives way.
pub fn end(drawing: &mut Drawing, frame: &Frame, lang: Lang) {
    for room in rooms(frame, lang) {
        let (low, size) = (room.min(), (room.width(), room.height()));
        drawing.rectangle((low.x, low.y), size, Fill::Plain(GROUND, 0.9), None);
    }
    let (grid, bar, arrow) = places(frame);
    drawing.text(grid, grid_words(frame, lang), SMALL);
    frame.scale_bar(drawing, bar, LETTERS);
    north(drawing, arrow);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(east_m: f64, north_m: f64) -> Place {
        let (lon, lat) = (113.0 + east_m / 97_000.0, 29.0 + north_m / 110_900.0);
        Place::point(LonLat::new(lon, lat))
    }

    /// What stands on a sketch of sites that lie close.
    fn sketched(side: f64, sites: &[(f64, f64)]) -> (Frame, Occupied) {
        let frame = Frame::around(bounds(&at(0.0, 0.0)), side, (side, side), 10.0, 160.0);
        let places: Vec<Place> = sites.iter().map(|(x, y)| at(*x, *y)).collect();
        let site = |place| Neighbour {
            words: "BG080S-P 已铲除待验收",
            state: State::Confirmed,
            place,
        };
        let (own, mut taken) = (at(0.0, 0.0), Occupied::of(&frame, Lang::Zh));
        let mut drawing = begin(&frame, Lang::Zh);
        let others = places.iter().map(site);
        named_sites(&mut drawing, &frame, &mut taken, site(&own), others);
        (frame, taken)
    }

    #[test]
    fn no_words_of_a_sketch_lie_on_anything_or_leave_it() {
        let crowd: Vec<(f64, f64)> = (-7..8)
            .flat_map(|x| (-7..8).map(move |y| (f64::from(x) * 11.0, f64::from(y) * 11.0)))
            .filter(|at| *at != (0.0, 0.0))
            .collect();
        let few = [
            (-60.0, 0.0),
            (-30.0, 3.0),
            (20.0, 5.0),
            (25.0, -9.0),
            (50.0, 40.0),
        ];
        for (side, sites) in [(340.0, &crowd[..]), (180.0, &crowd), (340.0, &few)] {
            let (frame, taken) = sketched(side, sites);
            assert!(!taken.words.is_empty(), "the site itself is named");
            // The first is the site's own, which is named in any case.
            for (n, room) in taken.words.iter().enumerate().skip(1) {
                let mut before = taken.room.iter().chain(&taken.words[..n]);
                assert!(before.all(|other| are_apart(*other, *room)), "{room:?}");
            }
            for room in &taken.words {
                let (low, high) = (room.min(), room.max());
                assert!(low.x >= 0.0 && low.y >= 0.0, "{room:?}");
                assert!(high.x <= frame.size.0 && high.y <= frame.size.1, "{room:?}");
            }
        }
        let (_, taken) = sketched(340.0, &[(20.0, 5.0)]);
        assert_eq!(taken.words.len(), 2, "where there is room, both are named");
    }

    #[test]
    fn what_leads_to_words_crosses_no_others() {
        let mut taken = Occupied::default();
        assert!(taken.take(Rect::new((40.0, 40.0), (80.0, 55.0))));
        assert!(!taken.leads((60.0, 30.0), Rect::new((40.0, 60.0), (80.0, 75.0))));
        assert!(taken.leads((60.0, 100.0), Rect::new((40.0, 60.0), (80.0, 75.0))));
        assert!(
            taken.leads((60.0, 80.0), Rect::new((40.0, 60.0), (80.0, 75.0))),
            "beside it"
        );
    }

    #[test]
    fn words_keep_off_an_outline() {
        let mut taken = Occupied {
            outlines: vec![LineString::from(vec![(0.0, 0.0), (100.0, 100.0)])],
            ..Occupied::default()
        };
        assert!(!taken.take(Rect::new((40.0, 40.0), (80.0, 55.0))));
        assert!(taken.take(Rect::new((40.0, 0.0), (80.0, 15.0))));
        assert!(!taken.take(Rect::new((70.0, 10.0), (90.0, 25.0))));
    }
}
