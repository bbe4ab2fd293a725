//! The field loop: what a crew takes with it, what it sends back, and what became of that.
//!
//! Beside a registry lies its folder `.field`: who may come ([`access`]), and for each crew a project that is made of the
//! registry (`project`) and an inbox (`inbox`) whose files are kept byte for byte. What crews send is recorded out of a
//! copy (`taking`); nothing that was acknowledged depends on that.

pub mod access;
mod crew_folder;
mod found;
mod inbox;
mod outcome;
mod paths;
mod project;
mod surroundings;
mod taking;
#[cfg(test)]
mod tests;

pub use access::Access;
pub use crew_folder::{CrewFolder, LARGEST};
pub use found::{CrewEntry, Denied, EntryKind};
pub use inbox::is_table;
pub use outcome::{RowState, RowTold, VersionOutcome};
pub use project::write_project;
pub use surroundings::{Imagery, StoredTiles, Surroundings};

use super::{OfficeError, clock};
use crate::files::{self, FileError};
use crate::words::Lang;
use paths::{ARRIVING, folder_of};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The crews of one registry, while they are served.
#[derive(Debug)]
pub struct CrewGate {
    registry: PathBuf,
    folder: PathBuf,
    lang: Lang,
    folders: Mutex<BTreeMap<String, Arc<CrewFolder>>>,
    /// Passwords that were right, so that the slow question is asked once: digests, in memory alone.
    right: Mutex<BTreeSet<[u8; 32]>>,
}

impl CrewGate {
    /// Of a registry; what was arriving when the program was killed is forgotten.
    ///
    /// # Errors
    /// Those of the folder.
    pub fn open(registry: &Path, lang: Lang) -> Result<Self, OfficeError> {
        let folder = folder_of(registry);
        let arriving = folder.join(ARRIVING);
        std::fs::create_dir_all(&arriving).map_err(FileError::of(&arriving))?;
        files::forget_arriving(&arriving);
        Ok(Self {
            registry: registry.into(),
            folder,
            lang,
            folders: Mutex::default(),
            right: Mutex::default(),
        })
    }

    /// The registry whose crews they are.
    pub fn registry(&self) -> &Path {
        &self.registry
    }

    /// Whether crews have ever been given access to a registry.
    pub fn is_begun(registry: &Path) -> bool {
        access_file(registry).is_file()
    }

    /// The access with this id, where it holds today.
    pub fn access(&self, id: &str) -> Option<Access> {
        let now = clock::instant();
        access::of(&self.folder, id).filter(|access| access.holds(now))
    }

    /// The folder of a crew, to whoever knows its password. Slow where the password was not seen before.
    ///
    /// # Errors
    /// Those of the folder. `None` is a wrong password, or one that holds no more.
    pub fn enter(&self, id: &str, password: &str) -> Result<Option<Arc<CrewFolder>>, OfficeError> {
        let Some(access) = self.access(id) else {
            return Ok(None);
        };
        if !self.is_right(&access, password) {
            return Ok(None);
        }
        self.folder(access).map(Some)
    }

    /// Whether a password was found right before, so that asking costs nothing.
    pub fn knows(&self, id: &str, password: &str) -> bool {
        let right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        self.access(id)
            .is_some_and(|access| right.contains(&seal(&access, password)))
    }

    fn is_right(&self, access: &Access, password: &str) -> bool {
        let seal = seal(access, password);
        let known = || self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(&seal) {
            return true;
        }
        let right = access.opens_with(password);
        if right {
            known().insert(seal);
        }
        right
    }

    fn folder(&self, access: Access) -> Result<Arc<CrewFolder>, OfficeError> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = folders.get(&access.id) {
            folder.renew(access);
            return Ok(folder.clone());
        }
        let id = access.id.clone();
        let opened = Arc::new(CrewFolder::open(
            &self.registry,
            &self.folder,
            access,
            self.lang,
        )?);
        folders.insert(id, opened.clone());
        Ok(opened)
    }

    /// Takes in whatever crews have sent and nobody has looked at yet. Says which crews sent something, and whether
    /// something has to wait: the registry is held by another program, or the disk is full.
    ///
    /// # Errors
    /// Those of reading who may come.
    pub fn take_in(&self) -> Result<(Vec<String>, bool), OfficeError> {
        let mut of = Vec::new();
        let mut waits = false;
        // What was acknowledged before a password was revoked is taken in all the same.
        for access in access::ever(&self.folder) {
            let id = access.id.clone();
            let taken = self.folder(access)?.take_in();
            if taken.outcomes > 0 {
                of.push(id);
            }
            waits |= taken.waits;
        }
        Ok((of, waits))
    }

    /// Draws the imagery around the sites of each crew that may come, where they or it are other than they were.
    ///
    /// # Errors
    /// Those of the registry and of the disk.
    pub fn draw(&self, surroundings: &Surroundings<'_>) -> Result<(), OfficeError> {
        for access in access::ever(&self.folder) {
            if self.access(&access.id).is_some() {
                self.folder(access)?.draw(surroundings)?;
            }
        }
        Ok(())
    }
}

/// The file beside a registry that says who may come.
pub fn access_file(registry: &Path) -> PathBuf {
    access::file(&folder_of(registry))
}

/// What a right password leaves in memory.
fn seal(access: &Access, password: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(access.hash.as_bytes());
    digest.update([0]);
    digest.update(password.as_bytes());
    digest.finalize().into()
}
