//! What an office recorded beside its sites, as lists: letters of responsibility, patrols, tip-offs, supervision; with each
//! entry what whoever looks may do about it, by the law.

mod duties;
mod paper;
mod patrols;
mod supervision;
mod tips;

pub use duties::{Duties, DutyLine, duties};
pub use paper::paper;
pub use patrols::{PatrolLine, Patrols, Walked, patrols, walked};
pub use supervision::{FindingLine, MeasureLine, RoundLine, Supervision, supervision};
pub use tips::{ClosedLine, RewardLine, TipLine, Tips, tips};

use super::Session;
use super::campaign::this_season;
use crate::registry::affairs::led_to;
use crate::registry::body::{Body, CameOf, Channel, CloseTip, Duty, NoYield, Rung, Tip, joined};
use crate::registry::event::Actor;
use crate::registry::people::{roles_for, same_name};
use crate::registry::site::Stamp;
use crate::registry::unit::{depth, is_at_or_below};
use crate::registry::{Hash, Role, body};
use crate::store::{Store, StoreError};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Entries of a list at most, the latest.
pub const MOST: usize = 1_000;
/// The types of entries that are voided out of these lists.
pub const VOIDED_HERE: [&str; 9] = joined(&[&["duty", "patrol"], Body::LEDGERS.split_at(1).1]);
/// Digits of a village's code: no district lies below.
const VILLAGE: usize = 12;

/// Something that can be recorded anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum New {
    /// A letter of responsibility.
    Duty,
    /// A patrol.
    Patrol,
    /// A tip-off.
    Tip,
    /// A round of supervision.
    Round,
    /// What supervision found wanting.
    Finding,
    /// A measure.
    Measure,
}

/// What can be done about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A site came of it.
    Site,
    /// It is closed without a site.
    Close,
    /// A reward is decided or paid.
    Reward,
    /// It is put right, or ends.
    Settle,
    /// A measure follows from it.
    Measure,
    /// It was wrong.
    Void,
}

/// An entry: who said it when, and what may be done about it.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerLine {
    /// Its number.
    pub entry: Hash,
    /// When it happened.
    pub at: String,
    /// The season it belongs to.
    pub season: i16,
    /// Who recorded it.
    pub person: String,
    /// Their unit.
    pub unit: String,
    /// Whether they signed it.
    pub signed: bool,
    /// What whoever asks may do about it.
    pub offers: Vec<Act>,
}

/// Which entries are listed.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Their season.
    pub season: i16,
    /// The seasons of which there are any, and this one, the latest first.
    pub seasons: Vec<i16>,
    /// What whoever asks may record anew.
    pub may: Vec<New>,
}

impl Listed {
    /// Of the season asked for, or of the latest of which there is anything.
    fn of(
        store: &Store,
        asked: Option<i16>,
        seasons: impl Iterator<Item = i16>,
        may: Vec<New>,
    ) -> Result<Self, StoreError> {
        let mut seasons: BTreeSet<i16> = seasons.collect();
        let this = this_season(store)?;
        let season = asked.or(seasons.last().copied()).unwrap_or(this);
        seasons.extend([season, this]);
        Ok(Self {
            season,
            seasons: seasons.into_iter().rev().collect(),
            may,
        })
    }
}

/// Whoever asks: what they may say by their roles, their unit and their name.
struct Asker<'a> {
    unit: &'a str,
    name: &'a str,
    roles: BTreeSet<Role>,
}

impl<'a> Asker<'a> {
    fn of(store: &Store, session: &'a Session) -> Self {
        let author = session.author();
        let known = store.people().get(&author.unit, &author.name);
        Self {
            unit: &author.unit,
            name: &author.name,
            roles: known.map(|known| known.roles.clone()).unwrap_or_default(),
        }
    }

    fn holds(&self, said: &Body) -> bool {
        let mut roles = roles_for(said).iter();
        roles.any(|role| self.roles.contains(role))
    }

    /// Those of these that may be recorded anew.
    fn may(&self, news: &[New]) -> Vec<New> {
        let can = |new: &New| self.holds(&begun(*new)) && (*new != New::Measure || self.is_above());
        news.iter().copied().filter(can).collect()
    }

    /// Whether any district lies below the unit.
    fn is_above(&self) -> bool {
        depth(self.unit) < VILLAGE
    }

    /// Those of these that may be done about an entry.
    fn offers(&self, entry: Hash, by: &Actor, acts: &[Act]) -> Vec<Act> {
        if !is_at_or_below(&by.unit, self.unit) {
            return Vec::new();
        }
        let own = by.unit == self.unit && same_name(&by.name, self.name);
        let can = |act: &Act| match act {
            Act::Void => self.holds(&of_act(*act, entry)) && (own || self.supervises()),
            Act::Measure => self.holds(&of_act(*act, entry)) && self.is_above(),
            _ => self.holds(&of_act(*act, entry)),
        };
        acts.iter().copied().filter(can).collect()
    }

    fn supervises(&self) -> bool {
        self.roles.contains(&Role::Supervisor)
    }

