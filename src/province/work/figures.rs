//! The figures of what offices did: a count each.

use crate::registry::body::{Duty, Rung};

/// Who answers for a district, and how many of its parts have somebody.
#[derive(Debug, Clone)]
pub struct Answering {
    /// The district's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The letter that stands.
    pub duty: Option<Duty>,
    /// Parts for which a letter stands.
    pub parts: usize,
    /// Parts there are.
    pub of: usize,
    /// Households that signed.
    pub households: usize,
}

/// What supervision did in a district: what offices above it did. Nobody supervises themself.
#[derive(Debug, Clone, Default)]
pub struct Supervised {
    /// The district's code.
    pub code: String,
    /// Its name, where it is known.
    pub name: String,
    /// Whether it is one of the districts that are compared.
    pub is_listed: bool,
    /// Rounds that checked it.
    pub rounds: usize,
    /// Ledgers that these went through, in all their districts.
    pub ledgers: u64,
    /// Its sites that were looked at.
    pub looked_at: usize,
    /// Its sites of the period.
    pub sites: usize,
    /// Findings put right.
    pub settled: usize,
    /// Findings.
    pub findings: usize,
    /// Findings past their day and not put right.
    pub overdue: usize,
    /// The gravest rung on which an office above it put the whole of it.
    pub rung: Option<Rung>,
}

/// Tip-offs of a channel and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tipped {
    /// How many.
    pub tips: usize,
    /// Of these, those that led to sites.
    pub led: usize,
    /// Of these, those that led to a site where poppy was confirmed.
    pub confirmed: usize,
    /// Closed without a site.
    pub closed: usize,
    /// Rewards decided, fen.
    pub decided_fen: u64,
    /// Rewards paid, fen.
    pub paid_fen: u64,
    /// Tip-offs for which more was paid than decided.
    pub overpaid: usize,
}

impl Tipped {
    /// Adds those of another channel.
    pub(super) fn add(&mut self, of: &Self) {
        self.tips += of.tips;
        self.led += of.led;
        self.confirmed += of.confirmed;
        self.closed += of.closed;
        self.decided_fen += of.decided_fen;
        self.paid_fen += of.paid_fen;
        self.overpaid += of.overpaid;
    }
}

/// Patrols and what they led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PatrolFigures {
    /// How many.
    pub patrols: usize,
    /// Of these, those that led to sites.
    pub led: usize,
    /// The sites.
    pub sites: usize,
    /// Patrols that say what seeds were seized.
    pub seeds: usize,
    /// Patrols that say what was done to make the ban known.
    pub publicity: usize,
}
