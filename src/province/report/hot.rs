//! The hot cells as a table, each with the district that its middle lies in.

use super::table::{Table, count, number, titled};
use crate::exchange::cell::Cell;
use crate::province::hot_spots::{HotCell, HotSpots, NotEnough};
use crate::tr;
use crate::words::{Lang, Say};
use geo::{Contains, MultiPolygon};
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
pub fn no_hot_spots(why: NotEnough, lang: Lang) -> Table {
    Table {
        id: "hot_spots",
        title: lang.pick("Hot spots", "热点").into(),
        note: why.say(lang).what,
        columns: Vec::new(),
        rows: Vec::new(),
        summed: false,
        remark: None,
    }
}

/// The hot cells, the surest first, with the district that each one's middle lies in.
pub fn hot_spots(found: &HotSpots, places: &Places, lang: Lang) -> Table {
    let titles = [
        ("cell (H3)", "单元（H3）"),
        ("district", "区划"),
        ("lon", "经度"),
        ("lat", "纬度"),
        ("sites", "图斑"),
        ("km²", "平方公里"),
        ("sites around", "周边图斑"),
        ("km² around", "周边平方公里"),
        ("Gi*", "Gi*"),
        ("p", "p"),
        ("q (FDR)", "q（FDR）"),
    ];
    let row = |cell: &HotCell| {
        let at = LatLng::from(cell.cell);
        let f = cell.figures;
        vec![
            Cell::text(cell.cell.to_string()),
            places.name_at(at).into(),
            Cell::Number(at.lng(), 4),
            Cell::Number(at.lat(), 4),
            count(cell.sites),
            Cell::Number(cell.searched_km2, 2),
            f.map_or(Cell::Empty, |f| count(f.around)),
            number(f.map(|f| f.around_km2), 2),
            number(f.and_then(|f| f.gi_star), 2),
            probability(f.map(|f| f.p)),
            probability(f.map(|f| f.q)),
        ]
    };
    let hot = found.hot();
    let (cells, masked) = found.counted();
    let (number, resolution) = (hot.len(), u8::from(found.resolution));
    let (sites, share) = (found.sites, found.options.false_share * 100.0);
    let mut note = tr!(
        lang,
        "{number} of {cells} cells are hot spots (H3 resolution {resolution}; {sites} confirmed sites; {masked} cells with too little searched ground are masked). Around: the cell and its neighbours, sites over searched km². Gi*: Getis-Ord, of rates weighted by searched km². p: the probability of as many sites around by chance; q: adjusted, so that of the listed at most {share:.0} % are expected to be false.",
        "{cells} 个单元中有 {number} 个热点（H3 {resolution} 级；查实图斑 {sites} 个；{masked} 个单元搜索面积过小，未参与）。周边：该单元及其相邻单元的图斑数与搜索平方公里数。Gi*：以搜索面积加权的 Getis-Ord 统计量。p：随机出现同样多图斑的概率；q：多重检验校正后，所列热点中误报预期不超过 {share:.0}%。"
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
    Table {
        id: "hot_spots",
        title: lang.pick("Hot spots", "热点").into(),
        note,
        columns: titled(&titles, lang),
        rows: hot.into_iter().take(LISTED).map(row).collect(),
        summed: false,
        remark: None,
    }
}

/// Districts by their ground.
#[derive(Debug)]
pub struct Places<'f>(pub Vec<(&'f MultiPolygon, &'f str)>);

impl Places<'_> {
    fn name_at(&self, at: LatLng) -> &str {
        let point = geo::Point::new(at.lng(), at.lat());
        self.0
            .iter()
            .find(|(area, _)| area.contains(&point))
            .map_or("", |(_, name)| name)
    }
}
