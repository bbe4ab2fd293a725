//! KMZ: KML and the pictures of the detections in one ZIP, for Ovital and Google Earth.
//!
//! Every placemark has a name, a table as its description, and its own style, which is what simple viewers understand;
//! points are in a folder a state, outlines in one of their own. Pictures have ASCII names. The icon is in the file: the
//! crew's tablet has no network.

use super::Export;
use super::ledger::{COLUMNS, Cell, Entry, LedgerColumn};
use super::pictures::Picture;
use crate::files::Out;
use crate::printable::{escape, of_page};
use crate::registry::State;
use crate::words::Lang;
use geo::LineString;
use image::{ImageFormat, Rgba, RgbaImage};
use std::fmt::Write as _;
use std::io::{self, Cursor, Write as _};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Opaque colours by state as `#rrggbb`, the same on every map.
pub fn colour(state: State) -> &'static str {
    match state {
        State::Confirmed => "#c8102e",
        State::Eradicated => "#e07b00",
        State::Revisit => "#8e44ad",
        State::Dispatched => "#1f6fd1",
        State::Candidate => "#e6c200",
        State::Refuted => "#6f8f72",
        State::ScreenedOut => "#9aa0a6",
        State::Closed => "#1a7f37",
        State::Merged | State::Split | State::Voided => "#bdbdbd",
    }
}

/// KML's aabbggrr.
fn kml_colour(state: State, alpha: &str) -> String {
    let rgb = colour(state);
    format!("{alpha}{}{}{}", &rgb[5..7], &rgb[3..5], &rgb[1..3])
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn write(export: &Export, out: &mut dyn Out) -> io::Result<()> {
    let mut archive = zip::ZipWriter::new(out);
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    // Pictures do not shrink, and their bytes stay findable.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    // Simple viewers read the first file, so the document comes before the pictures that it names.
    let there = |entry| Picture::ALL.map(|picture| picture.of(entry, export).is_some());
    let pictured: Vec<[bool; 2]> = export.entries.iter().map(there).collect();
    archive
        .start_file("doc.kml", packed)
        .map_err(io::Error::other)?;
    archive.write_all(document(export, &pictured).as_bytes())?;
    archive.start_file(ICON, stored).map_err(io::Error::other)?;
    archive.write_all(&icon()?)?;
    for (entry, there) in export.entries.iter().zip(&pictured) {
        let named = Picture::ALL.into_iter().zip(there);
        for (picture, _) in named.filter(|(_, there)| **there) {
            let bytes = picture
                .of(entry, export)
                .ok_or_else(|| io::Error::other("a picture vanished while it was written"))?;
            archive
                .start_file(place(picture, entry), stored)
                .map_err(io::Error::other)?;
            archive.write_all(&bytes)?;
        }
    }
    archive.finish().map_err(io::Error::other)?;
    Ok(())
}

/// Where a picture lies in the file.
fn place(picture: Picture, entry: &Entry) -> String {
    format!("files/{}", picture.name(entry))
}

/// Columns that stand in the extended data for programs, and tell people nothing.
const IN_DATA: [&str; 3] = ["state", "head", "site_key"];

/// Where the icon lies in the file.
const ICON: &str = "files/site.png";

/// A white disc with a dark rim: viewers multiply it by the state's colour.
fn icon() -> io::Result<Vec<u8>> {
    const SIDE: u32 = 64;
    const RADIUS: f64 = 26.0;
    let middle = f64::from(SIDE - 1) / 2.0;
    let disc = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
        let from_middle = (f64::from(x) - middle).hypot(f64::from(y) - middle);
        if from_middle <= RADIUS - 5.0 {
            Rgba([255, 255, 255, 255])
        } else if from_middle <= RADIUS {
            Rgba([60, 60, 60, 255])
        } else {
            Rgba([0, 0, 0, 0])
        }
    });
    let mut png = Cursor::new(Vec::new());
    disc.write_to(&mut png, ImageFormat::Png)
        .map_err(io::Error::other)?;
    Ok(png.into_inner())
}

fn document(export: &Export, pictured: &[[bool; 2]]) -> String {
    let lang = export.context.lang;
    let mut kml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n",
    );
    let name = format!("Papaver {}", export.unit);
    let about = export.about();
    // Writing to a string cannot fail.
    let _ = writeln!(
        kml,
        "<name>{}</name>\n<description>{}</description>",
        escape(&name),
        escape(&about)
    );
    for state in State::ALL {
        let mut points = export
            .entries
            .iter()
            .zip(pictured)
            // What still stands is among what has to be eradicated.
            .filter(|(entry, _)| entry.site.waits_as() == state)
            .peekable();
        if points.peek().is_none() {
            continue;
        }
        let _ = writeln!(kml, "<Folder>\n<name>{}</name>", escape(state.label(lang)));
        for (entry, pictured) in points {
            point(&mut kml, entry, *pictured, export);
        }
        kml.push_str("</Folder>\n");
    }
    let _ = writeln!(
        kml,
        "<Folder>\n<name>{}</name>",
        lang.pick("Outlines", "轮廓")
    );
    for entry in &export.entries {
        outline(&mut kml, entry, lang);
    }
    kml.push_str("</Folder>\n</Document>\n</kml>\n");
    of_page(kml)
}

