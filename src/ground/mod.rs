//! The words of space: positions in degrees and metres, raster geometry, coordinate systems, areas and regions.
//!
//! Pixel, ground and lon/lat coordinates are different types. Everything that leaves the program is WGS 84 lon/lat.

mod area;
mod boundary;
mod boundary_error;
mod crs;
mod features;
mod foreign_vector;
mod geojson;
mod geopackage;
mod geopackage_error;
mod geotransform;
mod gpx;
mod gsd;
mod kml;
mod lonlat;
mod old_datum;
mod outline;
mod overlay;
mod region;
mod rings;
mod shape;
mod shapefile;
mod shifted_map;
mod vector;
mod vector_error;
mod vector_layer;
mod zipped;
mod zone;

pub(crate) use area::M2_PER_MU;
pub use area::{area_m2, area_mu, ring_perimeter_m};
pub use boundary::Boundary;
pub use boundary_error::{BoundaryError, BoundaryNote};
pub use crs::{Crs, CrsError, FromLonLat, ToLonLat};
pub use features::{ReadPlace, ReadPlaces, Shape, read_places, read_places_in};
pub use foreign_vector::ForeignVector;
pub use geojson::{
    Feature, FeatureCollection, FileFeature, GeoJsonFlaw, Geometry, read_features, write_features,
};
pub use geopackage::{
    GeopackageJournal, Harmless, check_journal, guarded_read_only, harmless, is_data_base,
};
pub use geopackage_error::{GeoPackageError, GeoPackageFlaw};
pub use geotransform::{CrsPoint, GeoTransform, PixelPoint};
pub use gsd::Gsd;
pub use kml::{kml_of, kml_positions};
pub use lonlat::{LocalPlane, LonLat, PlanePoint, Quad, corners_around};
pub use overlay::{even_odd, rest, union, union_within};
pub use region::{PixelRun, Rect, Region};
pub use rings::rings;
pub use shapefile::beside as beside_shapes;
pub use shifted_map::is_of_shifted_map;
pub use vector_error::VectorError;
pub use zipped::VECTOR_ENDINGS;
pub use zone::{Misfit, zone_in_front};
