//! The one way to draw: a [`Drawing`] is a list of shapes in pixels from the upper left corner.
//!
//! [`Drawing::svg`] is for pages, [`Drawing::svg_file`] for files of their own, [`Drawing::pixels`] for programs that show
//! no SVG. Every shape carries its own colours, so that a drawing looks the same wherever it stands.

use super::palette::{INK, WHITE};
use crate::printable::of_page;
use crate::words::Lang;
use maud::{Markup, html};
use std::fmt::Write as _;

/// A point of a drawing.
pub type SheetPoint = (f64, f64);

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// `#rrggbb`.
    pub colour: &'static str,
    /// Pixels.
    pub width: f64,
    /// Whether it is dashed.
    pub dashed: bool,
}

impl Pen {
    /// A line drawn through.
    pub const fn new(colour: &'static str, width: f64) -> Self {
        Self {
            colour,
            width,
            dashed: false,
        }
    }

    /// The same, dashed.
    #[must_use]
    pub(crate) const fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// Not at all.
    None,
    /// With a colour of some opacity, 0 to 1.
    Plain(&'static str, f64),
    /// With lines: nothing is known.
    Hatched,
}

/// On which side of its point a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    size: f64,
    anchor: Anchor,
    colour: &'static str,
    bold: bool,
    halo: bool,
    turned: bool,
}

impl Type {
    /// Letters of a height in pixels, in ink, from the point on.
    pub const fn of(size: f64) -> Self {
        Self {
            size,
            anchor: Anchor::Start,
            colour: INK,
            bold: false,
            halo: false,
            turned: false,
        }
    }

    /// On another side of its point.
    #[must_use]
    pub const fn at(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// In another colour.
    #[must_use]
    pub const fn colour(mut self, colour: &'static str) -> Self {
        self.colour = colour;
        self
    }

    /// In bold.
    #[must_use]
    pub const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// With a white edge, to be read on any ground.
    #[must_use]
    pub const fn halo(mut self) -> Self {
        self.halo = true;
        self
    }

    /// Reading from the bottom to the top.
    #[must_use]
    pub const fn turned(mut self) -> Self {
        self.turned = true;
        self
    }

    pub(super) const fn anchor(&self) -> Anchor {
        self.anchor
    }

    pub(super) const fn ink(&self) -> &'static str {
        self.colour
    }

    pub(super) const fn is_turned(&self) -> bool {
        self.turned
    }

    /// Pixels that a text takes, about: a Chinese letter is a square, a Latin one some half of it.
    pub fn width(&self, text: &str) -> f64 {
        let wide = |c: char| if c.is_ascii() { 0.58 } else { 1.0 };
        text.chars().map(wide).sum::<f64>() * self.size
    }

    /// A text cut so that it takes no more than so many pixels.
    pub fn cut(&self, text: &str, most: f64) -> String {
        if self.width(text) <= most {
            return text.to_owned();
        }
        let fits = |(at, _): &(usize, char)| self.width(&text[..*at]) + self.size * 2.0 <= most;
        let kept = text.char_indices().take_while(fits).map(|(_, c)| c);
        kept.chain(['…']).collect()
    }
}

/// A thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum DrawnShape {
    /// A line through points.
    Line(Vec<SheetPoint>, Pen),
    /// Rings, of which the inner ones are holes.
    Area {
        rings: Vec<Vec<SheetPoint>>,
        fill: Fill,
        pen: Option<Pen>,
        title: String,
    },
    /// A disc.
    Disc(SheetPoint, f64, Fill, Option<Pen>),
    /// A text on its baseline.
    Text(SheetPoint, String, Type),
}

/// A drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    pub(super) size: SheetPoint,
    title: String,
    pub(super) shapes: Vec<DrawnShape>,
}

impl Drawing {
    /// An empty one, of so many pixels, with words for those who do not see it.
    pub fn new(size: SheetPoint, title: impl Into<String>) -> Self {
        Self {
            size,
            title: title.into(),
            shapes: Vec::new(),
        }
    }

    /// A line through points.
    pub fn line(&mut self, points: impl IntoIterator<Item = SheetPoint>, pen: Pen) {
        self.shapes
            .push(DrawnShape::Line(points.into_iter().collect(), pen));
    }

    /// Rings, of which the inner ones are holes.
    pub fn area(&mut self, rings: Vec<Vec<SheetPoint>>, fill: Fill, pen: Option<Pen>) {
        self.titled_area(rings, fill, pen, String::new());
    }

    /// The same, with words that a pointer shows.
    pub(crate) fn titled_area(
        &mut self,
        rings: Vec<Vec<SheetPoint>>,
        fill: Fill,
        pen: Option<Pen>,
        title: String,
    ) {
        self.shapes.push(DrawnShape::Area {
            rings,
            fill,
            pen,
            title,
        });
    }

    /// A rectangle from its upper left corner.
    pub fn rectangle(
        &mut self,
        (x, y): SheetPoint,
        (w, h): SheetPoint,
        fill: Fill,
        pen: Option<Pen>,
    ) {
        let ring = vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
        self.area(vec![ring], fill, pen);
    }

    /// A disc.
    pub fn disc(&mut self, at: SheetPoint, radius: f64, fill: Fill, pen: Option<Pen>) {
        self.shapes.push(DrawnShape::Disc(at, radius, fill, pen));
    }

