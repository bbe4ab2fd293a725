//! What a person may do with a site now: its moves by the law, less those that are not theirs.

use super::Session;
use crate::registry::moves::Move;
use crate::registry::people::{roles_of_move, same_name};
use crate::registry::unit::is_at_or_below;
use crate::registry::{DeviceId, Site};
use crate::store::Store;
use crate::words::Lang;
use serde::Serialize;

/// A move that is offered.
#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    /// The move.
    #[serde(rename = "move")]
    pub step: Move,
    /// What people call it.
    pub label: Labels,
    /// What has to be given with it.
    pub needs: Vec<&'static str>,
}

/// A text in both languages.
#[derive(Debug, Clone, Serialize)]
pub struct Labels {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Labels {
    /// What is said in each language.
    pub fn of(say: impl Fn(Lang) -> String) -> Self {
        Self {
            en: say(Lang::En),
            zh: say(Lang::Zh),
        }
    }
}

/// The moves that a person may make with a site now.
pub fn offers(store: &Store, session: &Session, site: &Site) -> Vec<Offer> {
    let author = session.author();
    if !is_at_or_below(&site.unit, &author.unit) {
        return Vec::new();
    }
    let known = store.people().get(&author.unit, &author.name);
    let holds = |step: &Move| {
        known.is_some_and(|known| {
            roles_of_move(*step)
                .iter()
                .any(|role| known.roles.contains(role))
        })
    };
    let key = author.key.as_ref().map(DeviceId::of);
    let took_part = site.eradications.iter().any(|(eradicate, stamp)| {
        let mut names = eradicate.officers.iter();
        names.any(|name| same_name(name, &author.name)) || stamp.actor.is_hand_of(key, &author.name)
    });
    Move::allowed_in(site.state, site.disputed)
        .into_iter()
        .filter(holds)
        .filter(|step| *step != Move::Accept || !took_part)
        .map(|step| Offer {
            step,
            label: Labels::of(|lang| step.label(lang).to_owned()),
            needs: needs(step),
        })
        .collect()
}

/// The fields without which a move is nothing.
fn needs(step: Move) -> Vec<&'static str> {
    match step {
        Move::Screen => vec!["keep", "reason"],
        Move::Assign => vec!["crew"],
        Move::Visit => vec!["outcome", "officers", "photos"],
        Move::Eradicate => vec!["percent"],
        Move::Accept => vec!["passed", "photos"],
        Move::Reopen | Move::Raise => vec!["reason"],
        Move::Resolve => vec!["state", "reason"],
        Move::Merge => vec!["into", "reason"],
        Move::Split => vec!["places", "reason"],
    }
}