fn point(kml: &mut String, entry: &Entry, pictured: [bool; 2], export: &Export) {
    let lang = export.context.lang;
    let site = &entry.site;
    let at = site.place.lonlat();
    let mut table = String::new();
    let named = Picture::ALL.into_iter().zip(pictured);
    for (picture, _) in named.filter(|(_, there)| *there) {
        let _ = write!(
            table,
            "<img src=\"{}\" width=\"320\"/><br/>",
            place(picture, entry)
        );
    }
    table.push_str("<table>");
    let shown = |column: &&LedgerColumn| column.on_map && !IN_DATA.contains(&column.key);
    for column in COLUMNS.iter().filter(shown) {
        let value = column.value(entry, &export.context);
        if value != Cell::Empty {
            let _ = write!(
                table,
                "<tr><td>{}</td><td>{}</td></tr>",
                escape(column.title(lang)),
                escape(value.to_text())
            );
        }
    }
    table.push_str("</table>");
    let title = format!("{} {}", entry.code, site.standing(lang));
    let _ = writeln!(
        kml,
        "<Placemark id=\"{code}\">\n<name>{}</name>\n<description><![CDATA[{}]]></description>\n\
         <Style><IconStyle><color>{}</color><scale>1.1</scale><Icon><href>{ICON}</href></Icon></IconStyle></Style>\n\
         <ExtendedData><Data name=\"site\"><value>{code}</value></Data><Data name=\"state\"><value>{}</value></Data><Data name=\"head\"><value>{}</value></Data>\
         <Data name=\"site_key\"><value>{}</value></Data></ExtendedData>\n\
         <Point><coordinates>{:.7},{:.7}</coordinates></Point>\n</Placemark>",
        escape(&title),
        // Only this would end the section, and the values are escaped.
        table.replace("]]>", "]]&gt;"),
        kml_colour(site.waits_as(), "ff"),
        site.state.name(),
        site.head(),
        site.key,
        at.lon,
        at.lat,
        code = entry.code,
    );
}

fn outline(kml: &mut String, entry: &Entry, lang: Lang) {
    let site = &entry.site;
    let polygons = site.place.polygons();
    if polygons.0.is_empty() {
        return;
    }
    let _ = writeln!(
        kml,
        "<Placemark>\n<name>{}</name>\n<description>{}</description>\n<Style><LineStyle><color>{}</color><width>2</width></LineStyle>\
         <PolyStyle><color>{}</color></PolyStyle></Style>\n<MultiGeometry>",
        entry.code,
        escape(site.standing(lang)),
        kml_colour(site.waits_as(), "ff"),
        kml_colour(site.waits_as(), "40"),
    );
    for polygon in &polygons {
        kml.push_str("<Polygon><outerBoundaryIs>");
        ring(kml, polygon.exterior());
        kml.push_str("</outerBoundaryIs>");
        for hole in polygon.interiors() {
            kml.push_str("<innerBoundaryIs>");
            ring(kml, hole);
            kml.push_str("</innerBoundaryIs>");
        }
        kml.push_str("</Polygon>\n");
    }
    kml.push_str("</MultiGeometry>\n</Placemark>\n");
}

fn ring(kml: &mut String, ring: &LineString) {
    kml.push_str("<LinearRing><coordinates>");
    let positions: Vec<String> = ring
        .coords()
        .map(|c| format!("{:.7},{:.7}", c.x, c.y))
        .collect();
    kml.push_str(&positions.join(" "));
    kml.push_str("</coordinates></LinearRing>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::fixture::export;
    use crate::ground::LonLat;
    use crate::registry::fixture::{eradicated, site};

    #[test]
    fn a_map_speaks_one_language_and_tells_a_part_from_the_whole() {
        let mut part = eradicated(site("a", State::Confirmed, LonLat::new(113.0, 33.0)), 60);
        part.name = Some("倒\u{202e}写\u{200b}村".into());
        let kml = |lang| document(&export([("A", part.clone())], lang), &[[false; 2]]);
        let chinese = kml(Lang::Zh);
        assert!(
            chinese.contains("<name>A 部分铲除（60%）</name>"),
            "{chinese}"
        );
        // It is among what has to be eradicated.
        assert!(chinese.contains("<name>查实</name>") && !chinese.contains("待验收"));
        assert!(chinese.contains("倒⟨U+202E⟩写⟨U+200B⟩村"), "{chinese}");
        assert!(chinese.contains("登记库状态哈希") && !chinese.contains("; state"));
        let people = chinese.split("<ExtendedData>").next().unwrap_or_default();
        assert!(!people.contains("ERADICATED"), "codes are for programs");
        assert!(kml(Lang::En).contains("; state "));
    }
}
