//! Hot spots as a map: every cell with its figures and its class.

use super::cells::outline;
use super::hot_spots::{HotCell, HotSpots};
use super::period::Period;
use crate::exchange::Export;
use crate::ground::{Feature, FeatureCollection, Geometry};
use serde_json::{Map, Value};

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
        let mut properties = match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        };
        properties.insert("class".into(), self.class().into());
        Feature {
            id: Some(self.cell.to_string()),
            geometry: Some(Geometry::Area(outline(self.cell).into())),
            properties,
        }
    }
}

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
}
