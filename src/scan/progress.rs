//! How a run tells where it is; the command line draws it.

/// A stage of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanStage {
    /// Sources are opened and checked.
    Opening {
        /// How many.
        sources: usize,
    },
    /// Tiles are scored.
    Scoring {
        /// Tiles in all.
        tiles: u64,
        /// Tiles done in an earlier run.
        done: u64,
    },
    /// Pyramids are made whole.
    Pyramids {
        /// How many.
        sources: usize,
    },
    /// Candidates are looked at once more.
    Verifying {
        /// How many; what is one at several thresholds once.
        candidates: usize,
    },
    /// Hits become candidates, pictures and maps.
    Writing {
        /// How many candidates.
        candidates: usize,
    },
}

/// Where the scoring is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Tiles done, earlier runs included.
    pub tiles: u64,
    /// Candidates among the hits so far.
    pub candidates: usize,
}

/// Listens to a run.
pub trait Progress: Sync {
    /// A stage begins.
    fn stage(&self, stage: ScanStage);
    /// Some tiles were scored.
    fn step(&self, step: Step);
    /// A source was refused or a part could not be read, and the run goes on.
    fn notice(&self, what: &dyn crate::words::Say);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: ScanStage) {}
    fn step(&self, _: Step) {}
    fn notice(&self, _: &dyn crate::words::Say) {}
}
