//! The journal: what was done, line by line as it is done, so that a run killed at any moment goes on where it was.
//!
//! It is written in segments, one a run, each only ever appended to: `journal.jsonl`, `journal-0002.jsonl` and so on. When
//! all is scored they are settled: everything goes sorted into `scores.jsonl`, the score store, which is the same however
//! often the work was interrupted, and the segments are done with. `journal.jsonl` stays with its first line: it marks a
//! folder of results, is locked while a run writes there, and keeps versions that know no store from beginning anew.

use super::lines::{self, Believed, believe};
use crate::files::{self, Existing};
use crate::scan::error::JournalError;
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::Hit;
use crate::scan::run_difference::RunDifference;
use crate::scan::score_store::{ChunkReport, RunKey, ScoreStore, cells_line, ground_line};
use crate::schema::{RESULT_FILES, ScoreLine};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often what was written is forced to the disk.
const SYNC: Duration = Duration::from_secs(5);
/// The first segment.
const FIRST: &str = "journal.jsonl";
/// The score store.
const STORE: &str = "scores.jsonl";

/// The journal of a results folder.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    /// The first segment, locked.
    first: File,
    key: RunKey,
    floor: f32,
    /// The segment of this run, once there is anything to write.
    segment: Option<(File, PathBuf)>,
    /// The number of the segment that this run begins.
    next: u32,
    /// Lines that were added and not yet written.
    pending: Vec<u8>,
    synced: Instant,
    /// Whether the store holds everything.
    is_settled: bool,
}

fn segment_name(number: u32) -> String {
    if number == 1 {
        FIRST.into()
    } else {
        format!("journal-{number:04}.jsonl")
    }
}

/// The segments after the first that lie in a folder, by number.
fn further_segments(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |name: &str| {
        let number = name.strip_prefix("journal-")?.strip_suffix(".jsonl")?;
        number.parse().ok().filter(|n| segment_name(*n) == name)
    };
    let found = entries.filter_map(|e| number(&e.file_name().to_string_lossy()));
    found.collect::<BTreeSet<u32>>().into_iter().collect()
}

/// An error with the file it is about.
fn at(path: &Path) -> impl Fn(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io {
        path: path.clone(),
        source,
    }
}

/// Opens the first segment and locks it.
fn locked(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join(FIRST);
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(&path)
        .map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy {
            folder: folder.into(),
        }),
        Err(TryLockError::Error(source)) => Err(at(&path)(source)),
    }
}

impl Journal {
    /// Opens the journal of a results folder, or begins one whose cells are kept from `floor` on; scores as low as
    /// `lowest` will be asked for. With `restart` an old one is discarded. Returns what was scored before.
    ///
    /// # Errors
    /// See [`JournalError`]; nothing is touched then.
    pub fn open(
        folder: &Path,
        key: &RunKey,
        (floor, lowest): (f32, f32),
        restart: bool,
    ) -> Result<(Self, ScoreStore), JournalError> {
        for name in [FIRST, STORE] {
            files::spare(&folder.join(name))?;
        }
        let is_there = |name: &&&str| folder.join(name).exists();
        let old = [FIRST, STORE].iter().any(|name| is_there(&name));
        let foreign = RESULT_FILES.iter().find(is_there);
        if let (false, false, Some(file)) = (old, restart, foreign) {
            return Err(JournalError::Foreign {
                folder: folder.into(),
                file: (*file).into(),
            });
        }
        fs::create_dir_all(folder).map_err(at(folder))?;
        let mut journal = Self {
            folder: folder.into(),
            first: locked(folder)?,
            key: key.clone(),
            floor,
            segment: None,
            next: 1,
            pending: Vec::new(),
            synced: Instant::now(),
            is_settled: false,
        };
        if restart {
            journal.discard()?;
            return Ok((journal, ScoreStore::default()));
        }
        let scores = journal.take_over(lowest)?;
        Ok((journal, scores))
    }

    /// Throws away what was scored before.
    fn discard(&mut self) -> Result<(), JournalError> {
        files::remove(&self.folder.join(STORE))?;
        for number in further_segments(&self.folder) {
            files::remove(&self.folder.join(segment_name(number)))?;
        }
        self.first.set_len(0).map_err(at(&self.folder.join(FIRST)))
    }

