//! Bundles that go out and come in, and the receipts that answer them.

use super::{Office, OfficeError, Unfollowed, clock};
use crate::files::{self, Existing, FileError};
use crate::registry::Hash;
use crate::registry::event::Sealed;
use crate::store::bundle::{
    self, Applied, BundleError, Inspected, MOST_LISTED, Made, Point, RECEIPT_FORMAT, Request,
    Sealing, Unlock,
};
use crate::store::{Boundaries, Store};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Parts of one bundle of which is said that they are missing, at most.
const MOST_PARTS: u32 = 1_000;

/// What goes out.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Only what came after this.
    pub since: Point,
    /// Only this district.
    pub district: Option<String>,
    /// The largest size of a part in bytes.
    pub split_bytes: Option<u64>,
    /// Bytes of all parts at most; what is beyond is left to the next bundle.
    pub most_bytes: Option<u64>,
    /// How it is encrypted.
    pub sealing: Sealing,
    /// What is done with a file of that name.
    pub existing: Existing,
    /// The name under which this point is remembered.
    pub point: Option<String>,
}

/// Evidence by its digest and its name.
#[derive(Debug, Clone, Serialize)]
pub struct NamedEvidence {
    /// The digest.
    pub sha256: Hash,
    /// The name.
    pub name: String,
}

impl NamedEvidence {
    fn list(of: Vec<(Hash, String)>) -> Vec<Self> {
        of.into_iter()
            .map(|(sha256, name)| Self { sha256, name })
            .collect()
    }
}

/// A bundle that was made.
#[derive(Debug, Clone, Serialize)]
pub struct Sent {
    /// Its parts.
    pub files: Vec<PathBuf>,
    /// Evidence that is not here, so that it is not carried.
    pub absent: Vec<NamedEvidence>,
    /// Evidence that has changed here, so that it is not carried.
    pub changed: Vec<NamedEvidence>,
    /// Whether something was left to the next bundle.
    #[serde(skip)]
    pub more: bool,
}

/// Makes a bundle, and remembers how far it goes where that is wanted.
///
/// # Errors
/// Those of reading the registry and of writing the bundle.
pub fn send(office: &mut Office, output: &Path, outgoing: Outgoing) -> Result<Sent, OfficeError> {
    let request = Request {
        since: outgoing.since,
        district: outgoing.district,
        split_bytes: outgoing.split_bytes,
        most_bytes: outgoing.most_bytes,
        created_at: clock::utc(),
        sealing: outgoing.sealing,
        existing: outgoing.existing,
    };
    let Made {
        paths,
        absent,
        changed,
        more,
    } = bundle::create(office.store(), output, &request)?;
    if let Some(name) = outgoing.point {
        let point = Point::of(office.store(), office.store().devices()?)?;
        let text = serde_json::json!(point).to_string();
        let store = &mut office.store;
        store.write(|store| store.set_local(&of_point(&name), &text))?;
    }
    Ok(Sent {
        files: paths,
        absent: NamedEvidence::list(absent),
        changed: NamedEvidence::list(changed),
        more,
    })
}

fn of_point(name: &str) -> String {
    format!("point:{name}")
}

/// The point that a name was given to, or how far the receipt in a file says that the other office knows; `None` where the
/// text is neither: no such name, and no file or none of this kind.
///
/// # Errors
/// Those of reading the registry, and of a receipt that is changed or a stranger's: what it leaves out nobody would miss.
pub fn point(store: &Store, text: &str) -> Result<Option<Point>, OfficeError> {
    if let Some(json) = store.local(&of_point(text))? {
        return Ok(read_point(&json));
    }
    let path = Path::new(text);
    let bytes = files::read(path).unwrap_or_default();
    let receipt = serde_json::from_slice(&bytes).ok();
    let receipt = receipt.filter(|value: &Value| value["format"] == RECEIPT_FORMAT);
    let point = receipt.map(|receipt| bundle::point_of(store, path, receipt));
    Ok(point.transpose()?)
}

fn read_point(json: &str) -> Option<Point> {
    let value: Value = serde_json::from_str(json).ok()?;
    if value.get("have").is_some() {
        return serde_json::from_value(value).ok();
    }
    // A point of version 0.1.0: numbers alone.
    Some(Point {
        have: serde_json::from_value(value).ok()?,
        ..Point::default()
    })
}

