//! The law: events, authority, moves, replay, matching, people. Pure: no SQL, no clock; a store keeps what it says.

pub mod affairs;
pub mod authority;
pub mod body;
pub mod chain;
pub mod coded;
pub mod districts;
pub mod event;
pub mod ids;
pub mod key_proof;
pub mod legal;
pub mod limits;
pub mod matching;
pub mod moves;
pub mod people;
pub mod place;
pub mod quadrats;
pub mod refusal;
pub mod replay;
pub mod role;
pub mod sentence;
pub mod settings;
pub mod site;
pub mod state;
pub mod told;
pub mod unit;

pub use affairs::Affairs;
pub use authority::Authority;
pub use ids::{DeviceId, Hash, SiteKey};
pub use people::People;
pub use role::Role;
pub use settings::Settings;
pub use site::Site;
pub use state::State;
