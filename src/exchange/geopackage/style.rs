//! The QGIS styles (QML) of the layers of sites and areas: a colour for each state, labels, pictures.

use crate::exchange::kmz::colour;
use crate::exchange::ledger::{COLUMNS, FOR_PROGRAMS, Kind};
use crate::exchange::pictures::PICTURES;
use crate::printable::escape;
use crate::registry::State;
use crate::words::Lang;
use std::fmt::Write as _;

/// A QML document of these parts.
pub(super) fn document(parts: &[String]) -> String {
    format!(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.22\" styleCategories=\"AllStyleCategories\" labelsEnabled=\"1\" readOnly=\"0\">\n{}</qgis>\n",
        parts.concat()
    )
}

pub(super) fn option(name: &str, value: &str) -> String {
    format!(
        "<Option type=\"QString\" name=\"{name}\" value=\"{}\"/>",
        escape(value)
    )
}

/// `#rrggbb` as QGIS writes colours.
pub(super) fn rgba(hex: &str, alpha: u8) -> String {
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap_or(0);
    format!("{},{},{},{alpha}", part(1), part(3), part(5))
}

pub(super) fn symbol(number: usize, kind: &str, class: &str, options: &[(&str, String)]) -> String {
    let options: String = options
        .iter()
        .map(|(name, value)| option(name, value))
        .collect();
    // Older programs read `prop`, newer ones `Option`.
    format!(
        "<symbol type=\"{kind}\" name=\"{number}\" alpha=\"1\" clip_to_extent=\"1\" force_rhr=\"0\">\
         <layer class=\"{class}\" enabled=\"1\" pass=\"0\" locked=\"0\"><Option type=\"Map\">{options}</Option></layer></symbol>\n"
    )
}

/// A renderer with a category for each value of an expression: value, title, symbol.
pub(super) fn categorised(expression: &str, categories: &[(String, String, String)]) -> String {
    let mut out = format!(
        "<renderer-v2 type=\"categorizedSymbol\" attr=\"{}\" symbollevels=\"0\" enableorderby=\"0\" forceraster=\"0\">\n<categories>\n",
        escape(expression)
    );
    for (at, (value, title, _)) in categories.iter().enumerate() {
        let _ = writeln!(
            out,
            "<category symbol=\"{at}\" value=\"{}\" label=\"{}\" render=\"true\"/>",
            escape(value),
            escape(title)
        );
    }
    out.push_str("</categories>\n<symbols>\n");
    for (_, _, symbol) in categories {
        out.push_str(symbol);
    }
    out.push_str("</symbols>\n</renderer-v2>\n");
    out
}

fn by_state(lang: Lang, draw: impl Fn(usize, State) -> String) -> String {
    let category = |(at, state): (usize, State)| {
        let (name, label) = (state.name().to_owned(), state.label(lang).to_owned());
        (name, label, draw(at, state))
    };
    let categories: Vec<_> = State::ALL.into_iter().enumerate().map(category).collect();
    categorised("state", &categories)
}

pub(super) fn marker(
    number: usize,
    name: &str,
    fill: &str,
    line: &str,
    size: &str,
    width: &str,
) -> String {
    symbol(
        number,
        "marker",
        "SimpleMarker",
        &[
            ("name", name.into()),
            ("color", fill.into()),
            ("outline_color", line.into()),
            ("outline_style", "solid".into()),
            ("outline_width", width.into()),
            ("outline_width_unit", "MM".into()),
            ("size", size.into()),
            ("size_unit", "MM".into()),
        ],
    )
}

fn labels() -> String {
    "<labeling type=\"simple\"><settings calloutType=\"simple\">\
     <text-style fieldName=\"site\" isExpression=\"0\" fontSize=\"9\" fontSizeUnit=\"Point\" textColor=\"20,20,20,255\" textOpacity=\"1\" fontFamily=\"Sans Serif\" namedStyle=\"Bold\" fontWeight=\"75\">\
     <text-buffer bufferDraw=\"1\" bufferSize=\"0.8\" bufferSizeUnits=\"MM\" bufferColor=\"255,255,255,255\" bufferOpacity=\"0.9\"/></text-style>\
     <placement placement=\"6\" dist=\"2\" distUnits=\"MM\" priority=\"5\" offsetType=\"1\"/>\
     <rendering drawLabels=\"1\" obstacle=\"1\" scaleVisibility=\"1\" scaleMin=\"0\" scaleMax=\"50000\"/>\
     </settings></labeling>\n"
        .to_owned()
}