/// Reads and checks bundles, all of them before the first is taken; a stranger's not beyond its manifest.
///
/// # Errors
/// Those of any bundle.
pub fn inspect(
    office: &Office,
    bundles: &[PathBuf],
    unlock: &Unlock,
) -> Result<Vec<Inspected>, OfficeError> {
    let store = office.store();
    let trusted = store.trusted();
    let inspected = |file: &PathBuf| match bundle::inspect_trusted(file, unlock, &trusted) {
        Err(BundleError::Stranger { path, device, unit }) => {
            Err(BundleError::of_signer(store, &path, device, &unit).into())
        }
        other => Ok(other?),
    };
    bundles.iter().map(inspected).collect()
}

/// A bundle that was taken in.
#[derive(Debug, Clone, Serialize)]
pub struct Received {
    /// The signed answer to the other office.
    #[serde(flatten)]
    pub receipt: Value,
    /// Where it lies.
    #[serde(skip)]
    pub receipt_file: PathBuf,
    /// What taking it did.
    #[serde(skip)]
    pub applied: Applied,
    /// How many files of evidence were not at the sender either.
    #[serde(skip)]
    pub not_sent: usize,
    /// How many have not arrived and are in another part.
    #[serde(skip)]
    pub in_another_part: usize,
    /// How many events say that they were recorded more than two days from now.
    #[serde(skip)]
    pub dated_ahead: usize,
    /// Of the new events, those that are not followed.
    #[serde(skip)]
    pub unfollowed: Vec<Unfollowed>,
    /// Of the events that were here, those that were followed until now.
    #[serde(skip)]
    pub overturned: Vec<Unfollowed>,
    /// Boundaries that came as another computer's decision for this unit, and that do not hold here.
    #[serde(skip)]
    pub boundaries_elsewhere: Vec<Boundaries>,
}

impl Received {
    /// Whether everything has arrived and is followed.
    pub fn is_whole(&self) -> bool {
        let Applied {
            gaps,
            refused,
            overturned,
            forks,
            explained,
            left_out,
            ..
        } = &self.applied;
        let all_followed = refused.is_empty() && overturned.is_empty();
        let has_come = gaps.is_empty() && left_out.is_empty() && self.in_another_part == 0;
        has_come && all_followed && forks.len() == explained.len()
    }
}

/// Takes a bundle into the registry, and lays a receipt beside it.
///
/// # Errors
/// Those of a bundle that is not trusted, and of writing.
pub fn receive(
    office: &mut Office,
    file: &Path,
    bundle: &Inspected,
) -> Result<Received, OfficeError> {
    let applied = bundle::apply(&mut office.store, file, bundle)?;
    let receipt = bundle::receipt(office.store(), bundle, &applied, &clock::utc())?;
    let text = serde_json::to_vec_pretty(&receipt).unwrap_or_default();
    let receipt_file = lay_receipt(file, &text)?;
    let missing = &applied.missing_files;
    let absent: HashSet<&Hash> = bundle.manifest.absent.iter().collect();
    // A list that was cut off may have gone on with any of them.
    let at_the_sender = |sha256: &&Hash| absent.len() < MOST_LISTED && !absent.contains(sha256);
    let in_another_part = missing.iter().filter(at_the_sender).count();
    let store = office.store();
    let refused = |sealed: &Sealed| {
        let why = applied.refused.iter().find(|(of, _)| *of == sealed.hash);
        why.map(|(_, why)| Unfollowed::of(store, sealed, why.clone()))
    };
    let mut overturned = Vec::new();
    for (hash, why) in &applied.overturned {
        let sealed = store.event(*hash)?;
        overturned.extend(sealed.map(|sealed| Unfollowed::of(store, &sealed, why.clone())));
    }
    let mut boundaries_elsewhere = store.boundaries_elsewhere()?;
    let came: HashSet<Hash> = bundle.events.iter().map(|sealed| sealed.hash).collect();
    let has_come = |of: &Boundaries| {
        of.decided
            .as_ref()
            .is_some_and(|by| came.contains(&by.hash))
    };
    boundaries_elsewhere.retain(has_come);
    Ok(Received {
        unfollowed: bundle.events.iter().filter_map(refused).collect(),
        overturned,
        boundaries_elsewhere,
        receipt,
        receipt_file,
        not_sent: missing.len() - in_another_part,
        in_another_part,
        dated_ahead: dated_ahead(&bundle.events),
        applied,
    })
}

