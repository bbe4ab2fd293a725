//! What became of what a crew sent, told to the crew in both languages.

use super::inbox::{Inbox, Version};
use super::paths::split;
use crate::exchange::VISIT_LAYER;
use crate::exchange::import::{ImportedEvents, Report, RowFlaw, RowOutcome, RowReport, RowSubject};
use crate::files;
use crate::pages::received::{ReceivedFile, RowSent};
use crate::registry::{Hash, State};
use crate::store::evidence::mark_in_words;
use crate::tr;
use crate::words::{Action, Choice, Lang, Say};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// A sentence in English and in Chinese.
pub type BothLanguages = [String; 2];

/// What became of one version of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionOutcome {
    /// Its path in the crew's folder.
    pub path: String,
    /// Its SHA-256.
    pub sha256: Hash,
    /// When it came.
    pub sent: Timestamp,
    /// When it was looked at.
    pub at: Timestamp,
    /// Why the file as a whole was not taken.
    pub error: Option<BothLanguages>,
    /// What became of its rows.
    pub rows: Vec<RowTold>,
    /// Rows that nobody filled in.
    pub blank: usize,
    /// Photographs that rows name and that have not come yet, or not whole.
    pub waits_for: Vec<String>,
    /// How many changes the inbox had seen.
    pub seen: usize,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowTold {
    /// Its table, where the file has several.
    pub table: String,
    /// Its line, or the number of the feature.
    pub line: u64,
    /// The site's code.
    pub site: Option<String>,
    /// `visit` or `eradication`.
    pub what: Option<BothLanguages>,
    /// What became of it.
    pub fate: RowState,
    /// Whether what was refused is recorded by itself once its photograph comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// Remarks, or why it was refused.
    pub told: Vec<BothLanguages>,
}

/// What became of a row, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It was recorded.
    Recorded,
    /// It had been recorded before.
    Before,
    /// It was refused.
    Refused,
}

impl RowState {
    fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Recorded => lang.pick("recorded", "已录入"),
            Self::Before => lang.pick("recorded before", "此前已录入"),
            Self::Refused => lang.pick("REFUSED", "退回"),
        }
    }
}

impl RowTold {
    fn label(&self, lang: Lang) -> &'static str {
        if self.waits {
            lang.pick("WAITS FOR PHOTO", "待照片")
        } else {
            self.fate.label(lang)
        }
    }

    /// Its table, where the file has several, and its line.
    fn number(&self, lang: Lang) -> String {
        let table = match self.table.as_str() {
            VISIT_LAYER => lang.pick(VISIT_LAYER, "核查回填"),
            other => other,
        };
        format!("{table} {}", self.line).trim().to_owned()
    }
}

impl VersionOutcome {
    fn of(version: &Version, seen: usize, at: Timestamp) -> Self {
        Self {
            path: version.path.clone(),
            sha256: version.sha256,
            sent: version.at,
            at,
            error: None,
            rows: Vec::new(),
            blank: 0,
            waits_for: Vec::new(),
            seen,
        }
    }

    /// Of a file that was read.
    pub(super) fn read(version: &Version, seen: usize, at: Timestamp, report: &Report) -> Self {
        let missing = report.rows.iter().filter_map(|row| missing(&row.fate));
        Self {
            rows: report.rows.iter().map(row).collect(),
            blank: report.blank,
            waits_for: missing.map(photo).collect(),
            ..Self::of(version, seen, at)
        }
    }

    /// Of a file that was not.
    pub(super) fn failed(version: &Version, seen: usize, at: Timestamp, error: &dyn Say) -> Self {
        let text = |lang: Lang| {
            let said = error.say(lang);
            let hints = said.remedies.iter().map(|remedy| {
                let remedy = remedy.text(|action| asked(action, lang));
                format!("{}{remedy}", lang.pick(" — ", "——"))
            });
            std::iter::once(said.what.clone()).chain(hints).collect()
        };
        Self {
            error: Some([text(Lang::En), text(Lang::Zh)]),
            ..Self::of(version, seen, at)
        }
    }

