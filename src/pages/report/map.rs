//! The map of a report: districts by how they stand beside the rate of all, those with insufficient data hatched, hot spots,
//! names that do not overlap, scale bar, north and key.
//!
//! The classes are those of the table: what it calls not distinguishable has one colour.

use crate::ground::LonLat;
use crate::pages::draw::{Anchor, Drawing, Fill, Pen, SheetPoint, Type};
use crate::pages::frame::{Frame, around, north};
use crate::pages::palette::{self, MARK, SOFT, WHITE};
use crate::province::cells::outline;
use crate::province::rank::{Placing, RankedDistrict};
use crate::province::report::Figures;
use crate::tr;
use crate::words::Lang;
use geo::{BoundingRect, InteriorPoint, MultiPolygon, Rect};

/// The least and greatest height: half of an A4 page at most.
const HEIGHTS: (f64, f64) = (240.0, 450.0);
/// Blank around the ground.
const MARGIN: f64 = 16.0;
/// Pixels of a line of the key, and above the first.
const KEY_LINE: f64 = 20.0;
const ABOVE_KEY: f64 = 18.0;
/// More districts than this are named only where they stand out.
const NAMED: usize = 40;
const NAME: Type = Type::of(12.5).at(Anchor::Middle).halo();
const SMALL: Type = Type::of(12.5);

/// The map; `None` where there are no districts.
pub fn map(figures: &Figures, width: f64, lang: Lang) -> Option<Drawing> {
    let frame = Frame::around(bounds(&figures.areas)?, width, HEIGHTS, MARGIN, 100.0);
    let title = lang.pick("Map of rates by district", "各地查实密度图");
    let key = key(figures, width, lang);
    let lines = key.last().map_or(0.0, |entry| entry.line + 1.0);
    let top = frame.size.1 + ABOVE_KEY;
    let mut drawing = Drawing::new((width, KEY_LINE.mul_add(lines, top)), title);
    for (at, area) in figures.areas.iter().enumerate() {
        let district = ranked(figures, at);
        let standing = district.map_or(Placing::Insufficient, |d| d.standing);
        let fill = palette::ground(standing).map_or(Fill::Hatched, |c| Fill::Plain(c, 1.0));
        let words = district.map_or_else(String::new, |d| {
            let reasons = d.reasons(&figures.ranking, lang);
            format!("{} {}: {reasons}", d.name, d.code)
        });
        drawing.titled_area(frame.rings(area), fill, Some(Pen::new(SOFT, 0.8)), words);
    }
    hot(&mut drawing, &frame, figures);
    names(&mut drawing, &frame, figures);
    let below = frame.size.1 + 4.0;
    frame.scale_bar(&mut drawing, (width - 44.0, below), 12.0);
    north(&mut drawing, (width - 14.0, below - 24.0));
    for entry in key {
        let y = KEY_LINE.mul_add(entry.line, top);
        drawing.rectangle((entry.x, y), (18.0, 12.0), entry.fill, Some(entry.pen));
        drawing.text((entry.x + WORDS, y + 10.5), entry.words, SMALL);
    }
    Some(drawing)
}

fn bounds(areas: &[&MultiPolygon]) -> Option<Rect> {
    let each = areas.iter().filter_map(|area| area.bounding_rect());
    each.reduce(around)
}

fn ranked<'f>(figures: &'f Figures, at: usize) -> Option<&'f RankedDistrict> {
    let code = &figures.efforts.get(at)?.code;
    figures.ranking.districts.iter().find(|d| d.code == *code)
}

fn hot(drawing: &mut Drawing, frame: &Frame, figures: &Figures) {
    let Ok(found) = &figures.hot else { return };
    let rings: Vec<Vec<SheetPoint>> = found
        .hot()
        .iter()
        .map(|cell| frame.ring(outline(cell.cell).exterior()))
        .collect();
    if !rings.is_empty() {
        // White below blue is seen on light ground and on dark.
        let wide = Pen::new(WHITE, 3.0);
        drawing.area(rings.clone(), Fill::Plain(MARK, 0.18), Some(wide));
        drawing.area(rings, Fill::None, Some(Pen::new(MARK, 1.6)));
    }
}

