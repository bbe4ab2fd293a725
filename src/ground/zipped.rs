//! Archives in which people send vector files: the one that is in it is taken out into a folder, which lasts as long as it is read.

use super::foreign_vector::ForeignVector;
use super::vector_error::VectorError;
use crate::files::{Existing, write_unsettled};
use crate::text::{ArchiveFlaw, decode};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::ZipArchive;

/// Bytes of all that is taken out at most.
const MOST_BYTES: u64 = 512 << 20;
/// Files in an archive that are looked at.
const MOST_ENTRIES: usize = 10_000;
/// The endings of vector files, in small letters; a `GeoPackage` may hold imagery, too.
pub const VECTOR_ENDINGS: [&str; 9] = [
    "shp", "gpkg", "kml", "kmz", "ovkml", "ovkmz", "gpx", "geojson", "json",
];

/// A vector file that was taken out of an archive.
pub(super) struct Unpacked {
    /// Where it lies.
    pub(super) path: PathBuf,
    _folder: TempDir,
}

/// An entry of an archive: its number, its name without the ending, and the ending in small letters.
struct ZipEntry {
    number: usize,
    stem: String,
    ending: String,
}

/// Takes out the only vector file of an archive, with the files that belong to it.
///
/// # Errors
/// [`VectorError`]: there is none, there are several, or the archive cannot be read.
pub(super) fn unpacked(path: &Path) -> Result<Unpacked, VectorError> {
    let broken = |e: zip::result::ZipError| VectorError::Archive(ArchiveFlaw::of(&e));
    let file = std::fs::File::open(path).map_err(VectorError::Unreadable)?;
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(broken)?;
    let mut entries: Vec<ZipEntry> = Vec::new();
    for number in 0..archive.len().min(MOST_ENTRIES) {
        let file = archive.by_index_raw(number).map_err(broken)?;
        entries.extend(entry(number, &name_of(file.name_raw())));
    }
    let mut vectors = entries
        .iter()
        .filter(|entry| VECTOR_ENDINGS.contains(&entry.ending.as_str()));
    let (one, other) = (vectors.next(), vectors.next());
    let one = match (one, other) {
        (Some(one), None) => one,
        (None, _) => {
            let mut endings = entries.iter().map(|entry| entry.ending.as_str());
            let foreign = endings.find_map(ForeignVector::of_ending);
            let none = VectorError::NoVector(String::new());
            return Err(foreign.map_or(none, VectorError::Foreign));
        }
        (Some(one), Some(other)) => {
            let name = |entry: &ZipEntry| format!("{}.{}", entry.stem, entry.ending);
            return Err(VectorError::Several([name(one), name(other)]));
        }
    };
    let folder = TempDir::new().map_err(VectorError::Unreadable)?;
    let mut left = MOST_BYTES;
    for entry in entries.iter().filter(|entry| entry.stem == one.stem) {
        let target = folder.path().join("file").with_extension(&entry.ending);
        let packed = archive.by_index(entry.number).map_err(broken)?;
        let mut bytes = Vec::new();
        packed
            .take(left.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|e| VectorError::Archive(ArchiveFlaw::of_system(&e)))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or(VectorError::Archive(ArchiveFlaw::Large(MOST_BYTES >> 20)))?;
        write_unsettled(&target, Existing::Stays, &bytes)
            .map_err(|e| VectorError::NoVector(e.to_string()))?;
    }
    Ok(Unpacked {
        path: folder.path().join("file").with_extension(&one.ending),
        _folder: folder,
    })
}

/// A name as people read it: programs under Windows write Chinese ones in GBK.
fn name_of(raw: &[u8]) -> String {
    decode(raw).unwrap_or_else(|_of_no_encoding| String::from_utf8_lossy(raw).into_owned())
}

/// An entry by its name; `None` of folders and of what systems put beside files.
fn entry(number: usize, name: &str) -> Option<ZipEntry> {
    let name = name.replace('\\', "/");
    let file = name.rsplit('/').next().unwrap_or_default();
    if file.starts_with('.') || name.starts_with("__MACOSX/") {
        return None;
    }
    let (_, ending) = file.rsplit_once('.')?;
    let stem = name.strip_suffix(ending)?.strip_suffix('.')?;
    let plain = ending.bytes().all(|b| b.is_ascii_alphanumeric());
    (plain && !ending.is_empty()).then(|| ZipEntry {
        number,
        stem: stem.to_owned(),
        ending: ending.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::read_places;
    use std::io::Write;

    const POINT: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"东沟"},"geometry":{"type":"Point","coordinates":[113.3,33.74]}}]}"#;

    fn packed(files: &[(&str, &[u8])]) -> (TempDir, PathBuf) {
        let folder = TempDir::new().expect("temporary folder");
        let path = folder.path().join("靶标.zip");
        let mut out = zip::ZipWriter::new(std::fs::File::create(&path).expect("made"));
        for (name, bytes) in files {
            let options = zip::write::SimpleFileOptions::default();
            out.start_file(*name, options).expect("begun");
            out.write_all(bytes).expect("written");
        }
        out.finish().expect("finished");
        (folder, path)
    }

    #[test]
    fn the_one_vector_file_of_an_archive_is_read() {
        let kml = "<kml><Placemark><Point><coordinates>113.3,33.74</coordinates></Point></Placemark></kml>";
        for files in [
            [
                ("靶标/list.GeoJSON", POINT.as_bytes()),
                ("靶标/readme.txt", "x".as_bytes()),
            ],
            [
                ("a.kml", kml.as_bytes()),
                ("__MACOSX/._a.kml", "x".as_bytes()),
            ],
        ] {
            let (_folder, path) = packed(&files);
            let read = read_places(&path).expect("read");
            assert_eq!(read.places.len(), 1, "{files:?}");
        }
    }

    #[test]
    fn none_and_several_are_refused_by_name() {
        let (_folder, none) = packed(&[("a.txt", b"x"), ("../b.csv", b"x")]);
        assert!(matches!(read_places(&none), Err(VectorError::NoVector(_))));
        let (_folder, foreign) = packed(&[("a.tab", b"x"), ("a.map", b"x")]);
        assert!(matches!(
            read_places(&foreign),
            Err(VectorError::Foreign(ForeignVector::MapInfo))
        ));
        let two = [
            ("a.geojson", POINT.as_bytes()),
            ("b/a.geojson", POINT.as_bytes()),
        ];
        let (_folder, two) = packed(&two);
        let Err(VectorError::Several(names)) = read_places(&two) else {
            panic!("several");
        };
        assert_eq!(names, ["a.geojson", "b/a.geojson"]);
        let folder = TempDir::new().expect("temporary folder");
        let broken = folder.path().join("a.zip");
        std::fs::write(&broken, "PK\u{3}\u{4}nothing").expect("written");
        assert!(matches!(
            read_places(&broken),
            Err(VectorError::Archive(ArchiveFlaw::Cut))
        ));
    }
}
