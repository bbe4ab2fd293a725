//! The hot cells as a table, each with the district that its middle lies in.

use super::table::{ReportTable, area, count, named, number, titled};
use crate::exchange::cell::Cell;
use crate::province::facts::DistrictArea;
use crate::province::hot_spots::{HotCell, HotSpots, NotEnough};
use crate::tr;
use crate::words::{Lang, Say};
use geo::Contains;
use h3o::LatLng;

/// A probability: small ones by their power of ten.
fn probability(p: Option<f64>) -> Cell {
    match p {
        Some(p) if p < 1e-4 => Cell::text(format!("{p:.1e}")),
        p => number(p, 4),
    }
}

/// The most hot cells that are listed.
const LISTED: usize = 25;

/// Why there are none.
pub(crate) fn no_hot_spots(why: NotEnough, lang: Lang) -> ReportTable {
    ReportTable {
        id: "hot_spots",
        title: lang.pick("Hot spots", "热点").into(),
        note: why.say(lang).what,
        ..ReportTable::default()
    }
}

/// The columns of the table, in both languages.
const TITLES: [(&str, &str); 12] = [
    ("cell (H3)", "单元（H3）"),
    ("place", "所在地"),
    ("lon", "经度"),
    ("lat", "纬度"),
    ("confirmed sites", "查实图斑（个）"),
    ("searched km²", "有效搜索（km²）"),
    ("sites with those around", "连同周边图斑（个）"),
    ("km² with those around", "连同周边搜索（km²）"),
    ("Gi*", "Gi*"),
    ("p", "p"),
    ("q (FDR)", "q（FDR）"),
    ("remark", "说明"),
];

/// The hot cells, the surest first, with the district that each one's middle lies in.
pub fn hot_spots(found: &HotSpots, places: &Places, lang: Lang) -> ReportTable {
    let empty = lang.pick(
        "no confirmed site in the cell itself: it is hot by those around it",
        "本单元内无查实图斑，因周边单元图斑密集而成为热点",
    );
    let row = |cell: &HotCell| {
        let at = LatLng::from(cell.cell);
        let f = cell.figures;
        vec![
            Cell::text(cell.cell.to_string()),
            Cell::text(places.name_at(at)),
            Cell::Number(at.lng(), 4),
            Cell::Number(at.lat(), 4),
            count(cell.sites),
            area(cell.searched_km2 * 1e6),
            f.map_or(Cell::Empty, |f| count(f.around)),
            f.map_or(Cell::Empty, |f| area(f.around_km2 * 1e6)),
            number(f.and_then(|f| f.gi_star), 2),
            probability(f.map(|f| f.p)),
            probability(f.map(|f| f.q)),
            Cell::text(if cell.sites == 0 { empty } else { "" }),
        ]
    };
    let hot = found.hot();
    let note = note(found, hot.len(), lang);
    ReportTable {
        id: "hot_spots",
        title: lang.pick("Hot spots", "热点").into(),
        note,
        columns: titled(&TITLES, lang),
        rows: hot.into_iter().take(LISTED).map(row).collect(),
        summed: false,
        remark: Some(11),
    }
}

/// What the table rests on, and what its columns mean.
fn note(found: &HotSpots, number: usize, lang: Lang) -> String {
    let (cells, masked) = found.counted();
    let resolution = u8::from(found.resolution);
    let (sites, share) = (found.sites, found.options.false_share * 100.0);
    let left_out = found.sites_left_out;
    let mut note = tr!(
        lang,
        "Hot spots: {number} of {cells} (H3 resolution {resolution}; {sites}, {left_out} in cells that are masked; {masked} with too little searched ground are masked). Place: the smallest districts that the cell's middle lies in. Around: the cell and its neighbours, sites over searched km². Gi*: Getis-Ord, of rates weighted by searched km². p: the probability of as many sites around by chance; q: adjusted, so that of the listed at most {share:.0} % are expected to be false.",
        "{cells} 个单元中有 {number} 个热点（H3 {resolution} 级；参与分析的查实图斑 {sites} 个，另有 {left_out} 个在未参与的单元内；{masked} 个单元搜索面积过小，未参与）。所在地：单元中心所在的最小区划。连同周边：该单元及其相邻单元合计。Gi*：以搜索面积加权的 Getis-Ord 统计量。p：随机出现同样多图斑的概率；q：多重检验校正后，所列热点中误报预期不超过 {share:.0}%。",
        cells = (cells, "cell", "cells"),
        sites = (sites, "confirmed site", "confirmed sites"),
        left_out = (left_out, "more lies", "more lie"),
        masked = (masked, "cell", "cells"),
    );
    if number > LISTED {
        note = format!(
            "{note} {}",
            tr!(
                lang,
                "The {LISTED} surest are listed.",
                "仅列出最显著的 {LISTED} 个。"
            )
        );
    }
    note
}

/// Districts of all levels by their ground.
#[derive(Debug)]
pub struct Places<'f>(pub &'f [DistrictArea]);

impl Places<'_> {
    /// The names of the districts around a place, the largest first: county, township, village as far as they are known.
    fn name_at(&self, at: LatLng) -> String {
        let point = geo::Point::new(at.lng(), at.lat());
        let is_around = |d: &&DistrictArea| d.code.len() >= 6 && d.area.contains(&point);
        let mut around: Vec<&DistrictArea> = self.0.iter().filter(is_around).collect();
        around.sort_by_key(|district| district.code.len());
        let names: Vec<String> = (around.iter())
            .map(|d| named(&d.name, &d.code).to_text())
            .collect();
        names.join(" ")
    }
}
