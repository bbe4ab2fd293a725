//! The list of tip-offs, and what became of each. Who told is nowhere in it.

use super::{Act, Asker, LedgerLine, Listed, MOST, New, yields};
use crate::office::Session;
use crate::registry::Hash;
use crate::registry::affairs::{Affairs, Stamped};
use crate::registry::body::{Channel, NoYield, Tip};
use crate::registry::place::Place;
use crate::store::{Store, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;

/// Tip-offs of a season.
#[derive(Debug, Clone, Serialize)]
pub struct Tips {
    /// Which.
    #[serde(flatten)]
    pub listed: Listed,
    /// How many there are.
    pub total: usize,
    /// The latest of them, the last first.
    pub tips: Vec<TipLine>,
}

/// A tip-off.
#[derive(Debug, Clone, Serialize)]
pub struct TipLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// How it came.
    pub channel: Channel,
    /// What was said of the place.
    pub text: Option<String>,
    /// The district that it is about.
    pub district: Option<String>,
    /// Degrees east of the place, where it was said.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// The number of the sealed envelope.
    pub sealed: Option<String>,
    /// The sites that came of it.
    pub sites: Vec<String>,
    /// How it was closed without one.
    pub closed: Option<ClosedLine>,
    /// Rewards.
    pub rewards: Vec<RewardLine>,
}

/// How a tip-off was closed.
#[derive(Debug, Clone, Serialize)]
pub struct ClosedLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// Why.
    pub reason: NoYield,
    /// Words.
    pub note: Option<String>,
}

/// A reward.
#[derive(Debug, Clone, Serialize)]
pub struct RewardLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// Hundredths of a yuan.
    pub fen: u64,
    /// Paid, or decided only.
    pub paid: bool,
}

/// The tip-offs of a season; of the latest of which there is one where none is named.
///
/// # Errors
/// Those of reading.
pub fn tips(store: &Store, session: &Session, asked: Option<i16>) -> Result<Tips, StoreError> {
    let asker = Asker::of(store, session);
    let affairs = store.affairs()?;
    let seasons = affairs.tips.iter().map(|tip| tip.season);
    let listed = Listed::of(store, asked, seasons, asker.may(&[New::Tip]))?;
    let mut own: Vec<&Stamped<Tip>> = affairs
        .tips
        .iter()
        .filter(|tip| tip.season == listed.season)
        .collect();
    own.reverse();
    let total = own.len();
    own.truncate(MOST);
    let entries: BTreeMap<Hash, (String, String)> = own
        .iter()
        .map(|tip| &tip.stamp)
        .map(|stamp| (stamp.event, (stamp.actor.unit.clone(), stamp.at.clone())))
        .collect();
    let yields = yields(store, &entries)?;
    let line = |tip: &Stamped<Tip>| {
        let sites = yields.get(&tip.stamp.event).cloned().unwrap_or_default();
        of(&asker, &affairs, tip, sites)
    };
    Ok(Tips {
        listed,
        total,
        tips: own.into_iter().map(line).collect(),
    })
}

fn of(asker: &Asker, affairs: &Affairs, tip: &Stamped<Tip>, sites: Vec<String>) -> TipLine {
    let entry = tip.stamp.event;
    let closed = affairs.closed.get(&entry);
    // What contradicts what stands is refused, so it is not offered.
    let acts: &[Act] = match closed {
        Some(closed) if closed.body.reason.is_unfounded() => &[Act::Void],
        Some(_) => &[Act::Reward, Act::Void],
        None if !sites.is_empty() => &[Act::Site, Act::Reward, Act::Void],
        None => &[Act::Site, Act::Close, Act::Reward, Act::Void],
    };
    let rewards = affairs
        .rewards
        .iter()
        .filter(|reward| reward.body.tip == entry);
    let at = tip.body.place.as_ref().map(Place::lonlat);
    TipLine {
        line: asker.line(&tip.stamp, tip.season, acts),
        channel: tip.body.channel,
        text: tip.body.text.clone(),
        district: tip.body.district.clone(),
        lon: at.map(|at| at.lon),
        lat: at.map(|at| at.lat),
        sealed: tip.body.sealed.clone(),
        sites,
        closed: closed.map(|closed| ClosedLine {
            line: asker.last_line(&closed.stamp, closed.season),
            reason: closed.body.reason,
            note: closed.body.note.clone(),
        }),
        rewards: rewards
            .map(|reward| RewardLine {
                line: asker.last_line(&reward.stamp, reward.season),
                fen: reward.body.fen,
                paid: reward.body.paid,
            })
            .collect(),
    }
}
