//! From what the user names to the files that are opened: rasters, folders of them, and lists.

use super::bucket_inputs::{add_object, add_photos};
use super::georeference::is_placed;
use super::input_files::{InputError, InputFiles, PHOTOS, ending};
use super::network::{in_bucket, is_virtual};
use crate::files::is_in_bucket;
use crate::text::decode;
use crate::text::names::{Name, below};
use std::fs;
use std::path::{Path, PathBuf};

/// Finds the imagery among `inputs`: files, folders (searched with their sub-folders), files and folders in buckets
/// (`s3://…`), GDAL's `/vsi…` paths, and text files named `*.txt` or `*.lst` with one path a line (relative to the list).
///
/// # Errors
/// See [`InputError`]; a folder without imagery is one.
pub fn find_inputs(inputs: &[PathBuf]) -> Result<InputFiles, InputError> {
    let mut found = InputFiles::default();
    for input in inputs {
        add(input, &mut found, false)?;
    }
    // What was named as well as found is named.
    let named = &found.named;
    found.found_in.retain(|path, _| !named.contains(path));
    for list in [&mut found.rasters, &mut found.photos] {
        list.sort();
        list.dedup();
    }
    if found.rasters.is_empty() && found.photos.is_empty() {
        let path = inputs.first().cloned().unwrap_or_default();
        return Err(InputError::Nothing {
            path,
            ignored: found.ignored,
        });
    }
    Ok(found)
}

/// Adds what one name stands for. A list names imagery, not lists: one that named itself would never end.
fn add(input: &Path, found: &mut InputFiles, from_list: bool) -> Result<(), InputError> {
    if let Some(object) = in_bucket(input) {
        return match add_object(&object, found, from_list)? {
            Some(list) => add_list(&object, &list, found),
            None => Ok(()),
        };
    }
    if is_virtual(input) {
        found.rasters.push(input.to_owned());
        found.named.insert(input.to_owned());
        return Ok(());
    }
    let unreadable = |source| InputError::Unreadable {
        path: input.to_owned(),
        source,
    };
    let kind = match fs::metadata(input) {
        Ok(kind) => kind,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(InputError::Missing {
                path: input.to_owned(),
            });
        }
        Err(e) => return Err(unreadable(e)),
    };
    if kind.is_dir() {
        return walk(input, input, found).map_err(unreadable);
    }
    crate::files::regular(input).map_err(unreadable)?;
    match ending(input).as_str() {
        "txt" | "lst" if !from_list => {
            let bytes = fs::read(input).map_err(unreadable)?;
            return add_list(input, &bytes, found);
        }
        e if PHOTOS.contains(&e) && !is_placed(input) => found.photos.push(input.to_owned()),
        _ => found.rasters.push(input.to_owned()),
    }
    found.named.insert(input.to_owned());
    Ok(())
}

/// Adds what the lines of a list stand for; photos in buckets are looked for many at a time.
fn add_list(list: &Path, bytes: &[u8], found: &mut InputFiles) -> Result<(), InputError> {
    let text = decode(bytes).map_err(|flaw| InputError::List {
        path: list.to_owned(),
        flaw,
    })?;
    let folder = list.parent().unwrap_or(Path::new(""));
    let mut far = Vec::new();
    let lines = text
        .lines()
        .map(|line| line.trim().trim_matches(['"', '\'', '“', '”']).trim());
    for (number, line) in (1..)
        .zip(lines)
        .filter(|(_, l)| !l.is_empty() && !l.starts_with('#'))
    {
        let path = listed(folder, line);
        match in_bucket(&path).filter(|object| PHOTOS.contains(&ending(object).as_str())) {
            Some(photo) => far.push(photo),
            None => add(&path, found, true).map_err(|error| match error {
                InputError::Missing { path } => InputError::MissingOfList {
                    list: list.to_owned(),
                    line: number,
                    path,
                },
                other => other,
            })?,
        }
    }
    add_photos(far, found)
}

