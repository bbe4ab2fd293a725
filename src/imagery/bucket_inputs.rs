//! From what the user names in a bucket to the imagery in it. A folder is listed once, with all below it; of a photo that is
//! named by itself, and of those in a list, what lies beside it is looked for. What is taken and what is passed over is as in a
//! folder on disk.

use super::georeference::is_placed;
use super::input_files::{InputError, InputFiles, PHOTOS, RASTERS, ending, pictures};
use super::network::{allow_where_named, as_gdal_names};
use crate::files::{BucketError, bucket_and_key, each, look_below, look_beside, read_up_to};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a list that are read at most.
const LONGEST_LIST: u64 = 64 << 20;
/// What shows that a folder holds the results of a scan.
const OF_RESULTS: &str = "journal.jsonl";

/// Adds what a name in a bucket stands for; of a list of names it is its bytes, whose lines are still to be added.
///
/// # Errors
/// See [`InputError`].
pub(super) fn add_object(
    named: &Path,
    found: &mut InputFiles,
    from_list: bool,
) -> Result<Option<Vec<u8>>, InputError> {
    let missing = || InputError::Missing { path: named.into() };
    let unreadable = |source| match BucketError::of(&source) {
        Some(BucketError::Gone) => missing(),
        _ => InputError::Unreadable {
            path: named.into(),
            source,
        },
    };
    let is_folder =
        bucket_and_key(named).is_some_and(|(_, key)| key.is_empty() || key.ends_with('/'));
    match ending(named).as_str() {
        _ if is_folder => {
            let is_there = walk(named, found).map_err(unreadable)?;
            if !is_there {
                return Err(missing());
            }
        }
        e if PHOTOS.contains(&e) => add_photos(vec![named.into()], found)?,
        "txt" | "lst" if !from_list => {
            return read_up_to(named, LONGEST_LIST)
                .map(Some)
                .map_err(unreadable);
        }
        e if !RASTERS.contains(&e) && !pictures(e) && walk(named, found).map_err(unreadable)? => {}
        _ => add_raster(named, found),
    }
    Ok(None)
}

fn add_raster(named: &Path, found: &mut InputFiles) {
    let named = as_gdal_names(named);
    found.named.insert(named.clone());
    found.rasters.push(named);
}

/// Adds photos that the user named, and pictures beside which something says where they lie, as orthomosaics.
///
/// # Errors
/// [`InputError::Missing`], [`InputError::Unreadable`].
pub(super) fn add_photos(named: Vec<PathBuf>, found: &mut InputFiles) -> Result<(), InputError> {
    let look = |path: PathBuf| (look_beside(&path), path);
    for (is_there, path) in each(named, true, look) {
        match is_there {
            Ok(true) if is_placed(&path) => add_raster(&path, found),
            Ok(true) => {
                found.named.insert(path.clone());
                found.photos.push(path);
            }
            Ok(false) => return Err(InputError::Missing { path }),
            Err(source) => return Err(InputError::Unreadable { path, source }),
        }
    }
    Ok(())
}

/// Takes what lies below a folder that was named. `false` where nothing does.
fn walk(named: &Path, found: &mut InputFiles) -> io::Result<bool> {
    let listed = look_below(named)?;
    let raster = as_gdal_names(named);
    allow_where_named([raster.as_path()]);
    let prefix = bucket_and_key(named).map_or("", |(_, key)| key.trim_end_matches('/'));
    let below = |path: &Path| -> Option<String> {
        let (_, key) = bucket_and_key(path)?;
        Some(key.strip_prefix(prefix)?.trim_start_matches('/').to_owned())
    };
    let names: BTreeMap<String, (&PathBuf, u64)> = listed
        .iter()
        .filter_map(|(path, size)| Some((below(path)?, (path, *size))))
        .collect();
    let results: BTreeSet<&str> = (names.keys())
        .filter_map(|name| name.strip_suffix(OF_RESULTS))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .collect();
    for (name, (path, size)) in &names {
        let folders = || {
            let inner = name.match_indices('/').map(|(at, _)| &name[..=at]);
            std::iter::once("").chain(inner)
        };
        let is_hidden = name.split('/').any(|part| part.starts_with('.'));
        // Programs that show buckets as folders leave an empty object for each.
        let is_folder = *size == 0 && !name.contains('.');
        if is_hidden || is_folder || folders().any(|folder| results.contains(folder)) {
            continue;
        }
        found.take(path, named);
    }
    Ok(!names.is_empty())
}