    /// As the page of the crew shows it, with its time in the registry's zone.
    pub(super) fn told(&self, zone: &TimeZone) -> ReceivedFile {
        let row = |row: &RowTold| RowSent {
            line: both(|lang| row.number(lang)),
            site: row.site.clone(),
            what: row.what.clone(),
            fate: both(|lang| row.label(lang).to_owned()),
            refused: row.fate == RowState::Refused,
            waits: row.waits,
            told: row.told.clone(),
        };
        let here = self.sent.to_zoned(zone.clone());
        ReceivedFile {
            path: self.path.clone(),
            at: here.strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
            digest: self.sha256.to_string()[..12].to_owned(),
            error: self.error.clone(),
            rows: self.rows.iter().map(row).collect(),
            blank: self.blank,
            waits_for: self.waits_for.clone(),
        }
    }

    /// Whether not all of it was taken in.
    fn lacks_something(&self) -> bool {
        self.error.is_some() || self.refused() > 0
    }

    /// Rows that were refused.
    pub fn refused(&self) -> usize {
        let refused = |row: &&RowTold| row.fate == RowState::Refused;
        self.rows.iter().filter(refused).count()
    }
}

/// The photograph that a row waits for. What lies there may be the beginning of it: some clients send an empty file first.
fn missing(fate: &RowOutcome) -> Option<&str> {
    match fate {
        RowOutcome::Refused(RowFlaw::NoPhoto(name) | RowFlaw::NotAPhoto(name)) => Some(name),
        _ => None,
    }
}

/// The name of a photograph, without folders, in small letters.
fn photo(name: &str) -> String {
    let name = name.replace('\\', "/");
    split(&name).1.trim().to_lowercase()
}

fn both(of: impl Fn(Lang) -> String) -> BothLanguages {
    [of(Lang::En), of(Lang::Zh)]
}

fn row(row: &RowReport) -> RowTold {
    let waits = missing(&row.fate).is_some();
    let (fate, told) = match &row.fate {
        RowOutcome::Recorded(recorded) => (RowState::Recorded, remarks(recorded)),
        RowOutcome::Before => (RowState::Before, Vec::new()),
        RowOutcome::Refused(flaw) => {
            let why = both(|lang| match flaw {
                RowFlaw::NoPhoto(name) => tr!(
                    lang,
                    "photograph {name} has not come yet",
                    "照片 {name} 尚未收到"
                ),
                RowFlaw::NotAPhoto(name) => tr!(
                    lang,
                    "of photograph {name} only a part has come, or it is no picture that can be read: send it again, and where that does not help another one under this name",
                    "照片 {name} 未收全，或不是可读取的图片：请重新发送；仍不行的，请换一张并用同一文件名发送"
                ),
                flaw => flaw.say(lang).text(|action| asked(action, lang)),
            });
            (RowState::Refused, vec![why])
        }
    };
    let what = row.what.map(|what| match what {
        RowSubject::Visit => both(|lang| lang.pick("visit", "核查").into()),
        RowSubject::Eradication => both(|lang| lang.pick("eradication", "铲除").into()),
    });
    RowTold {
        table: row.table.clone(),
        line: row.line,
        site: row.site.as_ref().map(|(_, code)| code.clone()),
        what,
        fate,
        waits,
        told,
    }
}

fn remarks(done: &ImportedEvents) -> Vec<BothLanguages> {
    let state = |state: State, lang| state.label(lang).to_owned();
    let mut told = vec![both(|lang| state(done.state, lang))];
    if done.disputed {
        told.push(both(|lang| {
            lang.pick(
                "in dispute: somebody else reported otherwise; a supervisor decides, both reports are kept",
                "存在争议：他人上报结论不一致，由主管裁定；双方记录均予保留",
            )
            .into()
        }));
    } else if done.moved_on {
        told.push(both(|lang| {
            lang.pick(
                "the site had moved on since this copy was made",
                "该副本生成后图斑状态已有变化",
            )
            .into()
        }));
    }
    if let Some(metres) = done.apart_m {
        told.push(both(|lang| {
            tr!(
                lang,
                "its position lies {metres:.0} m outside the site and was not taken over",
                "坐标在图斑外 {metres:.0} 米，未采用"
            )
        }));
    }
    for (name, mark) in &done.marks {
        told.push(both(|lang| {
            let mark = mark_in_words(mark, lang);
            tr!(lang, "{name}: {mark}", "{name}：{mark}")
        }));
    }
    told
}

