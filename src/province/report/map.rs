//! The map of a report as SVG: districts coloured by rate, those with insufficient data hatched, hot spots, names that do not
//! overlap, scale bar, north and legend.

use super::Figures;
use crate::ground::{LocalPlane, LonLat};
use crate::province::cells::outline;
use crate::province::rank::{Ranked, Standing};
use crate::shown::escape;
use crate::tr;
use crate::words::Lang;
use geo::{BoundingRect, Coord, InteriorPoint, LineString, MultiPolygon};
use std::fmt::Write as _;

/// Width of the drawing, pixels.
const WIDTH: f64 = 760.0;
/// The least and greatest height.
const HEIGHT: (f64, f64) = (320.0, 820.0);
/// Blank around the ground.
const MARGIN: f64 = 16.0;
/// From light to dark, told apart by eyes that see no red or green (`ColorBrewer`'s `YlOrBr`).
const COLOURS: [&str; 5] = ["#fff3c4", "#fed98e", "#fe9929", "#d95f0e", "#8f2f04"];
/// More districts than this are named only where they stand out.
const NAMED: usize = 40;
/// Height of a letter.
const LETTER: f64 = 12.0;

struct Frame {
    west: f64,
    north: f64,
    /// Pixels a degree.
    x: f64,
    y: f64,
    height: f64,
    metres_a_pixel: f64,
}

impl Frame {
    fn of(areas: &[&MultiPolygon]) -> Option<Self> {
        let rects: Vec<geo::Rect> = areas.iter().filter_map(|a| a.bounding_rect()).collect();
        let edge = |pick: fn(&geo::Rect) -> f64, better: fn(f64, f64) -> f64, from: f64| {
            rects.iter().map(pick).fold(from, better)
        };
        let west = edge(|r| r.min().x, f64::min, f64::INFINITY);
        let east = edge(|r| r.max().x, f64::max, f64::NEG_INFINITY);
        let south = edge(|r| r.min().y, f64::min, f64::INFINITY);
        let north = edge(|r| r.max().y, f64::max, f64::NEG_INFINITY);
        if east <= west || north <= south {
            return None;
        }
        let middle = LonLat::new(f64::midpoint(west, east), f64::midpoint(south, north));
        let plane = LocalPlane::at(middle);
        let corner = plane.to_plane(LonLat::new(middle.lon + 1.0, middle.lat + 1.0));
        let (wide, high) = ((east - west) * corner.x, (north - south) * corner.y);
        let room = WIDTH - 2.0 * MARGIN;
        let scale = (room / wide).min((HEIGHT.1 - 2.0 * MARGIN) / high);
        let height = high.mul_add(scale, 2.0 * MARGIN).max(HEIGHT.0);
        let (x, y) = (corner.x * scale, corner.y * scale);
        Some(Self {
            west: west - (WIDTH / x - (east - west)) / 2.0,
            north: north + (height / y - (north - south)) / 2.0,
            x,
            y,
            height,
            metres_a_pixel: 1.0 / scale,
        })
    }

    fn xy(&self, at: Coord) -> (f64, f64) {
        ((at.x - self.west) * self.x, (self.north - at.y) * self.y)
    }

    fn path(&self, area: &MultiPolygon) -> String {
        let mut path = String::new();
        for polygon in area {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                self.ring(ring, &mut path);
            }
        }
        path
    }

    /// A ring without the corners that no eye can tell apart.
    fn ring(&self, ring: &LineString, path: &mut String) {
        let mut last: Option<(f64, f64)> = None;
        let mut drawn = 0;
        for at in ring.coords() {
            let (x, y) = self.xy(*at);
            if last.is_some_and(|(u, v)| (u - x).hypot(v - y) < 0.7) {
                continue;
            }
            let _ = write!(path, "{}{x:.1},{y:.1}", if drawn == 0 { "M" } else { "L" });
            last = Some((x, y));
            drawn += 1;
        }
        if drawn > 0 {
            path.push('Z');
        }
    }
}

/// Bounds of the classes of rates: each but the last is exclusive.
struct Classes(Vec<f64>);

