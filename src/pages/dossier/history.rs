//! What an event says, in a sentence.

use super::Dossier;
use crate::registry::body::Body;
use crate::registry::event::Event;
use crate::registry::sentence::{self, Teller};
use crate::text::Zone;
use crate::words::Lang;

pub use crate::registry::sentence::kind;

/// When an event was entered, where that was some days from when it is said to have happened.
pub fn entered(dossier: &Dossier, event: &Event, at: &str, lang: Lang) -> Option<String> {
    sentence::entered(event, at, zone(dossier), lang)
}

fn zone(dossier: &Dossier) -> Zone {
    Zone::of(&dossier.made_at).unwrap_or(Zone::UTC)
}

/// What an event says beyond its type.
pub fn sentence(dossier: &Dossier, body: &Body, lang: Lang) -> String {
    let code = |key| {
        let known = dossier.codes.get(&key).cloned();
        known.unwrap_or_else(|| key.code(6))
    };
    Teller {
        lang,
        zone: zone(dossier),
        site: Some(dossier.entry.site.key),
        code: &code,
        entry: &|of| dossier.named.get(&of).map(|entry| entry.words(lang)),
    }
    .sentence(body)
}
