//! Coverage as a layer of another database: what the file holds, with the season in each row and the window in columns.

use super::coverage::{COLUMNS, Coverage};
use super::facts::Facts;
use crate::exchange::ledger::Kind;
use crate::exchange::mirror;
use crate::words::Lang;

/// What a layer of another database has beside the figures of map files: shares in place of per cent, the window, and what a row is of.
const MIRRORED: [mirror::ColumnTitle; 9] = [
    ("season", "season", "年度", Kind::Count),
    ("status", "searched", "航测情况", Kind::Text),
    (
        "ground_m2",
        "ground, m²",
        "地块面积（平方米）",
        Kind::Number,
    ),
    ("searched_share", "share searched", "航测比例", Kind::Number),
    (
        "fair_share",
        "share searched in the window and finely enough",
        "有效航测比例",
        Kind::Number,
    ),
    (
        "patrolled_share",
        "share patrolled",
        "踏查比例",
        Kind::Number,
    ),
    (
        "window_first",
        "first day of the window",
        "窗口期首日",
        Kind::Text,
    ),
    (
        "window_last",
        "last day of the window",
        "窗口期末日",
        Kind::Text,
    ),
    (
        "coarsest_gsd_cm",
        "coarsest GSD in cm",
        "分辨率下限（cm）",
        Kind::Number,
    ),
];

/// The columns of the window, and its members.
const WINDOW: [(&str, &str); 3] = [
    ("window_first", "first"),
    ("window_last", "last"),
    ("coarsest_gsd_cm", "coarsest_gsd_cm"),
];

impl Coverage {
    /// The layer of this season.
    pub fn mirrored(&self, facts: &Facts, lang: Lang) -> mirror::MirrorLayer {
        let figures = COLUMNS
            .into_iter()
            .filter(|column| column.0 != "fair_percent");
        let columns = figures.chain(MIRRORED);
        let mut features = self.geojson(facts).features;
        for row in features.iter_mut().map(|feature| &mut feature.properties) {
            row.insert("season".into(), self.season.into());
            let window = row.remove("window").unwrap_or_default();
            for (name, member) in WINDOW {
                row.insert(name.into(), window[member].clone());
            }
        }
        mirror::MirrorLayer {
            name: "coverage",
            title: lang.pick(
                "coverage by district and season",
                "航测覆盖（分区划、年度）",
            ),
            columns: mirror::columns(columns, lang),
            key: &["season", "code", "status"],
            features,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::effort::effort;
    use crate::province::facts::{DistrictArea, PatrolFact};
    use crate::province::fixture::rectangle;
    use crate::province::windows::Windows;
    use crate::registry::Hash;
    use geo::MultiPolygon;
    use jiff::civil::date;

    #[test]
    fn areas_cut_as_a_sum_have_a_column_and_every_column_has_its_figure() {
        let area = rectangle(113.0, 33.5, 113.1, 33.6);
        let whole = crate::ground::area_m2(&area);
        let reports = |on| PatrolFact {
            entry: Hash([0; 32]),
            seeds: false,
            publicity: false,
            unit: "410423".into(),
            district: Some("410423".into()),
            crew: None,
            on,
            season: 2026,
            people: 4,
            vehicles: 1,
            walked: MultiPolygon::new(vec![]),
            area_m2: Some(whole * 0.75),
            zero: true,
        };
        let facts = Facts {
            districts: vec![DistrictArea {
                code: "410423".into(),
                name: "鲁山县".into(),
                area,
            }],
            patrols: vec![reports(date(2026, 5, 3)), reports(date(2026, 5, 4))],
            ..Facts::default()
        };
        let efforts = effort(&facts, &Windows::default(), 2026);
        let layer = Coverage::of(&facts, 2026, efforts).mirrored(&facts, Lang::En);
        let figure = |name: &str| layer.features[0].properties[name].as_f64();
        let near = |name: &str, share: f64| {
            let found = figure(name).expect(name);
            assert!((found / whole - share).abs() < 1e-4, "{name}: {found}");
        };
        near("patrolled_m2", 1.0);
        near("patrolled_beyond_m2", 0.5);
        assert_eq!(figure("patrolled_share"), Some(1.0));
        for column in &layer.columns {
            let row = &layer.features[0].properties;
            assert!(row.contains_key(column.name), "{}", column.name);
        }
        let listed: Vec<&str> = layer.columns.iter().map(|column| column.name).collect();
        for name in layer.features[0].properties.keys() {
            assert!(listed.contains(&name.as_str()), "{name}");
        }
    }
}
