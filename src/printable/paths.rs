//! What a text tells of this machine's paths: below a folder they begin there, and of others no more than the last name stands.

use std::path::Path;

/// A text in which paths below a folder begin there, and of others no more than the last name stands. Where a path with blanks in
/// it ends nobody can tell: rather a word of the sentence is lost than a folder's name told.
pub fn of_folder(text: &str, root: &Path) -> String {
    let text = below_known(text, root);
    let mut told = String::new();
    let mut before = ' ';
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        if let Some(head) = head_of_path(rest, before) {
            let path = &rest[..head + length_of_path(&rest[head..])];
            told.push_str(path.rsplit(['/', '\\']).next().unwrap_or_default());
            rest = &rest[path.len()..];
            before = 'x';
        } else {
            told.push(next);
            before = next;
            rest = &rest[next.len_utf8()..];
        }
    }
    told
}

/// A text without the folder, and of paths that lie beside it or above without what leads there, where that has blanks.
fn below_known(text: &str, root: &Path) -> String {
    let shown = root.display().to_string();
    // A root of a system leads to everything, and tells nothing.
    if root.file_name().is_none() {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for next in ["/", "\\"] {
        text = without(&text, &format!("{shown}{next}"), "");
    }
    text = without(&text, &shown, ".");
    for above in root.ancestors().skip(1) {
        let shown = above.display().to_string();
        if shown.contains(char::is_whitespace) {
            for next in ["/", "\\"] {
                text = without(&text, &format!("{shown}{next}"), next);
            }
        }
    }
    text
}

/// A text in which the beginning of paths is replaced, and not what is called so within one.
fn without(text: &str, beginning: &str, instead: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(beginning) {
        replaced.push_str(before);
        let is_within = |c: char| c.is_alphanumeric() || "_-.)".contains(c);
        let begins = !replaced.ends_with(is_within);
        replaced.push_str(if begins { instead } else { beginning });
        rest = after;
    }
    replaced + rest
}

/// What ends a path for certain.
fn ends_clause(c: char) -> bool {
    "\"'`,:;：，；。\n\r\t".contains(c)
}

/// How long a path is that begins here: past a blank it goes on where one of the next two words has another folder in it.
fn length_of_path(rest: &str) -> usize {
    let ends_word = |c: char| c.is_whitespace() || c == '）' || c == ')' || ends_clause(c);
    let word = |text: &str| text.find(ends_word).unwrap_or(text.len());
    let clause = rest.find(ends_clause).unwrap_or(rest.len());
    let mut length = word(rest);
    while let Some(further) = further(&rest[length..clause]) {
        length += further;
        length += word(&rest[length..]);
    }
    length
}

/// How far the next folder of a path is whose name has a blank or a bracket in it.
fn further(rest: &str) -> Option<usize> {
    let separator = ['/', '\\'];
    if let Some(after) = rest.strip_prefix([')', '）']) {
        return after
            .starts_with(separator)
            .then_some(rest.len() - after.len());
    }
    let words = rest.strip_prefix(char::is_whitespace)?;
    let mut at = rest.len() - words.len();
    for word in words.split(' ').take(2) {
        match word.find(separator) {
            // Another path begins here.
            Some(0) => return None,
            Some(within) => return Some(at + within),
            None => at += word.len() + 1,
        }
    }
    None
}

/// How much of a text is the head of a path of a machine: nothing before a `/`, a drive, or what Windows puts before one.
fn head_of_path(rest: &str, before: char) -> Option<usize> {
    if rest.starts_with('/') {
        return (!before.is_alphanumeric() && !"/.:<*".contains(before)).then_some(0);
    }
    let share = if rest.starts_with(r"\\?\") { 4 } else { 0 };
    let at_a_drive = match *rest.as_bytes().get(share..)? {
        [letter, b':', b'/' | b'\\', ..] => letter.is_ascii_alphabetic(),
        _ => false,
    };
    match (share, at_a_drive) {
        (0, true) => (!before.is_alphanumeric()).then_some(2),
        (share, true) => Some(share + 2),
        _ => rest.starts_with(r"\\").then_some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_the_machine_is_told() {
        let root = Path::new("/home/li wei/data");
        let told = |text| of_folder(text, root);
        assert_eq!(told("/home/li wei/data/a/b.tif: bad"), "a/b.tif: bad");
        assert_eq!(told("无法读取 /etc/shadow：拒绝"), "无法读取 shadow：拒绝");
        assert_eq!(told("folder /home/li wei/data is gone"), "folder . is gone");
        assert_eq!(told("3 m/s, 1/2, a/b"), "3 m/s, 1/2, a/b");
        assert_eq!(told("(/a/b.tif) is bad"), "(b.tif) is bad");
        assert_eq!(told("/mnt/a(b)/c（旧）/x.tif: bad"), "x.tif: bad");
        let nested = of_folder("a/srv/x.tif: bad", Path::new("/srv"));
        assert_eq!(nested, "a/srv/x.tif: bad");
        assert_eq!(told("/a/b.tif to /c/d.tif: full"), "b.tif to d.tif: full");
    }

    #[test]
    fn a_blank_in_a_path_tells_no_more_of_it() {
        let root = Path::new("/home/li wei/data");
        let told = |text| of_folder(text, root);
        assert_eq!(told("/home/li wei/x/y.tif: bad"), "y.tif: bad");
        assert_eq!(told("/home/li wei/my x/y z.tif: bad"), "y z.tif: bad");
        assert_eq!(told("/mnt/wang da hai/x/y.tif: bad"), "y.tif: bad");
        assert_eq!(told("/mnt/wang (old) b/x/y.tif: bad"), "y.tif: bad");
        assert_eq!(told("/a/b.tif has 3 m/s"), "b.tif has 3 m/s");
        let root = Path::new("/srv/x");
        let told = |text| of_folder(text, root);
        assert_eq!(told("/home/li wei/x/y.tif: bad"), "y.tif: bad");
        assert_eq!(told(r"C:\Program Files (x86)\a\b.dll: bad"), "b.dll: bad");
    }

    #[test]
    fn no_path_of_windows_is_told() {
        let root = Path::new(r"\\?\C:\Users\李\data");
        let told = |text| of_folder(text, root);
        assert_eq!(told(r"\\?\C:\Users\李\data\a\b.tif: bad"), r"a\b.tif: bad");
        assert_eq!(
            told(r"folder \\?\C:\Users\李\data is gone"),
            "folder . is gone"
        );
        assert_eq!(told(r"\\?\D:\x\y.tif: bad"), "y.tif: bad");
        assert_eq!(
            told(r"无法读取 C:\Windows\系统.ini：拒绝"),
            "无法读取 系统.ini：拒绝"
        );
        assert_eq!(told(r"C:/Users/x.ini: refused"), "x.ini: refused");
        assert_eq!(told(r"\\server\share\x.tif"), "x.tif");
        assert_eq!(told("https://a.example/b"), "https://a.example/b");
    }
}
