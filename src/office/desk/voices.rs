//! What people say of a candidate that two are to look at: whose word counts as one of two, who has seen whose, and whether two
//! entries may be one person's.

use crate::office::Session;
use crate::registry::body::{Look, Opinion};
use crate::registry::people::folded_name;
use crate::registry::site::Stamp;
use crate::registry::{DeviceId, Site};
use std::collections::BTreeMap;

/// Whether it says that it is one, or that it is none.
pub(super) fn is_firm(opinion: Opinion) -> bool {
    matches!(opinion, Opinion::Keep | Opinion::Discard)
}

/// What people say of a candidate, as the word of one of two: firm, signed with their own key, and of each person once, under
/// whatever name.
pub(super) fn voices(site: &Site) -> Vec<&(Look, Stamp)> {
    let mut voices: Vec<&(Look, Stamp)> = Vec::new();
    for said in site.opinions() {
        if is_firm(said.0.opinion) && said.1.own_key {
            voices.retain(|(_, by)| !may_be_one(by, &said.1));
            voices.push(said);
        }
    }
    voices
}

/// Whether fewer than two have said of it whether it is one.
pub(super) fn waits_for_second(site: &Site) -> bool {
    voices(site).len() < 2
}

/// Whether somebody's firm word and another's ever stood beside each other, so that both saw them.
pub(super) fn has_seen(site: &Site, session: &Session) -> bool {
    let mut own = false;
    let mut others = BTreeMap::new();
    site.looks.iter().any(|(look, by)| {
        let is_said = is_firm(look.opinion) && by.own_key;
        if may_be_own(session, by) {
            own = is_said;
        } else {
            others.insert((&by.actor.unit, folded_name(&by.actor.name)), is_said);
        }
        own && others.values().any(|said| *said)
    })
}

/// Of how many others the word waits for that of whoever looks now, who does not see it.
pub(super) fn awaiting(site: &Site, session: &Session) -> usize {
    let others = voices(site).into_iter();
    others.filter(|(_, by)| !may_be_own(session, by)).count()
}

/// What two said who did not see each other's verdict: the first what they last said before the second spoke, the second what they
/// said at once. What is said after that is said by one who may know.
pub(super) fn seen_by_two(site: &Site) -> Option<[Opinion; 2]> {
    let blind = |said: &&(Look, Stamp)| said.0.blind && is_firm(said.0.opinion) && said.1.own_key;
    let mut first: Option<&(Look, Stamp)> = None;
    for said in site.looks.iter().filter(blind) {
        match first {
            Some(one) if !may_be_one(&one.1, &said.1) => {
                return Some([one.0.opinion, said.0.opinion]);
            }
            _ => first = Some(said),
        }
    }
    None
}

/// Whether two entries may be one person's: by the same key, or by the same name in whatever unit.
fn may_be_one(a: &Stamp, b: &Stamp) -> bool {
    may_have_said(a.actor.signer(), &a.actor.name, b)
}

/// Whether who holds a key, where they hold one, and has a name may have said something.
fn may_have_said(key: Option<DeviceId>, name: &str, said: &Stamp) -> bool {
    let same_key = key.is_some() && key == said.actor.signer();
    same_key || folded_name(name) == folded_name(&said.actor.name)
}

/// Whether somebody said it themselves.
pub(in crate::office) fn is_own(session: &Session, stamp: &Stamp) -> bool {
    let author = session.author();
    (&stamp.actor.name, &stamp.actor.unit) == (&author.name, &author.unit)
}

/// Whether somebody may have said it themselves, if under another name: by the same key, or by the same name in whatever unit.
pub(super) fn may_be_own(session: &Session, stamp: &Stamp) -> bool {
    let author = session.author();
    may_have_said(author.key.as_ref().map(DeviceId::of), &author.name, stamp)
}
