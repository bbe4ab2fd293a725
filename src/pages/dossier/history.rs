//! What an event says, in a sentence.

use super::Dossier;
use crate::registry::body::Body;
use crate::registry::sentence::Teller;
use crate::text::Zone;
use crate::words::Lang;

pub use crate::registry::sentence::kind;

/// What an event says beyond its type.
pub fn sentence(dossier: &Dossier, body: &Body, lang: Lang) -> String {
    let code = |key| {
        let known = dossier.codes.get(&key).cloned();
        known.unwrap_or_else(|| key.code(6))
    };
    Teller {
        lang,
        zone: Zone::of(&dossier.made_at).unwrap_or(Zone::UTC),
        site: Some(dossier.entry.site.key),
        code: &code,
        entry: &|of| dossier.named.get(&of).map(|entry| entry.words(lang)),
    }
    .sentence(body)
}
