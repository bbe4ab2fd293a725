//! Shapefiles as they are handed on: without their index, with words in GBK and no word of it, with names cut at ten bytes.

use super::vector_error::VectorError;
use super::vector_layer::VectorFeature;
use crate::text::decode_group;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Bytes of the header of `.shp` and `.shx`.
const HEADER: usize = 100;
/// Bytes of a column's name in a `.dbf`.
const NAME_ROOM: usize = 10;

/// The files of a shapefile: the ending and the bytes of each.
pub(super) type Parts = Vec<(&'static str, Vec<u8>)>;

/// The file beside a shapefile that has another ending, in whatever case.
pub fn beside(path: &Path, ending: &str) -> Option<PathBuf> {
    plainly_beside(path, ending).or_else(|| {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
        let is_it = |other: &PathBuf| {
            let same = other.file_stem() == path.file_stem();
            let own = other.extension().unwrap_or_default();
            same && own.eq_ignore_ascii_case(ending) && other.is_file()
        };
        entries.flatten().map(|entry| entry.path()).find(is_it)
    })
}

/// The same in the cases that GDAL looks for.
fn plainly_beside(path: &Path, ending: &str) -> Option<PathBuf> {
    [ending.to_owned(), ending.to_uppercase()]
        .into_iter()
        .map(|ending| path.with_extension(ending))
        .find(|path| path.is_file())
}

fn bytes(path: &Path) -> Result<Vec<u8>, VectorError> {
    crate::files::read(path).map_err(VectorError::Unreadable)
}

fn head<const N: usize>(path: &Path) -> Option<[u8; N]> {
    use std::io::Read;
    let mut head = [0; N];
    std::fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
    Some(head)
}

/// Rows of a `.dbf` as its header counts them.
fn rows(path: &Path) -> Option<u64> {
    let head: [u8; 8] = head(path)?;
    let count = head.last_chunk::<4>()?;
    Some(u32::from_le_bytes(*count).into())
}

/// The files of a shapefile whose index is missing or does not fit, with an index made anew, or of which one is spelt so that
/// GDAL does not find it (`.Dbf`). `None` where GDAL finds all of them.
///
/// # Errors
/// [`VectorError::Parts`] where the shapes are cut, or are not as many as the rows of the table.
pub(super) fn mended(path: &Path) -> Result<Option<Parts>, VectorError> {
    let rows = beside(path, "dbf").and_then(|dbf| rows(&dbf));
    let indexed = beside(path, "shx").and_then(|shx| {
        let length = std::fs::metadata(&shx).ok()?.len();
        let said = head::<28>(&shx)?;
        let words = u32::from_be_bytes(*said.last_chunk::<4>()?);
        let fits = u64::from(words) * 2 == length && length >= HEADER as u64;
        fits.then(|| (length - HEADER as u64) / 8)
    });
    let is_odd =
        |ending: &&str| plainly_beside(path, ending).is_none() && beside(path, ending).is_some();
    let all_plain = !["shx", "dbf", "prj"].iter().any(is_odd);
    if all_plain && indexed.is_some_and(|shapes| rows.is_none_or(|rows| rows == shapes)) {
        return Ok(None);
    }
    let shapes = bytes(path)?;
    let index = index_of(&shapes).ok_or(VectorError::Parts(".shp"))?;
    let count = (index.len() - HEADER) as u64 / 8;
    if rows.is_some_and(|rows| rows != count) {
        return Err(VectorError::Parts(".dbf"));
    }
    let mut parts = vec![("shp", shapes), ("shx", index)];
    for ending in ["dbf", "prj"] {
        if let Some(other) = beside(path, ending) {
            parts.push((ending, bytes(&other)?));
        }
    }
    Ok(Some(parts))
}

/// The index of shapes: the header, then where each shape begins and how long it is. `None` where they are cut.
fn index_of(shapes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| -> Option<usize> {
        let four = shapes.get(at..at + 4)?.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*four)).ok()
    };
    if number(0)? != 9994 {
        return None;
    }
    let mut index = shapes.get(..HEADER)?.to_vec();
    // The header says how long the file is, in words of two bytes.
    let end = number(24)?.checked_mul(2)?;
    if end > shapes.len() {
        return None;
    }
    let mut at = HEADER;
    while at < end {
        let words = number(at + 4)?;
        let next = at.checked_add(8)?.checked_add(words.checked_mul(2)?)?;
        if next > end {
            return None;
        }
        index.extend(u32::try_from(at / 2).ok()?.to_be_bytes());
        index.extend(u32::try_from(words).ok()?.to_be_bytes());
        at = next;
    }
    let words = u32::try_from(index.len() / 2).ok()?;
    index[24..28].copy_from_slice(&words.to_be_bytes());
    Some(index)
}

