//! What an office does: one function a use case.

pub mod affairs;
pub mod entry;
pub mod record;
