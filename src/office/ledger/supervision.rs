//! Rounds of supervision, what they found, and the ladder of measures.

use super::{Act, Asker, LedgerLine, Listed, MOST, New};
use crate::office::{Session, clock};
use crate::registry::Hash;
use crate::registry::affairs::{Affairs, Stamped};
use crate::registry::body::{Finding, Measure, Round, Rung};
use crate::store::{Store, StoreError};
use jiff::civil::Date;
use serde::Serialize;

/// Supervision of a season, and what is open of others.
#[derive(Debug, Clone, Serialize)]
pub struct Supervision {
    /// Which.
    #[serde(flatten)]
    pub listed: Listed,
    /// The rounds, the last first.
    pub rounds: Vec<RoundLine>,
    /// What was found wanting: what is open first, then the last.
    pub findings: Vec<FindingLine>,
    /// Measures: those that stand first, then the last.
    pub measures: Vec<MeasureLine>,
}

/// A round.
#[derive(Debug, Clone, Serialize)]
pub struct RoundLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// What it is called.
    pub name: String,
    /// Its first day.
    pub on: String,
    /// Its last day.
    pub until: Option<String>,
    /// Its team, the leader first.
    pub team: Vec<String>,
    /// The districts that were checked.
    pub districts: Vec<String>,
    /// The sites that were looked at.
    pub sites: Vec<String>,
    /// Ledgers that were gone through.
    pub ledgers: u64,
    /// Words.
    pub note: Option<String>,
    /// What it found wanting.
    pub findings: usize,
    /// Of these, those that are not put right.
    pub open: usize,
}

/// How a finding was put right, or a measure ended.
#[derive(Debug, Clone, Serialize)]
pub struct SettledLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// What was seen of it.
    pub reason: String,
}

/// What was found wanting.
#[derive(Debug, Clone, Serialize)]
pub struct FindingLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// The round, by its number.
    pub round: Option<Hash>,
    /// What the round is called.
    pub round_name: Option<String>,
    /// The district that has to put it right.
    pub district: String,
    /// The site that it is about.
    pub site: Option<String>,
    /// What is wanting.
    pub text: String,
    /// The day by which it has to be put right.
    pub due: Option<String>,
    /// Days past it, where it is open.
    pub overdue_days: Option<i32>,
    /// How it was put right.
    pub settled: Option<SettledLine>,
}

/// A measure.
#[derive(Debug, Clone, Serialize)]
pub struct MeasureLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// The rung.
    pub rung: Rung,
    /// The district that stands on it.
    pub district: String,
    /// Why.
    pub reason: String,
    /// The finding that it follows from.
    pub finding: Option<Hash>,
    /// The day by which the district has to be better.
    pub due: Option<String>,
    /// Days past it, where the measure stands.
    pub overdue_days: Option<i32>,
    /// The number of the paper.
    pub paper: Option<String>,
    /// How it ended.
    pub settled: Option<SettledLine>,
}

/// What is listed of it, for whom, on which day.
struct Board<'a> {
    store: &'a Store,
    asker: Asker<'a>,
    affairs: Affairs,
    season: i16,
    today: Date,
}

/// The supervision of a season; of the latest in which there was any where none is named.
///
/// # Errors
/// Those of reading.
pub fn supervision(
    store: &Store,
    session: &Session,
    asked: Option<i16>,
) -> Result<Supervision, StoreError> {
    let asker = Asker::of(store, session);
    let affairs = store.affairs()?;
    let rounds = affairs.rounds.iter().map(|said| said.season);
    let findings = affairs.findings.iter().map(|said| said.season);
    let measures = affairs.measures.iter().map(|said| said.season);
    let may = asker.may(&[New::Round, New::Finding, New::Measure]);
    let listed = Listed::of(store, asked, rounds.chain(findings).chain(measures), may)?;
    let board = Board {
        store,
        asker,
        affairs,
        season: listed.season,
        today: clock::today(store)?,
    };
    Ok(Supervision {
        rounds: board.rounds()?,
        findings: board.findings()?,
        measures: board.measures(),
        listed,
    })
}

