//! Who acts: a name becomes a person of a unit, with the key that a passphrase opens.

use super::clock;
use super::error::OfficeError;
use crate::store::{Author, InTheirName, Store, StoreError, keys};
use ed25519_dalek::SigningKey;
use jiff::tz::TimeZone;

/// What somebody gives who wants to act.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Their name, or `UNIT/NAME`.
    pub actor: String,
    /// The passphrase of the key that signs: their own, or that of whoever records it in their name.
    pub passphrase: Option<String>,
    /// Who records it in their name, and why their own signature is missing.
    pub in_their_name: Option<(String, String)>,
    /// When what they record happened, RFC 3339 with offset; `None` is now.
    pub happened: Option<String>,
}

/// Somebody who acts once: with one command, or one request.
#[derive(Debug, Clone)]
pub struct Session {
    author: Author,
    at: String,
    happened: Option<String>,
    zone: TimeZone,
}

impl Session {
    pub(super) fn of(author: Author, happened: Option<String>, zone: TimeZone) -> Self {
        let now = || clock::at_in(&zone);
        Self {
            author,
            at: happened.clone().unwrap_or_else(now),
            happened,
            zone,
        }
    }

    /// The same person, about something that happens now, or happened when that is said.
    #[must_use]
    pub fn again(&self, happened: Option<String>) -> Self {
        Self::of(self.author.clone(), happened, self.zone.clone())
    }

    /// The same person, about something that happened at another time.
    pub(super) fn at_another_time(&self, at: String) -> Self {
        self.again(Some(at))
    }

    /// Who acts.
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// When what is recorded happened: the time that was given, else now.
    pub fn at(&self) -> &str {
        &self.at
    }

    /// The zone of the registry: times without one are of it.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When what is recorded happened, where that was said.
    pub fn happened(&self) -> Option<&str> {
        self.happened.as_deref()
    }
}

/// Begins a session: a name without a unit is looked for in the registry's unit first.
///
/// # Errors
/// [`OfficeError::ManyUnits`], and those of a key that its passphrase does not open.
pub fn sign_in(store: &Store, given: Credentials) -> Result<Session, OfficeError> {
    let (unit, name) = person(store, &given.actor)?;
    let unlocked = |name: &str| match &given.passphrase {
        Some(passphrase) => unlocked(store, &unit, name, passphrase),
        None => Ok(None),
    };
    let in_their_name = given
        .in_their_name
        .map(|(recorder, reason)| -> Result<_, OfficeError> {
            Ok(InTheirName {
                key: unlocked(&recorder)?,
                name: recorder,
                reason,
            })
        })
        .transpose()?;
    let key = match in_their_name {
        None => unlocked(&name)?,
        Some(_) => None,
    };
    let author = Author {
        name,
        unit,
        key,
        in_their_name,
    };
    Ok(Session::of(author, given.happened, clock::zone(store)?))
}

/// The unit and the name that somebody means.
fn person(store: &Store, typed: &str) -> Result<(String, String), OfficeError> {
    if let Some((unit, name)) = typed.split_once('/') {
        return Ok((unit.to_owned(), name.to_owned()));
    }
    let own_unit = unit_of(store)?;
    let units: Vec<&str> = store
        .people()
        .iter()
        .filter(|(_, name, _)| *name == typed)
        .map(|(unit, _, _)| unit)
        .collect();
    let unit = match units[..] {
        [] => own_unit,
        [one] => one.to_owned(),
        _ if units.contains(&own_unit.as_str()) => own_unit,
        _ => return Err(OfficeError::ManyUnits(typed.to_owned())),
    };
    Ok((unit, typed.to_owned()))
}

/// The key of a person who keeps one here.
fn unlocked(
    store: &Store,
    unit: &str,
    name: &str,
    passphrase: &str,
) -> Result<Option<SigningKey>, OfficeError> {
    let folder = store.keys_folder();
    let person = store.people().get(unit, name);
    let holds = person.is_some_and(|person| person.key.is_some());
    // Whose key is named in the registry and lies nowhere is told so: a passphrase opens nothing here.
    if !holds && !keys::exists(&folder, unit, name) {
        return Ok(None);
    }
    Ok(Some(keys::unlock(&folder, unit, name, passphrase)?))
}

/// The unit whose registry this is.
///
/// # Errors
/// Those of reading.
pub fn unit_of(store: &Store) -> Result<String, StoreError> {
    Ok(store.local("unit")?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::fixture::begun;
    use crate::office::people::{NewKey, make_key};
    use crate::store::keys::KeyError;

    #[test]
    fn whose_key_lies_nowhere_is_not_told_to_unlock_it() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&folder.path().join("a.papaver"));
        let name = chief.author().name.clone();
        let given = || Credentials {
            actor: name.clone(),
            passphrase: Some("seven grey geese".into()),
            ..Credentials::default()
        };
        let signs = |office: &crate::office::Office| sign_in(office.store(), given());
        assert!(signs(&office).expect("holds no key").author().key.is_none());
        let new = NewKey {
            name: name.clone(),
            passphrase: "seven grey geese".into(),
            old_passphrase: None,
            happened: None,
        };
        make_key(&mut office, new).expect("made");
        assert!(signs(&office).expect("signs").author().key.is_some());
        std::fs::remove_dir_all(office.store().keys_folder()).expect("removed");
        let refused = signs(&office);
        assert!(
            matches!(&refused, Err(OfficeError::Key(KeyError::Missing { name: lost, .. })) if *lost == name),
            "{refused:?}"
        );
    }
}
