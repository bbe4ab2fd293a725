//! A site's life: events, states, replay, store, evidence, bundles.

pub mod authority;
pub mod body;
pub mod bundle;
pub mod coded;
pub mod districts;
pub mod event;
pub mod evidence;
pub mod evidence_list;
pub mod ids;
pub mod keys;
pub mod legal;
pub mod limits;
pub mod matching;
pub mod moves;
pub mod people;
pub mod place;
pub mod quadrats;
pub mod record;
pub mod refusal;
pub mod replay;
pub mod role;
pub mod settings;
pub mod site;
pub mod state;
pub mod store;
pub mod unit;

pub use authority::Authority;
pub use ids::{DeviceId, Hash, SiteKey};
pub use people::People;
pub use role::Role;
pub use settings::Settings;
pub use site::Site;
pub use state::State;
pub use store::{Store, StoreError};