impl Board<'_> {
    fn rounds(&self) -> Result<Vec<RoundLine>, StoreError> {
        let own = self.affairs.rounds.iter().rev();
        let own = own.filter(|round| round.season == self.season).take(MOST);
        own.map(|round| self.round(round)).collect()
    }

    fn round(&self, said: &Stamped<Round>) -> Result<RoundLine, StoreError> {
        let round = &said.body;
        let of_it = |of: Option<Hash>| of == Some(said.stamp.event);
        let found = |findings: &mut dyn Iterator<Item = &Stamped<Finding>>| {
            findings.filter(|f| of_it(f.body.round)).count()
        };
        let sites = round.sites.iter().map(|key| self.store.code(*key));
        Ok(RoundLine {
            line: self.asker.last_line(&said.stamp, said.season),
            name: round.name.clone(),
            on: round.on.clone(),
            until: round.until.clone(),
            team: round.team.clone(),
            districts: round.districts.clone(),
            sites: sites.collect::<Result<_, _>>()?,
            ledgers: round.ledgers,
            note: round.note.clone(),
            findings: found(&mut self.affairs.findings.iter()),
            open: found(&mut self.affairs.open_findings()),
        })
    }

    /// Whether it is listed: it is of the season, or open.
    fn is_listed<T>(&self, said: &Stamped<T>) -> bool {
        said.season == self.season || !self.is_settled(said)
    }

    fn is_settled<T>(&self, said: &Stamped<T>) -> bool {
        self.affairs.settled.contains_key(&said.stamp.event)
    }

    /// What is listed: what is open first, each the last first.
    fn listed<'s, T>(&self, all: &'s [Stamped<T>]) -> Vec<&'s Stamped<T>> {
        let mut own: Vec<&Stamped<T>> = all.iter().rev().filter(|s| self.is_listed(s)).collect();
        own.sort_by_key(|said| self.is_settled(said));
        own.truncate(MOST);
        own
    }

    fn findings(&self) -> Result<Vec<FindingLine>, StoreError> {
        let own = self.listed(&self.affairs.findings).into_iter();
        own.map(|finding| self.finding(finding)).collect()
    }

    fn finding(&self, said: &Stamped<Finding>) -> Result<FindingLine, StoreError> {
        let finding = &said.body;
        let settled = self.settled(said.stamp.event);
        let rounds = self.affairs.rounds.iter();
        let name = |of: Hash| rounds.clone().find(|round| round.stamp.event == of);
        let site = finding.site.map(|key| self.store.code(key));
        Ok(FindingLine {
            line: self.open_line(said, &[Act::Settle, Act::Measure, Act::Void]),
            round: finding.round,
            round_name: finding.round.and_then(name).map(|r| r.body.name.clone()),
            district: finding.district.clone(),
            site: site.transpose()?,
            text: finding.text.clone(),
            due: finding.due.clone(),
            overdue_days: self.overdue(finding.due.as_deref(), settled.is_some()),
            settled,
        })
    }

    fn measures(&self) -> Vec<MeasureLine> {
        let own = self.listed(&self.affairs.measures).into_iter();
        own.map(|measure| self.measure(measure)).collect()
    }

    fn measure(&self, said: &Stamped<Measure>) -> MeasureLine {
        let measure = &said.body;
        let settled = self.settled(said.stamp.event);
        MeasureLine {
            line: self.open_line(said, &[Act::Settle, Act::Void]),
            rung: measure.rung,
            district: measure.district.clone(),
            reason: measure.reason.clone(),
            finding: measure.finding,
            due: measure.due.clone(),
            overdue_days: self.overdue(measure.due.as_deref(), settled.is_some()),
            paper: measure.paper.clone(),
            settled,
        }
    }

    /// An entry about which nothing is done but voiding once it is settled.
    fn open_line<T>(&self, said: &Stamped<T>, acts: &[Act]) -> LedgerLine {
        let acts = if self.is_settled(said) {
            &[Act::Void]
        } else {
            acts
        };
        self.asker.line(&said.stamp, said.season, acts)
    }

    fn settled(&self, of: Hash) -> Option<SettledLine> {
        let settled = self.affairs.settled.get(&of)?;
        let line = self.asker.last_line(&settled.stamp, settled.season);
        Some(SettledLine {
            line,
            reason: settled.body.reason.clone(),
        })
    }

    fn overdue(&self, due: Option<&str>, is_settled: bool) -> Option<i32> {
        let due: Date = due.filter(|_| !is_settled)?.parse().ok()?;
        let days = due.until(self.today).ok()?.get_days();
        (days > 0).then_some(days)
    }
}
