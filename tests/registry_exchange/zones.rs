//! What an office sees by day goes by the zone of its registry, on whatever machine it looks.

use super::office::Said;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use std::path::Path;
use std::process::Command;

/// Where the registry was begun, and where it is looked at: 25 hours behind, where it is never the same day.
const HOME: &str = "Pacific/Kiritimati";
const AWAY: &str = "Pacific/Pago_Pago";

fn run(folder: &Path, zone: &str, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .current_dir(folder)
        .args(["--lang", "en"])
        .args(arguments)
        .env("PAPAVER_ACTOR", "chief")
        .env("PAPAVER_REGISTRY", "a.papaver")
        .env("TZ", zone)
        .output()
        .expect("the program runs");
    let said = Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
    said
}

#[test]
fn days_go_by_the_zone_of_the_registry_and_not_by_the_machines() {
    let folder = tempfile::tempdir().expect("folder");
    let home = |arguments: &[&str]| run(folder.path(), HOME, arguments);
    let away = |arguments: &[&str]| run(folder.path(), AWAY, arguments);
    let zone = TimeZone::get(HOME).expect("a zone");
    let days_off = |days: i64| {
        let day = Timestamp::now().to_zoned(zone.clone()).date();
        (day + Span::new().days(days)).to_string()
    };
    let (before, yesterday) = (days_off(-3), days_off(-1));
    home(&["init", "--unit", "410423", "--when", &before]);
    let roles = "analyst,verifier,eradicator";
    home(&["actor", "add", "li", roles, "--when", &before]);
    home(&[
        "actor", "grant", "chief", "analyst", "verifier", "--when", &before,
    ]);
    let added = home(&[
        "add",
        "--at",
        "113.3,33.7",
        "--source",
        "patrol",
        "--when",
        &before,
        "--json",
    ]);
    let site = added.json()["id"].as_str().expect("a code").to_owned();
    home(&[
        "assign", &site, "--crew", "one", "--due", &yesterday, "--when", &before,
    ]);

    let began = days_off(0);
    let overdue = away(&["overdue", "--json"]);
    let listed = away(&["sites", "--overdue", "--json"]);
    let shown = away(&["show", &site, "--json"]);
    let round = away(&[
        "supervise",
        "round",
        "spring",
        "--district",
        "410423",
        "--member",
        "li",
        "--json",
    ]);
    let password = away(&["crew", "password", "one", "--person", "li", "--days", "1"]);
    let passwords = away(&["crew", "list"]);
    away(&["export", "a.csv"]);
    let until = days_off(1);
    if days_off(0) != began {
        // Midnight there came in between.
        return;
    }
    assert_eq!(overdue.json()["days"], 1, "{overdue:?}");
    assert_eq!(listed.json()["overdue_days"], 1, "{listed:?}");
    assert_eq!(shown.json()["overdue_days"], 1, "{shown:?}");
    assert!(round.out.contains(&began), "{round:?}");
    assert!(password.err.contains(&until), "{password:?}");
    assert!(passwords.out.contains(&until), "{passwords:?}");
    let table = std::fs::read_to_string(folder.path().join("a.csv")).expect("written");
    let column = |name: &str| {
        let mut lines = table
            .trim_start_matches('\u{feff}')
            .lines()
            .map(|line| line.split(','));
        let at = lines.next()?.position(|title| title == name)?;
        lines.next()?.nth(at)
    };
    assert_eq!(column("days overdue"), Some("1"), "{table}");
}
