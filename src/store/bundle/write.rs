//! Making bundles.

use super::BundleError;
use super::pack::{BundlePart, line, sealed_up, zip};
use super::request::{Point, Request};
use crate::files;
use crate::registry::event::Sealed;
use crate::registry::ids::Hash;
use crate::store::evidence::{check, path_of};
use crate::store::{Filter, Store};
use age::secrecy::ExposeSecret;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A new key to be sent encrypted bundles: the secret line, and the recipient to be told to others.
pub fn new_identity() -> (String, String) {
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    (identity.to_string().expose_secret().to_owned(), public)
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// Evidence that events name and that is not here: its digest and its name. It has not arrived, or is lost.
    pub absent: Vec<(Hash, String)>,
    /// Evidence that is here and no longer what it was; it is not carried.
    pub changed: Vec<(Hash, String)>,
    /// Whether something was left to the next bundle.
    pub more: bool,
}

/// Makes a bundle, or several parts, at `path` (`x.bundle`, or `x-1of3.bundle`). What is here is carried; what is not is
/// named, in the manifest too.
///
/// # Errors
/// See [`BundleError`].
pub fn create(store: &Store, path: &Path, request: &Request) -> Result<Made, BundleError> {
    let events = chosen(store, request)?;
    let mut room = PartRoom::of(request.most_bytes);
    let late = late_evidence(store, &request.since, &mut room);
    if events.is_empty() && late.is_empty() {
        return Err(BundleError::Nothing);
    }
    let mut made = Made::default();
    let mut whole = late;
    for (sha256, name, here) in evidence_of(store, &events, &mut room) {
        match here {
            Here::Whole(_) if whole.iter().any(|(late, _)| *late == sha256) => {}
            Here::Whole(bytes) => whole.push((sha256, bytes)),
            Here::Changed => made.changed.push((sha256, name)),
            Here::Absent => made.absent.push((sha256, name)),
        }
    }
    let left_out = made.absent.iter().chain(&made.changed);
    let absent: Vec<Hash> = left_out.map(|(sha256, _)| *sha256).collect();
    let mut parts = divided(&events, &whole, request.split_bytes.unwrap_or(u64::MAX))?;
    let cut = cut_off(&mut parts, request.most_bytes);
    made.more = cut || room.is_spent;
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let target = |number| {
        if count == 1 {
            path.to_path_buf()
        } else {
            numbered(path, number, count)
        }
    };
    // All names are free before the first part is written.
    for number in 1..=count {
        files::check(&target(number), request.existing)?;
    }
    for (number, part) in (1..).zip(&parts) {
        let target = target(number);
        let bytes = sealed_up(
            zip(store, part, &absent, request, [number, count], &target)?,
            &request.sealing,
        )?;
        files::write_bytes(&target, request.existing, &bytes)?;
        made.paths.push(target);
    }
    Ok(made)
}

/// Parts of at most so many bytes each, as long as no single file is larger: first the events, then the files.
fn divided<'a>(
    events: &'a [Sealed],
    files: &[(Hash, u64)],
    limit: u64,
) -> Result<Vec<BundlePart<'a>>, BundleError> {
    let mut parts = vec![BundlePart::default()];
    let mut last = |bytes: u64, put: &mut dyn FnMut(&mut BundlePart<'a>)| {
        let full = |part: &BundlePart| part.bytes > 0 && part.bytes.saturating_add(bytes) > limit;
        if parts.last().is_none_or(full) {
            parts.push(BundlePart::default());
        }
        if let Some(part) = parts.last_mut() {
            part.bytes = part.bytes.saturating_add(bytes);
            put(part);
        }
    };
    for sealed in events {
        let mut line = line(sealed)?;
        last(line.len() as u64, &mut |part| {
            part.events.push((sealed, std::mem::take(&mut line)));
        });
    }
    for (sha256, bytes) in files {
        last(*bytes, &mut |part| part.files.push((*sha256, *bytes)));
    }
    Ok(parts)
}

/// Keeps the first parts of at most so many bytes together, one at least. Whether others are left out.
fn cut_off(parts: &mut Vec<BundlePart>, most: Option<u64>) -> bool {
    let mut room = PartRoom::of(most);
    let fits = |part: &&BundlePart| room.take(part.bytes);
    let kept = parts.iter().take_while(fits).count();
    let cut = kept < parts.len();
    parts.truncate(kept);
    cut
}

