//! The task lists of crews on paper: six sites of one crew on a sheet of A4, village by village and nearest by nearest, each with
//! a sketch, its surroundings, what was there last, its coordinates in WGS 84 and CGCS2000, a code that a telephone opens as a
//! place, and room to write what is to be done there.

use super::dossier::pictures::thumbnail;
use super::dossier::sketch::{Neighbour, Occupied, begin, bounds, end, named_sites};
use super::draw::{Drawing, Fill};
use super::frame::Frame;
use super::layout::{document, moment, offset_of};
use super::palette::INK;
use crate::exchange::ledger::{COLUMNS, Cell, Entry, gauss_kruger};
use crate::exchange::{Export, WrittenFiles, original};
use crate::files::{self, Existing, FileError};
use crate::ground::LonLat;
use crate::registry::body::Count;
use crate::registry::code_lists::Coded;
use crate::registry::event::EvidenceRole;
use crate::registry::unit::in_words;
use crate::registry::{Settings, Site, State};
use crate::tr;
use crate::words::Lang;
use base64::prelude::{BASE64_STANDARD, Engine};
use geo::Rect;
use maud::{Markup, html};
use qrcode::{EcLevel, QrCode};
use std::collections::BTreeMap;
use std::path::Path;

/// Sites on a sheet.
const A_SHEET: usize = 6;
/// Pixels of a sketch's side: 39 mm on paper, so that letters have some eight points.
const SIDE: f64 = 180.0;
/// Metres across a sketch at least: what a crew sees around it.
const LEAST_M: f64 = 160.0;
/// Columns of the ledger that tell a crew what it is about.
const TOLD: [&str; 6] = ["district", "name", "captured", "score", "habitat", "due"];

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

/// The lists, each crew's on sheets of its own; what is with no crew comes last.
pub fn page(export: &Export, lang: Lang) -> String {
    let crews = by_crew(&export.entries);
    let names: Vec<&str> = crews.iter().map(|(crew, _)| named(*crew, lang)).collect();
    let all = lang.pick("Task list", "核查任务单");
    let title = if names.is_empty() {
        all.to_owned()
    } else {
        let names = names.join(lang.pick(", ", "、"));
        tr!(lang, "{all}: {names}", "{all}：{names}")
    };
    let body = html! {
        @for (crew, entries) in &crews { (of_crew(export, *crew, entries, lang)) }
        @if crews.is_empty() { p { (lang.pick("No site to go to.", "没有待查图斑。")) } }
    };
    document(lang, "tasks", &title, &body)
}

fn named(crew: Option<&str>, lang: Lang) -> &str {
    crew.unwrap_or_else(|| lang.pick("not assigned", "未派查"))
}

/// The sites of each crew in the order in which one goes to them.
fn by_crew(entries: &[Entry]) -> Vec<(Option<&str>, Vec<&Entry>)> {
    let mut crews: BTreeMap<(bool, Option<&str>), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let crew = entry.site.crew();
        crews.entry((crew.is_none(), crew)).or_default().push(entry);
    }
    let crews = crews.into_iter();
    crews
        .map(|((_, crew), entries)| (crew, by_way(entries)))
        .collect()
}

/// Village by village, and within one from each site to the nearest that is left, the most western first.
fn by_way(mut left: Vec<&Entry>) -> Vec<&Entry> {
    let district = |entry: &Entry| {
        let code = entry.district.as_ref().and_then(|d| d["code"].as_str());
        code.unwrap_or("~").to_owned()
    };
    left.sort_by_cached_key(|e| (district(e), e.site.place.lon_e7, e.code.clone()));
    let mut way: Vec<&Entry> = Vec::with_capacity(left.len());
    for village in left.chunk_by(|a, b| district(a) == district(b)) {
        let mut left = village.to_vec();
        let mut next = 0;
        while next < left.len() {
            let here = left.remove(next);
            way.push(here);
            let at = here.site.place.lonlat();
            let metres = |entry: &&Entry| at.distance_m(entry.site.place.lonlat());
            let far = left.iter().map(metres).enumerate();
            next = far
                .min_by(|(_, a), (_, b)| a.total_cmp(b))
                .map_or(0, |(n, _)| n);
        }
    }
    way
}