/// Parts of a bundle that have not been taken here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingParts {
    /// The unit that made the bundle.
    pub unit: String,
    /// When.
    pub created_at: String,
    /// How many parts it has.
    pub of: u32,
    /// The numbers of those that are missing.
    pub parts: Vec<u32>,
}

/// Remembers which parts of their bundles were taken, and says which have not come: a part that holds evidence alone leaves no gap.
///
/// # Errors
/// Those of the registry.
pub fn missing_parts(
    office: &mut Office,
    taken: &[Inspected],
) -> Result<Vec<MissingParts>, OfficeError> {
    let mut missing: BTreeMap<String, MissingParts> = BTreeMap::new();
    for Inspected { manifest, .. } in taken {
        let [part, of] = manifest.part;
        if of < 2 {
            continue;
        }
        let (unit, created_at) = (manifest.unit.clone(), manifest.created_at.clone());
        let name = format!("parts:{}:{created_at}:{of}", manifest.device);
        let known = office.store().local(&name)?;
        let mut have: BTreeSet<u32> = known
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default();
        have.insert(part);
        let text = serde_json::json!(have).to_string();
        let store = &mut office.store;
        store.write(|store| store.set_local(&name, &text))?;
        let parts = (1..=of.min(MOST_PARTS)).filter(|part| !have.contains(part));
        let parts = parts.collect();
        missing.insert(
            name,
            MissingParts {
                unit,
                created_at,
                of,
                parts,
            },
        );
    }
    let mut missing: Vec<MissingParts> = missing.into_values().collect();
    missing.retain(|of| !of.parts.is_empty());
    Ok(missing)
}

/// The receipt lies beside the bundle; where that cannot be written (a disc), in the current folder.
fn lay_receipt(bundle: &Path, text: &[u8]) -> Result<PathBuf, FileError> {
    match lay_numbered(&files::beside(bundle, ".receipt"), text) {
        Err(FileError::Unwritable { .. }) => {
            let name = bundle.file_name().map(PathBuf::from).unwrap_or_default();
            lay_numbered(&files::beside(&name, ".receipt"), text)
        }
        done => done,
    }
}

/// An earlier receipt of that name is a signed statement of its own: it stays, and this one is numbered.
fn lay_numbered(stem: &Path, text: &[u8]) -> Result<PathBuf, FileError> {
    let mut path = files::beside(stem, ".json");
    for number in 2_u32.. {
        match files::write_bytes(&path, Existing::Stays, text) {
            Err(FileError::Exists { .. }) => path = files::beside(stem, &format!("-{number}.json")),
            done => return done.map(|()| path),
        }
    }
    Err(FileError::Exists { path })
}

fn dated_ahead(events: &[Sealed]) -> usize {
    let latest = clock::moment().now.as_second() + 2 * 86_400;
    let ahead = |sealed: &&Sealed| {
        let logged = sealed.event.logged_at.parse::<jiff::Timestamp>();
        logged.is_ok_and(|logged| logged.as_second() > latest)
    };
    events.iter().filter(ahead).count()
}

/// A key to which others can encrypt.
#[derive(Debug, Clone, Serialize)]
pub struct NewIdentity {
    /// The file that holds its secret.
    pub file: PathBuf,
    /// The recipient to be told to others.
    pub recipient: String,
}

/// Makes a key to which others can encrypt; its file is nobody else's to read.
///
/// # Errors
/// [`FileError::Exists`], and those of writing.
pub fn new_identity(file: PathBuf) -> Result<NewIdentity, OfficeError> {
    let (secret, recipient) = bundle::new_identity();
    files::check(&file, Existing::Stays)?;
    files::keep_new(&file, |out| writeln!(out, "{secret}")).map_err(FileError::of(&file))?;
    Ok(NewIdentity { file, recipient })
}
