//! Which date of an event was refused, and between which days it has to lie: for whoever gives it, who is told at once.

use super::body::Body;
use super::sentence::kind;
use crate::tr;
use crate::words::{Both, Lang};
use jiff::civil::Date;

/// Which date of an event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOf {
    /// None that is given by itself.
    #[default]
    Other,
    /// The event's own time.
    Event,
    /// The time that an earlier event is given.
    Corrected,
    /// The day by which something has to be done.
    Due,
    /// The day on which a letter was signed.
    Signed,
    /// The day of a patrol or a round of inspection.
    On,
    /// The days of imagery.
    Captured,
}

/// A day that a date may be, and none beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayBound {
    day: Date,
    /// What happened on that day, where it is a step.
    step: Option<[String; 2]>,
}

impl DayBound {
    /// A day of the calendar.
    pub fn of_day(day: Date) -> Self {
        Self { day, step: None }
    }

    /// The day of a step.
    pub(super) fn of_step(day: Date, step: &Body) -> Self {
        let photographed = matches!(step, Body::Create(create) if create.detection.is_some());
        let words = |lang| {
            if photographed {
                Both("photographed", "航拍").pick(lang).to_owned()
            } else {
                kind(step, lang).to_owned()
            }
        };
        Self {
            day,
            step: Some([words(Lang::En), words(Lang::Zh)]),
        }
    }

    fn say(&self, lang: Lang) -> String {
        let day = self.day;
        match &self.step {
            Some([english, chinese]) => tr!(lang, "{day} ({english})", "{day}（{chinese}）"),
            None => day.to_string(),
        }
    }
}

/// Which date was refused, and the days between which it has to lie. It is written nowhere: two refusals are the same whether it
/// is known of them or not.
#[derive(Debug, Clone, Default)]
pub struct DateBounds {
    /// Which date.
    pub of: DateOf,
    /// The first day that does.
    pub(super) from: Option<DayBound>,
    /// The last day that does.
    pub(super) until: Option<DayBound>,
}

impl PartialEq for DateBounds {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for DateBounds {}

impl DateBounds {
    /// Of a date between two days, as far as there are any.
    pub fn between(of: DateOf, from: Option<DayBound>, until: Option<DayBound>) -> Self {
        Self { of, from, until }
    }

    /// Whether anything is known of that.
    pub fn are_known(&self) -> bool {
        self.from.is_some() || self.until.is_some()
    }

    /// Between which days it has to lie; `None` where nothing is known of that.
    pub fn say(&self, lang: Lang) -> Option<String> {
        let [from, until] =
            [&self.from, &self.until].map(|bound| bound.as_ref().map(|bound| bound.say(lang)));
        Some(match (from, until) {
            (Some(from), Some(until)) => tr!(
                lang,
                "it lies between {from} and {until}",
                "应在 {from} 与 {until} 之间"
            ),
            (Some(from), None) => {
                tr!(lang, "it is not before {from}", "不得早于 {from}")
            }
            (None, Some(until)) => {
                tr!(lang, "it is not after {until}", "不得晚于 {until}")
            }
            (None, None) => return None,
        })
    }
}
