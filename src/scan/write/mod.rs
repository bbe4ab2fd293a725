//! Writing: the files of a scan.

mod begun;
pub mod chip;
mod chip_source;
mod crops;
mod features;
mod outputs;
mod pyramids;
mod record;
pub mod review;

pub use crops::Crops;
pub use outputs::{Provenance, prepare, write};
pub use pyramids::Pyramids;
