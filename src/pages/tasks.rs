//! A crew's task list on paper: six sites on a sheet of A4, each with a sketch, its surroundings, its coordinates in WGS 84 and
//! CGCS2000, a code that a telephone opens as a place, and room to write.

use super::dossier::pictures::thumbnail;
use super::dossier::sketch::{Neighbour, Occupied, begin, bounds, end, neighbour, own};
use super::draw::{Drawing, Fill};
use super::frame::Frame;
use super::layout::{document, moment, offset_of};
use super::palette::INK;
use crate::exchange::ledger::{COLUMNS, Cell, Entry, gauss_kruger};
use crate::exchange::{Export, WrittenFiles, original};
use crate::files::{self, Existing, FileError};
use crate::ground::LonLat;
use crate::registry::event::EvidenceRole;
use crate::tr;
use crate::words::Lang;
use base64::prelude::{BASE64_STANDARD, Engine};
use geo::Rect;
use maud::{Markup, html};
use qrcode::{EcLevel, QrCode};
use std::collections::BTreeSet;
use std::path::Path;

/// Sites on a sheet.
const A_SHEET: usize = 6;
/// Pixels of a sketch's side: 39 mm on paper, so that letters have some eight points.
const SIDE: f64 = 180.0;
/// Metres across a sketch at least: what a crew sees around it.
const LEAST_M: f64 = 160.0;
/// Columns of the ledger that tell a crew what it is about.
const TOLD: [&str; 7] = [
    "district", "name", "area_m2", "captured", "score", "habitat", "due",
];

/// What the list is called among the formats of an export.
pub const FORMAT: &str = "tasks";

/// Writes the list of the open sites of an export: all of it or nothing.
///
/// # Errors
/// Those of the file.
pub fn write(
    mut export: Export,
    path: &Path,
    existing: Existing,
) -> Result<WrittenFiles, FileError> {
    // Nobody is sent to what is settled.
    export.entries.retain(|entry| entry.site.state.is_open());
    let page = page(&export, export.context.lang);
    files::write(path, existing, |out| out.write_all(page.as_bytes()))?;
    Ok(WrittenFiles {
        path: path.into(),
        sites: export.entries.len(),
        pictures: None,
    })
}

/// The list.
pub fn page(export: &Export, lang: Lang) -> String {
    let crews = crews(&export.entries, lang);
    let title = tr!(lang, "Task list: {crews}", "核查任务单：{crews}");
    let entries = &export.entries;
    let sheets = entries.len().div_ceil(A_SHEET);
    let body = html! {
        @for (number, sheet) in entries.chunks(A_SHEET).enumerate() {
            section class="sheet" {
                (head(export, &title, (number + 1, sheets), lang))
                @for (at, entry) in sheet.iter().enumerate() {
                    (task(export, entry, number * A_SHEET + at + 1, lang))
                }
            }
        }
        @if entries.is_empty() { p { (lang.pick("No site to go to.", "没有待查图斑。")) } }
    };
    document(lang, "tasks", &title, &body)
}

/// The crews whose sites these are.
fn crews(entries: &[Entry], lang: Lang) -> String {
    let names: BTreeSet<&str> = entries.iter().filter_map(|e| e.site.crew()).collect();
    if names.is_empty() {
        return lang.pick("no crew", "未派查").to_owned();
    }
    let names: Vec<&str> = names.into_iter().collect();
    names.join(lang.pick(", ", "、"))
}

fn head(export: &Export, title: &str, (number, sheets): (usize, usize), lang: Lang) -> Markup {
    let made = moment(&export.made_at, offset_of(&export.made_at));
    let (unit, all) = (&export.unit, export.entries.len());
    html! {
        header {
            h1 { (title) }
            p class="soft" {
                (tr!(lang, "unit {unit} · {sites} · made {made} · sheet {number} of {sheets}", "单位 {unit} · 图斑 {all} 个 · 制表 {made} · 第 {number} 页，共 {sheets} 页", sites = (all, "site", "sites"),))
            }
        }
    }
}

fn task(export: &Export, entry: &Entry, number: usize, lang: Lang) -> Markup {
    let at = entry.site.place.lonlat();
    html! {
        article class="task" {
            div class="place" { (sketch(export, entry, lang).svg("square")) }
            div class="place" {
                @if let Some(data) = surroundings(export, entry) {
                    img src=(data) alt=(lang.pick("surroundings", "周边影像"));
                } @else {
                    p class="soft none" { (lang.pick("no picture", "无影像")) }
                }
            }
            div class="told" {
                h2 { (number) ". " (entry.code) " " small { (entry.site.state.label(lang)) } }
                (told(export, entry, lang))
                p class="mono" { "WGS 84 " (format!("{:.7}, {:.7}", at.lon, at.lat)) }
                @if let Some(metres) = metres(at, lang) { p class="mono" { (metres) } }
                p class="write" { (lang.pick("Found", "核查结论")) span {} (lang.pick("plants", "株数")) span {} }
                p class="write" { (lang.pick("Officers", "核查人员")) span {} (lang.pick("date", "日期")) span {} }
            }
            div class="code" { @if let Some(code) = code(at) { (code.svg("qr")) } p class="soft" { (lang.pick("scan to go there", "扫码定位")) } }
        }
    }
}

