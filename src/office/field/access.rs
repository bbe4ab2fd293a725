//! Who may come: a password for each crew, made by a supervisor, that expires and can be revoked.
//!
//! The ledger holds nothing secret, so this stands in a file beside the registry that only grows: who gave or revoked what,
//! when, and a hash (argon2id) of the password, which is shown once and kept nowhere.

use super::paths::folder_of;
use crate::files::{self, FileError};
use crate::office::{FieldError, Office, OfficeError, Session, clock};
use crate::registry::people::Person;
use crate::registry::{Hash, Role};
use crate::store::StoreError;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Days that a password holds at most.
pub const LONGEST_DAYS: u16 = 366;
/// The signs of a password: none that is taken for another.
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Signs in a password: 80 bits.
const LENGTH: usize = 16;

/// A crew's access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The crew's name in addresses and files: plain signs, the same for a crew of this unit for ever.
    pub id: String,
    /// The crew, as sites are assigned to it.
    pub crew: String,
    /// The person in whose name its rows are recorded.
    pub person: String,
    /// The hash of the password.
    pub hash: String,
    /// The supervisor who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when it holds.
    pub expires: Timestamp,
}

impl Access {
    /// Whether it holds at a time.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    /// Whether this is its password. Slow, on purpose.
    pub(crate) fn opens_with(&self, password: &str) -> bool {
        Argon2::default()
            .verify_password(plain(password).as_bytes(), self.hash.as_str())
            .is_ok()
    }
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AccessLine {
    Given(Access),
    Revoked {
        id: String,
        by: String,
        at: Timestamp,
    },
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The crew.
    pub crew: String,
    /// The person in whose name its rows are recorded; `None` is a person who is called as the crew is.
    pub person: Option<String>,
    /// Days that the password holds.
    pub days: u16,
}

/// A password that was made: the only time that it is seen.
#[derive(Debug, Clone, Serialize)]
pub struct NewPassword {
    /// The crew's name in addresses.
    pub id: String,
    /// The crew.
    pub crew: String,
    /// The person in whose name its rows are recorded.
    pub person: String,
    /// The password.
    pub password: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// Gives a crew a password, in the place of the one before.
///
/// # Errors
/// [`StoreError::NoRole`] where a supervisor did not ask, or the person may record neither visits nor eradications;
/// [`FieldError::HoldsKey`]; those of the file.
pub fn give(office: &Office, session: &Session, wish: Wish) -> Result<NewPassword, OfficeError> {
    is_supervisor(office, session)?;
    let person = wish.person.unwrap_or_else(|| wish.crew.clone());
    may_record(office, &person)?;
    let password = password();
    let at = clock::instant();
    let days = SignedDuration::from_hours(24 * i64::from(wish.days.min(LONGEST_DAYS)));
    let access = Access {
        id: id_of(&office.unit()?, &wish.crew),
        crew: wish.crew,
        person,
        hash: hashed(&password)?,
        by: session.author().name.clone(),
        at,
        expires: at.checked_add(days).unwrap_or(Timestamp::MAX),
    };
    add(office, &AccessLine::Given(access.clone()))?;
    Ok(NewPassword {
        id: access.id,
        crew: access.crew,
        person: access.person,
        password,
        expires: access.expires,
    })
}

/// Revokes a crew's password. What it sent stays.
///
/// # Errors
/// [`StoreError::NoRole`] where a supervisor did not ask; [`FieldError::NoAccess`]; those of the file.
pub fn revoke(office: &Office, session: &Session, crew: &str) -> Result<Access, OfficeError> {
    is_supervisor(office, session)?;
    let found = all(&office.store().field_folder());
    let access = found.into_iter().find(|a| a.crew == crew || a.id == crew);
    let access = access.ok_or_else(|| FieldError::NoAccess {
        crew: crew.to_owned(),
    })?;
    let line = AccessLine::Revoked {
        id: access.id.clone(),
        by: session.author().name.clone(),
        at: clock::instant(),
    };
    add(office, &line)?;
    Ok(access)
}

/// The accesses of a registry that are not revoked, in order of their crews.
pub fn list(registry: &Path) -> Vec<Access> {
    all(&folder_of(registry))
}

/// Those that are not revoked.
pub(super) fn all(folder: &Path) -> Vec<Access> {
    let known = known(folder).into_values();
    let standing = known.filter(|(_, revoked)| !revoked);
    let mut all: Vec<Access> = standing.map(|(access, _)| access).collect();
    all.sort_by(|a, b| a.crew.cmp(&b.crew));
    all
}

/// The last access of each crew that ever had one.
pub(super) fn ever(folder: &Path) -> Vec<Access> {
    let known = known(folder).into_values();
    known.map(|(access, _)| access).collect()
}

/// The last access of each crew by its id, and whether it is revoked.
fn known(folder: &Path) -> BTreeMap<String, (Access, bool)> {
    let mut known: BTreeMap<String, (Access, bool)> = BTreeMap::new();
    let text = std::fs::read_to_string(file(folder)).unwrap_or_default();
    // A line that was cut off when the power failed was never told to anybody.
    for line in text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
    {
        match line {
            AccessLine::Given(access) => drop(known.insert(access.id.clone(), (access, false))),
            AccessLine::Revoked { id, .. } => {
                known.entry(id).and_modify(|(_, revoked)| *revoked = true);
            }
        }
    }
    known
}

pub(super) fn of(folder: &Path, id: &str) -> Option<Access> {
    all(folder).into_iter().find(|access| access.id == id)
}

/// The file of a folder.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("access.jsonl")
}

/// The name of a crew in addresses and files.
pub fn id_of(unit: &str, crew: &str) -> String {
    let hash = Hash::of(format!("{unit}/{crew}").as_bytes()).to_string();
    format!("crew-{}", &hash[..8])
}

fn add(office: &Office, line: &AccessLine) -> Result<(), OfficeError> {
    let folder = office.store().field_folder();
    let path = file(&folder);
    let written = || {
        std::fs::create_dir_all(&folder)?;
        files::end_line(&path)?;
        files::add_line(&path, &serde_json::to_string(line)?)
    };
    Ok(written().map_err(FileError::of(&path))?)
}

fn is_supervisor(office: &Office, session: &Session) -> Result<(), OfficeError> {
    let author = session.author();
    let actor = || author.name.clone();
    let person = office.store().people().get(&author.unit, &author.name);
    let own = author.unit == office.unit()?;
    let Some(person) = person.filter(|p| own && p.roles.contains(&Role::Supervisor)) else {
        let (unit, roles) = (&author.unit, [Role::Supervisor]);
        return Err(
            StoreError::no_role(office.store().people(), unit, &author.name, &roles).into(),
        );
    };
    let signs = |person: &Person| match (&person.key, &author.key) {
        (Some(held), Some(own)) => held.key == crate::registry::DeviceId::of(own),
        (held, _) => held.is_none(),
    };
    if !signs(person) {
        return Err(StoreError::KeyNeeded { actor: actor() }.into());
    }
    Ok(())
}

fn may_record(office: &Office, name: &str) -> Result<(), OfficeError> {
    let roles = [Role::Verifier, Role::Eradicator];
    let (unit, people) = (office.unit()?, office.store().people());
    match people.get(&unit, name) {
        Some(person) if roles.iter().any(|role| person.roles.contains(role)) => {
            if person.key.is_some() {
                let person = name.to_owned();
                return Err(FieldError::HoldsKey { person }.into());
            }
            Ok(())
        }
        _ => Err(StoreError::no_role(people, &unit, name, &roles).into()),
    }
}

/// A password in groups of four.
fn password() -> String {
    let dice: [u8; LENGTH] = clock::dice();
    let signs = dice.map(|byte| char::from(SIGNS[usize::from(byte & 31)]));
    let groups: Vec<String> = signs.chunks(4).map(String::from_iter).collect();
    groups.join("-")
}

/// A password as it is meant: typed off a paper, with or without its hyphens.
fn plain(password: &str) -> String {
    let typed = password.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let meant = typed.map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    });
    meant.collect()
}

