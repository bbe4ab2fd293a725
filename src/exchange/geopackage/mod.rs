//! `GeoPackage`: written so that QGIS and `QField` open them styled by state with a visit form, and read back.

mod areas;
mod project;
mod read;
mod style;
mod visit_form;
mod write;

pub use areas::{AreaLayer, write_areas};
pub use project::project;
pub use read::read;
pub use style::Shading;
pub use visit_form::VISIT_LAYER;
pub use write::write;
