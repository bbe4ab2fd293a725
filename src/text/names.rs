//! File names as other systems write them: with backslashes, in other letter case, as the whole path on a phone.

use crate::files;
use crate::platform;
use crate::printable::acts;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is not where a name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFlaw {
    /// There is none.
    Nothing,
    /// There are several that the name may mean.
    Several,
    /// The name, or a link, leads out of the folder.
    Outside,
}

/// Whether something can be called so on every system and reads as what it is: no letter that acts or has no width in it, and no dot
/// before it.
pub fn is_plain(name: &str, longest: usize) -> bool {
    is_portable(name, longest) && !name.starts_with('.') && !name.contains(acts)
}

/// Whether something can be called so on every system: no way to another folder, nothing that Windows takes for a device or cuts off,
/// and no more bytes than `longest`.
pub fn is_portable(name: &str, longest: usize) -> bool {
    let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    !name.is_empty()
        && name.len() <= longest
        && !name.ends_with([' ', '.'])
        && !name.contains(odd)
        && !is_device(name)
}

/// Whether a name is that of a device on Windows.
fn is_device(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or("").to_ascii_lowercase();
    let first = first.trim_end();
    let is_port = matches!(first.as_bytes(), [b'c', b'o', b'm', n] | [b'l', b'p', b't', n] if n.is_ascii_digit());
    is_port || matches!(first, "con" | "prn" | "aux" | "nul")
}

/// A name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Folders and file, outermost first.
    pub parts: Vec<String>,
    /// Whether it begins at the root of a system, this one or another.
    pub absolute: bool,
}

impl Name {
    /// Takes a name apart; `None` where it leads upwards or is no name.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['"', '\'', '“', '”']).trim();
        let slashed = text.replace('\\', "/");
        let address = ["file://", "content://"]
            .iter()
            .find_map(|head| slashed.strip_prefix(head));
        let unescaped = address.map(|address| unescaped(address).replace('\\', "/"));
        let plain = unescaped.as_deref().unwrap_or(&slashed);
        let drive = plain
            .get(..2)
            .is_some_and(|head| head.as_bytes()[0].is_ascii_alphabetic() && head.ends_with(':'));
        let rest = if drive { &plain[2..] } else { plain };
        let absolute = drive || rest.starts_with('/') || plain.len() != slashed.len();
        let parts: Vec<String> = rest
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .map(str::to_owned)
            .collect();
        let is_name = !parts.is_empty() && !parts.iter().any(|part| part == "..");
        is_name.then_some(Self { parts, absolute })
    }
}

/// An address with its escaped bytes (`%E7%85%A7`) as they are.
fn unescaped(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = after.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = escaped
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The file or folder at the end of `parts` below a folder, in any letter case; one that is spelt alike comes first. A link
/// that leads out of the folder is not followed.
///
/// # Errors
/// [`NameFlaw`].
pub fn below(folder: &Path, parts: &[String]) -> Result<PathBuf, NameFlaw> {
    let mut path = folder.to_path_buf();
    for part in parts {
        let same = path.join(part);
        path = if std::fs::symlink_metadata(&same).is_ok() {
            same
        } else {
            let wanted = part.to_lowercase();
            let entries = std::fs::read_dir(&path).map_err(|_no_folder| NameFlaw::Nothing)?;
            let mut alike = entries
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().to_lowercase() == wanted);
            match (alike.next(), alike.next()) {
                (None, _) => return Err(NameFlaw::Nothing),
                (Some(one), None) => one.path(),
                (Some(_), Some(_)) => return Err(NameFlaw::Several),
            }
        };
    }
    match lies_in(folder, &path) {
        Ok(true) => Ok(path),
        Ok(false) => Err(NameFlaw::Outside),
        Err(_) => Err(NameFlaw::Nothing),
    }
}

