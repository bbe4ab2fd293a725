//! Roles: what a person may do.

use crate::words::Lang;
use serde::{Deserialize, Serialize};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 研判: records scans, screens, assigns, merges and splits.
    Analyst,
    /// 核查: visits.
    Verifier,
    /// 铲除: eradicates.
    Eradicator,
    /// 验收: accepts.
    Acceptor,
    /// 主管: grants roles, reopens, resolves disputes, trusts other offices.
    Supervisor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Analyst,
        Self::Verifier,
        Self::Eradicator,
        Self::Acceptor,
        Self::Supervisor,
    ];

    /// The name used in options and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Verifier => "verifier",
            Self::Eradicator => "eradicator",
            Self::Acceptor => "acceptor",
            Self::Supervisor => "supervisor",
        }
    }

    /// The word that people use.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Analyst => lang.pick("analyst", "研判员"),
            Self::Verifier => lang.pick("verifier", "核查员"),
            Self::Eradicator => lang.pick("eradicator", "铲除员"),
            Self::Acceptor => lang.pick("acceptor", "验收员"),
            Self::Supervisor => lang.pick("supervisor", "主管"),
        }
    }

    /// A role's name with its Chinese word before it, as a sentence names what a person lacks.
    pub fn named(name: &str, lang: Lang) -> String {
        match (Self::of_name(name), lang) {
            (Some(role), Lang::Zh) => format!("{} {name}", role.label(lang)),
            _ => name.to_owned(),
        }
    }

    /// The role of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.name().eq_ignore_ascii_case(name) || role.label(Lang::Zh) == name)
    }
}