    /// An entry about which nothing is done but voiding.
    fn last_line(&self, stamp: &Stamp, season: i16) -> LedgerLine {
        self.line(stamp, season, &[Act::Void])
    }

    fn line(&self, stamp: &Stamp, season: i16, acts: &[Act]) -> LedgerLine {
        LedgerLine {
            entry: stamp.event,
            at: stamp.at.clone(),
            season,
            person: stamp.actor.name.clone(),
            unit: stamp.actor.unit.clone(),
            signed: stamp.own_key,
            offers: self.offers(stamp.event, &stamp.actor, acts),
        }
    }
}

/// An event of the type that such an entry is: its type decides whose it is.
fn begun(new: New) -> Body {
    match new {
        New::Duty => Body::Duty(Duty {
            district: String::new(),
            household: None,
            person: String::new(),
            post: None,
            season: 0,
            letter: None,
            signed_on: None,
        }),
        New::Patrol => Body::Patrol(Box::default()),
        New::Tip => Body::Tip(Box::new(Tip {
            channel: Channel::Other,
            sealed: None,
            place: None,
            district: None,
            text: None,
        })),
        New::Round => Body::Round(Box::default()),
        New::Finding => Body::Finding(Box::default()),
        New::Measure => Body::Measure(Box::new(measure(None))),
    }
}

fn measure(finding: Option<Hash>) -> body::Measure {
    body::Measure {
        rung: Rung::Notice,
        district: String::new(),
        reason: String::new(),
        finding,
        due: None,
        paper: None,
    }
}

/// The same of what is done about an entry.
fn of_act(act: Act, of: Hash) -> Body {
    match act {
        Act::Site => Body::CameOf(CameOf { of }),
        Act::Close => Body::CloseTip(CloseTip {
            tip: of,
            reason: NoYield::Other,
            note: None,
        }),
        Act::Reward => Body::Reward(body::Reward {
            tip: of,
            paid: false,
            fen: 1,
        }),
        Act::Settle => Body::Settle(body::Settle {
            of,
            reason: String::new(),
        }),
        Act::Measure => Body::Measure(Box::new(measure(Some(of)))),
        Act::Void => Body::Void(body::Void {
            of,
            reason: String::new(),
        }),
    }
}

/// The codes of the sites that came of entries, by these: for each entry its unit, and its day or time.
///
/// # Errors
/// Those of reading.
pub fn yields(
    store: &Store,
    entries: &BTreeMap<Hash, (String, String)>,
) -> Result<BTreeMap<Hash, Vec<String>>, StoreError> {
    let pairs = store.map_sites(|site| {
        let named: BTreeSet<Hash> = site.came_of.iter().map(|(of, _)| *of).collect();
        let led = named.into_iter().filter(|of| {
            let entry = entries.get(of);
            entry.is_some_and(|(unit, on)| led_to(&site, (*of, on), unit))
        });
        let led: Vec<Hash> = led.collect();
        (!led.is_empty()).then_some((site.key, led))
    })?;
    let mut yields: BTreeMap<Hash, Vec<String>> = BTreeMap::new();
    for (key, led) in pairs {
        let code = store.code(key)?;
        for entry in led {
            yields.entry(entry).or_default().push(code.clone());
        }
    }
    for codes in yields.values_mut() {
        codes.sort_unstable();
    }
    Ok(yields)
}

#[cfg(test)]
mod tests {
    use super::Act::{Close, Measure, Reward, Settle, Site, Void};
    use super::*;
    use crate::office::affairs;
    use crate::office::fixture::{self, grant, session};

    #[test]
    fn who_may_only_what_the_law_takes_from_them_is_offered() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, chief) = fixture::begun(&folder.path().join("a.papaver"));
        for (name, role) in [("li", Role::Analyst), ("wang", Role::Verifier)] {
            grant(&mut office, &chief, name, &[role]);
        }
        let (li, wang) = (session(&office, "li"), session(&office, "wang"));
        affairs::state(&mut office, &wang, begun_tip()).expect("told");
        let finding = body::Finding {
            district: "410423001".into(),
            text: "no ledger".into(),
            ..body::Finding::default()
        };
        affairs::state(&mut office, &li, Body::Finding(Box::new(finding))).expect("found");
        let store = office.store();
        let of = |who: &Session| {
            let tips = tips(store, who, None).expect("tips");
            let supervised = supervision(store, who, None).expect("supervision");
            (
                tips.tips[0].line.offers.clone(),
                supervised.listed.may,
                supervised.findings[0].line.offers.clone(),
            )
        };
        assert_eq!(of(&wang), (vec![Site, Void], vec![], vec![]));
        let own = (
            vec![Site, Close],
            vec![New::Round, New::Finding],
            vec![Void],
        );
        assert_eq!(of(&li), own);
        assert_eq!(
            of(&chief),
            (
                vec![Site, Close, Reward, Void],
                vec![New::Round, New::Finding, New::Measure],
                vec![Settle, Measure, Void]
            )
        );
    }

    fn begun_tip() -> Body {
        let Body::Tip(mut tip) = begun(New::Tip) else {
            unreachable!("a tip-off")
        };
        tip.text = Some("behind the kiln".into());
        Body::Tip(tip)
    }
}
