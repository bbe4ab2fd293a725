//! Hot spots as a map: every cell with its figures and its class.

use super::cells::outline;
use super::hot_spots::{HotCell, HotSpots};
use super::period::Period;
use crate::exchange::ledger::{Cell, Kind};
use crate::exchange::{AreaLayer, Export, Shading};
use crate::ground::{Feature, FeatureCollection, Geometry};
use crate::schema::to_object;
use crate::words::Lang;
use geo::MultiPolygon;
use serde_json::Value;

impl HotCell {
    /// The code that is written in files: `masked` where too little was searched to say anything.
    pub fn class(&self) -> &'static str {
        match self.figures {
            None => "masked",
            Some(f) if f.hot => "hot",
            Some(_) => "not_hot",
        }
    }

    fn feature(&self) -> Feature {
        let mut properties = to_object(self);
        properties.insert("class".into(), self.class().into());
        Feature {
            id: Some(self.cell.to_string()),
            geometry: Some(Geometry::Area(outline(self.cell).into())),
            properties,
        }
    }

    /// The cell with a value for each column of the layer.
    fn row(&self) -> (MultiPolygon, Vec<Cell>) {
        let number = |value: Option<f64>| value.map_or(Cell::Empty, |v| Cell::Number(v, 7));
        let count = |n: usize| Cell::from(n as u64);
        let f = self.figures;
        let cells = vec![
            Cell::text(self.cell.to_string()),
            Cell::text(self.class()),
            count(self.sites),
            Cell::Number(self.searched_km2, 4),
            number(f.map(|f| f.rate)),
            f.map_or(Cell::Empty, |f| count(f.around)),
            number(f.map(|f| f.around_km2)),
            number(f.and_then(|f| f.gi_star)),
            number(f.map(|f| f.p)),
            number(f.map(|f| f.q)),
        ];
        (MultiPolygon::new(vec![outline(self.cell)]), cells)
    }
}

/// The columns of a cell: name, English, Chinese, kind.
const COLUMNS: [(&str, &str, &str, Kind); 10] = [
    ("cell", "cell (H3)", "单元（H3）", Kind::Text),
    ("class", "class", "类别", Kind::Text),
    ("sites", "confirmed sites", "查实图斑", Kind::Count),
    (
        "searched_km2",
        "km² searched",
        "有效搜索（平方公里）",
        Kind::Number,
    ),
    ("rate", "sites per km²", "每平方公里图斑", Kind::Number),
    ("sites_around", "sites around", "周边图斑", Kind::Count),
    ("km2_around", "km² around", "周边平方公里", Kind::Number),
    ("gi_star", "Gi*", "Gi*", Kind::Number),
    ("p", "p", "p", Kind::Number),
    ("q", "q (FDR)", "q（FDR）", Kind::Number),
];

/// The classes: code, English, Chinese, colour, opacity.
const CLASSES: [(&str, &str, &str, &str, u8); 3] = [
    ("hot", "hot spot", "热点", "#b22222", 150),
    (
        "not_hot",
        "not distinguishable",
        "无显著差异",
        "#8aa0b5",
        50,
    ),
    ("masked", "too little searched", "搜索不足", "#9a9f9b", 15),
];

impl HotSpots {
    /// What the map rests on.
    pub fn about(&self, period: Period) -> Vec<(&'static str, String)> {
        vec![
            ("period", period.to_string()),
            ("resolution", u8::from(self.resolution).to_string()),
            ("least_share_searched", self.options.least_share.to_string()),
            ("false_discovery", self.options.false_share.to_string()),
            ("sites", self.sites.to_string()),
            ("sites_per_km2", format!("{:.6}", self.mean)),
        ]
    }

    /// As GeoJSON: one feature for each cell.
    pub fn geojson(&self, period: Period) -> FeatureCollection {
        let members = [("datum", Export::DATUM.to_owned())]
            .into_iter()
            .chain(self.about(period))
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        FeatureCollection {
            members,
            features: self.cells.iter().map(HotCell::feature).collect(),
        }
    }
    /// As a layer of a GeoPackage.
    pub fn layer(&self, lang: Lang) -> AreaLayer {
        let column = |(name, english, chinese, kind)| (name, words(lang, english, chinese), kind);
        AreaLayer {
            name: "hot_spots",
            columns: COLUMNS.map(column).to_vec(),
            rows: self.cells.iter().map(HotCell::row).collect(),
            shading: by_class(lang),
        }
    }
}

fn words(lang: Lang, english: &str, chinese: &str) -> String {
    lang.pick(english, chinese).to_owned()
}

fn by_class(lang: Lang) -> Shading {
    let class = |(code, english, chinese, colour, opacity): (&str, _, _, _, _)| {
        (
            code.to_owned(),
            words(lang, english, chinese),
            colour,
            opacity,
        )
    };
    Shading::Values {
        column: "class",
        values: CLASSES.map(class).to_vec(),
    }
}
