//! A line for each login that was tried, beside the registry: when, who, from where, and whether it opened. Of a crew, which gives its
//! password with every request, one for each day and address. Whoever tries and tries fills no disk.

use super::gate::whence;
use crate::files::{self, beside};
use crate::office::clock;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Characters of a name that are written.
const NAMED: usize = 80;
/// Bytes of the lines at most: then the refusals of the older half are forgotten. Whoever got in stays to be read, however many
/// tries are heaped on it.
const LARGEST: u64 = 32 << 20;
/// Refusals of crews of one day, each of another crew or address, of which a line is written.
const REFUSALS: usize = 4_096;

/// Writes the lines, one after the other.
#[derive(Debug, Default)]
pub(super) struct AuditLog(Mutex<CrewsOfDay>);

/// Which crews came today, from where, and whether it opened.
#[derive(Debug, Default)]
struct CrewsOfDay {
    day: String,
    seen: HashSet<(String, IpAddr, bool)>,
}

impl CrewsOfDay {
    /// Whether a crew comes from there for the first time on a day.
    fn is_first(&mut self, day: &str, (crew, from, opened): (&str, IpAddr, bool)) -> bool {
        if self.day != day {
            day.clone_into(&mut self.day);
            self.seen.clear();
        }
        let is_one_too_many = !opened && self.seen.len() >= REFUSALS;
        !is_one_too_many && self.seen.insert((crew.to_owned(), whence(from), opened))
    }
}

/// Where the lines of a registry lie.
pub(super) fn path(registry: &Path) -> PathBuf {
    beside(registry, ".logins.jsonl")
}

/// A name as it is written.
fn cut(name: &str) -> String {
    name.chars().take(NAMED).collect()
}

impl AuditLog {
    /// Writes that somebody tried to log in. Where that cannot be written, the login stands: nobody is locked out by a full
    /// disk.
    pub fn login(&self, registry: &Path, person: &str, from: IpAddr, opened: bool) {
        let line = json!({
            "at": clock::at_here(), "person": cut(person), "from": from, "opened": opened,
        });
        let _one_at_a_time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _full = added(&path(registry), &line, LARGEST);
    }

    /// Writes that a crew came, or gave a wrong password, from an address for the first time today.
    pub fn crew(&self, registry: &Path, crew: &str, from: IpAddr, opened: bool) {
        let at = clock::at_here();
        let mut crews = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let day = at.get(..10).unwrap_or_default();
        if crews.is_first(day, (crew, from, opened)) {
            let line = json!({ "at": at, "crew": cut(crew), "from": from, "opened": opened });
            let _full = added(&path(registry), &line, LARGEST);
        }
    }
}

/// Adds a line, and forgets the older refusals where the lines are too many.
fn added(path: &Path, line: &Value, largest: u64) -> io::Result<()> {
    let is_large = std::fs::metadata(path).is_ok_and(|about| about.len() > largest);
    if is_large {
        let lines = files::read(path)?;
        files::keep(path, |file| file.write_all(&shortened(&lines)))?;
    }
    files::lines::add_line(path, &line.to_string())
}

/// The newer half of the lines, and of the older one those of logins that opened; where these alone are too many, not even
/// they.
fn shortened(lines: &[u8]) -> Vec<u8> {
    let middle = lines.len() / 2;
    let cut = lines[middle..].iter().position(|byte| *byte == b'\n');
    let (older, newer) = lines.split_at(cut.map_or(lines.len(), |cut| middle + cut + 1));
    let opened = |line: &&[u8]| {
        serde_json::from_slice::<Value>(line).is_ok_and(|line| line["opened"] == true)
    };
    let kept: Vec<&[u8]> = older
        .split_inclusive(|byte| *byte == b'\n')
        .filter(opened)
        .collect();
    let kept = kept.concat();
    if kept.len() > older.len() / 2 {
        return newer.to_vec();
    }
    [kept.as_slice(), newer].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_what_they_fill_is_bounded() {
        let folder = tempfile::tempdir().expect("folder");
        let registry = folder.path().join("a.papaver");
        let from = IpAddr::from([10, 0, 0, 1]);
        let log = AuditLog::default();
        log.login(&registry, &"李".repeat(1 << 20), from, false);
        let lines = path(&registry);
        std::fs::write(&registry, b"x").expect("a registry");
        crate::files::spare(&lines).expect_err("it is the registry's");
        let written = std::fs::read_to_string(&lines).expect("written");
        assert!(written.len() < 500, "{}", written.len());
        for n in 0..200 {
            added(&lines, &json!({ "n": n }), 1_000).expect("added");
            let bytes = std::fs::metadata(&lines).expect("there").len();
            assert!(bytes < 1_100, "{bytes}");
        }
        let written = std::fs::read_to_string(&lines).expect("written");
        let last: Vec<Value> = written
            .lines()
            .map(|line| serde_json::from_str(line).expect("a whole line"))
            .collect();
        assert!(last.len() > 20 && last.last() == Some(&json!({ "n": 199 })));
    }

    #[test]
    fn no_heap_of_tries_hides_who_got_in() {
        let folder = tempfile::tempdir().expect("folder");
        let lines = path(&folder.path().join("a.papaver"));
        let line = |n: usize, opened: bool| json!({ "n": n, "opened": opened });
        added(&lines, &line(0, true), 1_000).expect("added");
        for n in 1..300 {
            added(&lines, &line(n, false), 1_000).expect("added");
        }
        let written = std::fs::read_to_string(&lines).expect("written");
        assert!(written.len() < 1_100, "{}", written.len());
        let first: Value =
            serde_json::from_str(written.lines().next().expect("lines")).expect("whole");
        assert_eq!(first, line(0, true));
        for n in 300..600 {
            added(&lines, &line(n, true), 1_000).expect("added");
            let bytes = std::fs::metadata(&lines).expect("there").len();
            assert!(bytes < 1_100, "{bytes}");
        }
    }

    #[test]
    fn a_crew_is_written_down_once_a_day_from_each_address() {
        let mut crews = CrewsOfDay::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert!(crews.is_first("2026-05-03", ("a", one, true)));
        assert!(!crews.is_first("2026-05-03", ("a", one, true)));
        assert!(crews.is_first("2026-05-03", ("a", one, false)));
        assert!(crews.is_first("2026-05-03", ("a", other, true)));
        assert!(crews.is_first("2026-05-03", ("b", one, true)));
        assert!(crews.is_first("2026-05-04", ("a", one, true)));
        let from = |n: u32| IpAddr::from(n.to_be_bytes());
        let more = u32::try_from(REFUSALS + 100).expect("few");
        let written = (0..more).filter(|n| crews.is_first("2026-05-04", ("a", from(*n), false)));
        assert!(written.count() <= REFUSALS);
        assert!(crews.is_first("2026-05-04", ("a", from(more), true)));
    }
}
