//! Areas with figures as a styled `GeoPackage`: what the province office puts on a map.

use super::style;
use super::write::{ogr, plain, style_table};
use crate::exchange::ExchangeError;
use crate::exchange::cell::Cell;
use crate::exchange::ledger::Kind;
use crate::exchange::out::{check_free, folder_of, put, readable, unwritable};
use gdal::DriverManager;
use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Feature, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType, ToGdal};
use geo::MultiPolygon;
use std::path::Path;

/// A column of a layer: its name, its title and what it holds.
pub type AreaColumn = (&'static str, String, Kind);

/// A colour for a value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaClass {
    /// The value.
    pub value: String,
    /// What the legend says.
    pub title: String,
    /// `#rrggbb`.
    pub colour: &'static str,
    /// 0 (unseen) to 255.
    pub opacity: u8,
}

/// A layer of areas.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaLayer {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<AreaColumn>,
    /// The areas, WGS 84 degrees, each with a value a column.
    pub rows: Vec<(MultiPolygon, Vec<Cell>)>,
    /// The column whose values are coloured.
    pub coloured: &'static str,
    /// The colours.
    pub classes: Vec<AreaClass>,
}

/// Writes layers of areas, styled, and `about` as a table of names and values; all of it or nothing.
///
/// # Errors
/// [`ExchangeError::Exists`], [`ExchangeError::Unwritable`].
pub fn write_areas(
    path: &Path,
    layers: &[AreaLayer],
    about: &[(&str, String)],
    overwrite: bool,
) -> Result<(), ExchangeError> {
    check_free(path, overwrite)?;
    let workshop = tempfile::Builder::new()
        .prefix(".papaver-")
        .tempdir_in(folder_of(path))
        .map_err(unwritable(path))?;
    let made = workshop.path().join("made.gpkg");
    fill(&made, layers, about).map_err(|e| ExchangeError::Unwritable {
        path: path.into(),
        source: std::io::Error::other(e),
    })?;
    let _ = readable(&made);
    std::fs::File::open(&made)
        .and_then(|file| file.sync_all())
        .map_err(unwritable(path))?;
    let made = tempfile::TempPath::try_from_path(&made).map_err(unwritable(path))?;
    put(made, path, overwrite)
}

fn fill(path: &Path, layers: &[AreaLayer], about: &[(&str, String)]) -> Result<(), GdalError> {
    let driver = DriverManager::get_driver_by_name("GPKG")?;
    let mut dataset = driver.create_vector_only(path)?;
    let mut wgs84 = SpatialRef::from_epsg(4326)?;
    wgs84.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    {
        let mut transaction = dataset.start_transaction()?;
        let dataset: &mut gdal::Dataset = &mut transaction;
        for layer in layers {
            let made = dataset.create_layer(LayerOptions {
                name: layer.name,
                srs: Some(&wgs84),
                ty: OGRwkbGeometryType::wkbMultiPolygon,
                options: Some(&["GEOMETRY_NAME=geom"]),
            })?;
            let fields: Vec<(&str, OGRFieldType::Type)> =
                layer.columns.iter().map(|(name, _, kind)| (*name, ogr(*kind))).collect();
            made.create_defn_fields(&fields)?;
            for (area, cells) in &layer.rows {
                let mut feature = Feature::new(made.defn())?;
                feature.set_geometry(area.to_gdal()?)?;
                for (at, cell) in cells.iter().enumerate() {
                    match cell {
                        Cell::Empty => feature.set_field_null(at)?,
                        Cell::Text(text) => feature.set_field_string(at, text)?,
                        Cell::Number(number, _) => feature.set_field_double(at, *number)?,
                        Cell::Count(count) => feature.set_field_integer64(at, *count)?,
                    }
                }
                feature.create(&made)?;
            }
        }
        let table = plain(dataset, "papaver", &["name", "value"])?;
        for (name, value) in about {
            let mut feature = Feature::new(table.defn())?;
            feature.set_field_string(0, name)?;
            feature.set_field_string(1, value)?;
            feature.create(&table)?;
        }
        let styles: Vec<(&str, String)> =
            layers.iter().map(|layer| (layer.name, style::areas(layer))).collect();
        let made_at = jiff::Timestamp::now().to_string();
        style_table(dataset, &styles, &made_at)?;
        transaction.commit()?;
    }
    dataset.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{LineString, Polygon};

    #[test]
    fn areas_are_written_with_their_values_and_style() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("热点.gpkg");
        let ring = vec![(113.0, 33.0), (113.1, 33.0), (113.1, 33.1)];
        let area = MultiPolygon::new(vec![Polygon::new(LineString::from(ring), vec![])]);
        let layer = AreaLayer {
            name: "cells",
            columns: vec![
                ("class", "类别".into(), Kind::Text),
                ("sites", "图斑".into(), Kind::Count),
                ("rate", "比率".into(), Kind::Number),
            ],
            rows: vec![(area, vec![Cell::text("hot"), Cell::Count(3), Cell::Empty])],
            coloured: "class",
            classes: vec![AreaClass {
                value: "hot".into(),
                title: "热点 <1>".into(),
                colour: "#b22222",
                opacity: 160,
            }],
        };
        let qml = style::areas(&layer);
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        };
        roxmltree::Document::parse_with_options(&qml, options).expect("XML");
        write_areas(&path, std::slice::from_ref(&layer), &[("datum", "WGS 84".into())], false)
            .expect("written");
        assert!(matches!(
            write_areas(&path, &[layer], &[], false),
            Err(ExchangeError::Exists { .. })
        ));
        let dataset = gdal::Dataset::open(&path).expect("opened");
        let mut cells = dataset.layer_by_name("cells").expect("layer");
        let feature = cells.features().next().expect("one");
        assert_eq!(feature.field_as_integer64(1).expect("field"), Some(3));
        assert_eq!(feature.field_as_double(2).expect("field"), None);
        let mut styles = dataset.layer_by_name("layer_styles").expect("layer");
        let style = styles.features().next().expect("one");
        assert_eq!(style.field_as_string(2).expect("field").as_deref(), Some("cells"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
