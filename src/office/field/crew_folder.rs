//! A crew's folder as a client sees it: the project that goes down, what the crew sent, and what became of that.
//!
//! Of a name that is in both, the later is shown: what a crew has sent stands until the project is made anew.

use super::found::{CrewEntry, Denied, EntryKind};
use super::inbox::{Inbox, Node, UploadChange};
use super::outcome::{Outcomes, VersionOutcome};
use super::paths::{self, ARRIVING, joined, lies_in, own_folder, plain, split};
use super::project::{self, Project};
use super::surroundings::{self, OpenMap, Surroundings};
use super::taking::{self, Desk, TakenIn};
use super::{Access, OfficeError, clock};
use crate::files::{self, FileError, Incoming};
use crate::imagery::base_map::MbTiles;
use crate::pages::received;
use crate::registry::Hash;
use crate::store::evidence;
use crate::words::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The page that says what became of what was sent.
pub(crate) const RESULT: &str = "RESULT.html";
/// The same for the crew's page.
const RESULTS: &str = "page/results.json";
/// How long a project is taken for what the registry says.
const FRESH: Duration = Duration::from_secs(3);
/// Files that the result names at most.
const TOLD: usize = 40;
/// Bytes of one file at most.
pub const LARGEST: u64 = 1 << 30;

/// The folder of a crew.
#[derive(Debug)]
pub struct CrewFolder {
    registry: PathBuf,
    field: PathBuf,
    /// Where what belongs to this crew alone lies.
    own: PathBuf,
    access: Mutex<Access>,
    lang: Lang,
    inbox: Mutex<Inbox>,
    outcomes: Mutex<Outcomes>,
    project: Mutex<Option<(Instant, Project)>>,
    results: Mutex<BTreeMap<String, CrewEntry>>,
    /// The files that the page said are not read.
    unread: Mutex<Vec<String>>,
    map: OpenMap,
    /// One at a time takes in.
    taking: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path as it is kept, which is not the folder itself.
fn named(path: &str) -> Result<String, Denied> {
    let path = plain(path).filter(|path| !path.is_empty());
    path.ok_or(Denied::Name)
}

fn has_room(inbox: &Inbox) -> Result<(), Denied> {
    inbox.has_room().then_some(()).ok_or(Denied::Full)
}

impl CrewFolder {
    pub(super) fn open(
        registry: &Path,
        field: &Path,
        access: Access,
        lang: Lang,
    ) -> Result<Self, OfficeError> {
        let own = own_folder(field, &access.id);
        std::fs::create_dir_all(&own).map_err(FileError::of(&own))?;
        let opened = || -> io::Result<_> {
            let inbox = Inbox::open(&own.join("inbox.jsonl"))?;
            Ok((inbox, Outcomes::open(&own.join("outcomes.jsonl"))?))
        };
        let (inbox, outcomes) = opened().map_err(FileError::of(&own))?;
        let folder = Self {
            registry: registry.into(),
            field: field.into(),
            own,
            access: Mutex::new(access),
            lang,
            inbox: Mutex::new(inbox),
            outcomes: Mutex::new(outcomes),
            project: Mutex::default(),
            results: Mutex::default(),
            unread: Mutex::default(),
            map: OpenMap::default(),
            taking: Mutex::default(),
        };
        folder.tell().map_err(FileError::of(&folder.own))?;
        Ok(folder)
    }

    /// Whose it is.
    pub fn access(&self) -> Access {
        lock(&self.access).clone()
    }

    /// Takes over what a new password says: until when, and in whose name rows are recorded.
    pub(super) fn renew(&self, access: Access) {
        *lock(&self.access) = access;
    }

    /// What a path stands for.
    ///
    /// # Errors
    /// Those of making the project. `None` where there is nothing.
    pub fn look(&self, path: &str) -> Result<Option<CrewEntry>, OfficeError> {
        let down = self.down()?;
        Ok(plain(path).and_then(|path| self.looked(&down, &path)))
    }

    fn looked(&self, down: &BTreeMap<String, CrewEntry>, path: &str) -> Option<CrewEntry> {
        let sent = lock(&self.inbox).get(path).map(|node| self.found(node));
        let found = match (down.get(path), sent) {
            (Some(file), Some(sent)) if sent.at > file.at => Some(sent),
            (Some(file), _) => Some(file.clone()),
            (None, sent) => sent,
        };
        let is_folder = || path.is_empty() || down.keys().any(|known| lies_in(known, path));
        found.or_else(|| {
            is_folder().then(|| CrewEntry {
                what: EntryKind::Folder,
                at: self.access().at,
            })
        })
    }

