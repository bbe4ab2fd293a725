//! From imagery to candidates: tiles, model, scorer, hits, clusters, chips, journal, and the run that drives them.

mod hits;
mod journal;
mod model;
mod model_error;
mod plan;
mod pool;
mod scorer;
mod window;

pub use model::{Activation, Contract, InputShape, Output};
pub use model_error::ModelError;
pub use scorer::{Device, Model, Runtime};