/// An action in the words of somebody who stands in the field: what the office does, they ask for.
fn asked(action: &Action, lang: Lang) -> String {
    let (english, chinese) = match action {
        Action::Grant { .. } => ("ask the office to grant the role", "请单位授予角色"),
        Action::Add => ("ask the office to add the site", "请单位新增图斑"),
        Action::Again(Choice::When) => ("tell the office the time", "向单位说明时间"),
        Action::Resolve { .. } => ("ask a supervisor to decide", "请主管裁定"),
        Action::CorrectCount | Action::CorrectTime { .. } | Action::Void { .. } => {
            ("ask the office to correct it", "请单位更正")
        }
        _ => ("ask the office", "请联系单位"),
    };
    lang.pick(english, chinese).to_owned()
}

/// What became of all that a crew sent: a log that only grows, of which the last word on each version counts.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    log: PathBuf,
    last: Vec<VersionOutcome>,
    /// Files that failed as a whole are looked at once more each time that the program starts.
    again: Vec<(String, Hash)>,
}

impl Outcomes {
    pub fn open(log: &Path) -> io::Result<Self> {
        files::end_line(log)?;
        let text = match std::fs::read(log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let mut outcomes = Self {
            log: log.into(),
            ..Self::default()
        };
        let lines = text.split(|byte| *byte == b'\n');
        for outcome in lines.filter_map(|line| serde_json::from_slice(line).ok()) {
            outcomes.put(outcome);
        }
        let failed = outcomes
            .last
            .iter()
            .filter(|outcome| outcome.error.is_some());
        outcomes.again = failed.map(|o| (o.path.clone(), o.sha256)).collect();
        Ok(outcomes)
    }

    /// Records what became of a version.
    pub fn record(&mut self, outcome: VersionOutcome) -> io::Result<()> {
        files::add_line(&self.log, &serde_json::to_string(&outcome)?)?;
        self.again
            .retain(|(path, sha256)| (path, sha256) != (&outcome.path, &outcome.sha256));
        self.put(outcome);
        Ok(())
    }

    fn put(&mut self, outcome: VersionOutcome) {
        let same = |o: &VersionOutcome| o.path == outcome.path && o.sha256 == outcome.sha256;
        self.last.retain(|before| !same(before));
        self.last.push(outcome);
    }

    /// The last word on each version, the latest first.
    pub(crate) fn latest(&self) -> impl Iterator<Item = &VersionOutcome> {
        self.last.iter().rev()
    }

    /// The versions that are to be looked at: new ones, those that waited for a photograph that has come, and those of which
    /// something was refused and that were sent once more: what they were refused for may have been put right.
    pub fn waiting(&self, inbox: &Inbox) -> Vec<Version> {
        let waits = |version: &&Version| {
            let of = |o: &&VersionOutcome| o.path == version.path && o.sha256 == version.sha256;
            let Some(outcome) = self.last.iter().find(of) else {
                return true;
            };
            let key = (version.path.clone(), version.sha256);
            let arrived = |name: &String| inbox.brought_since(name, outcome.seen);
            let is_sent_anew = version.line > outcome.seen && outcome.lacks_something();
            is_sent_anew || self.again.contains(&key) || outcome.waits_for.iter().any(arrived)
        };
        let mut waiting: Vec<Version> = Vec::new();
        for version in inbox.tables().iter().filter(waits) {
            let same = |v: &Version| v.path == version.path && v.sha256 == version.sha256;
            if !waiting.iter().any(same) {
                waiting.push(version.clone());
            }
        }
        waiting
    }
}
