//! What every request may reach: the folder that is served, who is logged in, what is going on.

use super::answer::Refused;
use super::arriving::{Arriving, Uploads};
use super::audit::AuditLog;
use super::events::Events;
use super::field::Fields;
use super::gate::Gate;
use super::kept::OpenRegistries;
use super::lan::LanAuthority;
use super::library::{Library, LibraryPlace};
use super::maps::Maps;
use super::offices::Offices;
use super::runs::Runs;
use super::sessions::{SessionUser, Sessions};
use crate::registry::Role;
use crate::store::Store;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The state that handlers share.
pub(super) type Shared = Arc<House>;

/// Who holds it writes.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// A served folder.
#[derive(Debug, Default)]
pub(super) struct House {
    /// The folder, without links on the way to it.
    pub root: PathBuf,
    /// What lies in it.
    pub library: Library,
    /// What its maps are made of.
    pub maps: Maps,
    /// Its registries, as far as they are open.
    pub kept: OpenRegistries,
    /// Who is logged in.
    pub sessions: Sessions,
    /// Scans that were started from a page.
    pub runs: Runs,
    /// How often a passphrase may be tried.
    pub gate: Gate,
    /// Who logged in, on the disk.
    pub audit: AuditLog,
    /// Who reads in a registry.
    pub readers: Lane,
    /// Whom tiles are drawn for.
    pub drawn: Lane,
    /// Bundles on their way in.
    pub arriving: Arriving,
    /// Files on their way into the inbox.
    pub uploads: Uploads,
    /// Other offices that call.
    pub offices: Offices,
    /// The crews in the field.
    pub fields: Fields,
    /// What listeners are told.
    pub events: Events,
    /// Whose turn it is to write in each registry.
    pub turns: Mutex<HashMap<String, Turn>>,
    /// The names that this server answers to, lower case, without a port.
    pub names: Vec<String>,
    /// What devices need to trust it, where it is reached over TLS.
    pub authority: Option<LanAuthority>,
    /// Whether it is reached over TLS.
    pub secure: bool,
    /// Whether it is reached from this machine alone.
    pub at_home: bool,
}

impl House {
    /// Whether whoever reaches this server may look at surveys without a login: on their own machine, where nobody is
    /// known whom they could be.
    pub fn is_open(&self) -> bool {
        self.at_home && self.library.registries().is_empty()
    }

    /// The turn to write in a registry: requests wait for each other here, and not at the file.
    pub fn turn(&self, registry: &str) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(registry.to_owned()).or_default())
    }

    /// Whether somebody who is logged in still has one of some roles.
    pub fn one_of(&self, person: &SessionUser, roles: &[Role]) -> Result<(), Refused> {
        let has = self
            .kept
            .read(&self.registry(&person.registry)?.path, |store| {
                person.is_still(store)?;
                let author = person.session.author();
                let known = store.people().get(&author.unit, &author.name);
                Ok(known.is_some_and(|known| known.roles.iter().any(|role| roles.contains(role))))
            })?;
        has.then_some(()).ok_or_else(|| Refused::not_theirs(roles))
    }

    /// A registry by its id.
    pub fn registry(&self, id: &str) -> Result<LibraryPlace, Refused> {
        self.library.registry(id).ok_or_else(|| {
            if self.library.has_had(id) {
                Refused::unplugged()
            } else {
                Refused::no_such_registry()
            }
        })
    }
}

/// Requests of one kind: few of them are at work at once, and the others wait without a thread, so that a crowd of one kind leaves
/// threads and memory to the others.
#[derive(Debug)]
pub(super) struct Lane(Arc<Semaphore>);

impl Default for Lane {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new((2 * cores).max(4))))
    }
}

impl Lane {
    /// Does what may wait in its turn.
    pub async fn waiting<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = Arc::clone(&self.0).acquire_owned().await;
        // Whoever has gone away holds the turn as long as their work goes on.
        waiting(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
    }
}

/// Does what may wait (a disk, a lock, a passphrase) on a thread of its own.
pub(super) async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_panicked) => Err(Refused::broken()),
    }
}

/// Reads in a registry.
pub(super) async fn reading<T: Send + 'static>(
    house: &Shared,
    place: LibraryPlace,
    read: impl FnOnce(&Store) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let own = house.clone();
    let work = move || own.kept.read(&place.path, read);
    house.readers.waiting(work).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_crowd_in_one_lane_waits_without_threads_and_holds_up_no_other() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        runtime.expect("runtime").block_on(crowd());
    }

    async fn crowd() {
        let (crowded, other) = (Arc::new(Lane::default()), Lane::default());
        let wide = crowded.0.available_permits();
        let (begun, begins) = mpsc::channel();
        let go = Arc::new(Semaphore::new(0));
        let many: Vec<_> = (0..wide + 3)
            .map(|number| {
                let (lane, begun, go) = (Arc::clone(&crowded), begun.clone(), Arc::clone(&go));
                tokio::spawn(async move {
                    let work = move || {
                        let _told = begun.send(number);
                        while go.available_permits() == 0 {
                            std::thread::sleep(std::time::Duration::from_millis(1));
                        }
                        Ok(())
                    };
                    lane.waiting(work).await
                })
            })
            .collect();
        for _ in 0..wide {
            begins.recv().expect("begun");
        }
        assert_eq!(other.waiting(|| Ok(7)).await.expect("done"), 7);
        assert!(begins.try_recv().is_err(), "more are at work than may be");
        go.add_permits(1);
        for one in many {
            one.await.expect("ended").expect("done");
        }
    }
}
