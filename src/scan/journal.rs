//! The journal: what was done, line by line as it is done, so that a run killed at any moment goes on where it was.
//!
//! Each line is the CRC-32 of its text and the text, a JSON value. A line that is cut or damaged ends what is believed;
//! the file is cut there and written on. The first line says what the work is bound to: model, sources, and the options
//! that decide what a cell scores. It is kept after the run, so that the same command again has nothing left to do.

use super::hits::Hit;
use super::outputs::RESULTS;
use super::pool::{ChunkReport, Done};
use crate::files::{self, FileError};
use crate::ground::{Rect, Region};
use crate::words::{Fault, Lang, Said, Say};
use crate::{speaking_error, tr};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often what was written is forced to the disk.
const SYNC: Duration = Duration::from_secs(5);

/// What the work is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// The journal's format.
    pub format: String,
    /// SHA-256 of the model.
    pub model: String,
    /// The options that decide what a cell scores, by name.
    pub options: BTreeMap<String, String>,
    /// Names and fingerprints of the sources in order.
    pub sources: Vec<(String, String)>,
}

impl Bond {
    /// What is not as it was, in words.
    fn difference(&self, other: &Self) -> String {
        if self.format != other.format {
            return format!("journal format {} != {}", other.format, self.format);
        }
        if self.model != other.model {
            return format!("model {} != {}", short(&other.model), short(&self.model));
        }
        for (key, value) in &self.options {
            let before = other.options.get(key).map_or("", String::as_str);
            if before != value {
                return format!("{key} {before} != {value}");
            }
        }
        let names = |b: &Self| {
            b.sources
                .iter()
                .map(|s| s.0.clone())
                .collect::<Vec<_>>()
                .join(", ")
        };
        if names(self) == names(other) {
            let changed = self
                .sources
                .iter()
                .zip(&other.sources)
                .find(|(a, b)| a != b);
            return changed
                .map_or_else(|| "options".into(), |(a, _)| format!("content of {}", a.0));
        }
        format!("sources {} != {}", names(other), names(self))
    }
}

fn short(text: &str) -> String {
    text.chars().take(12).collect()
}

/// A journal that cannot be used.
#[derive(Debug)]
pub enum JournalError {
    /// The folder holds the work of another model, source or option.
    OtherWork {
        /// The output folder.
        folder: PathBuf,
        /// What differs.
        difference: String,
    },
    /// The folder holds results without a journal.
    Foreign {
        /// The output folder.
        folder: PathBuf,
        /// A file of it.
        file: String,
    },
    /// Its first line is damaged, or it is no journal of ours.
    Damaged {
        /// The output folder.
        folder: PathBuf,
    },
    /// Another run is writing it.
    Busy {
        /// The output folder.
        folder: PathBuf,
    },
    /// Its place is a registry's.
    File(FileError),
    /// It cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Say for JournalError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::OtherWork { folder, difference } => {
                let folder = folder.display();
                Said::new(tr!(lang, "{folder} holds the work of another scan ({difference})", "{folder} 中是另一次扫描的结果（{difference}）"))
                    .hint(tr!(lang, "choose another folder with `-o`, or add `--restart` to discard that work and begin anew", "请用 `-o` 换一个文件夹，或加 `--restart` 放弃旧结果重新开始"))
            }
            Self::Foreign { folder, file } => {
                let folder = folder.display();
                Said::new(tr!(
                    lang,
                    "{folder} already holds a {file} that this scan did not write",
                    "{folder} 中已有不是本次扫描写出的 {file}"
                ))
                .hint(tr!(
                    lang,
                    "choose another folder with `-o`, or add `--restart` to overwrite it",
                    "请用 `-o` 换一个文件夹，或加 `--restart` 覆盖"
                ))
            }
            Self::Damaged { folder } => {
                let folder = folder.display();
                Said::new(tr!(lang, "the journal in {folder} is damaged in its first line, or is not ours", "{folder} 中的工作日志首行损坏，或不是本程序的日志"))
                    .hint(tr!(lang, "copy the folder if its work matters, then begin anew with `--restart`, or choose another folder with `-o`", "若其中的工作重要请先备份，再用 `--restart` 重新开始，或用 `-o` 换一个文件夹"))
            }
            Self::Busy { folder } => {
                let folder = folder.display();
                Said::new(tr!(
                    lang,
                    "another run is writing to {folder}",
                    "另一个进程正在写 {folder}"
                ))
                .hint(tr!(
                    lang,
                    "wait for it to end, or choose another folder with `-o`",
                    "请等待其结束，或用 `-o` 换一个文件夹"
                ))
            }
            Self::File(source) => source.say(lang),
            Self::Io { path, source } => {
                let full = source.kind() == io::ErrorKind::StorageFull;
                let said = Said::unwritable(lang, path, source);
                if full {
                    said.hint(tr!(lang, "the disk is full: make room and run the same command again; what was done is kept", "磁盘已满：请腾出空间后重新运行同一命令；已完成部分已保存"))
                } else {
                    said.hint(tr!(
                        lang,
                        "choose a folder that you may write to with `-o`",
                        "请用 `-o` 选择可写的文件夹"
                    ))
                }
            }
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Fault::Machine
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(JournalError, |e| match e {
    JournalError::Io { source, .. } => Some(source),
    JournalError::File(source) => Some(source),
    _ => None,
});