/// The path that a line of a list means: as it is spelt, otherwise as another system spells it, in any letter case.
fn listed(folder: &Path, line: &str) -> PathBuf {
    if is_in_bucket(Path::new(line)) {
        return line.into();
    }
    if is_in_bucket(folder) {
        let line = line.replace('\\', "/");
        return format!("{}/{line}", folder.display()).into();
    }
    let path = folder.join(line);
    if is_virtual(&path) || path.exists() {
        return path;
    }
    let slashed = folder.join(line.replace('\\', "/"));
    if slashed.exists() {
        return slashed;
    }
    let alike = Name::of(line).and_then(|name| {
        // Of a whole path on another system the end may lie beside the list.
        let from = if name.absolute {
            name.parts.len() - 1
        } else {
            0
        };
        (0..=from).find_map(|skip| below(folder, &name.parts[skip..]).ok())
    });
    alike.unwrap_or(slashed)
}

/// Takes what lies in a folder below the one that was named.
fn walk(folder: &Path, named: &Path, found: &mut InputFiles) -> std::io::Result<()> {
    // The results of a scan, whose pictures are no imagery.
    if folder.join("journal.jsonl").is_file() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let kind = fs::metadata(&path);
        if kind.as_ref().is_ok_and(fs::Metadata::is_dir) {
            // A link to a folder above would never end.
            if !entry.file_type()?.is_symlink() {
                walk(&path, named, found)?;
            }
            continue;
        }
        // A pipe or a device would be waited for without end.
        if kind.is_ok_and(|kind| !kind.is_file()) {
            found.ignored += 1;
            continue;
        }
        found.take(&path, named);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_lists_and_files_are_sorted_and_counted_once() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).expect("folder");
        for name in [
            "b.tif",
            "a b 中文.TIF",
            "sub/c.vrt",
            "DJI_0001.JPG",
            "video.mp4",
            "notes.md",
        ] {
            fs::write(at(name), "x").expect("written");
        }
        fs::write(at("list.txt"), "\u{feff}# rasters\nb.tif\r\n\nsub/c.vrt\n").expect("written");
        let found =
            find_inputs(&[folder.path().into(), at("list.txt"), at("b.tif")]).expect("found");
        assert_eq!(
            found.rasters,
            [at("a b 中文.TIF"), at("b.tif"), at("sub/c.vrt")]
        );
        assert_eq!(found.photos, [at("DJI_0001.JPG")]);
        assert_eq!(found.ignored, 3);
    }

    #[test]
    fn lists_are_read_as_windows_writes_them() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("照片")).expect("folder");
        for name in ["照片/DJI_0001.JPG", "照片/b c.tif"] {
            fs::write(at(name), "x").expect("written");
        }
        let text = "照片\\DJI_0001.JPG\r\n\"照片/b c.tif\"\r\nD:\\测区\\照片\\dji_0001.jpg\r\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let gbk = encoding_rs::GB18030.encode(text).0.into_owned();
        for bytes in [
            text.as_bytes().to_vec(),
            gbk,
            [b"\xff\xfe".as_slice(), &utf16].concat(),
        ] {
            fs::write(at("清单.txt"), &bytes).expect("written");
            let found = find_inputs(&[at("清单.txt")]).expect("found");
            assert_eq!(found.photos, [at("照片/DJI_0001.JPG")]);
            assert_eq!(found.rasters, [at("照片/b c.tif")]);
        }
        fs::write(at("清单.txt"), b"\x89PNG\0\0\x01").expect("written");
        assert!(matches!(
            find_inputs(&[at("清单.txt")]),
            Err(InputError::List { .. })
        ));
    }

    #[test]
    fn what_is_not_there_and_what_holds_nothing_are_told_apart() {
        let folder = tempfile::tempdir().expect("temporary folder");
        assert!(matches!(
            find_inputs(&[folder.path().join("none.tif")]),
            Err(InputError::Missing { .. })
        ));
        assert!(matches!(
            find_inputs(&[folder.path().into()]),
            Err(InputError::Nothing { ignored: 0, .. })
        ));
    }

    #[test]
    fn what_a_list_names_in_vain_is_said_with_the_list_and_the_line() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let list = folder.path().join("notes.txt");
        fs::write(&list, "# list\n\nhi there\n").expect("written");
        let missing = find_inputs(std::slice::from_ref(&list)).expect_err("nothing there");
        assert!(
            matches!(&missing, InputError::MissingOfList { list: of, line: 3, .. } if *of == list),
            "{missing:?}"
        );
    }
}
