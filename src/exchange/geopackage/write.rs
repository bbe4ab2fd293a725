//! Writing: points, outlines and the visit form as layers, styles in `layer_styles`, pictures in a folder beside it.

use super::visit_form::VISIT_LAYER;
use super::{style, visit_form};
use crate::exchange::form::{FORM, Widget};
use crate::exchange::ledger::{COLUMNS, Cell, Entry, Kind, LedgerColumn};
use crate::exchange::pictures::{PICTURES, Picture, Pictures};
use crate::exchange::{ExchangeError, Export};
use crate::files::{self, Existing, FileError, Workshop};
use gdal::errors::GdalError;
use gdal::raster::RasterCreationOptions;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{
    Feature, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType, ToGdal,
};
use gdal::{Dataset, DriverManager};
use std::path::{Path, PathBuf};

/// Writes the file, and the pictures of the detections into the folder `NAME-files` beside it. Returns that folder
/// where there are pictures.
///
/// # Errors
/// See [`FileError`].
pub fn write(
    export: &Export,
    path: &Path,
    existing: Existing,
) -> Result<Option<PathBuf>, ExchangeError> {
    files::check(path, existing)?;
    let pictures = Pictures::of(export, path);
    pictures.check(existing)?;
    let workshop = make(path, existing, |made| fill(export, made, &pictures))?;
    let folder = pictures.write(existing)?;
    workshop.give(MADE, path, existing)?;
    Ok(folder)
}

/// The name of a file while it is made.
const MADE: &str = "made.gpkg";

/// Makes a file in a folder of its own beside where it will be.
fn make(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&Path) -> Result<(), GdalError>,
) -> Result<Workshop, FileError> {
    let workshop = Workshop::beside(path, existing)?;
    fill(&workshop.path(MADE)).map_err(|e| FileError::Unwritable {
        path: path.into(),
        source: std::io::Error::other(e),
    })?;
    Ok(workshop)
}

/// Makes a file whole and gives it its name.
pub(super) fn finish(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&Path) -> Result<(), GdalError>,
) -> Result<(), ExchangeError> {
    make(path, existing, fill)?.give(MADE, path, existing)?;
    Ok(())
}

/// An empty file, and WGS 84 with the longitude first. Its version is one that the programs of crews have known for years;
/// QGIS on Debian 12 warns of what GDAL would choose.
pub(super) fn create(path: &Path) -> Result<(Dataset, SpatialRef), GdalError> {
    let options = RasterCreationOptions::from_iter(["VERSION=1.2"]);
    let driver = DriverManager::get_driver_by_name("GPKG")?;
    let dataset = driver.create_with_band_type_with_options::<u8, _>(path, 0, 0, 0, &options)?;
    let mut wgs84 = SpatialRef::from_epsg(4326)?;
    wgs84.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok((dataset, wgs84))
}

/// The value of the entry at this place in the list.
type ColumnValue<'a> = Box<dyn Fn(usize, &Entry) -> Cell + 'a>;

/// A column of a layer and where its value comes from.
struct ColumnSource<'a> {
    name: &'static str,
    kind: Kind,
    value: ColumnValue<'a>,
}

fn given<'a>(column: &'static LedgerColumn, export: &'a Export) -> ColumnSource<'a> {
    ColumnSource {
        name: column.key,
        kind: column.kind,
        value: Box::new(|_, entry| column.value(entry, &export.context)),
    }
}

/// The columns of pictures: both, by their paths beside the file.
fn pictured<'a>(pictures: &'a Pictures<'a>) -> impl Iterator<Item = ColumnSource<'a>> {
    [
        (PICTURES[0], Picture::Detection),
        (PICTURES[1], Picture::Surroundings),
    ]
    .into_iter()
    .map(move |(name, picture)| ColumnSource {
        name,
        kind: Kind::Text,
        value: Box::new(move |at, _| pictures.path(at, picture).into()),
    })
}

fn fill(export: &Export, path: &Path, pictures: &Pictures) -> Result<(), GdalError> {
    let (mut dataset, wgs84) = create(path)?;
    {
        let mut transaction = dataset.start_transaction()?;
        let dataset: &mut Dataset = &mut transaction;
        layers(dataset, &wgs84, export, pictures)?;
        about(dataset, export)?;
        let lang = export.context.lang;
        let styles = [
            ("sites", style::sites(lang)),
            ("outlines", style::outlines(lang)),
            (VISIT_LAYER, visit_form::visits(lang)),
        ];
        style_table(dataset, &styles, &export.made_at)?;
        transaction.commit()?;
    }
    dataset.close()
}

/// The outlines, the sites' points and the visit form.
fn layers(
    dataset: &mut Dataset,
    wgs84: &SpatialRef,
    export: &Export,
    pictures: &Pictures,
) -> Result<(), GdalError> {
    let on_map = || {
        let columns = COLUMNS.iter().filter(|column| column.on_map);
        columns.map(|column| given(column, export))
    };
    let outlines: Vec<ColumnSource> = on_map().collect();
    let points: Vec<ColumnSource> = on_map().chain(pictured(pictures)).collect();
    let visits: Vec<ColumnSource> = visit_columns(export).chain(pictured(pictures)).collect();
    let area = |entry: &Entry| {
        let area = entry.site.place.polygons();
        (!area.0.is_empty()).then(|| area.to_gdal()).transpose()
    };
    let point = |entry: &Entry| {
        geo::Point::from(entry.site.place.lonlat())
            .to_gdal()
            .map(Some)
    };
    let (polygons, position) = (
        OGRwkbGeometryType::wkbMultiPolygon,
        OGRwkbGeometryType::wkbPoint,
    );
    let of = |name, ty, columns| SiteLayer { name, ty, columns };
    let outlines = of("outlines", polygons, &outlines);
    layer(dataset, wgs84, export, &outlines, area)?;
    layer(
        dataset,
        wgs84,
        export,
        &of("sites", position, &points),
        point,
    )?;
    layer(
        dataset,
        wgs84,
        export,
        &of(VISIT_LAYER, position, &visits),
        point,
    )
}

