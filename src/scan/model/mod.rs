//! The model: what its file promises, how it is run, and how its output becomes hits.

mod both_stages;
mod box_head;
mod boxes;
mod contract;
mod error;
mod file;
mod first_pass;
#[cfg(test)]
pub(super) mod fixture;
mod foreign;
mod head;
mod heads;
mod input_shape;
mod keys;
mod kind;
mod mask_head;
mod masks;
mod raw_value;
mod runtime;
mod scorer;
mod session;
mod uses;
mod verifier;
mod wrap;

pub use both_stages::BothStages;
pub use boxes::{BoxForm, BoxLayout};
pub use contract::{Activation, Contract, Output};
pub use error::ModelError;
pub use file::ModelFile;
pub use first_pass::FirstPass;
pub use head::{Hit, ModelHead};
pub use input_shape::InputShape;
pub use runtime::Runtime;
pub use scorer::{InputBatch, Scorer};
pub use session::{Device, Model};
pub use uses::Uses;
pub use verifier::{MARGIN_CM, Sight, SightView, Verifier, VerifierContract, VerifierRunner};
pub use wrap::wrap;