fn names(drawing: &mut Drawing, frame: &Frame, figures: &Figures) {
    let place = |at: usize| ranked(figures, at).and_then(|d| d.place);
    let mut order: Vec<usize> = (0..figures.areas.len()).collect();
    order.sort_by_key(|at| place(*at).unwrap_or(usize::MAX));
    let stands_out = |at: usize| {
        place(at).is_some_and(|place| place <= 10)
            || ranked(figures, at).is_some_and(|d| d.standing == Placing::Above)
    };
    let mut taken: Vec<[f64; 4]> = Vec::new();
    for at in order {
        let name = &figures.efforts[at].name;
        if name.is_empty() || (figures.areas.len() > NAMED && !stands_out(at)) {
            continue;
        }
        let Some(point) = figures.areas[at].interior_point() else {
            continue;
        };
        let (x, y) = frame.xy(LonLat::new(point.x(), point.y()));
        let half = NAME.width(name) / 2.0 + 2.0;
        let own = [x - half, y - 13.0, x + half, y + 4.0];
        let free = |t: &[f64; 4]| own[0] > t[2] || own[2] < t[0] || own[1] > t[3] || own[3] < t[1];
        if taken.iter().all(free) && own[0] > 0.0 && own[2] < frame.size.0 {
            taken.push(own);
            drawing.text((x, y), name.as_str(), NAME);
        }
    }
}

/// What the map shows, to stand below it.
pub(super) fn caption(lang: Lang) -> &'static str {
    lang.pick(
        "Confirmed sites per 100 km² searched, beside the rate of all ranked districts (95 % intervals).",
        "每百平方公里有效搜索的查实图斑数，与参与排名区划合计相比（95% 区间）。",
    )
}

/// Pixels from the colour of an entry of the key to its words.
const WORDS: f64 = 23.0;

/// An entry of the key: what a colour means, and where that stands.
struct KeyEntry {
    line: f64,
    x: f64,
    fill: Fill,
    pen: Pen,
    words: String,
}

/// What the colours mean, in as many lines as it takes.
fn key(figures: &Figures, width: f64, lang: Lang) -> Vec<KeyEntry> {
    let (mut line, mut x) = (0.0, 2.0);
    let place = |(fill, pen, words): (Fill, Pen, String)| {
        let long = WORDS + SMALL.width(&words);
        if x > 2.0 && x + long > width {
            (line, x) = (line + 1.0, 2.0);
        }
        let at = x;
        x += long + 12.0;
        KeyEntry {
            line,
            x: at,
            fill,
            pen,
            words,
        }
    };
    entries(figures, lang).into_iter().map(place).collect()
}

fn entries(figures: &Figures, lang: Lang) -> Vec<(Fill, Pen, String)> {
    let border = Pen::new(SOFT, 0.8);
    let mut entries: Vec<(Fill, Pen, String)> = [
        (Placing::Above, lang.pick("above", "高于总体")),
        (
            Placing::AsAll,
            lang.pick("not distinguishable", "与总体无显著差异"),
        ),
        (Placing::Below, lang.pick("below", "低于总体")),
    ]
    .into_iter()
    .map(|(standing, words)| {
        let fill = palette::ground(standing).map_or(Fill::None, |c| Fill::Plain(c, 1.0));
        (fill, border, words.to_owned())
    })
    .collect();
    let least = figures.subject.least_cover * 100.0;
    let few = tr!(
        lang,
        "not enough data (under {least:.0} % searched)",
        "资料不足（有效搜索不足 {least:.0}%）"
    );
    entries.push((Fill::Hatched, border, few));
    let any_hot = |found: &crate::province::hot_spots::HotSpots| !found.hot().is_empty();
    if figures.hot.as_ref().is_ok_and(any_hot) {
        let words = lang.pick("hot spot", "热点").to_owned();
        entries.push((Fill::Plain(MARK, 0.18), Pen::new(MARK, 1.6), words));
    }
    entries
}
