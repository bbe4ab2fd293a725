//! The office's own server: the pages and what they ask for, over HTTP, from one folder of this machine.
//!
//! ```text
//! connection ─▶ listen (TLS, timeouts) ─▶ guard (host, origin, headers) ─▶ router ─▶ who is logged in ─▶ office ─▶ answer
//! ```
//!
//! No domain logic lies here: a handler reads what was asked, calls a use case on a thread that may wait, and answers its
//! outcome. Async code is nowhere else. No path of the machine leaves in an answer.

mod answer;
mod arriving;
mod audit;
mod dav;
mod drain;
mod error;
mod events;
mod field;
mod gate;
mod guard;
mod health;
mod house;
mod kept;
mod lan;
mod library;
mod listen;
mod login;
mod maps;
mod offices;
mod openapi;
mod packed;
mod registry;
mod remedy;
mod runs;
mod sessions;
mod stored;
mod surroundings;
mod surveys;
mod tiles;
mod unwelcome;
mod uploads;
mod web;

pub use error::ServeError;
pub use health::is_well;
pub use lan::LanAuthority;
pub use listen::{Listening, serve};

use axum::Router;
use house::Shared;
use std::path::PathBuf;

/// How a folder is served.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The folder.
    pub folder: PathBuf,
    /// The port; 0 is any that is free.
    pub port: u16,
    /// Files of base maps.
    pub base_maps: Vec<PathBuf>,
    /// A terrain model to be shown shaded.
    pub dem: Option<PathBuf>,
    /// Who may reach it.
    pub reach: Reach,
}

/// From where a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// From this computer alone.
    Home,
    /// From its network, over TLS.
    Network,
    /// From its network, in the clear: whoever listens there reads passphrases.
    Clear,
}

/// Every route, each from the file that answers it.
fn router(house: Shared) -> Router {
    let routes = Router::new()
        .merge(library::routes())
        .merge(login::routes())
        .merge(surveys::routes())
        .merge(tiles::routes())
        .merge(uploads::routes())
        .merge(runs::routes())
        .merge(registry::routes())
        .merge(events::routes())
        .merge(field::routes())
        .merge(offices::routes())
        .merge(lan::routes())
        .merge(openapi::routes())
        .merge(health::routes())
        .merge(web::routes());
    guard::around(routes, &house).with_state(house)
}
