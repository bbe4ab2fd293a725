//! Other computers, as this one reaches them: another office's server (where it is, whether it is the one that was known, the
//! words that both sides speak), the bureau's database and a map service. No use case lies here, and nothing is kept.

mod address;
mod error;
mod host;
mod line;
mod mirror_error;
mod password_file;
mod postgis;
mod target;
mod tianditu;
mod tianditu_error;
mod words;

pub use address::Address;
pub use error::RemoteError;
pub use line::{Line, OfficeAuthority};
pub use mirror_error::MirrorError;
pub use postgis::{TableComments, fill};
pub use target::{DatabaseTarget, VARIABLES};
pub use tianditu::{
    TIANDITU_ATTRIBUTION, TIANDITU_HOST, TIANDITU_ZOOMS, Tianditu, TiandituAccess, TiandituKey,
    TiandituMap, TiandituTile,
};
pub use tianditu_error::TiandituError;
pub use words::{
    Admitted, Ask, Challenge, FORMAT, Greeting, OfferedPart, PartOffer, Reply, Served, Since,
    TakenPart, VERSION, is_spoken,
};

/// The header that every change bears.
pub const OWN_HEADER: &str = "x-papaver";
/// Where the exchange begins on a server.
pub(crate) const WAY: &str = "/api/offices";