    /// The names in a folder, in order.
    ///
    /// # Errors
    /// Those of [`CrewFolder::look`].
    pub fn list(&self, path: &str) -> Result<Vec<(String, CrewEntry)>, OfficeError> {
        let Some(path) = plain(path) else {
            return Ok(Vec::new());
        };
        let down = self.down()?;
        let sent = lock(&self.inbox);
        let mut names: BTreeSet<String> = sent.list(&path).map(|(name, _)| name.into()).collect();
        drop(sent);
        let inner = down.keys().filter_map(|known| match path.as_str() {
            "" => Some(known.as_str()),
            path => known.strip_prefix(path)?.strip_prefix('/'),
        });
        names.extend(
            inner
                .filter_map(|rest| rest.split('/').next())
                .map(str::to_owned),
        );
        let found = names.into_iter().filter_map(|name| {
            let found = self.looked(&down, &joined(&path, &name))?;
            Some((name, found))
        });
        Ok(found.collect())
    }

    /// A file that begins to arrive.
    ///
    /// # Errors
    /// [`Denied::Name`], [`Denied::Full`], [`Denied::Exists`] for a folder, and those of the system.
    pub fn begin(&self, path: &str) -> Result<Incoming, Denied> {
        let path = named(path)?;
        let inbox = lock(&self.inbox);
        has_room(&inbox)?;
        inbox.may_lie(&path)?;
        drop(inbox);
        Ok(Incoming::begin(&self.field.join(ARRIVING))?)
    }

    /// Keeps a file that has arrived whole: on the disk, and in the log, when this returns.
    ///
    /// # Errors
    /// [`Denied::ReadOnly`] where another file goes down under this name; those of [`CrewFolder::begin`].
    pub fn keep(&self, path: &str, incoming: Incoming) -> Result<(), Denied> {
        let path = plain(path).ok_or(Denied::Name)?;
        let (sha256, bytes) = (Hash(incoming.digest()), incoming.bytes());
        let mut inbox = lock(&self.inbox);
        // Of what is not taken no byte stays: the inbox would not know of it.
        if paths::ending(&path) != "gpkg" && self.is_the_same(&path, sha256) {
            return Ok(());
        }
        self.may_be_named(&path, true)?;
        inbox.may_lie(&path)?;
        if !inbox.has_room() {
            return Err(Denied::Full);
        }
        incoming.keep(|digest| self.kept(Hash(digest)))?;
        let change = UploadChange::Put {
            path,
            sha256,
            bytes,
        };
        Ok(inbox.record(change, clock::instant())?)
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// [`Denied::Name`], [`Denied::Exists`], [`Denied::Missing`] where it would lie in none; those of the system.
    pub fn make_folder(&self, path: &str) -> Result<(), Denied> {
        let path = named(path)?;
        self.in_a_folder(&path)?;
        let mut inbox = lock(&self.inbox);
        if inbox.get(&path).is_some() || self.may_be_named(&path, false).is_err() {
            return Err(Denied::Exists);
        }
        has_room(&inbox)?;
        Ok(inbox.record(UploadChange::Folder { path }, clock::instant())?)
    }

    /// Shows a file or a folder no more. Its bytes stay kept.
    ///
    /// # Errors
    /// [`Denied::Missing`], [`Denied::ReadOnly`], [`Denied::Full`]; those of the system.
    pub fn remove(&self, path: &str) -> Result<(), Denied> {
        let path = named(path)?;
        let mut inbox = lock(&self.inbox);
        if inbox.get(&path).is_none() {
            return Err(self.not_sent(&path));
        }
        if !inbox.may_put_away(1) {
            return Err(Denied::Full);
        }
        Ok(inbox.record(UploadChange::Gone { path }, clock::instant())?)
    }

    /// Gives a file or a folder that the crew sent another name.
    ///
    /// # Errors
    /// [`Denied::Missing`], [`Denied::ReadOnly`], [`Denied::Name`], [`Denied::Full`]; those of the system.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Denied> {
        let (from, to) = (named(from)?, named(to)?);
        if lies_in(&to, &from) {
            return Err(Denied::Name);
        }
        self.in_a_folder(&to)?;
        let mut inbox = lock(&self.inbox);
        if inbox.get(&from).is_none() {
            return Err(self.not_sent(&from));
        }
        // All that a folder holds goes along.
        let moved = inbox.moved_to(&from, &to);
        if !inbox.may_put_away(moved.len()) {
            return Err(Denied::Full);
        }
        for (path, is_file) in moved {
            self.may_be_named(&named(&path)?, is_file)?;
        }
        Ok(inbox.record(UploadChange::Moved { from, to }, clock::instant())?)
    }

    /// Takes in every version of a table that nobody has looked at, and says on the page what became of it.
    pub(super) fn take_in(&self) -> TakenIn {
        let _one = lock(&self.taking);
        let mut taken = TakenIn::default();
        let waiting = lock(&self.outcomes).waiting(&lock(&self.inbox));
        for version in &waiting {
            let recorded = self
                .take(version)
                .is_some_and(|outcome| lock(&self.outcomes).record(outcome).is_ok());
            taken.outcomes += usize::from(recorded);
            taken.waits |= !recorded;
        }
        if taken.outcomes > 0 {
            *lock(&self.project) = None;
        }
        let is_news = taken.outcomes > 0 || lock(&self.inbox).unread() != *lock(&self.unread);
        if is_news {
            taken.waits |= self.tell().is_err();
        }
        taken
    }

