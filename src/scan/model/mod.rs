//! The model: what its file promises, how it is run, and how its output becomes hits.

mod contract;
mod error;
mod head;
mod keys;
mod runtime;
mod session;
mod verifier;

pub use contract::{Activation, Contract, InputShape, Output};
pub use error::ModelError;
pub use head::{Head, Hit};
pub use runtime::Runtime;
pub use session::{Device, Model, Scorer};
pub use verifier::{MARGIN_CM, Sight, Verifier, VerifierContract, VerifierRunner, View};
