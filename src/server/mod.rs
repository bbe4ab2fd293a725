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
mod callers;
mod connections;
mod crew_page;
mod dav;
mod desks;
mod drain;
mod error;
mod events;
mod field;
mod fields;
mod flights;
mod folders;
mod fresh;
mod gate;
mod guard;
mod headers;
mod health;
mod house;
mod kept;
mod lan;
mod lane;
mod library;
mod listen;
mod listeners;
mod login;
mod maps;
mod offices;
mod online;
mod openapi;
mod options;
mod packed;
mod registry;
mod remedy;
mod revalidated;
mod runs;
mod scans;
mod sessions;
mod shelves;
mod stored;
mod surroundings;
mod surveys;
mod tile_cache;
mod tiles;
mod trust_page;
mod unkept;
mod unwelcome;
mod uploads;
mod values;
mod visitors;
mod web;
mod writer_thread;

pub use error::ServeError;
pub use health::is_well;
pub use lan::LanAuthority;
pub use listen::{Listening, serve};
pub use options::{Reach, ServerOptions};
pub use remedy::TypedLine;

use axum::Router;
use house::Shared;

/// Every route, each from the file that answers it.
fn router(house: Shared) -> Router {
    let routes = Router::new()
        .merge(shelves::routes())
        .merge(login::routes())
        .merge(surveys::routes())
        .merge(tiles::routes())
        .merge(flights::routes())
        .merge(uploads::routes())
        .merge(scans::routes())
        .merge(registry::routes())
        .merge(listeners::routes())
        .merge(field::routes())
        .merge(crew_page::routes())
        .merge(offices::routes())
        .merge(trust_page::routes())
        .merge(openapi::routes())
        .merge(health::routes())
        .merge(web::routes());
    guard::around(routes, &house).with_state(house)
}