impl From<FileError> for JournalError {
    fn from(source: FileError) -> Self {
        Self::File(source)
    }
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// Lines that were added and not yet written.
    pending: Vec<u8>,
    synced: Instant,
}

/// A rectangle as `[x0,y0,x1,y1]`.
type Corners = [u32; 4];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Bond(Bond),
    /// Job, task, and each hit's rectangle and score. A single-precision score survives its decimal text unchanged.
    Task(usize, usize, Vec<(Corners, f32)>),
    /// Job, chunk, its no-data, unreadable and blank rectangles, and a photo's sharpness.
    Chunk(usize, usize, [Vec<Corners>; 3], Option<u32>),
}

/// The name of the journal in the output folder.
const NAME: &str = "journal.jsonl";

impl Journal {
    /// Opens the journal of an output folder, or begins one. With `restart` an old one is discarded.
    ///
    /// # Errors
    /// See [`JournalError`]; nothing is touched then.
    pub fn open(folder: &Path, bond: &Bond, restart: bool) -> Result<(Self, Done), JournalError> {
        let path = folder.join(NAME);
        let failed = |source| JournalError::Io {
            path: path.clone(),
            source,
        };
        files::spare(&path)?;
        let old = path.exists();
        let foreign = RESULTS.iter().find(|name| folder.join(name).exists());
        if let (false, false, Some(file)) = (old, restart, foreign) {
            return Err(JournalError::Foreign {
                folder: folder.into(),
                file: (*file).into(),
            });
        }
        fs::create_dir_all(folder).map_err(|source| JournalError::Io {
            path: folder.into(),
            source,
        })?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Busy {
                    folder: folder.into(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut done = Done::default();
        let mut end = 0;
        if !restart {
            let (before, read, length) = believe(&file).map_err(failed)?;
            if let Some(before) = before {
                if before != *bond {
                    return Err(JournalError::OtherWork {
                        folder: folder.into(),
                        difference: bond.difference(&before),
                    });
                }
                done = read;
                end = length;
            } else if file.metadata().map_err(failed)?.len() > 0 && old {
                return Err(JournalError::Damaged {
                    folder: folder.into(),
                });
            }
        }
        file.set_len(end).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut journal = Self {
            file,
            path,
            pending: Vec::new(),
            synced: Instant::now(),
        };
        if end == 0 {
            journal.write(&Line::Bond(bond.clone()))?;
            journal.flush()?;
        }
        Ok((journal, done))
    }

    /// Adds the hits of a task.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn task(&mut self, job: usize, task: usize, hits: &[Hit]) -> Result<(), JournalError> {
        self.write(&Line::Task(
            job,
            task,
            hits.iter().map(|h| (corners(h.rect), h.score)).collect(),
        ))
    }

    /// Adds the ground of a chunk.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn chunk(&mut self, report: &ChunkReport) -> Result<(), JournalError> {
        let list = |region: &Region| region.rects().map(corners).collect();
        let regions = [
            list(&report.no_data),
            list(&report.unreadable),
            list(&report.blank),
        ];
        self.write(&Line::Chunk(
            report.job,
            report.chunk,
            regions,
            report.sharpness,
        ))
    }

    fn write(&mut self, line: &Line) -> Result<(), JournalError> {
        let text = serde_json::to_string(line).map_err(|e| self.failed(e.into()))?;
        self.pending.extend_from_slice(
            format!("{:08x} {text}\n", crc32fast::hash(text.as_bytes())).as_bytes(),
        );
        Ok(())
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError::Io {
            path: self.path.clone(),
            source,
        }
    }

    /// Hands what was added to the operating system, and every few seconds to the disk.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn flush(&mut self) -> Result<(), JournalError> {
        self.file
            .write_all(&self.pending)
            .map_err(|e| self.failed(e))?;
        self.pending.clear();
        if self.synced.elapsed() > SYNC {
            self.synced = Instant::now();
            self.file.sync_data().map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Forces what was written to the disk.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.flush()?;
        self.file.sync_data().map_err(|e| self.failed(e))
    }
}