/// The encoding that a shapefile names: in its `.cpg`, or by a byte of its table.
fn named(path: &Path) -> Option<String> {
    let said = beside(path, "cpg").and_then(|cpg| std::fs::read_to_string(cpg).ok());
    said.filter(|text| !text.trim().is_empty())
        .or_else(|| named_by_table(path))
}

fn named_by_table(path: &Path) -> Option<String> {
    let head: [u8; 30] = head(&beside(path, "dbf")?)?;
    match head[29] {
        0x4d | 0x7a => Some("936".into()),
        0x4f | 0x78 => Some("950".into()),
        _ => None,
    }
}

/// A sign that stands for no byte.
const ANOTHER: char = '\u{100}';

/// Tells columns apart whose names were cut to the same bytes, until they are spelt.
pub(super) fn tell_apart(columns: &mut [(String, usize)]) {
    let mut known = BTreeSet::new();
    for (name, _) in columns {
        while !known.insert(name.clone()) {
            name.push(ANOTHER);
        }
    }
}

/// Puts words that were read byte for byte (each byte one character below 256) into the encoding that they are in.
/// `columns` are the names of the table with the bytes that a value may have.
///
/// # Errors
/// [`VectorError::Words`].
pub(super) fn spell(
    path: &Path,
    columns: &mut [(String, usize)],
    features: &mut [VectorFeature],
) -> Result<(), VectorError> {
    let named = named(path);
    let raw = |text: &str| -> Vec<u8> {
        let byte = |c: char| u8::try_from(u32::from(c)).ok();
        text.chars().filter_map(byte).collect()
    };
    let names: Vec<Vec<u8>> = columns.iter().map(|(name, _)| raw(name)).collect();
    let with_room: Vec<(&[u8], usize)> = names.iter().map(|n| (n.as_slice(), NAME_ROOM)).collect();
    let read = decode_group(&with_room, named.as_deref());
    let count = columns.len();
    let mut spelt: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for ((name, room), read) in columns.iter_mut().zip(read) {
        let read = read
            .ok_or(VectorError::Words { feature: 0 })?
            .to_lowercase();
        // Two names that were cut may be one: neither column takes the other's place.
        let taken = |name: &String| spelt.values().any(|(known, _)| known == name);
        let others = (2..=count + 1).map(|n| format!("{read}_{n}"));
        let free = std::iter::once(read.clone())
            .chain(others)
            .find(|name| !taken(name));
        let read = free.unwrap_or(read);
        spelt.insert(name.clone(), (read.clone(), *room));
        *name = read;
    }
    let mut values: Vec<(usize, String, Vec<u8>, usize)> = Vec::new();
    for (at, feature) in features.iter_mut().enumerate() {
        for (key, value) in std::mem::take(&mut feature.words) {
            let (name, room) = spelt.get(&key).cloned().unwrap_or((key, usize::MAX));
            values.push((at, name, raw(&value), room));
        }
    }
    let texts: Vec<(&[u8], usize)> = values.iter().map(|v| (v.2.as_slice(), v.3)).collect();
    let read = decode_group(&texts, named.as_deref());
    for ((at, name, ..), read) in values.iter().zip(read) {
        let number = features[*at].number;
        let read = read.ok_or(VectorError::Words { feature: number })?;
        features[*at]
            .words
            .insert(name.clone(), read.trim().to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_made_of_whole_shapes_only() {
        let mut shapes = vec![0; HEADER];
        shapes[..4].copy_from_slice(&9994_u32.to_be_bytes());
        for (number, words) in [(1_u32, 10_u32), (2, 2)] {
            shapes.extend(number.to_be_bytes());
            shapes.extend(words.to_be_bytes());
            shapes.extend(vec![0; words as usize * 2]);
        }
        let words = u32::try_from(shapes.len() / 2).expect("small");
        shapes[24..28].copy_from_slice(&words.to_be_bytes());
        let index = index_of(&shapes).expect("whole");
        assert_eq!(index.len(), HEADER + 16);
        assert_eq!(index[HEADER..HEADER + 8], [0, 0, 0, 50, 0, 0, 0, 10]);
        assert_eq!(index[HEADER + 8..], [0, 0, 0, 64, 0, 0, 0, 2]);
        assert_eq!(index_of(&shapes[..shapes.len() - 1]), None);
        assert_eq!(index_of(b"nothing"), None);
        let folder = tempfile::tempdir().expect("folder");
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).expect("written");
        };
        write("a.shp", &shapes);
        write("a.shx", &index);
        let path = folder.path().join("a.shp");
        assert_eq!(mended(&path).expect("read"), None);
        write("a.Prj", b"GEOGCS[]");
        write("b.prj", b"of another");
        let parts = mended(&path).expect("read").expect("gathered");
        let endings: Vec<&str> = parts.iter().map(|part| part.0).collect();
        assert_eq!(endings, ["shp", "shx", "prj"]);
    }
}
