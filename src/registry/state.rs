//! The states of a site, and which of two stands when they disagree.

use crate::words::Lang;
use serde::{Deserialize, Serialize};

/// Where a site is in its life. The order is the order of precedence in a dispute: the still-open, more severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// 查实: poppy was found on the ground.
    Confirmed,
    /// 已铲除待验收: said to be eradicated, not yet accepted by another person.
    Eradicated,
    /// 待复核: visited without a result.
    Revisit,
    /// 待核查: a crew has been sent.
    Dispatched,
    /// 疑似: seen, not yet decided.
    Candidate,
    /// 核查排除: visited, and no illegal poppy there.
    Refuted,
    /// 研判排除: put aside at the desk.
    ScreenedOut,
    /// Became several sites, which are open where it was; so it comes before what follows.
    Split,
    /// 销号: eradication accepted by another person.
    Closed,
    /// Became part of another site.
    Merged,
    /// 作废: added by mistake.
    Voided,
}

impl State {
    /// Every state in the order of precedence.
    pub const ALL: [Self; 11] = [
        Self::Confirmed,
        Self::Eradicated,
        Self::Revisit,
        Self::Dispatched,
        Self::Candidate,
        Self::Refuted,
        Self::ScreenedOut,
        Self::Split,
        Self::Closed,
        Self::Merged,
        Self::Voided,
    ];

    /// Whether work is still to be done there.
    pub fn is_open(self) -> bool {
        self <= Self::Candidate
    }

    /// Whether other sites have taken its place, or it was none.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Merged | Self::Split | Self::Voided)
    }

    /// The name used in files, options and exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Eradicated => "ERADICATED",
            Self::Revisit => "REVISIT",
            Self::Dispatched => "DISPATCHED",
            Self::Candidate => "CANDIDATE",
            Self::Refuted => "REFUTED",
            Self::ScreenedOut => "SCREENED_OUT",
            Self::Closed => "CLOSED",
            Self::Merged => "MERGED",
            Self::Split => "SPLIT",
            Self::Voided => "VOIDED",
        }
    }

    /// The state of a name, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|state| state.name().eq_ignore_ascii_case(name) || state.label(Lang::Zh) == name)
    }

    /// The word that people use for it.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Confirmed => lang.pick("confirmed", "查实"),
            Self::Eradicated => lang.pick("eradicated, to be accepted", "已铲除待验收"),
            Self::Revisit => lang.pick("to be revisited", "待复核"),
            Self::Dispatched => lang.pick("dispatched", "待核查"),
            Self::Candidate => lang.pick("candidate", "疑似"),
            Self::Refuted => lang.pick("refuted", "核查排除"),
            Self::ScreenedOut => lang.pick("screened out", "研判排除"),
            Self::Closed => lang.pick("closed", "销号"),
            Self::Merged => lang.pick("merged", "已合并"),
            Self::Split => lang.pick("split", "已拆分"),
            Self::Voided => lang.pick("voided", "作废"),
        }
    }

    /// The words for a site of which only a part is gone.
    pub fn partly_gone(percent: u8, lang: Lang) -> String {
        crate::tr!(
            lang,
            "eradicated in part ({percent} %)",
            "部分铲除（{percent}%）"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_states_stand_before_settled_ones() {
        assert!(
            State::ALL
                .windows(2)
                .all(|pair| pair[0] < pair[1] && pair[0].is_open() >= pair[1].is_open())
        );
        assert_eq!(State::of_name("screened_out"), Some(State::ScreenedOut));
        assert_eq!(State::of_name("待核查"), Some(State::Dispatched));
        assert_eq!(State::of_name("nowhere"), None);
    }

    #[test]
    fn the_name_in_files_is_the_name_that_serde_writes() {
        for state in State::ALL {
            assert_eq!(
                serde_json::to_value(state).expect("JSON"),
                serde_json::Value::from(state.name())
            );
        }
    }
}
