//! The score store: every cell from a floor on, and the ground of every chunk. What is found at a threshold, a radius or an
//! agreement of photos is found in it; nothing has to be scored for that.
//!
//! Stores of parts of the same work add up by set union, in any order and any number of times.

use crate::ground::{Rect, Region};
use crate::imagery::photo::{Defect, JpegError, PhotoRejection, RejectionCause};
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::Hit;
use crate::schema::{
    CellRecord, CellsRecord, CornersRecord, GroundRecord, Pattern, PictureFault, SCORES_FORMAT,
    ScoreLine, ScoresKey,
};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The rules by which cells are scored, and by which scans are numbered. A change of either changes this.
const RULES: &str = "papaver.journal/1";

/// What scores are bound to, and with them a scan's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunKey {
    /// The rules by which cells are scored.
    pub rules: String,
    /// SHA-256 of the model.
    pub model: String,
    /// The options that decide what a cell scores, by name.
    pub options: BTreeMap<String, String>,
    /// Names and fingerprints of the sources in order.
    pub sources: Vec<(String, String)>,
}

impl RunKey {
    /// A key under the present rules.
    pub fn new(
        model: &str,
        options: BTreeMap<String, String>,
        sources: Vec<(String, String)>,
    ) -> Self {
        Self {
            rules: RULES.into(),
            model: model.into(),
            options,
            sources,
        }
    }

    /// The options of a search at a threshold, by name.
    pub fn search(&self, threshold: f64) -> BTreeMap<String, String> {
        let mut options = self.options.clone();
        options.insert("threshold".into(), threshold.to_string());
        options
    }

    /// Everything that decides what a search at a threshold finds, as one text.
    pub fn identity(&self, threshold: f64) -> String {
        serde_json::json!({
            "format": self.rules,
            "model": self.model,
            "options": self.search(threshold),
            "sources": self.sources,
        })
        .to_string()
    }

    /// The first line of scores that are bound to it.
    pub fn line(&self, floor: f32) -> ScoreLine {
        ScoreLine::Key(ScoresKey {
            format: SCORES_FORMAT.into(),
            rules: self.rules.clone(),
            model: self.model.clone(),
            options: self.options.clone(),
            sources: self.sources.clone(),
            floor,
        })
    }
}

/// What in a chunk cannot be searched, in pixels of the level that is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChunkReport {
    /// Without data.
    pub no_data: Region,
    /// Unreadable.
    pub unreadable: Region,
    /// Black or white.
    pub blank: Region,
    /// How sharp a photo is, in millionths of [`crate::imagery::photo::Measures::sharpness`]; `None` for orthomosaics, and
    /// where nothing tells.
    pub sharpness: Option<u32>,
    /// Why a photo turned out to be of no use.
    pub fault: Option<PictureFault>,
    /// What it shows at some places.
    pub patterns: Vec<Pattern>,
}

/// What was scored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoreStore {
    tasks: BTreeMap<(WorkId, TaskId), Vec<Hit>>,
    chunks: BTreeMap<(WorkId, ChunkId), ChunkReport>,
}

impl ScoreStore {
    /// Keeps what a task scored.
    pub(crate) fn keep_task(&mut self, work: WorkId, task: TaskId, hits: Vec<Hit>) {
        self.tasks.insert((work, task), hits);
    }

    /// Keeps the ground of a chunk.
    pub(crate) fn keep_chunk(&mut self, work: WorkId, chunk: ChunkId, report: ChunkReport) {
        self.chunks.insert((work, chunk), report);
    }

    /// Whether imagery of it could not be read.
    pub fn is_unread(&self) -> bool {
        self.chunks.values().any(ChunkReport::is_unread)
    }

    /// Takes over another's.
    pub fn merge(&mut self, other: Self) {
        self.tasks.extend(other.tasks);
        self.chunks.extend(other.chunks);
    }

    /// Takes over a shard's, which may have read some of the same chunks for its own tasks: a chunk that either could not read is
    /// unread, since what was to be scored on it there was not.
    pub fn merge_shard(&mut self, shard: Self) {
        self.tasks.extend(shard.tasks);
        for (id, mut report) in shard.chunks {
            if let Some(before) = self.chunks.remove(&id).filter(ChunkReport::is_unread) {
                let unreadable = before.unreadable.union(&report.unreadable);
                report = ChunkReport {
                    unreadable,
                    ..before
                };
            }
            self.chunks.insert(id, report);
        }
    }

