//! A site as its events make it: the read model that commands, exports and reports use.

use super::body::{
    Accept, Assign, Count, Create, Detection, Eradicate, FoundBy, GrowthStage, Look, Opinion,
    Outcome, RejectReason, Visit,
};
use super::event::EvidenceRef;
use super::ids::{Hash, SiteKey};
pub use super::mark::{DisputedMove, Mark, MarkKind, SightingFact, Voided};
use super::place::Place;
use super::refusal::Refusal;
use super::settings::Settings;
pub use super::stamp::Stamp;
use super::state::State;
use crate::text::Zone;
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A site with what is known of it. Integers only, so that its JSON is the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its key.
    pub key: SiteKey,
    /// Where it is in its life.
    pub state: State,
    /// When that state began.
    pub since: String,
    /// Whether a dispute awaits a supervisor.
    pub disputed: bool,
    /// The moves in dispute.
    pub dispute: Vec<DisputedMove>,
    /// Fields that were edited at the same time by authors who did not see each other.
    pub parallel: BTreeSet<String>,
    /// Moves that were recorded without the evidence they need, with the reason.
    pub forced: Vec<(Hash, String)>,
    /// What stays marked for everybody to see.
    pub marks: Vec<Mark>,
    /// Events that were not followed, and why.
    pub refused: Vec<(Hash, Refusal)>,
    /// Sightings of this site while it was settled, from which nothing followed.
    pub swallowed: Vec<Hash>,
    /// Notes and sightings of units that have nothing to say about it: kept, and nothing follows from them.
    pub outside: Vec<(String, Stamp)>,
    /// Whether events that others refer to have not arrived yet.
    pub incomplete: bool,
    /// The ends of its history.
    pub heads: Vec<Hash>,
    /// Events in its history.
    pub events: u64,
    /// The season it was found in.
    pub season: i16,
    /// How it became known.
    pub source: FoundBy,
    /// When it was created, and by whom.
    pub created: Option<Stamp>,
    /// The unit that created it.
    pub unit: String,
    /// Where it is.
    pub place: Place,
    /// Its area from the image, as a crew measured what is planted, or as corrected.
    pub area_dm2: Option<i64>,
    /// Small place name.
    pub name: Option<String>,
    /// Habitat as corrected or as the last visit says.
    pub habitat: Option<String>,
    /// Plants as corrected or as the last visit counts.
    pub plants: Option<u64>,
    /// The first detection.
    pub detection: Option<Detection>,
    /// Later detections.
    pub sightings: Vec<SightingFact>,
    /// Seen again after it was said to be eradicated; cleared by the next eradication or acceptance.
    pub residue: bool,
    /// The last screening: kept or not, why, when.
    pub screened: Option<(bool, Option<RejectReason>, Stamp)>,
    /// What looking at it at the desk has cost.
    #[serde(default, skip_serializing_if = "DeskTime::is_none")]
    pub desk: DeskTime,
    /// The last assignment.
    pub assigned: Option<(Assign, Stamp)>,
    /// Visits in order.
    pub visits: Vec<(Visit, Stamp)>,
    /// Eradications in order.
    pub eradications: Vec<(Eradicate, Stamp)>,
    /// Acceptances, passed or failed, in order.
    pub acceptances: Vec<(Accept, Stamp)>,
    /// Notes in order.
    pub notes: Vec<(String, Stamp)>,
    /// The closed site that it recurs from.
    pub recurs_of: Option<SiteKey>,
    /// The site it became part of.
    pub merged_into: Option<SiteKey>,
    /// The sites that became part of it.
    pub absorbed: BTreeSet<SiteKey>,
    /// The sites it became.
    pub split_into: Vec<SiteKey>,
    /// The site it was part of.
    pub split_from: Option<SiteKey>,
    /// Every file that goes with it.
    pub evidence: Vec<EvidenceRef>,
    /// What those say who looked at it on the screen, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<(Look, Stamp)>,
    /// The patrols and tip-offs that led to it, as somebody says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub came_of: Vec<(Hash, Stamp)>,
    /// Entries that were wrong and count no more, with what they said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voided: Vec<Voided>,
}

/// What looking at candidates at the desk has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskTime {
    /// Verdicts.
    pub verdicts: u64,
    /// Verdicts whose time is known.
    pub timed: u64,
    /// The time of those together.
    pub milliseconds: u64,
}

impl DeskTime {
    fn is_none(&self) -> bool {
        self.verdicts == 0
    }

    /// Counts a verdict, and its time where that was measured.
    pub(super) fn count(&mut self, took_ms: Option<u64>) {
        self.verdicts += 1;
        self.timed += u64::from(took_ms.is_some());
        self.milliseconds = self.milliseconds.saturating_add(took_ms.unwrap_or(0));
    }

    /// Adds those of another.
    pub fn add(&mut self, other: Self) {
        self.verdicts += other.verdicts;
        self.timed += other.timed;
        self.milliseconds = self.milliseconds.saturating_add(other.milliseconds);
    }
}

