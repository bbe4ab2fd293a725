//! From imagery to candidates: tiles, model, scorer, hits, clusters, chips, journal, and the run that drives them.
//!
//! The path of the data: [`Request`] → `sources` → `plan` → `pool` (`window`, `scorer`, `hits`) → `journal` →
//! `cluster` → [`Candidate`] and [`Coverage`] → `outputs` ([`chip`], [`review`]). [`scan`] drives it.

mod candidate;
pub mod chip;
mod choice;
mod cluster;
mod coverage;
mod error;
mod hits;
mod ids;
mod journal;
mod looked;
mod model;
mod model_error;
mod outputs;
mod pictures;
mod plan;
mod pool;
mod progress;
mod request;
pub mod review;
mod run;
mod scorer;
mod sightings;
mod sources;
mod summary;
mod views;
mod window;

pub use candidate::{Candidate, SourceFacts};
pub use cluster::clusters;
pub use coverage::Coverage;
pub use error::ScanError;
pub use journal::JournalError;
pub use model::{Activation, Contract, InputShape, Output};
pub use model_error::ModelError;
pub use progress::{Progress, Silent, Stage, Step};
pub use request::{PhotoRequest, Request};
pub use run::scan;
pub use scorer::{Device, Model, Runtime};
pub use summary::Summary;