    /// All tasks that are done, and their hits.
    pub fn tasks(&self) -> impl Iterator<Item = ((WorkId, TaskId), &[Hit])> {
        self.tasks.iter().map(|(id, hits)| (*id, hits.as_slice()))
    }

    /// All chunks whose ground is known.
    pub fn chunks(&self) -> impl Iterator<Item = (WorkId, ChunkId, &ChunkReport)> {
        let all = self.chunks.iter();
        all.map(|((work, chunk), report)| (*work, *chunk, report))
    }

    /// The tasks of a work that are done, and their hits.
    pub(crate) fn tasks_of(&self, work: WorkId) -> impl Iterator<Item = (TaskId, &[Hit])> {
        let of_work = (work, TaskId(0))..(WorkId(work.0 + 1), TaskId(0));
        self.tasks
            .range(of_work)
            .map(|((_, task), hits)| (*task, hits.as_slice()))
    }

    /// The chunks of a work whose ground is known.
    pub(crate) fn chunks_of(&self, work: WorkId) -> impl Iterator<Item = (ChunkId, &ChunkReport)> {
        let of_work = (work, ChunkId(0))..(WorkId(work.0 + 1), ChunkId(0));
        self.chunks
            .range(of_work)
            .map(|((_, chunk), report)| (*chunk, report))
    }

    /// Its lines in their one order, without the first: the ground before what was scored on it, so that where the file is
    /// cut nothing counts as scored whose ground is unknown.
    pub fn lines(&self) -> impl Iterator<Item = ScoreLine> {
        let cells = self.tasks.iter();
        let ground = self.chunks.iter();
        ground
            .map(|((work, chunk), report)| ground_line(*work, *chunk, report))
            .chain(cells.map(|((work, task), hits)| cells_line(*work, *task, hits)))
    }

    /// Takes over a line; `false` for a first line.
    pub fn take(&mut self, line: ScoreLine) -> bool {
        match line {
            ScoreLine::Key(_) => return false,
            ScoreLine::Cells(record) => {
                let mut hits: Vec<Hit> = record.cells.into_iter().map(hit).collect();
                // Read one by one, they take up to twice the room.
                hits.shrink_to_fit();
                self.keep_task(WorkId(record.work), TaskId(record.task), hits);
            }
            ScoreLine::Ground(record) => {
                let (work, chunk) = (WorkId(record.work), ChunkId(record.chunk));
                self.keep_chunk(work, chunk, ChunkReport::of(record));
            }
        }
        true
    }
}

pub(super) fn cells_line(work: WorkId, task: TaskId, hits: &[Hit]) -> ScoreLine {
    let cell = |h: &Hit| {
        let Rect { x0, y0, x1, y1 } = h.rect;
        CellRecord(x0, y0, x1, y1, h.score, h.class, h.tile)
    };
    ScoreLine::Cells(CellsRecord {
        work: work.0,
        task: task.0,
        cells: hits.iter().map(cell).collect(),
    })
}

fn hit(CellRecord(x0, y0, x1, y1, score, class, tile): CellRecord) -> Hit {
    Hit {
        tile,
        rect: Rect { x0, y0, x1, y1 },
        class,
        score,
    }
}

pub(super) fn ground_line(work: WorkId, chunk: ChunkId, report: &ChunkReport) -> ScoreLine {
    let list = |region: &Region| region.rects().map(|r| [r.x0, r.y0, r.x1, r.y1]).collect();
    ScoreLine::Ground(GroundRecord {
        work: work.0,
        chunk: chunk.0,
        no_data: list(&report.no_data),
        unreadable: list(&report.unreadable),
        blank: list(&report.blank),
        sharpness: report.sharpness,
        fault: report.fault.clone(),
        patterns: report.patterns.clone(),
    })
}