/// How much may still be carried.
struct PartRoom {
    left: Option<u64>,
    is_untouched: bool,
    is_spent: bool,
}

impl PartRoom {
    fn of(most: Option<u64>) -> Self {
        Self {
            left: most,
            is_untouched: true,
            is_spent: false,
        }
    }

    /// Takes so many bytes, where there is room; the first are taken however many they are. What comes after the first
    /// that finds none finds none either, so that the order stays.
    fn take(&mut self, bytes: u64) -> bool {
        let Some(left) = &mut self.left else {
            return true;
        };
        let fits = !self.is_spent && (self.is_untouched || bytes <= *left);
        self.is_untouched = false;
        self.is_spent |= !fits;
        *left = left.saturating_sub(bytes);
        fits
    }

    /// Takes a file of the evidence as large as it is here; one that is not here takes nothing.
    fn take_file(&mut self, folder: &Path, sha256: Hash) -> bool {
        let bytes = std::fs::metadata(path_of(folder, sha256)).map_or(0, |about| about.len());
        bytes == 0 || self.take(bytes)
    }
}

/// A file of the evidence as it lies here.
enum Here {
    /// It is what its name says, and of this true size. What an event says of the size is a claim.
    Whole(u64),
    /// It is no longer what its name says.
    Changed,
    /// It is not here.
    Absent,
}

fn here(folder: &Path, sha256: Hash) -> Here {
    let about = std::fs::metadata(path_of(folder, sha256));
    match about.ok().filter(std::fs::Metadata::is_file) {
        None => Here::Absent,
        Some(about) if check(folder, sha256).unwrap_or(false) => Here::Whole(about.len()),
        Some(_) => Here::Changed,
    }
}

/// What the other office lacked at that point and is here now: digest and size.
fn late_evidence(store: &Store, since: &Point, room: &mut PartRoom) -> Vec<(Hash, u64)> {
    let folder = store.evidence_folder();
    let mut late: Vec<(Hash, u64)> = since
        .missing_files
        .iter()
        .filter(|sha256| room.take_file(&folder, **sha256))
        .filter_map(|sha256| match here(&folder, *sha256) {
            Here::Whole(bytes) => Some((*sha256, bytes)),
            Here::Changed | Here::Absent => None,
        })
        .collect();
    late.sort_unstable();
    late.dedup();
    late
}

/// The evidence that events name, each once, with the name that it came with.
fn evidence_of(store: &Store, events: &[Sealed], room: &mut PartRoom) -> Vec<(Hash, String, Here)> {
    let folder = store.evidence_folder();
    let mut seen = BTreeSet::new();
    let named: Vec<(Hash, &String)> = events
        .iter()
        .flat_map(|sealed| &sealed.event.evidence)
        .filter(|file| seen.insert(file.sha256) && room.take_file(&folder, file.sha256))
        .map(|file| (file.sha256, &file.name))
        .collect();
    named
        .into_par_iter()
        .map(|(sha256, name)| (sha256, name.clone(), here(&folder, sha256)))
        .collect()
}

fn numbered(path: &Path, number: u32, count: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path
        .extension()
        .map(|e| format!(".{}", e.to_string_lossy()))
        .unwrap_or_default();
    path.with_file_name(format!("{stem}-{number}of{count}{ending}"))
}

/// The events asked for, in the order in which they came here.
fn chosen(store: &Store, request: &Request) -> Result<Vec<Sealed>, BundleError> {
    let sites: Option<BTreeSet<_>> = match &request.district {
        None => None,
        Some(code) => {
            let filter = Filter {
                district: Some(code.clone()),
                ..Filter::default()
            };
            Some(
                store
                    .sites(&filter)?
                    .into_iter()
                    .map(|site| site.key)
                    .collect(),
            )
        }
    };
    let mut events = Vec::new();
    for (device, _) in store.devices()? {
        let after = request.since.have.get(&device).copied().unwrap_or(0);
        let heads = request.since.heads.get(&device);
        events.extend(store.events_since(device, after, heads.map(Vec::as_slice))?);
    }
    if let Some(sites) = sites {
        events.retain(|sealed| sealed.event.site.is_none_or(|site| sites.contains(&site)));
    }
    store.sort_by_arrival(&mut events)?;
    Ok(events)
}
