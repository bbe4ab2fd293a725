//! A registry's beginning, its people, their roles and their keys.

use super::{Office, OfficeError, Session, UnknownPerson, clock};
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

/// Fails for somebody whom the unit does not know: a slip makes no person.
///
/// # Errors
/// [`UnknownPerson`].
pub fn known(store: &Store, unit: &str, name: &str) -> Result<(), UnknownPerson> {
    UnknownPerson::of(store.people(), unit, name).map_or(Ok(()), Err)
}

/// Grants roles to somebody who is known.
///
/// # Errors
/// [`UnknownPerson`], and what the law refuses.
pub fn grant(
    office: &mut Office,
    session: &Session,
    name: String,
    roles: Vec<Role>,
) -> Result<PersonNow, OfficeError> {
    known(office.store(), &session.author().unit, &name)?;
    change(office, session, ActorAction::Grant, name, roles)
}

/// Adds a person or grants roles, or of somebody who is known revokes them or confirms that the key they show is theirs.
///
/// # Errors
/// [`UnknownPerson`], and what the law refuses.
pub fn change(
    office: &mut Office,
    session: &Session,
    action: ActorAction,
    name: String,
    roles: Vec<Role>,
) -> Result<PersonNow, OfficeError> {
    let unit = &session.author().unit;
    if action != ActorAction::Grant {
        known(office.store(), unit, &name)?;
    }
    let person = office.store().people().get(unit, &name);
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
/// [`UnknownPerson`], and what the law refuses.
pub fn lose_key(
    office: &mut Office,
    session: &Session,
    name: String,
    reason: String,
) -> Result<PersonNow, OfficeError> {
    known(office.store(), &session.author().unit, &name)?;
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
/// [`UnknownPerson`], those of the key that they hold, of writing the new one, and what the law refuses; no new key lies there then.
pub fn make_key(office: &mut Office, new: NewKey) -> Result<PersonNow, OfficeError> {
    let unit = office.unit()?;
    known(office.store(), &unit, &new.name)?;
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
    match record(office, &Session::of(author, new.happened, zone), change) {
        Ok(now) => {
            locked.put()?;
            Ok(now)
        }
        Err(refused) => {
            // Why it is refused goes before why its file stays.
            let _taken_away = locked.discard();
            Err(refused)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::fixture::{begun, grant as granted};

    #[test]
    fn a_slip_makes_no_person_and_says_who_was_meant() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&folder.path().join("a.papaver"));
        granted(&mut office, &chief, "Wang", &[Role::Verifier]);
        let name = || "Wnag".to_owned();
        let verifier = || vec![Role::Verifier];
        let refused = [
            change(&mut office, &chief, ActorAction::Revoke, name(), verifier()),
            change(&mut office, &chief, ActorAction::Confirm, name(), vec![]),
            grant(&mut office, &chief, name(), verifier()),
            lose_key(&mut office, &chief, name(), "lost".into()),
        ];
        for refused in refused {
            let Err(OfficeError::Person(person)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(person.meant.as_deref(), Some("Wang"));
        }
        assert!(office.store().people().get("410423", "Wnag").is_none());
        grant(&mut office, &chief, "Wang".into(), vec![Role::Analyst]).expect("granted");
    }

    #[test]
    fn a_key_that_is_not_recorded_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&folder.path().join("a.papaver"));
        granted(&mut office, &chief, "Wang", &[Role::Verifier]);
        change(
            &mut office,
            &chief,
            ActorAction::Revoke,
            "Wang".into(),
            vec![Role::Verifier],
        )
        .expect("revoked");
        for name in ["Nobody", "Wang"] {
            let new = NewKey {
                name: name.into(),
                passphrase: "correct horse".into(),
                old_passphrase: None,
                happened: None,
            };
            make_key(&mut office, new).expect_err("they hold no role");
            let keys = office.store().keys_folder();
            assert!(!keys::exists(&keys, "410423", name), "{name}");
        }
    }
}