    /// Reads the store and the segments.
    fn take_over(&mut self, lowest: f32) -> Result<ScoreStore, JournalError> {
        let mut scores = ScoreStore::default();
        let mut floors = Vec::new();
        let first_path = self.folder.join(FIRST);
        let length = self.first.metadata().map_err(at(&first_path))?.len();
        match believe(&self.first).map_err(at(&first_path))? {
            Some(believed) => {
                self.next = 2;
                floors.push(self.checked(believed, &mut scores)?);
            }
            None if length > 0 => {
                return Err(JournalError::Damaged {
                    folder: self.folder.clone(),
                });
            }
            None => {}
        }
        for number in further_segments(&self.folder) {
            let path = self.folder.join(segment_name(number));
            // A run that was killed as it began leaves a segment without a line.
            if let Some(believed) = File::open(&path)
                .and_then(|f| believe(&f))
                .map_err(at(&path))?
            {
                floors.push(self.checked(believed, &mut scores)?);
            }
            self.next = self.next.max(number + 1);
        }
        let unsettled = scores != ScoreStore::default();
        let path = self.folder.join(STORE);
        match File::open(&path) {
            Ok(file) => {
                if let Some(believed) = believe(&file).map_err(at(&path))? {
                    floors.push(self.checked(believed, &mut scores)?);
                    self.is_settled = !unsettled;
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(at(&path)(e)),
        }
        // Parts with different floors hold together what the highest holds.
        if let Some(floor) = floors.into_iter().reduce(f32::max) {
            self.floor = floor;
        }
        if self.floor > lowest {
            return Err(JournalError::BelowFloor {
                folder: self.folder.clone(),
                floor: self.floor,
                lowest,
            });
        }
        Ok(scores)
    }

    /// Takes over what is believed of a file, if it is of the same work. Returns its floor.
    fn checked(&self, believed: Believed, scores: &mut ScoreStore) -> Result<f32, JournalError> {
        if believed.key != self.key {
            return Err(JournalError::OtherWork {
                folder: self.folder.clone(),
                difference: RunDifference::between(&self.key, &believed.key),
            });
        }
        scores.merge(believed.scores);
        Ok(believed.floor)
    }

    /// Whether the store holds everything: what was scored in one run or several is all there.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// The lowest score that is kept.
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Adds what a task scored.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn task(&mut self, work: WorkId, task: TaskId, hits: &[Hit]) -> Result<(), JournalError> {
        self.add(&cells_line(work, task, hits))
    }

    /// Adds the ground of a chunk.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn chunk(
        &mut self,
        work: WorkId,
        chunk: ChunkId,
        report: &ChunkReport,
    ) -> Result<(), JournalError> {
        self.add(&ground_line(work, chunk, report))
    }

    fn add(&mut self, line: &ScoreLine) -> Result<(), JournalError> {
        if self.segment.is_none() {
            self.begin_segment()?;
        }
        self.is_settled = false;
        let path = &self.folder;
        lines::write(&mut self.pending, line).map_err(at(path))
    }

    fn begin_segment(&mut self) -> Result<(), JournalError> {
        let path = self.folder.join(segment_name(self.next));
        let file = if self.next == 1 {
            self.first.try_clone()
        } else {
            let options = OpenOptions::new().append(true).create_new(true).to_owned();
            options.open(&path)
        };
        let file = file.map_err(at(&path))?;
        lines::write(&mut self.pending, &self.key.line(self.floor)).map_err(at(&path))?;
        self.segment = Some((file, path));
        // At once and alone: a segment whose first line is cut says nothing.
        self.flush()
    }

    /// Hands what was added to the operating system, and every few seconds to the disk.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn flush(&mut self) -> Result<(), JournalError> {
        let Some((file, path)) = &mut self.segment else {
            return Ok(());
        };
        file.write_all(&self.pending).map_err(at(path))?;
        self.pending.clear();
        if self.synced.elapsed() > SYNC {
            self.synced = Instant::now();
            file.sync_data().map_err(at(path))?;
        }
        Ok(())
    }