fn of_crew(export: &Export, crew: Option<&str>, entries: &[&Entry], lang: Lang) -> Markup {
    let sheets = entries.len().div_ceil(A_SHEET);
    let crew = named(crew, lang);
    let title = tr!(lang, "Task list: {crew}", "核查任务单：{crew}");
    html! {
        @for (number, sheet) in entries.chunks(A_SHEET).enumerate() {
            section class="sheet" {
                (head(export, &title, entries.len(), (number + 1, sheets), lang))
                @for (at, entry) in sheet.iter().enumerate() {
                    (task(export, entry, number * A_SHEET + at + 1, lang))
                }
            }
        }
    }
}

fn head(
    export: &Export,
    title: &str,
    all: usize,
    (number, sheets): (usize, usize),
    lang: Lang,
) -> Markup {
    let made = moment(&export.made_at, offset_of(&export.made_at));
    let unit = in_words(&export.unit, export.unit_name.as_deref(), lang);
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
    let site = &entry.site;
    let at = site.place.lonlat();
    let late = site.overdue_days(&export.context.settings, export.context.today);
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
                h2 {
                    (number) ". " (entry.code) " " small { (site.standing(lang)) } " "
                    @if let Some(days) = late {
                        small class="warn" { (tr!(lang, "{days} overdue", "超期 {days} 天", days = (days, "day", "days"),)) }
                    }
                }
                div class="soft" {
                    p { (told(export, entry, lang)) }
                    @if let Some(last) = last_said(site, &export.context.settings, lang) { p { (last) } }
                }
                p class="mono" { "WGS 84 " (format!("{:.7}, {:.7}", at.lon, at.lat)) }
                @if let Some(metres) = metres(at, lang) { p class="mono" { (metres) } }
                @for line in to_write(site, lang) {
                    p class="write" { @for blank in line { (blank) span {} } }
                }
            }
            div class="code" { @if let Some(code) = code(at) { (code.svg("qr")) } p class="soft" { (lang.pick("scan to go there", "扫码定位")) } }
        }
    }
}

/// What is to be written down where a site stands: what a crew finds, what it eradicates, or what is accepted.
fn to_write(site: &Site, lang: Lang) -> [[&'static str; 2]; 2] {
    let date = lang.pick("date", "日期");
    match site.waits_as() {
        State::Confirmed => [
            [
                lang.pick("Eradicated, %", "铲除比例（%）"),
                lang.pick("how", "铲除方式"),
            ],
            [lang.pick("Who took part", "铲除人员"), date],
        ],
        State::Eradicated => [
            [
                lang.pick("Passed or failed", "验收结论"),
                lang.pick("left, plants", "残留株数"),
            ],
            [lang.pick("Acceptor", "验收人"), date],
        ],
        _ => [
            [lang.pick("Found", "核查结论"), lang.pick("plants", "株数")],
            [lang.pick("Officers", "核查人员"), date],
        ],
    }
}

fn told(export: &Export, entry: &Entry, lang: Lang) -> String {
    let told = COLUMNS.iter().filter(|column| TOLD.contains(&column.key));
    let said = told.filter_map(|column| match column.value(entry, &export.context) {
        Cell::Empty => None,
        value => Some(format!("{} {}", column.title(lang), value.to_text())),
    });
    let area = entry.site.area_dm2.map(|dm2| {
        let m2 = dm2 as f64 / 100.0;
        tr!(lang, "area {m2:.2} m²", "面积 {m2:.2} 平方米")
    });
    let said: Vec<String> = said.chain(area).collect();
    said.join(lang.pick("; ", "；"))
}

/// What whoever was there last said of it.
fn last_said(site: &Site, settings: &Settings, lang: Lang) -> Option<String> {
    let day = |at: &str| settings.day(at);
    let visit = site.last_visit().map(|(visit, stamp)| {
        let (on, outcome) = (day(&stamp.at), visit.outcome.label(lang));
        let plants = visit.count.as_ref().map(Count::plants);
        let plants =
            plants.map(|n| tr!(lang, "{plants}", "{n} 株", plants = (n, "plant", "plants"),));
        let said = [Some(outcome.to_owned()), plants, visit.note.clone()];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let said = said.join(lang.pick(", ", "，"));
        tr!(lang, "last visit {on}: {said}", "上次核查 {on}：{said}")
    });
    let eradication = site.eradications.last().map(|(eradicate, stamp)| {
        let (on, percent) = (day(&stamp.at), eradicate.percent);
        tr!(
            lang,
            "eradicated {on}: {percent} %",
            "铲除 {on}：{percent}%"
        )
    });
    let failed = site.acceptances.last().filter(|(accept, _)| !accept.passed);
    let failed = failed.map(|(_, stamp)| {
        let on = day(&stamp.at);
        tr!(lang, "acceptance {on}: failed", "验收 {on}：不合格")
    });
    let said = visit.into_iter().chain(eradication).chain(failed);
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(lang.pick("; ", "；")))
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
    let mut taken = Occupied::of(&frame, lang);
    let others = export
        .entries
        .iter()
        .filter(|other| other.site.key != site.key);
    let others = others.map(named_site);
    named_sites(&mut drawing, &frame, &mut taken, named_site(entry), others);
    end(&mut drawing, &frame, lang);
    drawing
}