pub(super) fn aliases<'a>(titles: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let line = |(at, (key, title))| {
        let (index, title) = (at + 1, escape(title));
        format!("<alias index=\"{index}\" field=\"{key}\" name=\"{title}\"/>\n")
    };
    enclosed("aliases", titles.enumerate().map(line))
}

pub(super) fn widget(field: &str, kind: &str, options: &str) -> String {
    format!(
        "<field name=\"{field}\" configurationFlags=\"None\"><editWidget type=\"{kind}\"><config><Option type=\"Map\">{options}</Option></config></editWidget></field>\n"
    )
}

/// A picture by its path, relative to the file.
pub(super) const PICTURE: &str = "<Option type=\"int\" name=\"DocumentViewer\" value=\"1\"/><Option type=\"int\" name=\"DocumentViewerHeight\" value=\"0\"/>\
     <Option type=\"int\" name=\"DocumentViewerWidth\" value=\"0\"/><Option type=\"bool\" name=\"FileWidget\" value=\"true\"/>\
     <Option type=\"bool\" name=\"FileWidgetButton\" value=\"true\"/><Option type=\"QString\" name=\"FileWidgetFilter\" value=\"\"/>\
     <Option type=\"int\" name=\"RelativeStorage\" value=\"1\"/><Option type=\"int\" name=\"StorageMode\" value=\"0\"/>";