impl Classes {
    /// Five classes of about as many districts, fewer where rates are the same.
    fn of(mut rates: Vec<f64>) -> Self {
        rates.sort_by(f64::total_cmp);
        let mut bounds = Vec::new();
        if let (Some(first), Some(last)) = (rates.first(), rates.last()) {
            bounds.push(*first);
            for part in 1..COLOURS.len() {
                let at = rates[part * rates.len() / COLOURS.len()];
                // Two decimals are what the legend shows.
                if bounds.last().is_some_and(|b| at - b >= 0.01) && last - at >= 0.01 {
                    bounds.push(at);
                }
            }
            bounds.push(*last);
        }
        Self(bounds)
    }

    fn number(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    fn class(&self, rate: f64) -> usize {
        let inner = self.0.get(1..self.number().max(1)).unwrap_or_default();
        inner.iter().filter(|bound| rate >= **bound).count()
    }

    fn colour(&self, class: usize) -> &'static str {
        // Few classes are spread over the colours.
        let last = COLOURS.len() - 1;
        let at = match self.number() {
            0 | 1 => last / 2,
            n => class * last / (n - 1),
        };
        COLOURS[at.min(last)]
    }
}

/// The map; nothing where there are no districts.
pub fn map(figures: &Figures, lang: Lang) -> String {
    let Some(frame) = Frame::of(&figures.areas) else {
        return String::new();
    };
    let ranked = |at: usize| -> Option<&Ranked> {
        let code = &figures.efforts[at].code;
        figures.ranking.districts.iter().find(|d| d.code == *code)
    };
    let rates: Vec<f64> = figures
        .ranking
        .districts
        .iter()
        .filter_map(|d| d.shrunk)
        .collect();
    let classes = Classes::of(rates);
    let title = lang.pick("Map of rates by district", "区划比率图");
    let legend = 66.0;
    let mut svg = format!(
        "<svg class=\"map\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{title}\">\n\
         <defs><pattern id=\"few\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"6\" height=\"6\" fill=\"#f1f1ee\"/><path d=\"M0,0V6\" stroke=\"#9a9f9b\" stroke-width=\"2\"/></pattern></defs>\n",
        frame.height + legend
    );
    for (at, area) in figures.areas.iter().enumerate() {
        let district = ranked(at);
        let fill = match district.and_then(|d| d.shrunk) {
            Some(rate) => classes.colour(classes.class(rate)),
            None => "url(#few)",
        };
        let words = district.map_or_else(String::new, |d| {
            format!(
                "{} {}: {}",
                d.name,
                d.code,
                d.reasons(&figures.ranking, lang)
            )
        });
        let _ = writeln!(
            svg,
            "<path d=\"{}\" fill=\"{fill}\" fill-rule=\"evenodd\" stroke=\"#55605a\" stroke-width=\"0.8\"><title>{}</title></path>",
            frame.path(area),
            escape(&words)
        );
    }
    hot(&mut svg, &frame, figures);
    names(&mut svg, &frame, figures, &ranked);
    furniture(&mut svg, &frame);
    key(&mut svg, &frame, &classes, figures, lang);
    svg + "</svg>\n"
}

fn hot(svg: &mut String, frame: &Frame, figures: &Figures) {
    let Ok(found) = &figures.hot else { return };
    let mut path = String::new();
    for cell in found.hot() {
        frame.ring(outline(cell.cell).exterior(), &mut path);
    }
    if !path.is_empty() {
        // White below blue is seen on light ground and on dark.
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" fill=\"#1c3f94\" fill-opacity=\"0.18\" stroke=\"#fff\" stroke-width=\"3\"/>\
             <path d=\"{path}\" fill=\"none\" stroke=\"#1c3f94\" stroke-width=\"1.6\"/>"
        );
    }
}

/// Pixels that a text takes: a Chinese letter is a square, a Latin one about half.
fn width(text: &str) -> f64 {
    text.chars()
        .map(|c| if c.is_ascii() { LETTER * 0.58 } else { LETTER })
        .sum()
}