fn named_site(entry: &Entry) -> Neighbour<'_> {
    Neighbour {
        words: &entry.code,
        state: entry.site.waits_as(),
        place: &entry.site.place,
    }
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
    use crate::exchange::fixture::export;
    use crate::registry::body::{Assign, Outcome};
    use crate::registry::fixture::{eradicated, site, stamp, visited};

    fn at(code: &str, crew: Option<&str>, lon: f64) -> (String, Site) {
        let mut site = site(code, State::Dispatched, LonLat::new(lon, 33.0));
        site.assigned = crew.map(|crew| {
            let crew = crew.to_owned();
            (Assign { crew, due: None }, stamp("2026-05-02"))
        });
        (code.to_owned(), site)
    }

    fn listed(sites: &[(String, Site)]) -> Export {
        let sites = sites
            .iter()
            .map(|(code, site)| (code.as_str(), site.clone()));
        export(sites, Lang::Zh)
    }

    #[test]
    fn each_crew_has_sheets_of_its_own_and_what_is_with_none_comes_last() {
        let list = listed(&[
            at("A", None, 113.0),
            at("B", Some("二组"), 113.0),
            at("C", Some("一组"), 113.0),
        ]);
        let page = page(&list, Lang::Zh);
        assert_eq!(page.matches("class=\"sheet\"").count(), 3);
        let headings: Vec<usize> = ["一组</h1>", "二组</h1>", "未派查</h1>"]
            .map(|crew| page.find(&format!("核查任务单：{crew}")).expect("a sheet"))
            .to_vec();
        assert!(headings.is_sorted());
        assert!(page.contains("<title>核查任务单：一组、二组、未派查</title>"));
        assert!(page.contains("单位 鲁山县禁毒办（410423） · 图斑 1 个"));
    }

    #[test]
    fn a_crew_goes_village_by_village_and_to_the_nearest_that_is_left() {
        let mut list = listed(&[
            at("E", None, 113.05),
            at("D", None, 113.021),
            at("C", None, 113.01),
            at("B", None, 113.04),
            at("A", None, 113.02),
        ]);
        for (entry, village) in list.entries.iter_mut().zip([2, 1, 2, 1, 1]) {
            entry.district = Some(serde_json::json!({"code": format!("41042300{village}")}));
        }
        let way = by_way(list.entries.iter().collect());
        let codes: Vec<&str> = way.iter().map(|entry| entry.code.as_str()).collect();
        assert_eq!(codes, ["A", "D", "B", "C", "E"]);
    }

    #[test]
    fn a_sheet_has_room_for_what_is_to_be_done_and_says_what_was_there_last() {
        let (code, open) = at("A", Some("一组"), 113.0);
        let mut seen = visited(open.clone(), Outcome::Cultivated, 348);
        seen.state = State::Confirmed;
        let part = eradicated(seen.clone(), 60);
        let whole = eradicated(seen.clone(), 100);
        let shown = |site: &Site| page(&listed(&[(code.clone(), site.clone())]), Lang::Zh);
        let first = shown(&open);
        assert!(first.contains("核查结论<span>") && !first.contains("上次核查"));
        assert!(first.contains("超期"), "it was due long ago");
        for of in [&seen, &part] {
            let page = shown(of);
            assert!(page.contains("铲除比例") && !page.contains("核查结论<span>"));
            assert!(
                page.contains("上次核查 2026-05-03：种植罂粟，348 株"),
                "{page}"
            );
        }
        assert!(shown(&part).contains("部分铲除（60%）") && shown(&part).contains("：60%"));
        assert!(shown(&whole).contains("验收结论"));
        seen.area_dm2 = Some(72);
        assert!(shown(&seen).contains("面积 0.72 平方米"));
    }

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