pub(super) fn editable(fields: impl Iterator<Item = (&'static str, bool)>) -> String {
    let line = |(field, editable)| {
        let editable = u8::from(editable);
        format!("<field name=\"{field}\" editable=\"{editable}\"/>\n")
    };
    enclosed("editable", fields.map(line))
}

/// Lines in an element of their own.
fn enclosed(element: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.collect();
    format!("<{element}>\n{lines}</{element}>\n")
}

/// The pictures of a site, as they are shown in a form.
pub(super) fn picture_widgets() -> String {
    PICTURES
        .map(|column| widget(column, "ExternalResource", PICTURE))
        .concat()
}

/// The titles of the pictures.
pub(super) fn picture_titles(lang: Lang) -> [(&'static str, &'static str); 2] {
    let [detection, surroundings] = PICTURES;
    [
        (detection, lang.pick("picture of the detection", "航测切片")),
        (
            surroundings,
            lang.pick("picture of the surroundings", "航测周边"),
        ),
    ]
}

/// How a layer is coloured.
#[derive(Debug, Clone, PartialEq)]
pub enum Shading {
    /// By the values of a text column: value, title, colour `#rrggbb`, opacity.
    Values {
        /// The column.
        column: &'static str,
        /// Value, title, colour `#rrggbb`, opacity 0 to 255.
        values: Vec<(String, String, &'static str, u8)>,
    },
    /// By the ranges of a number column: below this value, title, colour, opacity. The first that fits holds.
    Ranges {
        /// The column.
        column: &'static str,
        /// From (inclusive), to (exclusive), title, colour `#rrggbb`, opacity 0 to 255.
        ranges: Vec<(f64, f64, String, &'static str, u8)>,
    },
}

/// A renderer with a range for each class of a number.
fn graduated(
    column: &str,
    ranges: &[(f64, f64, String, &'static str, u8)],
    fill: impl Fn(usize, &str, u8) -> String,
) -> String {
    let mut out = format!(
        "<renderer-v2 type=\"graduatedSymbol\" attr=\"{}\" graduatedMethod=\"GraduatedColor\" symbollevels=\"0\" enableorderby=\"0\" forceraster=\"0\">\n<ranges>\n",
        escape(column)
    );
    for (at, (from, to, title, ..)) in ranges.iter().enumerate() {
        let _ = writeln!(
            out,
            "<range symbol=\"{at}\" lower=\"{from}\" upper=\"{to}\" label=\"{}\" render=\"true\"/>",
            escape(title)
        );
    }
    out.push_str("</ranges>\n<symbols>\n");
    for (at, (.., colour, opacity)) in ranges.iter().enumerate() {
        out.push_str(&fill(at, colour, *opacity));
    }
    out + "</symbols>\n</renderer-v2>\n"
}

/// The style of a layer of areas.
pub fn areas(shading: &Shading, columns: &[(&'static str, String, Kind)]) -> String {
    let fill = |number: usize, colour: &str, opacity: u8| {
        symbol(
            number,
            "fill",
            "SimpleFill",
            &[
                ("color", rgba(colour, opacity)),
                ("style", "solid".into()),
                ("outline_color", "90,90,90,255".into()),
                ("outline_style", "solid".into()),
                ("outline_width", "0.2".into()),
                ("outline_width_unit", "MM".into()),
            ],
        )
    };
    let renderer = match shading {
        Shading::Values { column, values } => {
            let categories: Vec<_> = values
                .iter()
                .enumerate()
                .map(|(at, (value, title, colour, opacity))| {
                    (value.clone(), title.clone(), fill(at, colour, *opacity))
                })
                .collect();
            categorised(column, &categories)
        }
        Shading::Ranges { column, ranges } => graduated(column, ranges, fill),
    };
    document(&[
        renderer,
        aliases(
            columns
                .iter()
                .map(|(name, title, _)| (*name, title.as_str())),
        ),
        editable(columns.iter().map(|(name, ..)| (*name, false))),
    ])
}

/// The style of the sites' points: a colour for each state, the code as a label, nothing to edit.
pub fn sites(lang: Lang) -> String {
    let on_map = || COLUMNS.iter().filter(|c| c.on_map);
    let mut fields = String::from("<fieldConfiguration>\n");
    for column in on_map() {
        let hidden = FOR_PROGRAMS.contains(&column.key);
        fields += &widget(column.key, if hidden { "Hidden" } else { "TextEdit" }, "");
    }
    fields += &picture_widgets();
    fields += "</fieldConfiguration>\n";
    let titles = on_map()
        .map(|c| (c.key, c.title(lang)))
        .chain(picture_titles(lang));
    document(&[
        by_state(lang, |at, state| {
            marker(
                at,
                "circle",
                &rgba(colour(state), 255),
                "255,255,255,255",
                "3.6",
                "0.4",
            )
        }),
        labels(),
        fields,
        aliases(titles),
        editable(
            on_map()
                .map(|c| c.key)
                .chain(PICTURES)
                .map(|key| (key, false)),
        ),
        "<previewExpression>\"site\" || ' ' || \"state_name\"</previewExpression>\n".into(),
    ])
}

/// The style of the outlines: a colour for each state, the ground seen through.
pub fn outlines(lang: Lang) -> String {
    let on_map = || COLUMNS.iter().filter(|c| c.on_map);
    document(&[
        by_state(lang, |at, state| {
            symbol(
                at,
                "fill",
                "SimpleFill",
                &[
                    ("color", rgba(colour(state), 50)),
                    ("style", "solid".into()),
                    ("outline_color", rgba(colour(state), 255)),
                    ("outline_style", "solid".into()),
                    ("outline_width", "0.5".into()),
                    ("outline_width_unit", "MM".into()),
                ],
            )
        }),
        aliases(on_map().map(|c| (c.key, c.title(lang)))),
        editable(on_map().map(|c| (c.key, false))),
        "<previewExpression>\"site\"</previewExpression>\n".into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_styles_are_xml() {
        for lang in [Lang::En, Lang::Zh] {
            for qml in [sites(lang), outlines(lang)] {
                let options = roxmltree::ParsingOptions {
                    allow_dtd: true,
                    ..roxmltree::ParsingOptions::default()
                };
                roxmltree::Document::parse_with_options(&qml, options).expect("XML");
            }
        }
    }
}
