//! One scan that goes on: where it is, how fast, how long yet, what came of it.

use super::super::answer::{Refused, Telling};
use super::super::events::Events;
use super::super::library::id_of;
use crate::scan::{Progress, ScanError, ScanRequest, ScanStage, Step, Summary, scan};
use crate::words::{Fault, Say};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often listeners are told at most.
const TELL: Duration = Duration::from_millis(500);
/// How many remarks of a run are kept.
const REMARKS: usize = 100;

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    Opening,
    Scoring,
    Verifying,
    Writing,
    /// All of it was searched.
    Done,
    /// Done, and a part could not be searched.
    Partly,
    /// Stopped; it goes on where it was when it is started again.
    Stopped,
    Failed,
}

/// How a run stands.
#[derive(Debug, Clone, Serialize)]
pub(in crate::server) struct Now {
    run: String,
    name: String,
    /// The id of its survey, once there is one.
    survey: Option<String>,
    phase: Phase,
    tiles: u64,
    tiles_done: u64,
    tiles_before: u64,
    per_second: Option<f64>,
    seconds_left: Option<f64>,
    candidates: usize,
    /// What was refused or could not be read, in both languages.
    remarks: Vec<Value>,
    /// Why it failed.
    error: Option<Value>,
}

impl Now {
    /// A run of which nothing is known but where it is.
    pub(super) fn new(run: String, name: String, phase: Phase) -> Self {
        Self {
            run,
            name,
            survey: None,
            phase,
            tiles: 0,
            tiles_done: 0,
            tiles_before: 0,
            per_second: None,
            seconds_left: None,
            candidates: 0,
            remarks: Vec::new(),
            error: None,
        }
    }

    /// The same with results, which are a survey of the run's id.
    pub(super) fn with_results(mut self, candidates: usize, tiles: u64) -> Self {
        self.survey = Some(self.run.clone());
        self.candidates = candidates;
        (self.tiles, self.tiles_done) = (tiles, tiles);
        self
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.run
    }
}

/// A scan that was started here.
#[derive(Debug)]
pub(in crate::server) struct ScanRun {
    /// Its id: that of its folder of results, so that what is gone on with is the same run.
    pub id: String,
    telling: Telling,
    stop: AtomicBool,
    state: Mutex<RunState>,
}

#[derive(Debug)]
struct RunState {
    now: Now,
    scoring_since: Instant,
    told: Instant,
}

impl ScanRun {
    pub fn new(telling: Telling, request: &ScanRequest) -> Self {
        let below = request
            .out
            .strip_prefix(&telling.root)
            .unwrap_or(&request.out);
        let id = id_of(below);
        let name = request.survey.clone().unwrap_or_default();
        let now = Now::new(id.clone(), name, Phase::Opening);
        let begun = Instant::now();
        Self {
            id,
            telling,
            stop: AtomicBool::new(false),
            state: Mutex::new(RunState {
                now,
                scoring_since: begun,
                told: begun,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, RunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Now {
        self.state().now.clone()
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub fn is_going_on(&self) -> bool {
        use Phase::{Opening, Scoring, Verifying, Writing};
        matches!(
            self.state().now.phase,
            Opening | Scoring | Verifying | Writing
        )
    }

    /// Goes on a thread of its own, which outlives the request that began it. Those who listen are told how it stands, and that
    /// it has ended once `ended` was done.
    pub fn go(
        self: &Arc<Self>,
        request: ScanRequest,
        events: Events,
        ended: impl FnOnce() + Send + 'static,
    ) {
        let run = Arc::clone(self);
        std::thread::spawn(move || {
            let heard = Heard {
                run: &run,
                events: &events,
            };
            let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let results = request.out.parent().map(std::fs::create_dir_all);
                drop(results);
                scan(&request, &heard, &run.stop)
            }));
            match made {
                Ok(Ok(summary)) => run.ended_well(&summary),
                Ok(Err(error)) => run.ended_badly(&error),
                Err(_panicked) => run.failed(&Refused::broken().json(&run.telling)),
            }
            ended();
            heard.tell(true);
        });
    }

    fn ended_well(&self, summary: &Summary) {
        let mut state = self.state();
        state.now.candidates = summary.candidates.len();
        state.now.survey = Some(self.id.clone());
        state.now.seconds_left = None;
        let partly = summary.is_partial();
        state.now.phase = if partly { Phase::Partly } else { Phase::Done };
    }

    fn ended_badly(&self, error: &ScanError) {
        if error.fault() == Fault::Interrupted {
            let mut state = self.state();
            state.now.seconds_left = None;
            state.now.phase = Phase::Stopped;
        } else {
            self.failed(&Refused::by_fault(error).json(&self.telling));
        }
    }

    fn failed(&self, error: &Value) {
        let mut state = self.state();
        state.now.phase = Phase::Failed;
        state.now.error = Some(error["error"].clone());
    }
}

/// Listens to the scan, and tells those who listen to the server.
struct Heard<'a> {
    run: &'a ScanRun,
    events: &'a Events,
}

impl Heard<'_> {
    fn tell(&self, at_once: bool) {
        let mut state = self.run.state();
        if at_once || state.told.elapsed() >= TELL {
            state.told = Instant::now();
            self.events.tell(json!({ "kind": "run", "run": state.now }));
        }
    }
}

impl Progress for Heard<'_> {
    fn stage(&self, stage: ScanStage) {
        let mut state = self.run.state();
        match stage {
            ScanStage::Opening { .. } => state.now.phase = Phase::Opening,
            ScanStage::Scoring { tiles, done } => {
                state.now.phase = Phase::Scoring;
                (
                    state.now.tiles,
                    state.now.tiles_done,
                    state.now.tiles_before,
                ) = (tiles, done, done);
                state.scoring_since = Instant::now();
            }
            // A matter of seconds, as a rule: it counts as scoring.
            ScanStage::Pyramids { .. } => state.now.seconds_left = None,
            ScanStage::Verifying { candidates } => {
                state.now.phase = Phase::Verifying;
                (state.now.candidates, state.now.seconds_left) = (candidates, None);
            }
            ScanStage::Writing { candidates } => {
                state.now.phase = Phase::Writing;
                (state.now.candidates, state.now.seconds_left) = (candidates, None);
            }
        }
        drop(state);
        self.tell(true);
    }

    fn step(&self, step: Step) {
        let mut state = self.run.state();
        let seconds = state.scoring_since.elapsed().as_secs_f64();
        let now = &mut state.now;
        (now.tiles_done, now.candidates) = (step.tiles, step.candidates);
        let done = step.tiles.saturating_sub(now.tiles_before) as f64;
        if seconds > 1.0 && done > 0.0 {
            let rate = done / seconds;
            now.per_second = Some(rate);
            now.seconds_left = Some(now.tiles.saturating_sub(step.tiles) as f64 / rate);
        }
        drop(state);
        self.tell(false);
    }

    fn notice(&self, what: &dyn Say) {
        let said = Refused::by_fault(what).json(&self.run.telling);
        let mut state = self.run.state();
        if state.now.remarks.len() < REMARKS {
            state.now.remarks.push(said["error"].clone());
        }
        drop(state);
        self.tell(false);
    }
}
