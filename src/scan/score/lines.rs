//! Files of checked lines: each is the CRC-32 of its text and the text. A line that is cut or damaged ends what is believed.

use crate::ground::{Rect, Region};
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::Hit;
use crate::scan::score_store::{ChunkReport, RunKey, ScoreStore};
use crate::schema::{SCORES_FORMAT, ScoreLine, ScoresKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};

/// What is believed of a file.
pub struct Believed {
    /// What its scores are bound to.
    pub key: RunKey,
    /// The floor they begin at.
    pub floor: f32,
    /// The scores.
    pub scores: ScoreStore,
    /// Bytes of the first line.
    pub head: u64,
}

/// Adds a line.
pub fn write(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(line)?;
    writeln!(out, "{:08x} {text}", crc32fast::hash(text.as_bytes()))
}

/// The value of a line with its line break, if it is whole.
pub fn value<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    serde_json::from_str(text_of(line)?).ok()
}

/// What lines hold of which every one is whole and understood; `None` of others.
pub fn all<'a>(mut lines: impl Iterator<Item = &'a [u8]>) -> Option<Believed> {
    let first = lines.next()?;
    let (key, floor, _) = text_of(first).and_then(key)?;
    let mut scores = ScoreStore::default();
    for line in lines {
        if !scores.take(value(line)?) {
            return None;
        }
    }
    Some(Believed {
        key,
        floor,
        scores,
        head: first.len() as u64,
    })
}

/// Reads up to the first line that is cut or damaged; `None` where that is the first.
pub fn believe(file: &File) -> io::Result<Option<Believed>> {
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    reader.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    let head = reader.read_until(b'\n', &mut bytes)? as u64;
    let Some((key, floor, is_legacy)) = text_of(&bytes).and_then(key) else {
        return Ok(None);
    };
    let mut scores = ScoreStore::default();
    loop {
        bytes.clear();
        reader.read_until(b'\n', &mut bytes)?;
        let Some(text) = text_of(&bytes) else { break };
        let taken = if is_legacy {
            legacy_line(text, &mut scores)
        } else {
            serde_json::from_str(text).is_ok_and(|line| scores.take(line))
        };
        if !taken {
            break;
        }
    }
    Ok(Some(Believed {
        key,
        floor,
        scores,
        head,
    }))
}

/// The text of a whole line.
fn text_of(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (crc, text) = text.split_at_checked(9)?;
    let crc = u32::from_str_radix(crc.trim_end(), 16).ok()?;
    (crc == crc32fast::hash(text.as_bytes())).then_some(text)
}

/// The key and floor in a first line, and whether the lines after it are those of version 0.1.0.
fn key(text: &str) -> Option<(RunKey, f32, bool)> {
    if let Ok(ScoreLine::Key(key)) = serde_json::from_str(text) {
        let ScoresKey { format, floor, .. } = key;
        let key = RunKey {
            rules: key.rules,
            model: key.model,
            options: key.options,
            sources: key.sources,
        };
        return (format == SCORES_FORMAT).then_some((key, floor, false));
    }
    let LegacyLine::Bond(mut bond) = serde_json::from_str(text).ok()? else {
        return None;
    };
    // Its cells were kept from the threshold on.
    let floor = bond.options.remove("threshold")?.parse::<f64>().ok()?;
    let key = RunKey {
        rules: bond.format,
        model: bond.model,
        options: bond.options,
        sources: bond.sources,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "scores are single precision"
    )]
    Some((key, floor as f32, true))
}

/// A line of a journal of version 0.1.0.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum LegacyLine {
    Bond(LegacyBond),
    /// Job, task, and each hit's rectangle and score.
    Task(usize, usize, Vec<([u32; 4], f32)>),
    /// Job, chunk, its no-data, unreadable and blank rectangles, and a photo's sharpness.
    Chunk(usize, usize, [Vec<[u32; 4]>; 3], Option<u32>),
}

#[derive(Deserialize)]
struct LegacyBond {
    format: String,
    model: String,
    options: BTreeMap<String, String>,
    sources: Vec<(String, String)>,
}

fn legacy_line(text: &str, scores: &mut ScoreStore) -> bool {
    let rect = |[x0, y0, x1, y1]: [u32; 4]| Rect { x0, y0, x1, y1 };
    match serde_json::from_str(text) {
        Ok(LegacyLine::Task(work, task, hits)) => {
            let hit = |(corners, score)| Hit {
                tile: 0,
                rect: rect(corners),
                class: 0,
                score,
            };
            let hits = hits.into_iter().map(hit).collect();
            scores.keep_task(WorkId(work), TaskId(task), hits);
            true
        }
        Ok(LegacyLine::Chunk(work, chunk, parts, sharpness)) => {
            let [no_data, unreadable, blank] =
                parts.map(|list| Region::from_rects(list.into_iter().map(rect)));
            let report = ChunkReport {
                no_data,
                unreadable,
                blank,
                sharpness,
                fault: None,
                patterns: Vec::new(),
            };
            scores.keep_chunk(WorkId(work), ChunkId(chunk), report);
            true
        }
        _ => false,
    }
}
