//! What every request may reach: the folder that is served, who is logged in, what is going on.

use super::answer::{Refused, Telling};
use super::arriving::{Arriving, Uploads};
use super::audit::AuditLog;
use super::callers::Offices;
use super::connections::Connections;
use super::desks::Desks;
use super::events::Events;
use super::fields::Fields;
use super::gate::Gate;
use super::kept::OpenRegistries;
use super::lan::LanAuthority;
use super::lane::Lane;
pub(super) use super::lane::waiting;
use super::library::{Library, LibraryPlace};
use super::maps::Maps;
use super::remedy::TypedLine;
use super::runs::Runs;
use super::sessions::{SessionUser, Sessions, cookie_name};
use super::writer_thread::WriterThread;
use crate::registry::Role;
use crate::store::Store;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The state that handlers share.
pub(super) type Shared = Arc<House>;

/// Who holds it writes.
type Turn = Arc<tokio::sync::Mutex<WriterThread>>;

/// A served folder.
#[derive(Debug, Default)]
pub(super) struct House {
    /// The folder, without links on the way to it.
    pub root: PathBuf,
    /// What lies in it.
    pub library: Library,
    /// Who is connected.
    pub connections: Arc<Connections>,
    /// What its maps are made of.
    pub maps: Maps,
    /// Its registries, as far as they are open.
    pub kept: OpenRegistries,
    /// Who is logged in.
    pub sessions: Sessions,
    /// Who screens which list.
    pub desks: Desks,
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
    /// How commands are typed.
    pub line: Option<TypedLine>,
    /// The port that it listens on.
    pub port: u16,
    /// Whether it is reached over TLS.
    pub secure: bool,
    /// Whether it is reached from this machine alone.
    pub at_home: bool,
}

impl House {
    /// The name of its cookie.
    pub fn cookie(&self) -> String {
        cookie_name(self.secure, self.port)
    }

    /// How what was refused is told.
    pub fn telling(&self) -> Telling {
        Telling {
            root: self.root.clone(),
            line: self.line,
        }
    }

    /// Whether whoever reaches this server may look at surveys without a login: on their own machine, where nobody is
    /// known whom they could be. A registry whose disk is gone opens nothing.
    pub fn is_open(&self) -> bool {
        self.at_home && self.library.registries().is_empty() && !self.library.lacks_any()
    }

    /// The turn to write in a registry: requests wait for each other here, and not at the file.
    pub fn turn(&self, registry: &str) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(registry.to_owned()).or_default())
    }

    /// Whether somebody who is logged in still has one of some roles.
    pub fn one_of(&self, person: &SessionUser, roles: &[Role]) -> Result<(), Refused> {
        let has = self.has_one_of(person, roles)?;
        has.then_some(()).ok_or_else(|| Refused::not_theirs(roles))
    }

    /// The same as a question.
    pub fn has_one_of(&self, person: &SessionUser, roles: &[Role]) -> Result<bool, Refused> {
        let place = self.registry(&person.registry)?;
        self.kept.read(&place.path, |store: &Store| {
            has_one_of(store, person, roles)
        })
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

fn has_one_of(store: &Store, person: &SessionUser, roles: &[Role]) -> Result<bool, Refused> {
    person.is_still(store)?;
    let author = person.session.author();
    let known = store.people().get(&author.unit, &author.name);
    Ok(known.is_some_and(|known| known.roles.iter().any(|role| roles.contains(role))))
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