impl ChunkReport {
    /// Whether some of it was not read, so that a sound copy of the same file, or another try, may show more.
    pub fn is_unread(&self) -> bool {
        use PictureFault::{Damaged, Truncated, Unreadable};
        match &self.fault {
            Some(fault) => matches!(fault, Unreadable(_) | Truncated | Damaged),
            None => !self.unreadable.is_empty(),
        }
    }

    fn of(record: GroundRecord) -> Self {
        let region = |list: Vec<CornersRecord>| {
            let rects = list.into_iter();
            Region::from_rects(rects.map(|[x0, y0, x1, y1]| Rect { x0, y0, x1, y1 }))
        };
        Self {
            no_data: region(record.no_data),
            unreadable: region(record.unreadable),
            blank: region(record.blank),
            sharpness: record.sharpness,
            fault: record.fault,
            patterns: record.patterns,
        }
    }
}

/// A rejection as it is kept.
pub(super) fn fault_of(rejection: &PhotoRejection) -> PictureFault {
    match &rejection.why {
        RejectionCause::Truncated => PictureFault::Truncated,
        RejectionCause::Damaged => PictureFault::Damaged,
        RejectionCause::Defect(Defect::Blurred) => PictureFault::Blurred,
        RejectionCause::Defect(Defect::Dark) => PictureFault::Dark,
        RejectionCause::Defect(Defect::Overexposed) => PictureFault::Overexposed,
        RejectionCause::Defect(Defect::NearInfrared) => PictureFault::NearInfrared,
        RejectionCause::Defect(Defect::Colourless) => PictureFault::Colourless,
        RejectionCause::Defect(Defect::Palette) => PictureFault::Palette,
        RejectionCause::Jpeg(JpegError::Io(error)) => PictureFault::Unreadable(error.to_string()),
        _ => PictureFault::Unreadable(rejection.to_string()),
    }
}

/// A rejection as it was before it was kept.
pub fn rejection(path: &Path, fault: &PictureFault) -> PhotoRejection {
    let why = match fault {
        PictureFault::Unreadable(words) => RejectionCause::Jpeg(JpegError::Io(error_of(words))),
        PictureFault::Truncated => RejectionCause::Truncated,
        PictureFault::Damaged => RejectionCause::Damaged,
        PictureFault::Blurred => RejectionCause::Defect(Defect::Blurred),
        PictureFault::Dark => RejectionCause::Defect(Defect::Dark),
        PictureFault::Overexposed => RejectionCause::Defect(Defect::Overexposed),
        PictureFault::NearInfrared => RejectionCause::Defect(Defect::NearInfrared),
        PictureFault::Colourless => RejectionCause::Defect(Defect::Colourless),
        PictureFault::Palette => RejectionCause::Defect(Defect::Palette),
    };
    PhotoRejection {
        path: path.into(),
        why,
    }
}