fn told(export: &Export, entry: &Entry, lang: Lang) -> Markup {
    let told = COLUMNS.iter().filter(|column| TOLD.contains(&column.key));
    let said = told.filter_map(|column| match column.value(entry, &export.context) {
        Cell::Empty => None,
        value => Some(format!("{} {}", column.title(lang), value.to_text())),
    });
    let said: Vec<String> = said.collect();
    html! { p class="soft" { (said.join(lang.pick("; ", "；"))) } }
}

/// The place in the 3-degree zone of CGCS2000.
fn metres(at: LonLat, lang: Lang) -> Option<String> {
    let (epsg, north, east) = gauss_kruger(at)?;
    Some(tr!(
        lang,
        "CGCS2000 N {north:.1} E {east:.1} (EPSG:{epsg})",
        "CGCS2000 X {north:.1} Y {east:.1}（EPSG:{epsg}）"
    ))
}

fn sketch(export: &Export, entry: &Entry, lang: Lang) -> Drawing {
    let site = &entry.site;
    let square = widened(bounds(&site.place));
    let frame = Frame::around(square, SIDE, (SIDE, SIDE), 10.0, LEAST_M);
    let mut drawing = begin(&frame, lang);
    let mut taken = Occupied::by(&frame, &site.place, &entry.code);
    for other in export
        .entries
        .iter()
        .filter(|other| other.site.key != site.key)
    {
        let shown = Neighbour {
            words: &other.code,
            state: other.site.state,
            place: &other.site.place,
        };
        neighbour(&mut drawing, &frame, shown, &mut taken);
    }
    own(&mut drawing, &frame, &site.place, site.state, &entry.code);
    end(&mut drawing, &frame, lang);
    drawing
}

/// As much again around a large site.
fn widened(rect: Rect) -> Rect {
    let (dx, dy) = (rect.width() * 0.5, rect.height() * 0.5);
    let (low, high) = (rect.min(), rect.max());
    Rect::new((low.x - dx, low.y - dy), (high.x + dx, high.y + dy))
}

/// The picture of the last detection's surroundings, or else of the detection itself, as a small `data:` address.
fn surroundings(export: &Export, entry: &Entry) -> Option<String> {
    let latest = || entry.site.evidence.iter().rev();
    let roles = [EvidenceRole::Context, EvidenceRole::Chip].into_iter();
    let mut files = roles.flat_map(|role| latest().filter(move |file| file.role == role));
    let jpeg = files.find_map(|file| thumbnail(&original(file, &export.evidence)?))?;
    let coded = BASE64_STANDARD.encode(jpeg);
    Some(format!("data:image/jpeg;base64,{coded}"))
}

/// A code that says `geo:LAT,LON` (RFC 5870), with the blank of four modules that readers need.
fn code(at: LonLat) -> Option<Drawing> {
    let address = format!("geo:{:.6},{:.6}", at.lat, at.lon);
    let code = QrCode::with_error_correction_level(address.as_bytes(), EcLevel::M).ok()?;
    let side = code.width();
    let all = side as f64 + 8.0;
    let mut drawing = Drawing::new((all * 4.0, all * 4.0), address);
    let mut dark = Vec::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let (x, y) = ((at % side) as f64 + 4.0, (at / side) as f64 + 4.0);
            let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
            dark.push(
                corners
                    .map(|(dx, dy)| ((x + dx) * 4.0, (y + dy) * 4.0))
                    .to_vec(),
            );
        }
    }
    drawing.area(dark, Fill::Plain(INK, 1.0), None);
    Some(drawing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_dark_where_its_finders_are() {
        let picture = code(LonLat::new(113.304_567_8, 33.741_234_5))
            .expect("made")
            .pixels();
        assert_eq!(picture.width(), picture.height());
        let dark = |x: u32, y: u32| picture.get_pixel(x * 4 + 2, y * 4 + 2).0[0] < 100;
        // The finder in the upper left corner: a ring of seven, a light one, and three by three.
        let row: Vec<bool> = (3..12).map(|x| dark(x, 7)).collect();
        assert_eq!(
            row,
            [false, true, false, true, true, true, false, true, false]
        );
    }

    #[test]
    fn a_place_is_given_in_metres_of_its_zone() {
        let said = metres(LonLat::new(113.30, 33.74), Lang::En).expect("in China");
        assert_eq!(said, "CGCS2000 N 3735042.3 E 38435133.7 (EPSG:4526)");
    }
}
