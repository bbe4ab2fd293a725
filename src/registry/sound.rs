//! What no such event may say, whoever says it. Pure.

use crate::registry::body::{Body, LearntHead, Round};
use crate::registry::event::Event;
use crate::registry::limits::{due_within, place};
use crate::registry::refusal::{DateBounds, DateOf, DayBound, Refusal};
use crate::registry::unit::is_code;
use crate::text::day_of;
use unicode_normalization::UnicodeNormalization;

/// Letters of a text at most.
const MOST_LETTERS: usize = 4_000;
/// People of a team, districts, sites of a round at most.
const MOST_MEMBERS: usize = 2_000;
/// Ledgers of a round at most.
const MOST_LEDGERS: u64 = 1_000_000;
/// Fen of a reward at most: ten million yuan.
const MOST_FEN: u64 = 1_000_000_000;
/// Letters of a sealed number at most.
const LONGEST_NUMBER: usize = 24;

/// Features of a head at most.
const MOST_FEATURES: usize = 4_096;
/// Scans that a head was learnt from at most.
const MOST_SCANS: usize = 10_000;
/// Nothing that a head computes with is larger, in millionths.
const MOST_E6: u64 = 1_000_000_000_000_000;

/// Whether an event of an office's affairs says what can be.
pub(super) fn sound(event: &Event) -> Result<(), Refusal> {
    match &event.body {
        Body::Duty(duty) => {
            words(&duty.person)?;
            for text in [&duty.household, &duty.post, &duty.letter]
                .into_iter()
                .flatten()
            {
                words(text)?;
            }
            // A letter is signed for the season about which it is.
            let signed = duty.signed_on.as_deref().and_then(day_of);
            within(signed.is_none_or(|on| on.year().abs_diff(duty.season) <= 1))?;
            // A household signs with its village.
            within(duty.household.is_none() || duty.district.len() == 12)?;
            code(&duty.district)?;
            within(duty.season.abs_diff(event.season) <= 1)
        }
        Body::Round(round) => of_round(round),
        Body::Finding(finding) => {
            words(&finding.text)?;
            code(&finding.district)?;
            due_within(&event.at, finding.due.as_deref())
        }
        Body::Measure(measure) => {
            reason(&measure.reason)?;
            due_within(&event.at, measure.due.as_deref())
        }
        Body::Settle(settle) => reason(&settle.reason),
        Body::Void(void) => reason(&void.reason),
        Body::Reward(reward) => within((1..=MOST_FEN).contains(&reward.fen)),
        Body::Tip(tip) => {
            within(tip.place.is_some() || tip.district.is_some() || tip.text.is_some())?;
            tip.place.as_ref().map_or(Ok(()), place)?;
            tip.district.as_deref().map_or(Ok(()), code)?;
            within(tip.sealed.as_deref().is_none_or(is_sealed_number))?;
            told(tip.text.as_deref())
        }
        Body::Learnt(head) => {
            of_season(event, head.season, head.from.as_deref())?;
            of_head(head)
        }
        Body::Draw(draw) => of_season(event, draw.season, None),
        Body::CloseTip(close) => told(close.note.as_deref()),
        _ => Ok(()),
    }
}

fn of_round(round: &Round) -> Result<(), Refusal> {
    words(&round.name)?;
    let days = round.until.as_deref().map_or(Some(0), |until| {
        day_of(&round.on)?
            .until(day_of(until)?)
            .ok()
            .map(|span| span.get_days())
    });
    within(days.is_some_and(|days| (0..=366).contains(&days)))?;
    within(!round.districts.is_empty() && !round.team.is_empty())?;
    let lists = [round.team.len(), round.districts.len(), round.sites.len()];
    within(lists.iter().all(|n| *n <= MOST_MEMBERS) && round.ledgers <= MOST_LEDGERS)?;
    round.team.iter().try_for_each(|name| words(name))?;
    round
        .districts
        .iter()
        .try_for_each(|district| code(district))
}

/// Whether a head says the days of one season, of no more than a year; of earlier versions those of a calendar year.
fn are_days_of(head: &LearntHead) -> bool {
    let day = |text: &str| day_of(text).filter(|_| text.len() == 10);
    let Some(last) = day(&head.expires) else {
        return false;
    };
    let Some(from) = &head.from else {
        return last.year() == head.season;
    };
    let days = |first: jiff::civil::Date| first.until(last).ok().map(|span| span.get_days());
    let seasons = head.season.saturating_sub(1)..=head.season;
    let is_year = day(from).and_then(days);
    is_year.is_some_and(|days| (0..366).contains(&days)) && seasons.contains(&last.year())
}

