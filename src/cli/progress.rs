//! Progress: a bar on a terminal, lines at growing intervals elsewhere, nothing when quiet.

use super::talk;
use crate::scan::{Progress, ScanStage, Step};
use crate::tr;
use crate::words::{Lang, Say};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Talks about a run.
pub(super) struct Talk {
    lang: Lang,
    quiet: bool,
    bar: ProgressBar,
    lines: Mutex<ProgressLog>,
}

/// The state of progress without a terminal.
struct ProgressLog {
    total: u64,
    before: u64,
    started: Instant,
    next: Duration,
}

impl Talk {
    /// Talk on the standard error in a language.
    pub(super) fn new(lang: Lang, quiet: bool) -> Self {
        let bar = ProgressBar::new(0);
        let shown = !quiet && std::io::stderr().is_terminal();
        bar.set_draw_target(if shown {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        });
        let template = lang.pick(
            "searching {bar:28} {percent}%  tile {human_pos}/{human_len}  {per_sec}  {eta} left  {msg}",
            "搜索中 {bar:28} {percent}%  瓦片 {human_pos}/{human_len}  {per_sec}  剩余 {eta}  {msg}",
        );
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let lines = ProgressLog {
            total: 0,
            before: 0,
            started: Instant::now(),
            next: Duration::from_secs(2),
        };
        Self {
            lang,
            quiet,
            bar,
            lines: Mutex::new(lines),
        }
    }

    fn tell(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| talk::tell(text));
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// A time to wait, as coarse as it is long.
fn duration(seconds: f64, lang: Lang) -> String {
    let (minutes, hours) = (seconds / 60.0, seconds / 3600.0);
    if hours >= 2.0 {
        tr!(lang, "{hours:.1} hours", "{hours:.1} 小时")
    } else if minutes >= 2.0 {
        tr!(lang, "{minutes:.0} minutes", "{minutes:.0} 分钟")
    } else {
        tr!(lang, "{seconds:.0} seconds", "{seconds:.0} 秒")
    }
}

/// How far a search has come.
struct SoFar {
    tiles: u64,
    total: u64,
    /// Tiles that were searched since this run began.
    new: u64,
    /// Seconds since it began.
    seconds: f64,
    candidates: usize,
}

impl SoFar {
    /// A line of it; how fast it goes and how long it takes is said once a tile has told.
    fn line(&self, lang: Lang) -> String {
        let Self {
            tiles,
            total,
            candidates,
            ..
        } = self;
        if self.new == 0 {
            return tr!(
                lang,
                "{tiles}/{total}, {candidates}",
                "瓦片 {tiles}/{total}，疑似点 {candidates}",
                candidates = (candidates, "candidate", "candidates"),
                total = (total, "tile", "tiles"),
            );
        }
        let rate = self.new as f64 / self.seconds.max(1e-3);
        let left = duration((total - tiles) as f64 / rate, lang);
        tr!(
            lang,
            "{tiles}/{total}, {rate:.1} a second, {left} left, {candidates}",
            "瓦片 {tiles}/{total}，每秒 {rate:.1} 个，剩余 {left}，疑似点 {candidates}",
            candidates = (candidates, "candidate", "candidates"),
            total = (total, "tile", "tiles"),
        )
    }
}

impl Progress for Talk {
    fn stage(&self, stage: ScanStage) {
        let lang = self.lang;
        match stage {
            ScanStage::Opening { sources } => self.tell(&tr!(
                lang,
                "opening {sources}",
                "打开 {sources} 个影像源",
                sources = (sources, "source", "sources"),
            )),
            ScanStage::Scoring { tiles, done } => {
                let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
                (lines.total, lines.before, lines.started) = (tiles, done, Instant::now());
                if done > 0 {
                    self.tell(&tr!(
                        lang,
                        "searching {tiles}, {done} done before",
                        "搜索 {tiles} 个瓦片，此前已完成 {done} 个",
                        tiles = (tiles, "tile", "tiles"),
                    ));
                } else {
                    self.tell(&tr!(
                        lang,
                        "searching {tiles}",
                        "搜索 {tiles} 个瓦片",
                        tiles = (tiles, "tile", "tiles"),
                    ));
                }
                self.bar.set_length(tiles);
                self.bar.set_position(done);
                self.bar.reset_eta();
                self.bar.reset_elapsed();
            }
            ScanStage::Pyramids { sources } => {
                self.bar.finish_and_clear();
                self.tell(&tr!(
                    lang,
                    "making {pyramids} of the imagery whole",
                    "补全 {sources} 个影像金字塔",
                    pyramids = (sources, "pyramid", "pyramids"),
                ));
            }
            ScanStage::Verifying { candidates } => {
                self.bar.finish_and_clear();
                self.tell(&tr!(
                    lang,
                    "looking at {candidates} once more",
                    "复看 {candidates} 个疑似点",
                    candidates = (candidates, "candidate", "candidates"),
                ));
            }
            ScanStage::Writing { candidates } => {
                self.bar.finish_and_clear();
                self.tell(&tr!(
                    lang,
                    "writing {candidates}",
                    "写出 {candidates} 个疑似点",
                    candidates = (candidates, "candidate", "candidates"),
                ));
            }
        }
    }

    fn step(&self, step: Step) {
        let lang = self.lang;
        let candidates = step.candidates;
        self.bar.set_position(step.tiles);
        self.bar.set_message(tr!(
            lang,
            "{candidates}",
            "疑似点 {candidates}",
            candidates = (candidates, "candidate", "candidates"),
        ));
        if self.quiet || !self.bar.is_hidden() {
            return;
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = lines.started.elapsed();
        if elapsed < lines.next {
            return;
        }
        lines.next = (lines.next * 2).min(lines.next + Duration::from_secs(60));
        let so_far = SoFar {
            tiles: step.tiles,
            total: lines.total,
            new: step.tiles - lines.before,
            seconds: elapsed.as_secs_f64(),
            candidates,
        };
        talk::tell(&so_far.line(lang));
    }

    fn notice(&self, what: &dyn Say) {
        // Said even when quiet: ground is left out.
        self.bar.suspend(|| talk::warning(what, self.lang));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_said_once_a_tile_has_told_how_fast_it_goes() {
        let mut so_far = SoFar {
            tiles: 40,
            total: 100,
            new: 0,
            seconds: 4.0,
            candidates: 2,
        };
        assert_eq!(so_far.line(Lang::En), "40/100 tiles, 2 candidates");
        assert_eq!(so_far.line(Lang::Zh), "瓦片 40/100，疑似点 2");
        so_far.new = 20;
        assert_eq!(
            so_far.line(Lang::En),
            "40/100 tiles, 5.0 a second, 12 seconds left, 2 candidates"
        );
    }
}
