//! From imagery to candidates: tiles, model, scorer, hits, clusters, chips, journal, and the run that drives them.

pub mod chip;
pub mod review;
