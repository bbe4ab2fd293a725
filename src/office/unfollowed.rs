//! An event that is not followed: who says that they say it, and whose device signed it.

use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::moves::Refusal;
use crate::registry::told::kind_label;
use crate::registry::unit::is_at_or_below;
use crate::store::Store;
use crate::tr;
use crate::words::Lang;
use serde::Serialize;

/// An event that is not followed. Whom it names as its author is its own claim; whose device signed it is not.
#[derive(Debug, Clone, Serialize)]
pub struct Unfollowed {
    /// The event.
    pub event: Hash,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The unit that it says its author is of.
    pub unit: String,
    /// The author that it names.
    pub actor: String,
    /// The device that signed it.
    pub device: DeviceId,
    /// Its number on that device.
    pub seq: u64,
    /// The site that it is about.
    pub site: Option<SiteKey>,
    /// The unit that this device speaks or spoke for; none where nobody vouched for it.
    pub signed_for: Option<String>,
    /// Why it is not followed.
    pub why: Refusal,
}

impl Unfollowed {
    /// An event of a registry that is not followed for a reason.
    pub fn of(store: &Store, sealed: &Sealed, why: Refusal) -> Self {
        let event = &sealed.event;
        let standing = store.authority().devices().get(&event.device);
        Self {
            event: sealed.hash,
            kind: event.body.kind().to_owned(),
            unit: event.actor.unit.clone(),
            actor: event.actor.name.clone(),
            device: event.device,
            seq: event.seq,
            site: event.site,
            signed_for: standing.map(|standing| standing.unit.clone()),
            why,
        }
    }

    /// In one sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let what = self.words(lang);
        tr!(lang, "not followed: {what}", "不予采信：{what}")
    }

    /// What it is, who says it and why it is not followed. Where the device does not speak for the unit that the event names, whose
    /// it is comes first.
    pub fn words(&self, lang: Lang) -> String {
        let Self { unit, actor, .. } = self;
        let kind = kind_label(&self.kind, lang);
        let (event, device, why) = (
            self.event.short(),
            self.device.short(),
            self.why.label(lang),
        );
        match &self.signed_for {
            Some(signer) if is_at_or_below(unit, signer) => tr!(
                lang,
                "{kind} {event} of {unit} {actor}: {why}",
                "{unit} {actor} 的{kind} {event}：{why}"
            ),
            Some(signer) => tr!(
                lang,
                "{kind} {event}, signed by device {device} of {signer} in the name of {unit} {actor}: {why}",
                "{kind} {event}，由 {signer} 的设备 {device} 以 {unit} {actor} 的名义签名：{why}"
            ),
            None => tr!(
                lang,
                "{kind} {event}, signed by device {device}, for which nobody vouches, in the name of {unit} {actor}: {why}",
                "{kind} {event}，由无人担保的设备 {device} 以 {unit} {actor} 的名义签名：{why}"
            ),
        }
    }
}
