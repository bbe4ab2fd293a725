//! What is really there: polygons in lon/lat with what grows on them.
//!
//! A GeoJSON feature collection in WGS 84. Properties, all optional: `kind` (absent or `poppy` is poppy, `unknown` is
//! what nobody has settled, anything else a look-alike by that name), `plants` (a whole number), `stage` (such as
//! `flower` or `capsule`). `papaver export training-set` writes one out of the registry.

use super::error::EvaluateError;
use crate::files;
use crate::ground::{FileFeature, LonLat, read_features};
use geo::{CoordsIter, MultiPolygon};
use serde_json::Value;
use std::path::Path;

/// Values of `kind` that mean poppy.
const POPPY: [&str; 4] = ["poppy", "opium_poppy", "papaver_somniferum", "罂粟"];
/// The value of `kind` where nobody knows.
const UNKNOWN: &str = "unknown";

/// A plot of poppy, or something that may be taken for it.
#[derive(Debug, Clone, PartialEq)]
pub struct TruePlot {
    /// Its number in the file, from 1.
    pub feature: usize,
    /// Where it lies, lon/lat.
    pub ground: MultiPolygon,
    /// What it is where it is no poppy.
    pub lookalike: Option<String>,
    /// How many plants, where that is known.
    pub plants: Option<u32>,
    /// The stage, where that is known.
    pub stage: Option<String>,
}

/// The truth of a survey, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    /// Plots and look-alikes.
    pub plots: Vec<TruePlot>,
    /// Ground of which nobody knows whether there is poppy: what is found there counts neither way.
    pub unknown: Vec<MultiPolygon>,
}

/// Reads a truth file.
///
/// # Errors
/// [`EvaluateError::NoGeoJson`], and [`EvaluateError::Truth`] naming the file, the feature and what is wrong with it.
pub fn read_truth(path: &Path) -> Result<Truth, EvaluateError> {
    let wrong = |why: String, feature: Option<usize>| EvaluateError::Truth {
        path: path.to_path_buf(),
        feature,
        why,
    };
    let bytes = files::read(path).map_err(|e| wrong(e.to_string(), None))?;
    let features = read_features(&bytes).map_err(|flaw| EvaluateError::NoGeoJson {
        path: path.to_path_buf(),
        flaw,
    })?;
    let plots: Vec<TruePlot> = features
        .iter()
        .map(|feature| plot(feature).map_err(|why| wrong(why, Some(feature.number))))
        .collect::<Result<_, _>>()?;
    let (unknown, plots): (Vec<TruePlot>, Vec<TruePlot>) = plots
        .into_iter()
        .partition(|plot| plot.lookalike.as_deref() == Some(UNKNOWN));
    Ok(Truth {
        plots,
        unknown: unknown.into_iter().map(|plot| plot.ground).collect(),
    })
}

fn plot(feature: &FileFeature) -> Result<TruePlot, String> {
    let ground = feature.area()?.ok_or("it has no geometry")?;
    if ground.coords_count() < 4 {
        return Err("its polygon is empty".into());
    }
    if let Some(c) = ground
        .coords_iter()
        .find(|c| !LonLat::from(*c).is_on_earth())
    {
        return Err(format!(
            "{}, {} is no longitude and latitude; write the file in WGS 84 (EPSG:4326)",
            c.x, c.y
        ));
    }
    let columns = feature.columns();
    let text = |key: &str| -> Result<Option<String>, String> {
        match columns.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(s)) => Ok(Some(s.trim().to_owned()).filter(|s| !s.is_empty())),
            Some(other) => Err(format!("`{key}` is {other}, and should be a word")),
        }
    };
    let lookalike = text("kind")?.filter(|kind| !POPPY.contains(&kind.to_lowercase().as_str()));
    let plants = match columns.get("plants") {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            value
                .as_u64()
                .and_then(|n| u32::try_from(n).ok())
                .ok_or(format!("`plants` is {value}, and should be a whole number"))?,
        ),
    };
    Ok(TruePlot {
        feature: feature.number,
        ground,
        lookalike,
        plants: plants.filter(|n| *n > 0),
        stage: text("stage")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: &str) -> Result<Truth, EvaluateError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read_truth(file.path())
    }

    fn with(properties: &str, geometry: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},"geometry":{geometry}}}]}}"#
        )
    }

    const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[113,33],[113.0001,33],[113.0001,33.0001],[113,33]]]}"#;

    #[test]
    fn a_polygon_without_properties_is_poppy_of_unknown_size() {
        let truth = read(&with("null", SQUARE)).unwrap();
        let plot = &truth.plots[0];
        assert_eq!(
            (&plot.lookalike, plot.plants, &plot.stage),
            (&None, None, &None)
        );
    }

    #[test]
    fn kind_plants_and_stage_are_taken() {
        let text = with(r#"{"kind":"poppy","plants":12,"stage":"flower"}"#, SQUARE);
        let plot = read(&text).unwrap().plots[0].clone();
        assert_eq!(
            (plot.plants, plot.stage.as_deref()),
            (Some(12), Some("flower"))
        );
        let other = read(&with(r#"{"kind":"rose"}"#, SQUARE)).unwrap();
        assert_eq!(other.plots[0].lookalike.as_deref(), Some("rose"));
    }

    #[test]
    fn what_nobody_knows_is_no_plot_and_numbers_stay() {
        let feature = |kind| {
            format!(r#"{{"type":"Feature","properties":{{"kind":"{kind}"}},"geometry":{SQUARE}}}"#)
        };
        let (unknown, poppy) = (feature("unknown"), feature("poppy"));
        let text = format!(r#"{{"type":"FeatureCollection","features":[{unknown},{poppy}]}}"#);
        let truth = read(&text).unwrap();
        assert_eq!((truth.unknown.len(), truth.plots.len()), (1, 1));
        assert_eq!(truth.plots[0].feature, 2);
    }

    #[test]
    fn what_is_wrong_is_said_with_the_number_of_the_feature() {
        for (properties, geometry, expected) in [
            (
                "null",
                r#"{"type":"Point","coordinates":[113,33]}"#,
                "no polygon",
            ),
            (r#"{"plants":2.5}"#, SQUARE, "whole number"),
            (r#"{"stage":3}"#, SQUARE, "should be a word"),
            ("null", "null", "no geometry"),
            (
                "null",
                r#"{"type":"Polygon","coordinates":[[[500000,3700000],[500001,3700000],[500001,3700001],[500000,3700000]]]}"#,
                "WGS 84",
            ),
        ] {
            let said = read(&with(properties, geometry)).unwrap_err().to_string();
            assert!(
                said.contains("feature 1") && said.contains(expected),
                "{said}"
            );
        }
        assert!(read("{").unwrap_err().to_string().contains("truth"));
    }
}