/// Whether a file or folder lies below a folder once links are followed, and is nothing that stays on this machine: what
/// somebody sent may hold links to anything here.
///
/// # Errors
/// Those of the system, of what is not there.
pub fn lies_in(folder: &Path, path: &Path) -> io::Result<bool> {
    let root = platform::real_path(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })?;
    let real = platform::real_path(path)?;
    Ok(real.starts_with(root) && !files::stays_here(&real))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, bool)> {
        Name::of(text).map(|name| (name.parts.join("/"), name.absolute))
    }

    #[test]
    fn names_of_other_systems_are_taken_apart() {
        let some = |text: &str, absolute| Some((text.to_owned(), absolute));
        assert_eq!(parts("照片\\a.jpg"), some("照片/a.jpg", false));
        assert_eq!(parts(" \"./a b.jpg\" "), some("a b.jpg", false));
        assert_eq!(parts("C:\\x\\a.jpg"), some("x/a.jpg", true));
        assert_eq!(
            parts("/storage/DCIM/a.jpg"),
            some("storage/DCIM/a.jpg", true)
        );
        assert_eq!(parts("file:///sd/a.jpg"), some("sd/a.jpg", true));
        assert_eq!(
            parts("file:///sd/%E7%85%A7%E7%89%87%201.jpg"),
            some("sd/照片 1.jpg", true)
        );
        assert_eq!(parts("file:///sd/%2e%2e%5Ca.jpg"), None);
        assert_eq!(parts("100%E7.jpg"), some("100%E7.jpg", false));
        assert_eq!(parts("../a.jpg"), None);
        assert_eq!(parts("a/../../b.jpg"), None);
        assert_eq!(parts("  "), None);
    }

    #[test]
    fn a_plain_name_is_the_same_everywhere() {
        for name in ["航拍 1.tif", "com.jpg", "com10.tif", "a..b", "x 县.tif"] {
            assert!(is_plain(name, 200), "{name:?}");
        }
        for name in [
            "",
            "..",
            ".x",
            "a/b",
            "a\\b",
            "c:x",
            "a\0",
            "x|y",
            "a\n",
            "NUL.tif",
            "con",
            "nul .txt",
            "lpt9.tif",
            "z.tif.",
            "z.tif ",
            "zh\u{200b}ao.tif",
            "a\u{202e}fit.exe",
        ] {
            assert!(!is_plain(name, 200), "{name:?}");
        }
        assert!(is_plain(&"县".repeat(40), 120) && !is_plain(&"县".repeat(41), 120));
    }

    #[test]
    fn a_file_is_found_in_any_case_and_never_outside() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().join("表");
        std::fs::create_dir_all(root.join("DCIM")).expect("made");
        std::fs::write(root.join("DCIM/A.JPG"), "1").expect("written");
        std::fs::write(folder.path().join("out.jpg"), "1").expect("written");
        let find = |name: &str| below(&root, &Name::of(name).expect("a name").parts);
        assert_eq!(find("dcim/a.jpg"), Ok(root.join("DCIM/A.JPG")));
        assert_eq!(find("dcim/b.jpg"), Err(NameFlaw::Nothing));
        std::fs::write(root.join("DCIM/a.JPG"), "2").expect("written");
        assert_eq!(find("dcim/a.jpg"), Err(NameFlaw::Several));
        assert_eq!(find("DCIM/a.JPG"), Ok(root.join("DCIM/a.JPG")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path().join("out.jpg"), root.join("in.jpg"))
                .expect("linked");
            assert_eq!(find("in.jpg"), Err(NameFlaw::Outside));
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_leads_to_no_key_of_the_folder_itself() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.papaver"), "a registry").expect("written");
        std::fs::write(at("a.papaver.key"), "0".repeat(64)).expect("written");
        std::fs::write(at("b.json"), "{}").expect("written");
        std::fs::create_dir(at("a.papaver.people")).expect("made");
        std::fs::write(at("a.papaver.people/li"), "sealed").expect("written");
        let links = ["a.papaver", "a.papaver.key", "a.papaver.people/li"];
        for (n, target) in links.iter().enumerate() {
            let link = at(&format!("{n}.json"));
            std::os::unix::fs::symlink(target, &link).expect("linked");
            assert!(!lies_in(folder.path(), &link).expect("there"), "{target}");
        }
        std::os::unix::fs::symlink("b.json", at("c.json")).expect("linked");
        assert!(lies_in(folder.path(), &at("c.json")).expect("there"));
    }
}