    /// A text on its baseline.
    pub fn text(&mut self, at: SheetPoint, text: impl Into<String>, set: Type) {
        self.shapes.push(DrawnShape::Text(at, text.into(), set));
    }

    /// As a part of a page. `class` is the stylesheet's word for its size.
    pub fn svg(&self, class: &str) -> Markup {
        let (w, h) = self.size;
        html! {
            svg class=(class) viewBox=(format!("0 0 {w:.0} {h:.0}")) role="img" aria-label=(self.title) font-family=(FONTS) {
                (self.inside())
            }
        }
    }

    /// As a file of its own, on white.
    pub fn svg_file(&self, lang: Lang) -> String {
        let (w, h) = self.size;
        let file = html! {
            svg xmlns="http://www.w3.org/2000/svg" width=(format!("{w:.0}")) height=(format!("{h:.0}"))
                viewBox=(format!("0 0 {w:.0} {h:.0}")) lang=(lang.pick("en", "zh-CN")) font-family=(FONTS) {
                title { (self.title) }
                path d=(format!("M0,0H{w:.0}V{h:.0}H0Z")) fill=(WHITE) {}
                (self.inside())
            }
        };
        of_page(file.into_string())
    }

    fn inside(&self) -> Markup {
        let hatched = |shape: &DrawnShape| {
            matches!(
                shape,
                DrawnShape::Area {
                    fill: Fill::Hatched,
                    ..
                }
            )
        };
        html! {
            @if self.shapes.iter().any(hatched) {
                defs {
                    pattern id="few" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        path d="M0,0H6V6H0Z" fill="#f4f4f1" {}
                        path d="M0,0V6" stroke="#9a9f9b" stroke-width="2" {}
                    }
                }
            }
            @for shape in &self.shapes { (one(shape)) }
        }
    }
}

const FONTS: &str =
    "'Segoe UI','Noto Sans','Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif";

fn one(shape: &DrawnShape) -> Markup {
    match shape {
        DrawnShape::Line(points, pen) => path(&line(points, false), Fill::None, Some(*pen), ""),
        DrawnShape::Area {
            rings,
            fill,
            pen,
            title,
        } => {
            let d: String = rings.iter().map(|ring| line(ring, true)).collect();
            path(&d, *fill, *pen, title)
        }
        DrawnShape::Disc((x, y), radius, fill, pen) => {
            let (colour, opacity) = paint(*fill);
            html! {
                circle cx=(short(*x)) cy=(short(*y)) r=(short(*radius)) fill=(colour) fill-opacity=[opacity]
                    stroke=[pen.map(|p| p.colour)] stroke-width=[pen.map(|p| p.width)] {}
            }
        }
        DrawnShape::Text(at, text, set) => words(*at, text, *set),
    }
}

fn path(d: &str, fill: Fill, pen: Option<Pen>, title: &str) -> Markup {
    let (colour, opacity) = paint(fill);
    let dashes = pen.filter(|p| p.dashed).map(|_| "5 4");
    html! {
        path d=(d) fill=(colour) fill-opacity=[opacity] fill-rule="evenodd" stroke=[pen.map(|p| p.colour)]
            stroke-width=[pen.map(|p| p.width)] stroke-dasharray=[dashes] {
            @if !title.is_empty() { title { (title) } }
        }
    }
}

fn words((x, y): SheetPoint, text: &str, set: Type) -> Markup {
    let anchor = match set.anchor {
        Anchor::Start => None,
        Anchor::Middle => Some("middle"),
        Anchor::End => Some("end"),
    };
    let turn = set
        .turned
        .then(|| format!("rotate(-90 {} {})", short(x), short(y)));
    let halo = set.halo.then_some(WHITE);
    html! {
        text x=(short(x)) y=(short(y)) font-size=(set.size) text-anchor=[anchor] fill=(set.colour) transform=[turn]
            font-weight=[set.bold.then_some("700")] stroke=[halo] stroke-width=[halo.map(|_| "3")]
            stroke-linejoin=[halo.map(|_| "round")] paint-order=[halo.map(|_| "stroke")] { (text) }
    }
}

fn paint(fill: Fill) -> (&'static str, Option<f64>) {
    match fill {
        Fill::None => ("none", None),
        Fill::Plain(colour, opacity) => (colour, (opacity < 1.0).then_some(opacity)),
        Fill::Hatched => ("url(#few)", None),
    }
}

fn line(points: &[SheetPoint], closed: bool) -> String {
    let mut d = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let step = if at == 0 { 'M' } else { 'L' };
        let _ = write!(d, "{step}{},{}", short(*x), short(*y));
    }
    if closed && !points.is_empty() {
        d.push('Z');
    }
    d
}

/// A tenth of a pixel is as much as an eye sees.
fn short(value: f64) -> f64 {
    (value * 10.0).round() / 10.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_place_and_a_name_fits() {
        let mut drawing = Drawing::new((10.0, 10.0), "</title><script>");
        drawing.text((1.0, 1.0), "<b>&", Type::of(12.0).halo());
        let svg = drawing.svg_file(Lang::En);
        assert!(!svg.contains("<script") && !svg.contains("<b>"));
        let set = Type::of(12.0);
        assert_eq!(set.cut("舞钢市", 136.0), "舞钢市");
        let cut = set.cut("双江拉祜族佤族布朗族傣族自治县", 136.0);
        assert!(cut.ends_with('…') && set.width(&cut) <= 136.0, "{cut}");
    }
}
