//! The photographs that a cell names: one or several, by the names that phones and spreadsheets give them. Nothing from
//! outside the table's folder is taken, and nothing that a cell names is passed over.

use super::RowFlaw;
use crate::text::names::{Name, NameFlaw, below};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders beside the table in which field programs put photographs.
const FOLDERS: [&str; 2] = ["DCIM", "photos"];
/// Names in one cell at most.
const MOST: usize = 50;

/// The photographs that a cell names, without doubles. A name that holds a sign which also parts names is one name where a
/// file is called so; a sign before or after all of them parts nothing.
///
/// # Errors
/// [`RowFlaw::NoPhoto`], [`RowFlaw::ManyPhotos`], [`RowFlaw::PhotoElsewhere`], [`RowFlaw::PhotoOnline`]: the first name that
/// will not do.
pub(super) fn all(folder: &Path, cell: &str) -> Result<Vec<PathBuf>, RowFlaw> {
    let whole = one(folder, cell);
    if let Ok(path) = whole {
        return Ok(vec![path]);
    }
    let parts = parted(cell);
    if let [] | [_] = parts[..] {
        let only = parts.first().map_or(cell, |part| &cell[part.0..part.1]);
        return one(folder, only).map(|path| vec![path]);
    }
    if parts.len() > MOST {
        return Err(RowFlaw::NoPhoto(cell.chars().take(80).collect()));
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let mut from = 0;
    while from < parts.len() {
        let named = |to: usize| cell[parts[from].0..parts[to].1].trim();
        // The longest name that is a file: names hold blanks and commas too.
        let longest = (from..parts.len())
            .rev()
            .find_map(|to| one(folder, named(to)).ok().map(|path| (to, path)));
        let Some((to, path)) = longest else {
            let until = (from..parts.len())
                .find(|to| parts[*to].2)
                .unwrap_or(parts.len() - 1);
            return Err(one(folder, named(until))
                .err()
                .unwrap_or_else(|| RowFlaw::NoPhoto(named(until).to_owned())));
        };
        if !found.contains(&path) {
            found.push(path);
        }
        from = to + 1;
    }
    Ok(found)
}

/// What the names of photographs end with.
const ENDINGS: [&str; 8] = [
    ".jpg", ".jpeg", ".png", ".heic", ".heif", ".tif", ".tiff", ".webp",
];

/// Whether a text ends as the name of a photograph does.
fn ends_as_photograph(text: &str) -> bool {
    let small = text.trim_end().to_lowercase();
    ENDINGS.iter().any(|ending| small.ends_with(ending))
}

/// Whether folders of a path are rather another photograph and a sign that parts names.
fn names_another(folders: &[String]) -> bool {
    folders.iter().any(|folder| {
        let strong = folder.contains([';', '；', '、', ',', '，', '|', '\n', '\r']);
        strong || folder.split_whitespace().any(ends_as_photograph)
    })
}

/// Whether a name is an address on the network: its last word may be that of another photograph here.
fn is_online(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    // `C://` is a drive.
    scheme.is_some_and(|scheme| {
        scheme.len() > 1
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !["file", "content"].contains(&scheme.to_ascii_lowercase().as_str())
    })
}

/// The parts of a cell between signs that may part names: where each begins and ends, and whether the sign after it is more
/// than a blank. A slash parts them where a photograph has just been named.
fn parted(cell: &str) -> Vec<(usize, usize, bool)> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, sign) in cell.char_indices() {
        let slash = matches!(sign, '/' | '\\') && ends_as_photograph(&cell[..at]);
        let strong = slash || matches!(sign, ';' | '；' | '、' | ',' | '，' | '|' | '\n' | '\r');
        if strong || sign.is_whitespace() {
            if !cell[begin..at].trim().is_empty() {
                parts.push((begin, at, strong));
            } else if let Some(last) = parts.last_mut() {
                last.2 |= strong;
            }
            begin = at + sign.len_utf8();
        }
    }
    if !cell[begin..].trim().is_empty() {
        parts.push((begin, cell.len(), true));
    }
    parts
}