    /// Forces what was written to the disk.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.flush()?;
        match &self.segment {
            Some((file, path)) => file.sync_data().map_err(at(path)),
            None => Ok(()),
        }
    }

    /// Takes note that there are scores which no line of it holds, so that settling keeps them.
    pub(crate) fn expect_others(&mut self) {
        self.is_settled = false;
    }

    /// Puts all scores into the store, of which the segments are then no longer needed.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn settle(&mut self, scores: &ScoreStore) -> Result<(), JournalError> {
        if self.is_settled {
            return Ok(());
        }
        self.sync()?;
        files::write(&self.folder.join(STORE), Existing::Replaced, |out| {
            lines::write(out, &self.key.line(self.floor))?;
            scores.lines().try_for_each(|line| lines::write(out, &line))
        })?;
        self.segment = None;
        for number in further_segments(&self.folder) {
            files::remove(&self.folder.join(segment_name(number)))?;
        }
        let first = self.folder.join(FIRST);
        let head = believe(&self.first)
            .map_err(at(&first))?
            .map_or(0, |b| b.head);
        self.first.set_len(head).map_err(at(&first))?;
        self.next = if head == 0 { 1 } else { 2 };
        self.is_settled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Rect;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const FLOORS: (f32, f32) = (0.05, 0.3);

    fn key(model: &str) -> RunKey {
        let options = BTreeMap::from([("within".to_owned(), String::new())]);
        RunKey::new(model, options, vec![("a.tif".into(), "f".into())])
    }

    fn hit(score: f32) -> Hit {
        let rect = Rect {
            x0: 16,
            y0: 0,
            x1: 32,
            y1: 16,
        };
        Hit {
            tile: 0,
            rect,
            class: 1,
            score,
        }
    }

    fn open(folder: &Path, model: &str) -> Result<(Journal, ScoreStore), JournalError> {
        Journal::open(folder, &key(model), FLOORS, false)
    }

    fn written(folder: &Path, tasks: &[(usize, f32)]) {
        let (mut journal, _) = open(folder, "a").expect("opened");
        for (task, score) in tasks {
            let hits = [hit(*score)];
            journal
                .task(WorkId(0), TaskId(*task), &hits)
                .expect("added");
        }
        journal.flush().expect("written");
    }

    fn scores_of(store: &ScoreStore) -> Vec<(usize, f32)> {
        let tasks = store.tasks_of(WorkId(0));
        tasks.map(|(task, hits)| (task.0, hits[0].score)).collect()
    }

    #[test]
    fn another_model_is_refused_and_nothing_is_touched() {
        let folder = tempfile::tempdir().expect("temporary folder");
        written(folder.path(), &[(3, 0.9)]);
        let before = fs::read(folder.path().join(FIRST)).expect("read");
        let refused = open(folder.path(), "b").expect_err("another model");
        assert!(
            refused.to_string().contains("model a there, b now"),
            "{refused}"
        );
        assert_eq!(before, fs::read(folder.path().join(FIRST)).expect("read"));
        let (_, scores) =
            Journal::open(folder.path(), &key("b"), FLOORS, true).expect("begun anew");
        assert_eq!(scores, ScoreStore::default());
    }

    #[test]
    fn scores_below_the_floor_of_what_is_kept_are_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        written(folder.path(), &[(3, 0.9)]);
        let opened = |lowest| Journal::open(folder.path(), &key("a"), (lowest, lowest), false);
        assert!(matches!(
            opened(0.01),
            Err(JournalError::BelowFloor { floor, .. }) if (floor - 0.05).abs() < 1e-6
        ));
        let (journal, _) = opened(0.6).expect("above the floor");
        assert!((journal.floor() - 0.05).abs() < 1e-6, "the floor stays");
    }

    #[test]
    fn a_second_run_in_the_same_folder_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let first = open(folder.path(), "a").expect("begun");
        assert!(matches!(
            open(folder.path(), "a"),
            Err(JournalError::Busy { .. })
        ));
        drop(first);
        assert!(open(folder.path(), "a").is_ok());
    }

    #[test]
    fn results_without_scores_are_not_overwritten_unasked() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join("scan.json"), "{}").expect("written");
        assert!(matches!(
            open(folder.path(), "a"),
            Err(JournalError::Foreign { .. })
        ));
        assert!(Journal::open(folder.path(), &key("a"), FLOORS, true).is_ok());
    }

    #[test]
    fn segments_settle_into_one_store_whose_bytes_do_not_tell_of_interruptions() {
        let (once, thrice) = (
            tempfile::tempdir().expect("temporary folder"),
            tempfile::tempdir().expect("temporary folder"),
        );
        written(once.path(), &[(2, 0.7), (0, 0.5), (1, 0.6)]);
        for part in [[(1, 0.6)], [(2, 0.7)], [(0, 0.5)]] {
            written(thrice.path(), &part);
        }
        assert_eq!(further_segments(thrice.path()), [2, 3]);
        let settled = |folder: &Path| {
            let (mut journal, scores) = open(folder, "a").expect("opened");
            assert_eq!(scores_of(&scores), [(0, 0.5), (1, 0.6), (2, 0.7)]);
            journal.settle(&scores).expect("settled");
            drop(journal);
            assert!(further_segments(folder).is_empty());
            let (mut journal, again) = open(folder, "a").expect("opened");
            assert_eq!(again, scores);
            journal.settle(&again).expect("nothing to do");
            fs::read(folder.join(STORE)).expect("read")
        };
        assert_eq!(settled(once.path()), settled(thrice.path()));
    }

    #[test]
    fn a_journal_of_version_0_1_0_is_gone_on_with_from_its_threshold_on() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let lines = [
            r#"{"bond":{"format":"papaver.journal/1","model":"a","options":{"threshold":"0.32","within":""},"sources":[["a.tif","f"]]}}"#,
            r#"{"chunk":[0,0,[[[0,0,4,4]],[],[]],null]}"#,
            r#"{"task":[0,7,[[[16,0,32,16],0.8]]]}"#,
        ];
        let text: String = lines
            .map(|l| {
                format!(
                    "{:08x} {l}
",
                    crc32fast::hash(l.as_bytes())
                )
            })
            .concat();
        fs::write(folder.path().join(FIRST), text).expect("written");
        let opened = |lowest| Journal::open(folder.path(), &key("a"), (0.05, lowest), false);
        let (journal, scores) = opened(0.32).expect("opened");
        assert_eq!(scores_of(&scores), [(7, 0.8)]);
        let (_, ground) = scores.chunks_of(WorkId(0)).next().expect("a chunk");
        assert_eq!(ground.no_data.pixels(), 16);
        assert!((journal.floor() - 0.32).abs() < 1e-6);
        drop(journal);
        assert!(matches!(opened(0.2), Err(JournalError::BelowFloor { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn cut_or_damaged_anywhere_a_prefix_is_read_and_gone_on_with(
            scores in proptest::collection::vec(0.05..1.0_f32, 1..20), cut in 0.0..1.0_f64, flip in any::<bool>(),
        ) {
            let folder = tempfile::tempdir().expect("temporary folder");
            let path = folder.path().join(FIRST);
            let tasks: Vec<(usize, f32)> = scores.iter().copied().enumerate().collect();
            written(folder.path(), &tasks);
            let mut bytes = fs::read(&path).expect("read");
            let head = bytes.iter().position(|b| *b == b'\n').expect("a line") + 1;
            let at = head + ((bytes.len() - head) as f64 * cut) as usize;
            if flip && at < bytes.len() { bytes[at] ^= 0x11 } else { bytes.truncate(at) }
            fs::write(&path, &bytes).expect("written");
            let (_, kept) = open(folder.path(), "a").expect("opened");
            let kept = scores_of(&kept);
            prop_assert_eq!(&kept[..], &tasks[..kept.len()]);
            written(folder.path(), &tasks[kept.len()..]);
            let (_, all) = open(folder.path(), "a").expect("opened");
            prop_assert_eq!(scores_of(&all), tasks);
        }
    }
}