/// The error of this system that says such words, so that it is told in either language; any other as the words alone.
fn error_of(words: &str) -> io::Error {
    let number = words
        .strip_suffix(')')
        .and_then(|words| words.rsplit_once("(os error "))
        .and_then(|(_, number)| number.parse().ok());
    let numbered = number.map(io::Error::from_raw_os_error);
    let kinds = [
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
        ErrorKind::UnexpectedEof,
        ErrorKind::InvalidInput,
        ErrorKind::FileTooLarge,
        ErrorKind::TimedOut,
    ];
    numbered
        .into_iter()
        .chain(kinds.map(io::Error::from))
        .find(|error| error.to_string() == words)
        .unwrap_or_else(|| io::Error::other(words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn store(tasks: &[(usize, usize, f32)]) -> ScoreStore {
        let mut store = ScoreStore::default();
        for (work, task, score) in tasks {
            let hit = Hit {
                tile: u16::try_from(*task % 3).expect("small"),
                rect: Rect {
                    x0: 0,
                    y0: 16,
                    x1: 16,
                    y1: 32,
                },
                class: 1,
                score: *score,
            };
            store.keep_task(WorkId(*work), TaskId(*task), vec![hit]);
        }
        store
    }

    proptest! {
        #[test]
        fn parts_add_up_in_any_order_and_any_number_of_times(
            parts in proptest::collection::btree_map((0..3_usize, 0..20_usize), (0.0..1.0_f32, 0..4_usize), 0..40),
        ) {
            let of = |n: usize| {
                let own: Vec<_> = parts.iter().filter(|(_, (_, part))| *part == n).map(|((w, t), (s, _))| (*w, *t, *s)).collect();
                store(&own)
            };
            let (mut forth, mut back) = (ScoreStore::default(), ScoreStore::default());
            for n in 0..4 {
                forth.merge(of(n));
            }
            for n in [3, 2, 1, 0, 2] {
                back.merge(of(n));
            }
            prop_assert_eq!(&forth, &back);
            let lines = |s: &ScoreStore| s.lines().map(|l| serde_json::to_string(&l).expect("JSON")).collect::<Vec<_>>();
            prop_assert_eq!(lines(&forth), lines(&back));
            let mut read = ScoreStore::default();
            for line in lines(&forth) {
                prop_assert!(read.take(serde_json::from_str(&line).expect("a line")));
            }
            prop_assert_eq!(read, forth);
        }
    }

    #[test]
    fn a_chunk_that_one_of_two_shards_could_not_read_is_unread() {
        let at = |x0, x1| {
            Region::from_rects([Rect {
                x0,
                y0: 0,
                x1,
                y1: 9,
            }])
        };
        let read_as = |no_data, unreadable| {
            let report = ChunkReport {
                no_data,
                unreadable,
                ..ChunkReport::default()
            };
            let mut store = ScoreStore::default();
            store.keep_chunk(WorkId(0), ChunkId(7), report);
            store
        };
        let whole = || read_as(at(0, 2), Region::default());
        let cut = |x0, x1| read_as(Region::default(), at(x0, x1));
        let merged = |shards: Vec<ScoreStore>| {
            let mut all = ScoreStore::default();
            for shard in shards {
                all.merge_shard(shard);
            }
            all.chunks[&(WorkId(0), ChunkId(7))].clone()
        };
        for shards in [vec![whole(), cut(0, 5)], vec![cut(0, 5), whole()]] {
            assert_eq!(merged(shards).unreadable, at(0, 5));
        }
        assert_eq!(merged(vec![cut(0, 5), cut(3, 9)]).unreadable, at(0, 9));
        assert_eq!(merged(vec![whole(), whole()]).no_data, at(0, 2));
        // A merge that is run again after the shard was: what holds now.
        let mut again = cut(0, 5);
        again.merge(whole());
        assert!(!again.is_unread());
    }

    #[test]
    fn the_tile_of_a_hit_is_kept_where_there_are_several_and_older_lines_have_none() {
        let line = |tile| {
            let mut store = store(&[(0, tile, 0.5)]);
            let line = store.lines().next().expect("a line");
            let text = serde_json::to_string(&line).expect("JSON");
            assert!(store.take(serde_json::from_str(&text).expect("a line")));
            text
        };
        assert!(line(0).ends_with("[[0,16,16,32,0.5,1]]}}"), "{}", line(0));
        assert!(line(2).ends_with("[[0,16,16,32,0.5,1,2]]}}"), "{}", line(2));
    }

    #[test]
    fn a_rejection_says_the_same_after_it_was_kept() {
        use crate::words::{Lang, Say};
        let path = Path::new("a.jpg");
        for why in [
            RejectionCause::Truncated,
            RejectionCause::Damaged,
            RejectionCause::Defect(Defect::Blurred),
            RejectionCause::Defect(Defect::Dark),
            RejectionCause::Defect(Defect::Overexposed),
            RejectionCause::Defect(Defect::NearInfrared),
            RejectionCause::Defect(Defect::Colourless),
            RejectionCause::Defect(Defect::Palette),
            RejectionCause::Jpeg(JpegError::Io(ErrorKind::NotFound.into())),
            RejectionCause::Jpeg(JpegError::Io(io::Error::from_raw_os_error(2))),
            RejectionCause::Jpeg(JpegError::Io(io::Error::other("the stick was drawn"))),
        ] {
            let first = PhotoRejection {
                path: path.into(),
                why,
            };
            let again = rejection(path, &fault_of(&first));
            assert_eq!(first.say(Lang::Zh), again.say(Lang::Zh));
            assert_eq!(first.reason(), again.reason());
        }
    }
}