/// The photograph of one name: by its path from the table, by as much of the end of its path as leads anywhere, or by its
/// name alone in the folders of field programs.
fn one(folder: &Path, text: &str) -> Result<PathBuf, RowFlaw> {
    let text = text.trim();
    let elsewhere = || RowFlaw::PhotoElsewhere(text.to_owned());
    if is_online(text.trim_matches(['"', '\'', '“', '”'])) {
        return Err(RowFlaw::PhotoOnline(text.to_owned()));
    }
    let name = Name::of(text).ok_or_else(elsewhere)?;
    let file = |parts: &[String]| match below(folder, parts) {
        Ok(path) if path.is_file() => Ok(Some(path)),
        Ok(_) | Err(NameFlaw::Nothing) => Ok(None),
        Err(NameFlaw::Several) => Err(RowFlaw::ManyPhotos(text.to_owned())),
        Err(NameFlaw::Outside) => Err(elsewhere()),
    };
    if !name.absolute
        && let Some(path) = file(&name.parts)?
    {
        return Ok(path);
    }
    let from = usize::from(!name.absolute);
    // Of “a.jpg;DCIM/b.jpg” the end alone would lose the beginning.
    if names_another(&name.parts[..name.parts.len() - 1]) {
        return Err(RowFlaw::NoPhoto(text.to_owned()));
    }
    // The last part alone may be another camera's photograph of the same number: see below.
    for skip in from..name.parts.len() - 1 {
        if let Some(path) = file(&name.parts[skip..])? {
            return Ok(path);
        }
    }
    let bare = &name.parts[name.parts.len() - 1..];
    let mut places = vec![bare.to_vec()];
    places.extend(FOLDERS.map(|first| [&[first.to_owned()], bare].concat()));
    let mut found: Vec<PathBuf> = Vec::new();
    for place in places {
        found.extend(file(&place)?);
    }
    let contents: BTreeSet<Vec<u8>> = if found.len() > 1 {
        found
            .iter()
            .filter_map(|path| crate::files::read(path).ok())
            .collect()
    } else {
        BTreeSet::new()
    };
    if contents.len() > 1 {
        return Err(RowFlaw::ManyPhotos(text.to_owned()));
    }
    found
        .into_iter()
        .next()
        .ok_or_else(|| RowFlaw::NoPhoto(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("folder");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, file).expect("written");
        }
        folder
    }

    fn told(folder: &tempfile::TempDir, cell: &str) -> String {
        match all(folder.path(), cell) {
            Ok(paths) => {
                let name = |path: &PathBuf| {
                    path.strip_prefix(folder.path())
                        .expect("inside")
                        .display()
                        .to_string()
                };
                paths.iter().map(name).collect::<Vec<_>>().join(" + ")
            }
            Err(RowFlaw::NoPhoto(name)) => format!("none: {name}"),
            Err(RowFlaw::ManyPhotos(name)) => format!("many: {name}"),
            Err(RowFlaw::PhotoElsewhere(name)) => format!("elsewhere: {name}"),
            Err(RowFlaw::PhotoOnline(name)) => format!("online: {name}"),
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn one_cell_names_one_photograph_or_several_and_none_is_lost() {
        let folder = folder(&["DCIM/a.jpg", "DCIM/b.jpg", "a;b 1.jpg", "c、d.jpg", "e.jpg"]);
        for (cell, said) in [
            ("DCIM/a.jpg", "DCIM/a.jpg"),
            ("DCIM/a.jpg;DCIM/b.jpg", "DCIM/a.jpg + DCIM/b.jpg"),
            ("a.jpg、b.jpg，e.jpg", "DCIM/a.jpg + DCIM/b.jpg + e.jpg"),
            ("a.jpg b.jpg\ne.jpg", "DCIM/a.jpg + DCIM/b.jpg + e.jpg"),
            ("a;b 1.jpg", "a;b 1.jpg"),
            ("e.jpg;a;b 1.jpg；c、d.jpg", "e.jpg + a;b 1.jpg + c、d.jpg"),
            ("a.jpg;DCIM/A.JPG;", "DCIM/a.jpg"),
            ("DCIM/a.jpg;DCIM/none.jpg", "none: DCIM/none.jpg"),
            ("none 1.jpg;a.jpg", "none: none 1.jpg"),
            ("none.jpg;DCIM/a.jpg", "none: none.jpg"),
            ("none.jpg DCIM/a.jpg", "none: none.jpg DCIM/a.jpg"),
        ] {
            assert_eq!(told(&folder, cell), said, "{cell}");
        }
    }

    #[test]
    fn names_that_slashes_part_are_all_taken_or_refused_and_signs_at_the_end_part_nothing() {
        let folder = folder(&["DCIM/a.jpg", "DCIM/b.jpg", "c.jpg/b.jpg"]);
        for (cell, said) in [
            ("DCIM/a.jpg/DCIM/b.jpg", "DCIM/a.jpg + DCIM/b.jpg"),
            ("a.jpg/b.jpg", "DCIM/a.jpg + DCIM/b.jpg"),
            ("a.jpg / b.jpg", "DCIM/a.jpg + DCIM/b.jpg"),
            ("DCIM\\a.jpg\\b.JPG", "DCIM/a.jpg + DCIM/b.jpg"),
            (
                "/sdcard/DCIM/a.jpg/sdcard/DCIM/b.jpg",
                "DCIM/a.jpg + DCIM/b.jpg",
            ),
            ("none.jpg/b.jpg", "none: none.jpg"),
            ("a.jpg/none.jpg", "none: none.jpg"),
            ("c.jpg/b.jpg", "c.jpg/b.jpg"),
            ("DCIM/a.jpg;", "DCIM/a.jpg"),
            ("a.jpg,", "DCIM/a.jpg"),
            ("、a.jpg、", "DCIM/a.jpg"),
            ("none.jpg;", "none: none.jpg"),
            (
                "https://pan.example.cn/s/a.jpg",
                "online: https://pan.example.cn/s/a.jpg",
            ),
            (
                "b.jpg;HTTP://pan.example.cn/a.jpg",
                "online: HTTP://pan.example.cn/a.jpg",
            ),
        ] {
            assert_eq!(told(&folder, cell), said, "{cell}");
        }
    }

    #[test]
    fn paths_of_phones_are_found_by_their_end_and_never_outside() {
        let folder = folder(&[
            "DCIM/a.jpg",
            "crew1/IMG_1.jpg",
            "IMG_2.jpg",
            "DCIM/IMG_2.jpg",
        ]);
        for (cell, said) in [
            (
                "/storage/emulated/0/Android/data/ch.opengis.qfield/files/DCIM/a.jpg",
                "DCIM/a.jpg",
            ),
            ("C:\\照片\\dcim\\A.JPG", "DCIM/a.jpg"),
            ("file:///sdcard/a.jpg", "DCIM/a.jpg"),
            ("/mnt/crew1/IMG_1.jpg", "crew1/IMG_1.jpg"),
            ("/mnt/crew2/IMG_2.jpg", "many: /mnt/crew2/IMG_2.jpg"),
            ("IMG_2.jpg", "IMG_2.jpg"),
            ("../a.jpg", "elsewhere: ../a.jpg"),
            ("/etc/passwd", "none: /etc/passwd"),
            ("DCIM", "none: DCIM"),
        ] {
            assert_eq!(told(&folder, cell), said, "{cell}");
        }
    }
}