fn names<'a>(
    svg: &mut String,
    frame: &Frame,
    figures: &Figures,
    ranked: &impl Fn(usize) -> Option<&'a Ranked>,
) {
    let mut order: Vec<usize> = (0..figures.areas.len()).collect();
    order.sort_by_key(|at| ranked(*at).and_then(|d| d.place).unwrap_or(usize::MAX));
    let stands_out = |at: usize| {
        ranked(at).is_some_and(|d| {
            d.standing == Standing::Above || d.place.is_some_and(|place| place <= 10)
        })
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
        let (x, y) = frame.xy(point.0);
        let half = width(name) / 2.0;
        let own = [x - half - 2.0, y - LETTER, x + half + 2.0, y + 4.0];
        let free = taken
            .iter()
            .all(|t| own[0] > t[2] || own[2] < t[0] || own[1] > t[3] || own[3] < t[1]);
        if free && own[0] > 0.0 && own[2] < WIDTH {
            taken.push(own);
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"name\">{}</text>",
                escape(name)
            );
        }
    }
}

fn furniture(svg: &mut String, frame: &Frame) {
    let wanted = WIDTH / 5.0 * frame.metres_a_pixel;
    let power = 10_f64.powf(wanted.log10().floor());
    let metres = [5.0, 2.0, 1.0]
        .into_iter()
        .map(|step| step * power)
        .find(|m| *m <= wanted)
        .unwrap_or(power);
    let long = metres / frame.metres_a_pixel;
    let words = if metres >= 1000.0 {
        format!("{} km", metres / 1000.0)
    } else {
        format!("{metres} m")
    };
    let y = frame.height + 4.0;
    let n = WIDTH - 16.0;
    let _ = writeln!(
        svg,
        "<path d=\"M{:.1},{y:.1}v6h{long:.1}v-6\" fill=\"none\" stroke=\"#111\" stroke-width=\"1.5\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" class=\"small end\">{words}</text>\n\
         <path d=\"M{n},{:.1}l6,17l-6,-4l-6,4z\" fill=\"#111\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"name\">N</text>",
        WIDTH - 64.0 - long,
        WIDTH - 70.0 - long,
        y + 7.0,
        y - 6.0,
        n - 16.0,
        y + 8.0,
    );
}

fn key(svg: &mut String, frame: &Frame, classes: &Classes, figures: &Figures, lang: Lang) {
    let mut y = frame.height + 22.0;
    let title = lang.pick(
        "confirmed sites per 100 km² searched (empirical Bayes)",
        "每百平方公里有效搜索的查实图斑（经验贝叶斯）",
    );
    let _ = writeln!(
        svg,
        "<text x=\"4\" y=\"{:.1}\" class=\"small\">{title}</text>",
        y - 4.0
    );
    let mut entries: Vec<(&str, &str, String)> = classes
        .0
        .windows(2)
        .enumerate()
        .map(|(class, pair)| {
            let words = format!("{:.2}–{:.2}", pair[0], pair[1]);
            (classes.colour(class), "#55605a", words)
        })
        .collect();
    let least = figures.subject.least_cover * 100.0;
    let few = tr!(
        lang,
        "under {least:.0} % searched",
        "有效搜索不足 {least:.0}%"
    );
    entries.push(("url(#few)", "#55605a", few));
    if figures
        .hot
        .as_ref()
        .is_ok_and(|found| !found.hot().is_empty())
    {
        entries.push((
            "#d5dbea",
            "#1c3f94",
            lang.pick("hot spot", "热点").to_owned(),
        ));
    }
    let mut x = 4.0;
    for (fill, stroke, words) in entries {
        let long = 23.0 + width(&words) + 12.0;
        if x + long > WIDTH {
            (x, y) = (4.0, y + 20.0);
        }
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"18\" height=\"12\" fill=\"{fill}\" stroke=\"{stroke}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" class=\"small\">{words}</text>",
            y + 8.0,
            x + 23.0,
            y + 18.0
        );
        x += long;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_every_rate_and_the_same_rate_is_one_class() {
        let rates: Vec<f64> = (0..23).map(|i| f64::from(i * i)).collect();
        let classes = Classes::of(rates.clone());
        assert_eq!(classes.number(), 5);
        for rate in rates {
            let class = classes.class(rate);
            assert!(
                classes.0[class] <= rate && rate <= classes.0[class + 1],
                "{rate} in {class}"
            );
        }
        let same = Classes::of(vec![2.0; 7]);
        assert_eq!((same.number(), same.class(2.0)), (1, 0));
        assert_eq!(Classes::of(vec![]).number(), 0);
    }
}
