//! Coverage of a season as files: the districts with their figures, and their ground by how it was searched.

use super::effort::{DistrictEffort, measured_m2};
use super::facts::Facts;
use crate::exchange::ledger::{Cell, Kind};
use crate::exchange::{AreaLayer, Shading};
use crate::ground::{Feature, FeatureCollection, Geometry, rest};
use crate::words::Lang;
use geo::MultiPolygon;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// The coverage of the districts of one level in a season.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// The season.
    pub season: i16,
    /// By district.
    pub districts: Vec<DistrictEffort>,
    /// Flights of the season that kept no outline: what they searched is not in any figure.
    pub without_outline: usize,
    /// Flights of the season over ground of which none is their unit's own: it is in no figure either.
    pub beyond: usize,
    /// Flights of the season without a capture date: they count as outside every window.
    pub without_date: usize,
    /// Flights of the season without a known GSD: they count as too coarse.
    pub without_gsd: usize,
    /// Flights of the season that were recorded under other days than their imagery says.
    pub dated_otherwise: usize,
    /// What was recorded for the season of imagery that counts under other days.
    pub twice: usize,
    /// Flights of the season.
    pub flights: usize,
}

/// How a piece of ground was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// In the window and finely enough.
    Fair,
    /// Searched, but out of the window or too coarsely.
    Otherwise,
    /// Not searched.
    Not,
}

impl Searched {
    /// The code that is written in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fair => "searched_in_window",
            Self::Otherwise => "searched_out_of_window_or_coarse",
            Self::Not => "not_searched",
        }
    }

    fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Fair => lang.pick(
                "searched in the window, finely enough",
                "窗口期内且分辨率达标",
            ),
            Self::Otherwise => lang.pick(
                "searched out of the window or too coarsely",
                "窗口期外或分辨率不足",
            ),
            Self::Not => lang.pick("not searched", "未航测"),
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Fair => "#2e7d32",
            Self::Otherwise => "#f9a825",
            Self::Not => "#9e9e9e",
        }
    }
}

impl Coverage {
    /// The coverage of these districts.
    pub fn of(facts: &Facts, season: i16, districts: Vec<DistrictEffort>) -> Self {
        let flights = || facts.flights.iter().filter(|f| f.season == season);
        let beyond = facts.beyond.iter().filter(|f| f.season == season).count();
        let empty = flights().filter(|f| f.searched.0.is_empty()).count();
        Self {
            season,
            districts,
            without_outline: empty.saturating_sub(beyond),
            beyond,
            without_date: flights().filter(|f| f.captured.is_none()).count(),
            without_gsd: flights().filter(|f| f.gsd_cm.is_none()).count(),
            dated_otherwise: flights().filter(|f| f.tagged_otherwise.is_some()).count(),
            twice: facts.twice.iter().filter(|f| f.season == season).count(),
            flights: flights().count(),
        }
    }

    /// The ground of each district by how it was searched; pieces that are nothing are left out.
    pub fn pieces(&self, facts: &Facts) -> Vec<(&DistrictEffort, Searched, MultiPolygon)> {
        self.districts
            .par_iter()
            .flat_map_iter(|effort| {
                let ground = facts
                    .districts
                    .iter()
                    .find(|d| d.code == effort.code)
                    .map(|d| rest(&d.area, [&effort.searched]));
                [
                    (Searched::Not, ground),
                    (
                        Searched::Otherwise,
                        Some(rest(&effort.searched, [&effort.fair])),
                    ),
                    (Searched::Fair, Some(effort.fair.clone())),
                ]
                .into_iter()
                .filter_map(move |(how, area)| Some((effort, how, area?)))
                .filter(|(_, _, area)| !area.0.is_empty())
            })
            .collect()
    }