impl Site {
    /// A site of which nothing is known yet but its key.
    pub(super) fn unknown(key: SiteKey) -> Self {
        Self {
            key,
            state: State::Candidate,
            since: String::new(),
            disputed: false,
            dispute: Vec::new(),
            parallel: BTreeSet::new(),
            forced: Vec::new(),
            marks: Vec::new(),
            refused: Vec::new(),
            swallowed: Vec::new(),
            outside: Vec::new(),
            incomplete: false,
            heads: Vec::new(),
            events: 0,
            season: 0,
            source: FoundBy::Find,
            created: None,
            unit: String::new(),
            place: Place {
                lon_e7: 0,
                lat_e7: 0,
                outline: Vec::new(),
            },
            area_dm2: None,
            name: None,
            habitat: None,
            plants: None,
            detection: None,
            sightings: Vec::new(),
            residue: false,
            screened: None,
            desk: DeskTime::default(),
            assigned: None,
            visits: Vec::new(),
            eradications: Vec::new(),
            acceptances: Vec::new(),
            notes: Vec::new(),
            recurs_of: None,
            merged_into: None,
            absorbed: BTreeSet::new(),
            split_into: Vec::new(),
            split_from: None,
            evidence: Vec::new(),
            looks: Vec::new(),
            came_of: Vec::new(),
            voided: Vec::new(),
        }
    }

    pub(super) fn found(&mut self, create: &Create, stamp: Stamp, season: i16) {
        self.season = season;
        self.source = create.source;
        self.unit.clone_from(&stamp.actor.unit);
        self.created = Some(stamp);
        self.place = create.place.clone();
        self.area_dm2 = create.area_dm2;
        self.name.clone_from(&create.name);
        self.detection.clone_from(&create.detection);
        self.recurs_of = create.recurs_of;
        self.split_from = create.split_from.map(|(key, _)| key);
    }

    /// Keeps what stays marked of an event.
    pub(super) fn mark(&mut self, event: Hash, kinds: Vec<MarkKind>) {
        self.marks
            .extend(kinds.into_iter().map(|kind| Mark { event, kind }));
    }

    /// The sites that it says it was split from or into, or merged with.
    pub fn related(&self) -> BTreeSet<SiteKey> {
        let two = self.merged_into.iter().chain(&self.split_from);
        let many = self.absorbed.iter().chain(&self.split_into);
        two.chain(many).copied().collect()
    }

    /// The times and authors of what is said of it.
    fn stamps(&mut self) -> impl Iterator<Item = &mut Stamp> {
        self.created
            .iter_mut()
            .chain(self.screened.iter_mut().map(|(_, _, stamp)| stamp))
            .chain(self.assigned.iter_mut().map(|(_, stamp)| stamp))
            .chain(self.visits.iter_mut().map(|(_, stamp)| stamp))
            .chain(self.eradications.iter_mut().map(|(_, stamp)| stamp))
            .chain(self.acceptances.iter_mut().map(|(_, stamp)| stamp))
            .chain(self.notes.iter_mut().map(|(_, stamp)| stamp))
            .chain(self.looks.iter_mut().map(|(_, stamp)| stamp))
    }

    /// Gives an event another time, wherever it is stamped.
    pub(super) fn redate(&mut self, event: Hash, at: &str) {
        for stamp in self.stamps().filter(|stamp| stamp.event == event) {
            at.clone_into(&mut stamp.at);
        }
    }

    /// Writes the times of what is said of it in one zone, for those who read them.
    pub fn tell_in(&mut self, zone: Zone) {
        for stamp in self.stamps() {
            stamp.at = zone.time(&stamp.at);
        }
    }

    /// One hash for all its heads: what an exported copy carries, to see later whether the site has moved on.
    pub fn head(&self) -> Hash {
        let heads: Vec<u8> = self.heads.iter().flat_map(|hash| hash.0).collect();
        Hash::of(&heads)
    }

