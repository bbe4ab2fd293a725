//! `log`: the events, a line each.

use super::Done;
use super::context::{Common, Context};
use super::say::{Failure, data, json};
use super::view::named;
use crate::office::Unfollowed;
use crate::office::desk::Veil;
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::moves::Refusal;
use crate::registry::sentence::{Teller, entered, kind};
use crate::registry::{Hash, Site, SiteKey};
use crate::store::{Store, StoreError};
use crate::text::Zone;
use crate::words::Lang;
use clap::Args;
use serde_json::Value;
use std::collections::HashMap;

/// Events read at a time.
const BATCH: i64 = 1000;

/// `papaver log`
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// A site's code (default: everything) 图斑编号（默认列出全部记录）
    site: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Log {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let zone = store.zone()?;
        let veil = Veil::default();
        let refused: HashMap<Hash, Refusal> = store
            .refused()?
            .into_iter()
            .map(|(sealed, why)| (sealed.hash, why))
            .collect();
        let show = |sealed: &Sealed, site: Option<SiteKey>| -> Result<(), StoreError> {
            let hidden = is_hidden(&veil, &store, sealed)?;
            let why = refused.get(&sealed.hash).cloned();
            let unfollowed = why.map(|why| Unfollowed::of(&store, sealed, why));
            if context.common.json {
                json(&as_json(sealed, hidden, unfollowed.as_ref()));
            } else {
                let mut line = as_line(&store, sealed, site, (zone, lang), hidden)?;
                if let Some(unfollowed) = unfollowed {
                    line.push_str(lang.pick(" — ", "——"));
                    line.push_str(&unfollowed.sentence(lang));
                }
                data(&line);
            }
            Ok(())
        };
        if let Some(site) = &self.site {
            let key = store.find(site)?;
            let mut events = store.events_of(key)?;
            events.sort_by_key(|s| (s.event.id, s.hash));
            for sealed in &events {
                show(sealed, Some(key))?;
            }
            return Ok(Done::Whole);
        }
        let mut after = 0;
        loop {
            let batch = store.events(after, BATCH)?;
            if batch.is_empty() {
                return Ok(Done::Whole);
            }
            after += BATCH;
            for sealed in &batch {
                show(sealed, None)?;
            }
        }
    }
}

/// Whether an event says what nobody is to see yet.
fn is_hidden(veil: &Veil, store: &Store, sealed: &Sealed) -> Result<bool, StoreError> {
    let site = match (&sealed.event.body, sealed.event.site) {
        (Body::Look(_), Some(key)) => store.site(key)?,
        _ => None,
    };
    let hidden = site.map(|site| veil.hides(store, &site)).transpose()?;
    Ok(hidden.is_some_and(|hidden| hidden.contains(&sealed.hash)))
}

/// What is said in place of a verdict that nobody is to see yet.
pub(super) fn waits(lang: Lang) -> &'static str {
    lang.pick(
        "a verdict waits for a second person: nobody sees it before both have spoken",
        "意见待第二人独立研判：两人均给出意见前不公开",
    )
}

fn as_json(sealed: &Sealed, hidden: bool, unfollowed: Option<&Unfollowed>) -> Value {
    let mut value: Value = serde_json::from_slice(&sealed.bytes).unwrap_or_default();
    if hidden {
        value["body"] = serde_json::json!({"waits_for_second": true});
        if let Some(event) = value.as_object_mut() {
            event.remove("evidence");
        }
    }
    value["hash"] = Value::from(sealed.hash.to_string());
    value["signature"] = Value::from(hex::encode(sealed.signature));
    if let Some(own) = sealed.actor_signature {
        value["actor_signature"] = Value::from(hex::encode(own));
    }
    if let Some(unfollowed) = unfollowed {
        value["not_followed"] = serde_json::json!(unfollowed);
    }
    value
}

/// `2026-05-03 10:21 +08:00  8a1f3c2b  7K3QF2-V  核查 王五：种植罂粟；开花`; of another unit with that before the name.
fn as_line(
    store: &Store,
    sealed: &Sealed,
    site: Option<SiteKey>,
    (zone, lang): (Zone, Lang),
    hidden: bool,
) -> Result<String, StoreError> {
    let event = &sealed.event;
    let code = event.site.map(|key| store.code(key)).transpose()?;
    let code_of = |key: SiteKey| store.code(key).unwrap_or_else(|_unreadable| key.code(6));
    let teller = Teller {
        lang,
        zone,
        site: site.or(event.site),
        code: &code_of,
        entry: &|of| store.entry_words(of, lang),
    };
    let said = if hidden {
        waits(lang).to_owned()
    } else {
        teller.sentence(&event.body)
    };
    let mut line = format!(
        "{:<23}  {}  {:<9}  {} {}",
        zone.happened(&event.at),
        sealed.hash.short(),
        code.unwrap_or_default(),
        kind(&event.body, lang),
        named(&event.actor, store.authority().unit(), lang)
    );
    if !said.is_empty() {
        line.push_str(lang.pick(": ", "："));
        // A line an event, whatever was typed into a note.
        line.push_str(&said.replace(['\r', '\n'], " "));
    }
    if !event.evidence.is_empty() && !hidden {
        let n = event.evidence.len();
        line.push_str(&crate::tr!(
            lang,
            " [{files}]",
            "【附件 {n} 个】",
            files = (n, "file", "files"),
        ));
    }
    if let Some(entered) = entered(event, &event.at, zone, lang) {
        line.push_str(&crate::tr!(lang, " ({entered})", "（{entered}）"));
    }
    Ok(line)
}

/// The events of a site in order, as far as they are whole and followed.
pub(super) fn followed(store: &Store, site: &Site) -> Result<Vec<Sealed>, StoreError> {
    let mut events = store.whole_events_of(site.key)?;
    events.sort_by_key(|sealed| (sealed.event.id, sealed.hash));
    events.retain(|sealed| !site.refused.iter().any(|(event, _)| *event == sealed.hash));
    Ok(events)
}
