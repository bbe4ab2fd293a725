//! A registry's beginning, its people, their roles and their keys.

use super::{Office, OfficeError, Session, clock};
use crate::registry::body::{ActorAction, ActorChange, Body, Init};
use crate::registry::people::Person;
use crate::registry::{DeviceId, Role, key_proof};
use crate::store::{Author, Store, StoreError, keys};
use ed25519_dalek::SigningKey;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Whose registry begins, and who begins it.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The unit's code.
    pub unit: String,
    /// Its name.
    pub unit_name: Option<String>,
    /// Its first supervisor.
    pub supervisor: String,
    /// When, RFC 3339 with offset.
    pub at: String,
}

/// A registry that was begun.
#[derive(Debug, Clone, Serialize)]
pub struct BegunRegistry {
    /// Its file.
    pub registry: PathBuf,
    /// The unit's code.
    pub unit: String,
    /// This device's public key.
    pub device: Option<DeviceId>,
}

/// Begins a registry.
///
/// # Errors
/// [`StoreError::Exists`], and those of writing.
pub fn begin(path: &Path, beginning: Beginning) -> Result<BegunRegistry, OfficeError> {
    let author = Author::plain(&beginning.unit, &beginning.supervisor);
    let init = Init {
        unit: beginning.unit,
        unit_name: beginning.unit_name,
        program: format!("papaver {}", env!("CARGO_PKG_VERSION")),
    };
    let (moment, secret) = (clock::moment(), clock::secret());
    let store = Store::create(path, &author, init, beginning.at, moment, secret)?;
    Ok(BegunRegistry {
        registry: path.into(),
        unit: author.unit,
        device: store.signing_key().map(DeviceId::of),
    })
}

/// A person as they stand after a change.
#[derive(Debug, Clone, Serialize)]
pub struct PersonNow {
    /// Their name.
    pub name: String,
    /// Their unit's code.
    pub unit: String,
    /// What is known of them.
    pub person: Option<Person>,
}

/// Grants or revokes roles, or confirms that the key somebody shows is theirs.
///
/// # Errors
/// What the law refuses.
pub fn change(
    office: &mut Office,
    session: &Session,
    action: ActorAction,
    name: String,
    roles: Vec<Role>,
) -> Result<PersonNow, OfficeError> {
    let person = office.store().people().get(&session.author().unit, &name);
    let shown = person.and_then(|person| person.key.as_ref());
    let key = shown
        .map(|key| key.key)
        .filter(|_| action == ActorAction::Confirm);
    let change = ActorChange {
        key,
        ..ActorChange::new(action, name, roles)
    };
    record(office, session, change)
}

/// Says that somebody's key is lost.
///
/// # Errors
/// What the law refuses.
pub fn lose_key(
    office: &mut Office,
    session: &Session,
    name: String,
    reason: String,
) -> Result<PersonNow, OfficeError> {
    let change = ActorChange {
        reason: Some(reason),
        ..ActorChange::new(ActorAction::Key, name, vec![])
    };
    record(office, session, change)
}

/// A key that somebody makes for themselves.
#[derive(Clone)]
pub struct NewKey {
    /// Whose.
    pub name: String,
    /// What it is locked with.
    pub passphrase: String,
    /// The passphrase of the key that they hold: the new one is signed with it.
    pub old_passphrase: Option<String>,
    /// When, RFC 3339 with offset; `None` is now.
    pub happened: Option<String>,
}

/// Whether somebody of the registry's own unit holds a key.
///
/// # Errors
/// Those of reading.
pub fn holds_key(office: &Office, name: &str) -> Result<bool, StoreError> {
    let unit = office.unit()?;
    let person = office.store().people().get(&unit, name);
    Ok(person.is_some_and(|person| person.key.is_some()))
}

/// Makes a person's own key: locked on the disk first, then recorded, then put in its place.
///
/// # Errors
/// Those of the key that they hold, of writing the new one, and what the law refuses.
pub fn make_key(office: &mut Office, new: NewKey) -> Result<PersonNow, OfficeError> {
    let unit = office.unit()?;
    let folder = office.store().keys_folder();
    let secret = SigningKey::from_bytes(&clock::secret());
    let holds = holds_key(office, &new.name)?;
    let signing = match &new.old_passphrase {
        Some(old) if holds => keys::unlock(&folder, &unit, &new.name, old)?,
        _ => secret.clone(),
    };
    let author = Author {
        key: Some(signing),
        ..Author::plain(&unit, &new.name)
    };
    let locked = keys::lock(&folder, &unit, &new.name, &secret, &new.passphrase)?;
    let change = ActorChange {
        key: Some(DeviceId::of(&secret)),
        proof: holds.then(|| key_proof::prove(&secret, &unit, &new.name)),
        seen: Some(office.store().devices()?.into_iter().collect()),
        ..ActorChange::new(ActorAction::Key, new.name, vec![])
    };
    let zone = clock::zone(office.store())?;
    let now = record(office, &Session::of(author, new.happened, zone), change)?;
    locked.put()?;
    Ok(now)
}

fn record(
    office: &mut Office,
    session: &Session,
    change: ActorChange,
) -> Result<PersonNow, OfficeError> {
    let (unit, name) = (session.author().unit.clone(), change.name.clone());
    office.record(session, None, vec![], Body::Actor(change))?;
    let person = office.store().people().get(&unit, &name).cloned();
    Ok(PersonNow { name, unit, person })
}