/// The columns of the visit layer: which site, and the form.
fn visit_columns(export: &Export) -> impl Iterator<Item = ColumnSource<'_>> {
    let form = FORM.iter().map(|field| ColumnSource {
        name: field.key,
        kind: match field.widget {
            Widget::Count => Kind::Count,
            Widget::Number => Kind::Number,
            _ => Kind::Text,
        },
        value: Box::new(|_, _| Cell::Empty),
    });
    visit_form::columns().map(|c| given(c, export)).chain(form)
}

pub(super) fn ogr(kind: Kind) -> OGRFieldType::Type {
    match kind {
        Kind::Text => OGRFieldType::OFTString,
        Kind::Number => OGRFieldType::OFTReal,
        Kind::Count => OGRFieldType::OFTInteger64,
    }
}

/// A layer of sites.
struct SiteLayer<'a> {
    name: &'a str,
    ty: OGRwkbGeometryType::Type,
    columns: &'a [ColumnSource<'a>],
}

fn layer(
    dataset: &mut Dataset,
    srs: &SpatialRef,
    export: &Export,
    SiteLayer { name, ty, columns }: &SiteLayer<'_>,
    geometry: impl Fn(&Entry) -> Result<Option<Geometry>, GdalError>,
) -> Result<(), GdalError> {
    let layer = dataset.create_layer(LayerOptions {
        name,
        srs: Some(srs),
        ty: *ty,
        options: Some(&["GEOMETRY_NAME=geom"]),
    })?;
    let fields: Vec<(&str, OGRFieldType::Type)> =
        columns.iter().map(|c| (c.name, ogr(c.kind))).collect();
    layer.create_defn_fields(&fields)?;
    for (place, entry) in export.entries.iter().enumerate() {
        let Some(geometry) = geometry(entry)? else {
            continue;
        };
        let mut feature = Feature::new(layer.defn())?;
        feature.set_geometry(geometry)?;
        for (at, column) in columns.iter().enumerate() {
            match (column.value)(place, entry) {
                Cell::Empty => feature.set_field_null(at)?,
                Cell::Text(text) => feature.set_field_string(at, &text)?,
                Cell::Number(number, _) => feature.set_field_double(at, number)?,
                Cell::Ground(m2) => feature.set_field_double(at, m2 / 1e6)?,
                Cell::Count(count) => feature.set_field_integer64(at, count)?,
            }
        }
        feature.create(&layer)?;
    }
    Ok(())
}

/// A table without geometry that says what the file is.
fn about(dataset: &mut Dataset, export: &Export) -> Result<(), GdalError> {
    let rows = [
        ("datum", Export::DATUM.to_owned()),
        ("unit", export.unit.clone()),
        ("made_at", export.made_at.clone()),
        ("state", export.state.to_string()),
    ];
    about_table(dataset, &rows)
}

/// A table of names and values.
pub(super) fn about_table(dataset: &mut Dataset, rows: &[(&str, String)]) -> Result<(), GdalError> {
    let table = plain(dataset, "papaver", &["name", "value"])?;
    for (name, value) in rows {
        let mut feature = Feature::new(table.defn())?;
        feature.set_field_string(0, name)?;
        feature.set_field_string(1, value)?;
        feature.create(&table)?;
    }
    Ok(())
}

fn plain<'a>(
    dataset: &'a mut Dataset,
    name: &str,
    fields: &[&str],
) -> Result<gdal::vector::Layer<'a>, GdalError> {
    let table = dataset.create_layer(LayerOptions {
        name,
        srs: None,
        ty: OGRwkbGeometryType::wkbNone,
        options: Some(&["FID=id"]),
    })?;
    let fields: Vec<(&str, OGRFieldType::Type)> = fields
        .iter()
        .map(|name| {
            let kind = match *name {
                "useAsDefault" => OGRFieldType::OFTInteger,
                "update_time" => OGRFieldType::OFTDateTime,
                _ => OGRFieldType::OFTString,
            };
            (*name, kind)
        })
        .collect();
    table.create_defn_fields(&fields)?;
    Ok(table)
}

/// The table in which QGIS looks for styles, as QGIS itself makes it.
pub(super) fn style_table(
    dataset: &mut Dataset,
    styles: &[(&str, String)],
    made_at: &str,
) -> Result<(), GdalError> {
    const FIELDS: [&str; 12] = [
        "f_table_catalog",
        "f_table_schema",
        "f_table_name",
        "f_geometry_column",
        "styleName",
        "styleQML",
        "styleSLD",
        "useAsDefault",
        "description",
        "owner",
        "ui",
        "update_time",
    ];
    let table = plain(dataset, "layer_styles", &FIELDS)?;
    for (layer, qml) in styles {
        let mut feature = Feature::new(table.defn())?;
        let texts = [
            (0, ""),
            (1, ""),
            (2, *layer),
            (3, "geom"),
            (4, "Papaver"),
            (5, qml.as_str()),
            (6, ""),
            (8, "Papaver"),
            (9, ""),
        ];
        for (at, text) in texts {
            feature.set_field_string(at, text)?;
        }
        feature.set_field_integer(7, 1)?;
        feature.set_field_string(11, made_at)?;
        feature.create(&table)?;
    }
    Ok(())
}