/// Reads up to the first line that is cut or damaged: the bond, what was done, and how many bytes are believed.
fn believe(file: &File) -> io::Result<(Option<Bond>, Done, u64)> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    let (mut bond, mut done, mut length) = (None, Done::default(), 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = reader.read_until(b'\n', &mut bytes)?;
        let Some(line) = parse(&bytes) else { break };
        match (line, bond.is_some()) {
            (Line::Bond(found), false) => bond = Some(found),
            (Line::Task(job, task, hits), true) => {
                let hits = hits
                    .into_iter()
                    .map(|(c, score)| Hit {
                        rect: rect(c),
                        score,
                    })
                    .collect();
                done.tasks.insert((job, task), hits);
            }
            (Line::Chunk(job, chunk, [no_data, unreadable, blank], sharpness), true) => {
                let region = |list: Vec<Corners>| Region::from_rects(list.into_iter().map(rect));
                let report = ChunkReport {
                    job,
                    chunk,
                    no_data: region(no_data),
                    unreadable: region(unreadable),
                    blank: region(blank),
                    sharpness,
                };
                done.chunks.insert((job, chunk), report);
            }
            _ => break,
        }
        length += read as u64;
    }
    Ok((bond, done, length))
}

fn parse(bytes: &[u8]) -> Option<Line> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (crc, text) = text.split_at_checked(9)?;
    let crc = u32::from_str_radix(crc.trim_end(), 16).ok()?;
    (crc == crc32fast::hash(text.as_bytes())).then(|| serde_json::from_str(text).ok())?
}

fn corners(r: Rect) -> Corners {
    [r.x0, r.y0, r.x1, r.y1]
}

fn rect([x0, y0, x1, y1]: Corners) -> Rect {
    Rect { x0, y0, x1, y1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bond(model: &str) -> Bond {
        let options = BTreeMap::from([("threshold".to_owned(), "0.5".to_owned())]);
        Bond {
            format: "1".into(),
            model: model.into(),
            options,
            sources: vec![("a.tif".into(), "f".into())],
        }
    }

    fn hit(x: u32, score: f32) -> Hit {
        Hit {
            rect: Rect {
                x0: x,
                y0: 0,
                x1: x + 16,
                y1: 16,
            },
            score,
        }
    }

    #[test]
    fn another_model_is_refused_and_nothing_is_touched() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (mut journal, _) = Journal::open(folder.path(), &bond("a"), false).expect("begun");
        journal.task(0, 3, &[hit(0, 0.9)]).expect("written");
        journal.flush().expect("written");
        drop(journal);
        let before = fs::read(folder.path().join(NAME)).expect("read");
        let refused = Journal::open(folder.path(), &bond("b"), false).expect_err("another model");
        assert!(refused.to_string().contains("model a != b"), "{refused}");
        assert_eq!(before, fs::read(folder.path().join(NAME)).expect("read"));
        let (_, done) = Journal::open(folder.path(), &bond("b"), true).expect("begun anew");
        assert!(done.tasks.is_empty());
    }

    #[test]
    fn a_second_run_in_the_same_folder_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let first = Journal::open(folder.path(), &bond("a"), false).expect("begun");
        assert!(matches!(
            Journal::open(folder.path(), &bond("a"), false),
            Err(JournalError::Busy { .. })
        ));
        drop(first);
        assert!(Journal::open(folder.path(), &bond("a"), false).is_ok());
    }

    #[test]
    fn results_without_a_journal_are_not_overwritten_unasked() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join("scan.json"), "{}").expect("written");
        assert!(matches!(
            Journal::open(folder.path(), &bond("a"), false),
            Err(JournalError::Foreign { .. })
        ));
        assert!(Journal::open(folder.path(), &bond("a"), true).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn cut_or_damaged_anywhere_a_prefix_is_read_and_written_on(
            scores in proptest::collection::vec(0.0..1.0_f32, 1..20), cut in 0.0..1.0_f64, flip in any::<bool>(),
        ) {
            let folder = tempfile::tempdir().expect("temporary folder");
            let path = folder.path().join(NAME);
            let (mut journal, _) = Journal::open(folder.path(), &bond("a"), false).expect("begun");
            for (i, score) in scores.iter().enumerate() {
                journal.task(0, i, &[hit(16, *score)]).expect("written");
            }
            journal.flush().expect("written");
            drop(journal);
            let mut bytes = fs::read(&path).expect("read");
            let head = bytes.iter().position(|b| *b == b'\n').expect("a line") + 1;
            let at = head + ((bytes.len() - head) as f64 * cut) as usize;
            if flip && at < bytes.len() { bytes[at] ^= 0x11 } else { bytes.truncate(at) }
            fs::write(&path, &bytes).expect("written");
            let (mut journal, done) = Journal::open(folder.path(), &bond("a"), false).expect("opened");
            for (i, ((_, task), hits)) in done.tasks.iter().enumerate() {
                prop_assert_eq!(i, *task);
                prop_assert_eq!(hits[0].score.to_bits(), scores[i].to_bits());
            }
            let next = done.tasks.len();
            journal.task(0, next, &[]).expect("written");
            journal.flush().expect("written");
            drop(journal);
            let (_, again) = Journal::open(folder.path(), &bond("a"), false).expect("opened");
            prop_assert_eq!(again.tasks.len(), next + 1);
        }
    }
}