    /// As GeoJSON: one feature for each district and way of being searched, with the district's figures.
    pub fn geojson(&self, facts: &Facts) -> FeatureCollection {
        let features = self
            .pieces(facts)
            .into_iter()
            .map(|(effort, how, area)| {
                let mut properties = figures(effort);
                properties.insert("status".into(), how.code().into());
                properties.insert("ground_m2".into(), rounded(measured_m2(&area)));
                Feature {
                    id: Some(format!("{}-{}", effort.code, how.code())),
                    geometry: Some(Geometry::Area(area)),
                    properties,
                }
            })
            .filter(Feature::is_visible)
            .collect();
        let mut members = Map::new();
        members.insert("datum".into(), "WGS 84".into());
        members.insert("season".into(), self.season.into());
        FeatureCollection { members, features }
    }

    /// As layers of a GeoPackage: the districts by the share that was searched fairly, and their ground.
    pub fn layers(&self, facts: &Facts, lang: Lang) -> [AreaLayer; 2] {
        let columns: Vec<(&'static str, String, Kind)> = COLUMNS
            .iter()
            .map(|(name, english, chinese, kind)| {
                (*name, lang.pick(*english, *chinese).to_owned(), *kind)
            })
            .collect();
        let districts = AreaLayer {
            name: "districts",
            rows: self
                .districts
                .iter()
                .filter_map(|effort| {
                    let own = facts.districts.iter().find(|d| d.code == effort.code)?;
                    Some((own.area.clone(), cells(effort)))
                })
                .collect(),
            columns: columns.clone(),
            shading: by_share(),
        };
        let mut ground_columns = vec![(
            "status",
            lang.pick("searched", "航测情况").to_owned(),
            Kind::Text,
        )];
        ground_columns.push((
            "ground_m2",
            lang.pick("ground, m²", "面积（平方米）").to_owned(),
            Kind::Number,
        ));
        ground_columns.extend(columns);
        let ground = AreaLayer {
            name: "ground",
            rows: self
                .pieces(facts)
                .into_iter()
                .map(|(effort, how, area)| {
                    let mut row = vec![
                        Cell::Text(how.code().into()),
                        Cell::Number(measured_m2(&area), 1),
                    ];
                    row.extend(cells(effort));
                    (area, row)
                })
                .collect(),
            columns: ground_columns,
            shading: by_search(lang),
        };
        [districts, ground]
    }
}

/// The columns of a district: name, English, Chinese, kind.
pub(super) const COLUMNS: [(&str, &str, &str, Kind); 16] = [
    ("code", "code", "区划代码", Kind::Text),
    ("name", "name", "名称", Kind::Text),
    ("area_m2", "area, m²", "面积（平方米）", Kind::Number),
    (
        "searched_m2",
        "searched, m²",
        "航测面积（平方米）",
        Kind::Number,
    ),
    (
        "in_window_m2",
        "in the window, m²",
        "窗口期内（平方米）",
        Kind::Number,
    ),
    (
        "adequate_m2",
        "finely enough, m²",
        "分辨率达标（平方米）",
        Kind::Number,
    ),
    (
        "fair_m2",
        "in the window and finely enough, m²",
        "窗口期内且达标（平方米）",
        Kind::Number,
    ),
    (
        "fair_percent",
        "in the window and finely enough, %",
        "有效航测率（%）",
        Kind::Number,
    ),
    (
        "not_searched_m2",
        "not searched, m²",
        "未航测（平方米）",
        Kind::Number,
    ),
    (
        "patrolled_m2",
        "patrolled, m²",
        "踏查面积（平方米）",
        Kind::Number,
    ),
    (
        "patrolled_beyond_m2",
        "reported as patrolled beyond that and not counted, m²",
        "踏查多报面积，不计入（平方米）",
        Kind::Number,
    ),
    ("flights", "flights", "航次", Kind::Count),
    ("patrols", "patrols", "踏查次数", Kind::Count),
    ("zero_reports", "zero reports", "零报告", Kind::Count),
    ("people", "people on patrol", "出动人次", Kind::Count),
    ("vehicles", "vehicles on patrol", "出动台次", Kind::Count),
];

fn cells(effort: &DistrictEffort) -> Vec<Cell> {
    let count = |n: u64| Cell::Count(i64::try_from(n).unwrap_or(i64::MAX));
    let m2 = |m2: f64| Cell::Number(m2, 1);
    vec![
        Cell::Text(effort.code.clone()),
        Cell::Text(effort.name.clone()),
        m2(effort.area_m2),
        m2(effort.searched_m2),
        m2(effort.in_window_m2),
        m2(effort.adequate_m2),
        m2(effort.fair_m2),
        effort
            .fair_share()
            .map_or(Cell::Empty, |share| Cell::Number(share * 100.0, 2)),
        m2(effort.not_searched_m2),
        m2(effort.patrolled_m2),
        m2(effort.patrolled_beyond_m2),
        count(effort.flights as u64),
        count(effort.patrols as u64),
        count(effort.zero_reports as u64),
        count(effort.people),
        count(effort.vehicles),
    ]
}

fn rounded(m2: f64) -> Value {
    json!((m2 * 10.0).round() / 10.0)
}

/// The figures of a district as JSON: areas in m² to a decimal, shares 0 to 1.
pub fn figures(effort: &DistrictEffort) -> Map<String, Value> {
    let window = effort.window.as_ref().map(|w| {
        json!({"first": w.first, "last": w.last, "coarsest_gsd_cm": w.coarsest_gsd_cm, "district": w.district})
    });
    let value = json!({
        "code": effort.code, "name": effort.name,
        "area_m2": rounded(effort.area_m2), "searched_m2": rounded(effort.searched_m2), "in_window_m2": rounded(effort.in_window_m2),
        "adequate_m2": rounded(effort.adequate_m2), "fair_m2": rounded(effort.fair_m2), "not_searched_m2": rounded(effort.not_searched_m2),
        "patrolled_m2": rounded(effort.patrolled_m2), "searched_share": effort.searched_share(), "fair_share": effort.fair_share(),
        "patrolled_share": effort.patrolled_share(), "patrolled_beyond_m2": rounded(effort.patrolled_beyond_m2), "flights": effort.flights, "patrols": effort.patrols,
        "zero_reports": effort.zero_reports, "people": effort.people, "vehicles": effort.vehicles, "window": window,
    });
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Districts by the share of their ground that was fairly searched.
fn by_share() -> Shading {
    Shading::Ranges {
        column: "fair_percent",
        ranges: [
            (0.0, 25.0, "#f7fcf5"),
            (25.0, 50.0, "#c7e9c0"),
            (50.0, 75.0, "#74c476"),
            (75.0, 90.0, "#238b45"),
            (90.0, 100.1, "#00441b"),
        ]
        .into_iter()
        .map(|(from, to, colour)| {
            let title = format!("{from:.0} – {:.0} %", f64::min(to, 100.0));
            (from, to, title, colour, 120)
        })
        .collect(),
    }
}

/// Ground by how it was searched.
fn by_search(lang: Lang) -> Shading {
    Shading::Values {
        column: "status",
        values: [Searched::Fair, Searched::Otherwise, Searched::Not]
            .into_iter()
            .map(|how| {
                (
                    how.code().to_owned(),
                    how.title(lang).to_owned(),
                    how.colour(),
                    110,
                )
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture::World;

    #[test]
    fn a_flight_over_others_ground_alone_lacks_no_outline() {
        let season = 2026;
        let mut world = World::new(1, 1, 1);
        for strip in 0..3 {
            world.fly(season, 0, strip, 0.0);
        }
        let mut facts = world.facts;
        let kept = |facts: &Facts| {
            let found = Coverage::of(facts, season, Vec::new());
            (found.without_outline, found.beyond)
        };
        assert_eq!(kept(&facts), (0, 0));
        for flight in &mut facts.flights {
            flight.searched = MultiPolygon::new(Vec::new());
        }
        let all = facts.flights.len();
        facts.beyond = facts.flights[..1].to_vec();
        assert_eq!(kept(&facts), (all - 1, 1));
    }
}
