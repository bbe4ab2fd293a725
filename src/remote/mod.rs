//! Another office's server, as this computer reaches it: where it is, whether it is the one that was known, and the words
//! that both sides speak. No use case lies here, and nothing is kept.

mod address;
mod error;
mod line;
mod words;

pub use address::Address;
pub use error::RemoteError;
pub use line::{Authority, Line};
pub use words::{
    Admitted, Ask, Challenge, FORMAT, Greeting, Offer, OfferedPart, Reply, Served, Since, Taken,
    VERSION, is_spoken,
};

/// The header that every change bears.
pub const OWN_HEADER: &str = "x-papaver";
/// Where the exchange begins on a server.
pub const WAY: &str = "/api/offices";