/// Whether an event is of the season that it is about, or of the next; `from` is the first day of that, where it says it.
fn of_season(event: &Event, season: i16, from: Option<&str>) -> Result<(), Refusal> {
    if (event.season - 1..=event.season).contains(&season) {
        return Ok(());
    }
    let at = day_of(&event.at);
    let first = from.and_then(day_of).filter(|first| at < Some(*first));
    let bounds = DateBounds::between(DateOf::Event, first.map(DayBound::of_day), None);
    let day = at.map_or_else(|| event.at.clone(), |day| day.to_string());
    Err(Refusal::out_of(bounds, &day))
}

/// A head holds for one season's imagery, and is whole.
fn of_head(head: &LearntHead) -> Result<(), Refusal> {
    code(&head.unit)?;
    within(are_days_of(head))?;
    let count = head.names.len();
    let parts = [&head.centre_e6, &head.scale_e6, &head.weights_e6];
    within(parts.iter().all(|part| part.len() == count))?;
    within((1..=MOST_FEATURES).contains(&count) && head.scans.len() <= MOST_SCANS)?;
    within(head.scale_e6.iter().all(|scale| *scale > 0))?;
    let numbers = parts.into_iter().flatten().chain([&head.bias_e6]);
    within(numbers.into_iter().all(|n| n.unsigned_abs() <= MOST_E6))?;
    let [finest, coarsest] = head.gsd_e2_cm;
    within(0 <= finest && finest <= coarsest)?;
    head.names
        .iter()
        .chain(&head.scans)
        .try_for_each(|text| words(text))
}

/// Whether a text is the number of a sealed envelope, and no number that a person is known by.
pub fn is_sealed_number(text: &str) -> bool {
    let shape = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_'));
    shape && !text.is_empty() && text.len() <= LONGEST_NUMBER && !gives_away(text)
}

/// Whether a text holds a number that a person is known by: a mobile telephone's or an identity card's, however its digits are written
/// and parted.
pub fn gives_away(text: &str) -> bool {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let joined: String = plain.chars().filter(|c| *c != '-').collect();
    let runs = |c: char| !c.is_ascii_digit();
    joined.split(runs).any(is_known_by) || parted(&plain).any(|digits| is_known_by(&digits))
}

/// Whether these digits are such a number.
fn is_known_by(digits: &str) -> bool {
    match digits.len() {
        11 => digits.starts_with('1') && !digits.starts_with("10") && !digits.starts_with("11"),
        13 => digits.starts_with("861"),
        17 | 18 => true,
        _ => false,
    }
}

/// How the digits of such numbers are parted by signs. Dates and places are parted in other ways.
const PARTED: [&[usize]; 6] = [
    &[3, 4, 4],
    &[3, 8],
    &[2, 3, 4, 4],
    &[6, 8, 4],
    &[6, 8, 3],
    &[6, 4, 4, 4],
];

/// Digits in groups as such numbers are parted, with one or two signs between them, joined.
fn parted(plain: &str) -> impl Iterator<Item = String> {
    let mut groups: Vec<(String, usize)> = Vec::new();
    let mut signs = usize::MAX;
    for c in plain.chars() {
        match (c.is_ascii_digit(), groups.last_mut()) {
            (true, Some((group, _))) if signs == 0 => group.push(c),
            (true, _) => groups.push((c.into(), signs)),
            // A word between them parts numbers of their own, and so does what lists them.
            (false, _) if c.is_alphanumeric() || matches!(c, ',' | ';' | '、' | '。') => {
                signs = usize::MAX;
                continue;
            }
            (false, _) => {
                signs = signs.saturating_add(1);
                continue;
            }
        }
        signs = 0;
    }
    let mut found = Vec::new();
    for from in 0..groups.len() {
        for lengths in PARTED {
            let Some(run) = groups.get(from..from + lengths.len()) else {
                continue;
            };
            let fits = run.iter().zip(lengths).all(|((g, _), n)| g.len() == *n);
            if fits && run[1..].iter().all(|(_, signs)| *signs <= 2) {
                found.push(run.iter().map(|(group, _)| group.as_str()).collect());
            }
        }
    }
    found.into_iter()
}

fn told(text: Option<&str>) -> Result<(), Refusal> {
    text.map_or(Ok(()), words)?;
    if text.is_some_and(gives_away) {
        return Err(Refusal::Informant);
    }
    Ok(())
}

fn words(text: &str) -> Result<(), Refusal> {
    within(!text.trim().is_empty() && text.len() <= MOST_LETTERS)
}

fn reason(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    words(text)
}

fn code(text: &str) -> Result<(), Refusal> {
    within(is_code(text))
}

fn within(holds: bool) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::Number) }
}
