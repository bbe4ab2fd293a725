//! Areas with their figures as layers of a GeoPackage, each styled by one column, for QGIS.

use super::style::{self, Shading};
use super::write::{about_table, create, finish, ogr, style_table};
use crate::exchange::ledger::{Cell, Kind};
use crate::exchange::{ExchangeError, Export};
use crate::files::Existing;
use gdal::Dataset;
use gdal::errors::GdalError;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Feature, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType, ToGdal};
use geo::MultiPolygon;
use std::path::Path;

/// A layer of areas.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaLayer {
    /// Its name.
    pub name: &'static str,
    /// Its columns: name, title for people, kind.
    pub columns: Vec<(&'static str, String, Kind)>,
    /// Its rows: the ground, and a cell for each column.
    pub rows: Vec<(MultiPolygon, Vec<Cell>)>,
    /// Its colours.
    pub shading: Shading,
}

/// Writes layers of areas; the first is drawn lowest. `about` are names and values that say what the file is.
///
/// # Errors
/// See [`crate::files::FileError`].
pub fn write_areas(
    path: &Path,
    layers: &[AreaLayer],
    about: &[(&str, String)],
    made_at: &str,
    existing: Existing,
) -> Result<(), ExchangeError> {
    finish(path, existing, |made| fill(made, layers, about, made_at))
}

fn fill(
    path: &Path,
    layers: &[AreaLayer],
    about: &[(&str, String)],
    made_at: &str,
) -> Result<(), GdalError> {
    let (mut dataset, wgs84) = create(path)?;
    {
        let mut transaction = dataset.start_transaction()?;
        let dataset: &mut Dataset = &mut transaction;
        for layer in layers {
            put(dataset, layer, &wgs84)?;
        }
        let mut rows = vec![
            ("datum", Export::DATUM.to_owned()),
            ("made_at", made_at.to_owned()),
        ];
        rows.extend(about.iter().cloned());
        about_table(dataset, &rows)?;
        let styles: Vec<(&str, String)> = layers
            .iter()
            .map(|layer| (layer.name, style::areas(&layer.shading, &layer.columns)))
            .collect();
        style_table(dataset, &styles, made_at)?;
        transaction.commit()?;
    }
    dataset.close()
}

fn put(dataset: &mut Dataset, layer: &AreaLayer, srs: &SpatialRef) -> Result<(), GdalError> {
    let table = dataset.create_layer(LayerOptions {
        name: layer.name,
        srs: Some(srs),
        ty: OGRwkbGeometryType::wkbMultiPolygon,
        options: Some(&["GEOMETRY_NAME=geom"]),
    })?;
    let fields: Vec<(&str, OGRFieldType::Type)> = layer
        .columns
        .iter()
        .map(|(name, _, kind)| (*name, ogr(*kind)))
        .collect();
    table.create_defn_fields(&fields)?;
    for (area, cells) in &layer.rows {
        let mut feature = Feature::new(table.defn())?;
        if !area.0.is_empty() {
            feature.set_geometry(area.to_gdal()?)?;
        }
        for (at, cell) in cells.iter().enumerate() {
            match cell {
                Cell::Empty => feature.set_field_null(at)?,
                Cell::Text(text) => feature.set_field_string(at, text)?,
                Cell::Number(number, _) => feature.set_field_double(at, *number)?,
                Cell::Ground(m2) => feature.set_field_double(at, m2 / 1e6)?,
                Cell::Count(count) => feature.set_field_integer64(at, *count)?,
            }
        }
        feature.create(&table)?;
    }
    Ok(())
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
            shading: Shading::Values {
                column: "class",
                values: vec![("hot".into(), "热点 <1>".into(), "#b22222", 160)],
            },
        };
        let qml = style::areas(&layer.shading, &layer.columns);
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        };
        roxmltree::Document::parse_with_options(&qml, options).expect("XML");
        let about = [("period", "2026".to_owned())];
        let made_at = "2026-08-01T12:00:00Z";
        let layers = [layer];
        write_areas(&path, &layers, &about, made_at, Existing::Stays).expect("written");
        assert!(matches!(
            write_areas(&path, &layers, &about, made_at, Existing::Stays),
            Err(ExchangeError::File(crate::files::FileError::Exists { .. }))
        ));
        let dataset = gdal::Dataset::open(&path).expect("opened");
        let mut cells = dataset.layer_by_name("cells").expect("layer");
        let feature = cells.features().next().expect("one");
        assert_eq!(feature.field_as_integer64(1).expect("field"), Some(3));
        assert_eq!(feature.field_as_double(2).expect("field"), None);
        let mut styles = dataset.layer_by_name("layer_styles").expect("layer");
        let style = styles.features().next().expect("one");
        assert_eq!(
            style.field_as_string(2).expect("field").as_deref(),
            Some("cells")
        );
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
