//! What follows from an entry that concerns no site: a site came of it, a tip-off is closed or rewarded, a finding put right,
//! and what was wrong is voided.

use super::Member;
use super::asked::{area_dm2, at, entry_of, need, words};
use super::campaign::printable;
use crate::office::affairs::{self, Entered, VoidedEntry, came_of};
use crate::office::entry::entry;
use crate::office::found::{Added, Discovery, add};
use crate::office::ledger::{VOIDED_HERE, paper};
use crate::office::{Office, Session};
use crate::registry::body::{self, Body, FoundBy, NoYield};
use crate::server::answer::{Answer, Refused};
use crate::server::house::Shared;
use crate::server::uploads;
use crate::words::Lang;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Router<Shared> {
    let way = |rest: &str| format!("/api/registries/{{registry}}/{rest}");
    Router::new()
        .route(&way("found"), post(record_site))
        .route(&way("entries/{entry}/moves"), post(follow_up))
        .route(&way("entries/{entry}/paper"), get(printed))
}

/// What is done about an entry.
#[derive(Debug, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case", deny_unknown_fields)]
enum AskedMove {
    /// A tip-off yields no site.
    Close {
        reason: NoYield,
        note: Option<String>,
    },
    /// A reward is decided or paid.
    Reward {
        yuan: f64,
        #[serde(default)]
        paid: bool,
    },
    /// A finding is put right, or a measure ends.
    Settle { reason: String },
    /// A site that is known came of it.
    Site { code: String },
    /// It was wrong.
    Void { reason: String },
}

/// What became of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum EntryOutcome {
    Entered(Entered),
    Voided(Box<VoidedEntry>),
}

async fn follow_up(
    member: Member,
    Path((_, number)): Path<(String, String)>,
    Json(asked): Json<AskedMove>,
) -> Answer<EntryOutcome> {
    member
        .act(None, move |office, session| {
            followed(office, session, &number, asked)
        })
        .await
}

fn followed(
    office: &mut Office,
    session: &Session,
    number: &str,
    asked: AskedMove,
) -> Result<EntryOutcome, Refused> {
    let store = office.store();
    let body = match asked {
        AskedMove::Close { reason, note } => Body::CloseTip(body::CloseTip {
            tip: entry_of(store, number, &["tip"])?,
            reason,
            note: words(note),
        }),
        AskedMove::Reward { yuan, paid } => Body::Reward(body::Reward {
            tip: entry_of(store, number, &["tip"])?,
            paid,
            fen: fen(yuan)?,
        }),
        AskedMove::Settle { reason } => Body::Settle(body::Settle {
            of: entry_of(store, number, &["finding", "measure"])?,
            reason: need("reason", reason)?,
        }),
        AskedMove::Site { code } => {
            let site = store.find(&code)?;
            let sealed = came_of(office, session, site, number)?;
            let entered = Entered::of(office.store(), &sealed)?;
            return Ok(EntryOutcome::Entered(entered));
        }
        AskedMove::Void { reason } => {
            // By its number alone: a code would void a site.
            let number = entry(store, number, &VOIDED_HERE)?.hash.to_string();
            let reason = need("reason", reason)?;
            let done = affairs::void(office, session, &number, reason)?;
            return Ok(EntryOutcome::Voided(Box::new(done)));
        }
    };
    let sealed = affairs::state(office, session, body)?;
    let entered = Entered::of(office.store(), &sealed)?;
    Ok(EntryOutcome::Entered(entered))
}

/// In which language, as a query says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LanguageQuery {
    lang: String,
}

/// The paper of a measure or of a finding, a page to print.
async fn printed(
    member: Member,
    Path((_, number)): Path<(String, String)>,
    Query(wanted): Query<LanguageQuery>,
) -> Result<Response, Refused> {
    let lang = Lang::of_locale(&wanted.lang);
    member
        .read(move |store, _| Ok(printable(paper(store, &number, lang)?)))
        .await
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie within"
)]
fn fen(yuan: f64) -> Result<u64, Refused> {
    let fen = (yuan * 100.0).round();
    let can_be = (1.0..=1e9).contains(&fen);
    can_be.then_some(fen as u64).ok_or_else(|| {
        Refused::unclear("yuan").hint("an amount in yuan, such as 500", "请填写金额（元），如 500")
    })
}

/// A site that somebody found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedSite {
    place: [f64; 2],
    /// The patrol or tip-off that led to it.
    of: Option<String>,
    when: Option<String>,
    name: Option<String>,
    note: Option<String>,
    area_m2: Option<f64>,
    /// Photographs that were uploaded before.
    #[serde(default)]
    photos: Vec<String>,
}

async fn record_site(member: Member, Json(asked): Json<AskedSite>) -> Answer<Added> {
    let uploaded = uploads::uploaded(&member.house, &asked.photos).await?;
    let photos = asked.photos.iter();
    let photos = photos.map(|id| uploads::found(&uploaded, id));
    let found = Discovery {
        at: at(&asked.place)?,
        source: FoundBy::Find,
        name: words(asked.name),
        note: words(asked.note),
        area_dm2: asked.area_m2.map(area_dm2).transpose()?,
        photos: photos.collect::<Result<_, _>>()?,
        of: words(asked.of),
    };
    let when = member.when(asked.when)?;
    member
        .act(when, move |office, session| {
            Ok(add(office, session, found)?)
        })
        .await
}