    /// The hash of everything in it.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn digest(&self) -> Result<Hash, serde_json::Error> {
        Ok(Hash::of(&serde_json::to_vec(self)?))
    }

    /// The day by which something should have happened; `None` where nothing is to be done.
    pub fn due(&self, settings: &Settings) -> Option<jiff::civil::Date> {
        if !self.state.is_open() {
            return None;
        }
        // What is left of it has to be gone by the day by which all of it had to.
        self.due_in(self.waits_as(), &self.since, settings)
    }

    /// The day by which the work of a state has to be done in which it has been since some time.
    pub(super) fn due_in(
        &self,
        state: State,
        since: &str,
        settings: &Settings,
    ) -> Option<jiff::civil::Date> {
        let assigned = self.assigned.as_ref();
        let assigned = assigned.filter(|_| state == State::Dispatched);
        if let Some(due) = assigned.and_then(|(assign, _)| assign.due.as_ref()) {
            return due.parse().ok();
        }
        let days = i64::from(*settings.deadline_days.get(&state)?);
        let days = jiff::Span::new().try_days(days).ok()?;
        settings.date(since)?.checked_add(days).ok()
    }

    /// Days past its due day on `today`; `None` where it is not overdue.
    pub fn overdue_days(&self, settings: &Settings, today: jiff::civil::Date) -> Option<i32> {
        let days = self.due(settings)?.until(today).ok()?.get_days();
        (days > 0).then_some(days)
    }

    /// What each of those says last who looked at it on the screen; nothing of who withdrew it.
    pub fn opinions(&self) -> Vec<&(Look, Stamp)> {
        let mut last: Vec<&(Look, Stamp)> = Vec::new();
        for look in &self.looks {
            let (one, unit) = (&look.1.actor.name, &look.1.actor.unit);
            last.retain(|(_, s)| (&s.actor.name, &s.actor.unit) != (one, unit));
            if look.0.opinion != Opinion::Withdrawn {
                last.push(look);
            }
        }
        last
    }

    /// Whether one of them would keep it and another put it aside.
    pub fn opinions_differ(&self) -> bool {
        let opinions = self.opinions();
        let says = |wanted| opinions.iter().any(|(look, _)| look.opinion == wanted);
        says(Opinion::Keep) && says(Opinion::Discard)
    }

    /// The crew it is assigned to.
    pub fn crew(&self) -> Option<&str> {
        self.assigned
            .as_ref()
            .map(|(assign, _)| assign.crew.as_str())
    }

    /// The last visit.
    pub fn last_visit(&self) -> Option<&(Visit, Stamp)> {
        self.visits.last()
    }

    /// The last visit's outcome.
    pub fn outcome(&self) -> Option<Outcome> {
        self.last_visit().map(|(visit, _)| visit.outcome)
    }

    /// The growth stage at the last visit that tells it.
    pub fn stage(&self) -> Option<GrowthStage> {
        self.visits.iter().rev().find_map(|(visit, _)| visit.stage)
    }

    /// The count of the last visit that has one.
    pub fn count(&self) -> Option<&Count> {
        self.visits
            .iter()
            .rev()
            .find_map(|(visit, _)| visit.count.as_ref())
    }

    /// Per cent destroyed according to the last eradication.
    pub fn percent(&self) -> Option<u8> {
        self.eradications
            .last()
            .map(|(eradicate, _)| eradicate.percent)
    }

    /// Per cent that are gone where a part still stands; `None` where nothing is said to be gone, or all.
    pub fn partly_gone(&self) -> Option<u8> {
        let is_part = |percent: &u8| self.state == State::Eradicated && *percent < 100;
        self.percent().filter(is_part)
    }

    /// The state whose work comes next: what still stands has to be eradicated before anybody accepts it.
    pub fn waits_as(&self) -> State {
        match self.partly_gone() {
            Some(_) => State::Confirmed,
            None => self.state,
        }
    }

    /// The word for where it is in its life, which tells a part that is gone from all of it.
    pub fn standing(&self, lang: Lang) -> String {
        match self.partly_gone() {
            Some(percent) => State::partly_gone(percent, lang),
            None => self.state.label(lang).to_owned(),
        }
    }

    /// The highest score of any detection, in 1e-4.
    pub fn score_e4(&self) -> Option<i64> {
        self.detections().map(|detection| detection.score_e4).max()
    }

    /// The first detection and the later ones.
    pub fn detections(&self) -> impl Iterator<Item = &Detection> {
        let later = self.sightings.iter().map(|sighting| &sighting.detection);
        self.detection.iter().chain(later)
    }

    /// The photographs among its evidence.
    pub fn photographs(&self) -> impl Iterator<Item = &EvidenceRef> {
        self.evidence
            .iter()
            .filter(|file| file.role.is_photograph())
    }

    /// Whether it closed on an acceptance that does not bear the acceptor's own key.
    pub fn accepted_without_own_key(&self) -> bool {
        self.acceptances
            .last()
            .is_some_and(|(accept, stamp)| accept.passed && !stamp.own_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::registry::fixture::{eradicated, site};

    #[test]
    fn what_is_gone_in_part_waits_to_be_eradicated_under_that_name() {
        let at = |percent| {
            eradicated(
                site("a", State::Confirmed, LonLat::new(113.0, 33.0)),
                percent,
            )
        };
        let (part, whole) = (at(60), at(100));
        assert_eq!(
            (part.waits_as(), whole.waits_as()),
            (State::Confirmed, State::Eradicated)
        );
        assert_eq!(part.standing(Lang::Zh), "部分铲除（60%）");
        assert_eq!(whole.standing(Lang::Zh), "已铲除待验收");
        let settings = Settings::default();
        let confirmed = site("b", State::Confirmed, LonLat::new(113.0, 33.0));
        assert_eq!(part.due(&settings), confirmed.due(&settings));
        assert_ne!(part.due(&settings), whole.due(&settings));
    }
}
