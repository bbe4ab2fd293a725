//! A registry over HTTP: who is logged in there reads it, and acts in it as themselves.

mod acts;
mod asked;
mod bundles;
mod campaign;
mod entries;
mod ledger;
mod member;
mod province;
mod screening;
mod sites;

use member::Member;

use super::house::Shared;

use axum::Router;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .merge(sites::routes())
        .merge(acts::routes())
        .merge(screening::routes())
        .merge(campaign::routes())
        .merge(ledger::routes())
        .merge(entries::routes())
        .merge(province::routes())
        .merge(bundles::routes())
}
