//! Writing: the files of a scan.

mod begun;
mod chip;
mod chip_source;
mod features;
mod figure;
mod outputs;
mod provenance;
mod pyramids;
mod record;

pub use outputs::{prepare, write};
pub use provenance::Provenance;
pub use pyramids::Pyramids;
