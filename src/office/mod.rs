//! What an office does: one function a use case.

pub mod backup;
pub mod record;