    /// Draws the imagery around the crew's sites anew, where they or it are other than they were.
    pub(super) fn draw(&self, surroundings: &Surroundings<'_>) -> Result<(), OfficeError> {
        self.map.close();
        let places = project::places(&self.registry, &self.access().crew)?;
        if surroundings::draw(&self.own, &places, surroundings, self.lang)? {
            *lock(&self.project) = None;
        }
        Ok(())
    }

    /// The imagery around its sites, where it has been drawn.
    pub fn imagery(&self) -> Option<Arc<MbTiles>> {
        self.map.of(&self.own)
    }

    fn take(&self, version: &super::inbox::Version) -> Option<VersionOutcome> {
        let kept = |sha256| self.kept(sha256);
        let (work, access) = (self.field.join(ARRIVING), self.access());
        let desk = Desk {
            registry: &self.registry,
            access: &access,
            work: &work,
            kept: &kept,
        };
        // What comes meanwhile is looked at afterwards.
        let inbox = lock(&self.inbox).clone();
        taking::take(&desk, &inbox, version)
    }

    /// Writes the pages that say what became of what was sent.
    fn tell(&self) -> io::Result<()> {
        let outcomes = lock(&self.outcomes);
        let told: Vec<&VersionOutcome> = outcomes.latest().take(TOLD).collect();
        let access = self.access();
        let at = told.first().map_or(access.at, |outcome| outcome.at);
        let zone = clock::zone_at(&self.registry);
        let sent = told.iter().map(|outcome| outcome.told(&zone));
        let unread = lock(&self.inbox).unread();
        let page = received::page(&access.crew, &sent.collect::<Vec<_>>(), &unread);
        *lock(&self.unread) = unread;
        let data = serde_json::to_vec(&told)?;
        let mut results = lock(&self.results);
        for (name, bytes) in [(RESULT, page.into_bytes()), (RESULTS, data)] {
            let path = self.own.join(split(name).1);
            files::keep(&path, |out| out.write_all(&bytes))?;
            let what = EntryKind::File(path, bytes.len() as u64);
            results.insert(name.to_owned(), CrewEntry { what, at });
        }
        Ok(())
    }

    /// Where a kept file lies.
    fn kept(&self, sha256: Hash) -> PathBuf {
        evidence::path_of(&self.field.join("files"), sha256)
    }

    fn found(&self, node: Node) -> CrewEntry {
        let what = match node.file {
            Some((sha256, bytes)) => EntryKind::File(self.kept(sha256), bytes),
            None => EntryKind::Folder,
        };
        CrewEntry { what, at: node.at }
    }

    /// What goes down, by its path.
    fn down(&self) -> Result<BTreeMap<String, CrewEntry>, OfficeError> {
        let mut present = lock(&self.project);
        let project = match &*present {
            Some((since, project)) if since.elapsed() < FRESH => project.clone(),
            _ => {
                let made = project::present(&self.registry, &self.own, &self.access(), self.lang)?;
                *present = Some((Instant::now(), made.clone()));
                made
            }
        };
        drop(present);
        let mut down = project.found();
        down.extend(lock(&self.results).clone());
        Ok(down)
    }

    /// Fails where a name is taken by what goes down: see [`Denied::of_name`].
    fn may_be_named(&self, path: &str, is_file: bool) -> Result<(), Denied> {
        let down = self.down().unwrap_or_default();
        Denied::of_name(down.keys(), path, is_file).map_or(Ok(()), Err)
    }

    fn is_the_same(&self, path: &str, sha256: Hash) -> bool {
        let down = self.down().ok().and_then(|mut down| down.remove(path));
        let Some(EntryKind::File(file, _)) = down.map(|found| found.what) else {
            return false;
        };
        files::read(&file).is_ok_and(|bytes| Hash::of(&bytes) == sha256)
    }

    /// Whether a path goes down, or something in it.
    fn goes_down_somewhere(&self, path: &str) -> bool {
        self.down()
            .is_ok_and(|down| down.keys().any(|known| lies_in(known, path)))
    }

    /// What stands in the way of changing what the crew did not send.
    fn not_sent(&self, path: &str) -> Denied {
        if self.goes_down_somewhere(path) {
            Denied::ReadOnly
        } else {
            Denied::Missing
        }
    }

    fn in_a_folder(&self, path: &str) -> Result<(), Denied> {
        let folder = split(path).0;
        let sent = lock(&self.inbox)
            .get(folder)
            .map(|node| node.file.is_none());
        let is_folder = folder.is_empty() || sent == Some(true) || self.goes_down_somewhere(folder);
        is_folder.then_some(()).ok_or(Denied::Missing)
    }
}