fn hashed(password: &str) -> Result<String, OfficeError> {
    let salt: [u8; 16] = clock::dice();
    let hash = Argon2::default().hash_password_with_salt(plain(password).as_bytes(), &salt);
    let hash = hash.map_err(|error| std::io::Error::other(error.to_string()));
    let hash = hash.map_err(FileError::of(Path::new("argon2")))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_as_it_is_typed_and_no_other_does() {
        let password = password();
        let access = Access {
            id: id_of("410423", "一组"),
            crew: "一组".into(),
            person: "Li".into(),
            hash: hashed(&password).expect("hashed"),
            by: "Wang".into(),
            at: Timestamp::UNIX_EPOCH,
            expires: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(password.len(), 19);
        assert!(access.opens_with(&password));
        let typed = password.to_uppercase().replace('-', " ").replace('0', "O");
        assert!(access.opens_with(&typed));
        assert!(!access.opens_with(""));
        assert!(!access.opens_with(&format!("{password}0")));
        assert!(!access.hash.contains(&password));
        assert!(!access.holds(Timestamp::UNIX_EPOCH), "it ends when it says");
    }

    #[test]
    fn a_torn_last_line_is_no_access_and_hides_none() {
        let folder = tempfile::tempdir().expect("folder");
        let path = file(folder.path());
        let access = Access {
            id: "crew-1".into(),
            crew: "一组".into(),
            person: "Li".into(),
            hash: String::new(),
            by: "Wang".into(),
            at: Timestamp::UNIX_EPOCH,
            expires: Timestamp::MAX,
        };
        let given = serde_json::to_string(&AccessLine::Given(access.clone())).expect("written");
        std::fs::write(&path, format!("{given}\n{}", &given[..20])).expect("written");
        assert_eq!(all(folder.path()), [access]);
        let revoked = AccessLine::Revoked {
            id: "crew-1".into(),
            by: "Wang".into(),
            at: Timestamp::UNIX_EPOCH,
        };
        files::end_line(&path).expect("ended");
        files::add_line(&path, &serde_json::to_string(&revoked).expect("line")).expect("added");
        assert!(all(folder.path()).is_empty());
    }
}
