//! When screening may stop: the random audit, its bound, and the word that follows.

use super::audit::{Drawn, Lots};
use super::item::{Item, of_season};
use crate::office::OfficeError;
use crate::registry::ids::Hash;
use crate::statistics::stopping::{Audit, Screening};
use crate::store::Store;
use serde::Serialize;

/// The share that may be missed where none is said.
pub const MAY_MISS: f64 = 0.05;

/// Whether screening may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "word")]
pub enum Word {
    /// No more than the share is missed, with 95 % confidence.
    MayStop,
    /// More may be missed.
    GoOn,
    /// No audit was drawn.
    NoAudit,
    /// What an earlier version drew the audit of is no longer what there is.
    Changed {
        /// So many there were.
        drawn: u64,
        /// So many there are.
        now: u64,
    },
}

/// Where screening stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    /// The season.
    pub season: i16,
    /// The share of the true ones that may be missed.
    pub may_miss: f64,
    /// Candidates that were kept or sent to a crew, and not refuted.
    pub found: usize,
    /// Candidates that nobody has decided on.
    pub open: usize,
    /// The entry of the audit.
    pub draw: Option<Hash>,
    /// How often one was drawn this season; of those of earlier versions the first that was drawn of what there is counts.
    pub draws: usize,
    /// What the audit says, where it can.
    pub audit: Option<Audit>,
    /// Of so many it was drawn, so many of it were looked at, and so many of these were taken for real.
    pub audited: Option<[usize; 3]>,
    /// Whether screening may stop.
    #[serde(flatten)]
    pub word: Word,
}

/// Whether screening of a season may stop with at most a share of the true ones missed. What was kept at the desk or sent to a crew
/// counts as true until a crew refutes it.
///
/// # Errors
/// [`OfficeError::NothingOpen`] where there are no candidates at all, and those of reading.
pub fn stop(store: &Store, season: Option<i16>, may_miss: f64) -> Result<Stop, OfficeError> {
    let (season, items) = of_season(store, season)?;
    let found = items.iter().filter(|i| i.verdict == Some(true)).count();
    let open = items.iter().filter(|i| i.verdict.is_none()).count();
    let lots = Lots::of(store)?;
    let draw = Drawn::of(store, &lots, season, &items)?;
    let mut stop = Stop {
        season,
        may_miss,
        found,
        open,
        draw: draw.as_ref().map(|draw| draw.said.stamp.event),
        draws: lots.draws(season).count(),
        audit: None,
        audited: None,
        word: Word::NoAudit,
    };
    if open == 0 {
        stop.word = Word::MayStop;
        return Ok(stop);
    }
    let Some(draw) = draw else { return Ok(stop) };
    if !draw.is_of_all {
        let (drawn, now) = (draw.said.body.rest, draw.members.len() as u64);
        stop.word = Word::Changed { drawn, now };
        return Ok(stop);
    }
    let is_drawn = |item: &&Item| draw.members.contains(&item.key);
    let rest: Vec<&Item> = items.iter().filter(is_drawn).collect();
    stop.judge(&rest, &draw.audited(store, &rest)?);
    Ok(stop)
}

impl Stop {
    fn judge(&mut self, rest: &[&Item], audited: &[&Item]) {
        let yes = |items: &[&Item]| items.iter().filter(|i| i.verdict == Some(true)).count();
        let looked = rest.iter().filter(|item| item.verdict.is_some()).count();
        let audited_true = yes(audited);
        let screening = Screening {
            found: self.found,
            rest: rest.len(),
            audited: audited.len(),
            audited_true,
            beside: looked - audited.len(),
            beside_true: yes(rest) - audited_true,
        };
        self.audit = Some(screening.audit(self.may_miss));
        self.audited = Some([rest.len(), audited.len(), audited_true]);
        self.word = if screening.may_stop(self.may_miss) {
            Word::MayStop
        } else {
            Word::GoOn
        };
    }
}
