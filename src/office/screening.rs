//! The decisions that a contact sheet saved, each recorded once.

use super::record::Decision;
use super::{Office, OfficeError, Session};
use crate::registry::SiteKey;
use crate::registry::body::Body;
use crate::registry::moves::Refusal;
use crate::store::StoreError;
use crate::words::Lang;
use serde::Serialize;

/// What became of the decisions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Screened {
    /// Sites that were kept.
    pub kept: usize,
    /// Sites that were put aside.
    pub rejected: usize,
    /// Decisions that were recorded before.
    pub recorded_before: usize,
    /// Candidates whose decision was not recorded, and why, in the reader's language.
    pub passed_over: Vec<(String, String)>,
}

/// Records each decision as its author's, at the time that it was made. One that a site has moved past is passed over, the
/// rest is kept.
///
/// # Errors
/// What the law refuses for another reason; what was recorded before it stays.
pub fn screen_all(
    office: &mut Office,
    session: &Session,
    decisions: Vec<Decision>,
    lang: Lang,
) -> Result<Screened, OfficeError> {
    let mut done = Screened::default();
    for decision in decisions {
        let Some(site) = office.store().site_of_candidate(&decision.candidate)? else {
            let why = lang.pick("not recorded here", "本库未录入").to_owned();
            done.passed_over.push((decision.candidate, why));
            continue;
        };
        if is_recorded(office, site, &decision)? {
            done.recorded_before += 1;
            continue;
        }
        let keep = decision.screen.keep;
        let of_then = session.at_another_time(decision.at);
        let body = Body::Screen(decision.screen);
        match office.record(&of_then, Some(site), vec![], body) {
            Ok(_) if keep => done.kept += 1,
            Ok(_) => done.rejected += 1,
            Err(StoreError::Refused {
                refusal: Refusal::State { state, .. },
                site,
                ..
            }) => {
                let why = format!("{site}: {}", state.label(lang));
                done.passed_over.push((decision.candidate, why));
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(done)
}

fn is_recorded(office: &Office, site: SiteKey, decision: &Decision) -> Result<bool, StoreError> {
    let site = office.store().site(site)?;
    let last = site.as_ref().and_then(|site| site.screened.as_ref());
    Ok(last.is_some_and(|(keep, reason, stamp)| {
        (*keep, *reason, &stamp.at) == (decision.screen.keep, decision.screen.reason, &decision.at)
    }))
}
