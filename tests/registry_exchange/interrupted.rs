//! A registry whose writer was killed in mid-write, and journals that are not a file's own: what waits is undone by
//! whoever reads first, and what is another's is never played.

use crate::mount::Mount;
use crate::office::{Office, Said};
use std::fs;
use std::path::Path;

/// The end of a journal that names a master journal, as the engine writes it before it commits several files at once.
fn naming_a_master(name: &str) -> Vec<u8> {
    const MAGIC: [u8; 8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7];
    let mut journal = vec![0; 512];
    journal[..8].copy_from_slice(&MAGIC);
    journal[20..24].copy_from_slice(&512_u32.to_be_bytes());
    journal[24..28].copy_from_slice(&4096_u32.to_be_bytes());
    // The page that is never written to, the name, its length, the sum of its bytes.
    journal.extend(
        0x4000_0000_u32
            .div_euclid(4096)
            .wrapping_add(1)
            .to_be_bytes(),
    );
    journal.extend(name.as_bytes());
    journal.extend(u32::try_from(name.len()).expect("short").to_be_bytes());
    let sum = name
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(byte)));
    journal.extend(sum.to_be_bytes());
    journal.extend(MAGIC);
    journal
}

/// Leaves `to` as a kill in the middle of a large write leaves a registry: pages changed, the journal beside it.
fn killed_in_mid_write(from: &Path, to: &Path) {
    let work = from.with_file_name("work.db");
    fs::copy(from, &work).expect("copied");
    let connection = rusqlite::Connection::open(&work).expect("opened");
    connection
        .execute_batch(
            "PRAGMA cache_size = 2; PRAGMA cache_spill = ON; BEGIN IMMEDIATE;
             UPDATE sites SET json = zeroblob(9000);
             CREATE TABLE filler(x);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             INSERT INTO filler SELECT zeroblob(3000) FROM n;",
        )
        .expect("half written");
    fs::copy(&work, to).expect("copied");
    let journal = |path: &Path| format!("{}-journal", path.display());
    fs::copy(journal(&work), journal(to)).expect("a journal waits");
    drop(connection);
    fs::remove_file(&work).expect("removed");
}

fn in_registry(office: &Office, registry: &str, arguments: &[&str]) -> Said {
    let mut all = arguments.to_vec();
    all.extend(["--registry", registry]);
    office.run("chief", &all)
}

#[test]
fn whoever_reads_first_undoes_what_a_killed_writer_left() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    let whole = office.ok("chief", &["sites", "--json"]).out;
    for (n, reader) in [
        &["sites", "--json"][..],
        &["show", &site],
        &["verify", "--full"],
        &["export", "o.csv"],
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("killed-{n}.papaver");
        killed_in_mid_write(&office.path("a.papaver"), &office.path(&name));
        let journal = office.path(&format!("{name}-journal"));
        assert!(fs::metadata(&journal).expect("a journal").len() > 0);
        let said = in_registry(&office, &name, reader);
        assert_eq!(said.code, Some(0), "{reader:?}: {said:?}");
        assert_eq!(in_registry(&office, &name, &["sites", "--json"]).out, whole);
        assert!(
            fs::metadata(&journal).map_or(0, |m| m.len()) == 0,
            "it was undone"
        );
    }
}

#[test]
fn where_nothing_can_be_written_an_interrupted_write_is_said_to_wait() {
    let office = Office::begin();
    office.dispatched(113.30, 33.74);
    let Some(disk) = Mount::new(&office.path("disk"), "size=16m") else {
        println!("skipped: a disk can be mounted by root only");
        return;
    };
    killed_in_mid_write(&office.path("a.papaver"), &office.path("disk/a.papaver"));
    disk.remount("ro");
    let told = in_registry(&office, "disk/a.papaver", &["sites"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(
        told.err.contains("an interrupted write")
            && told.err.contains("a.papaver-journal together"),
        "{told:?}"
    );
    let zh = Office {
        lang: "zh",
        ..office
    };
    let told = in_registry(&zh, "disk/a.papaver", &["sites"]);
    assert!(told.err.contains("被中断的写入"), "{told:?}");
    disk.remount("rw");
    assert_eq!(in_registry(&zh, "disk/a.papaver", &["sites"]).code, Some(0));
    drop(disk);
}

#[test]
fn a_journal_that_names_another_file_deletes_nothing() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    let victim = office.path("victim.txt");
    fs::write(&victim, "precious").expect("written");
    let journal = naming_a_master(&victim.to_string_lossy());
    // Beside what a crew gives back.
    office.ok("wang", &["export", "crew.gpkg"]);
    office.ok("wang", &["import", "crew.gpkg", "--dry-run"]);
    fs::write(office.path("crew.gpkg-journal"), &journal).expect("written");
    for more in [&[][..], &["--dry-run"]] {
        let mut arguments = vec!["import", "crew.gpkg"];
        arguments.extend(more);
        let told = office.refused("wang", &arguments);
        assert!(
            told.contains("interrupted") && told.contains("QField"),
            "{told}"
        );
    }
    // As a boundary and as a list of targets.
    fs::copy(office.path("crew.gpkg"), office.path("area.gpkg")).expect("copied");
    fs::write(office.path("area.gpkg-journal"), &journal).expect("written");
    let told = office.refused(
        "wang",
        &[
            "targets",
            "import",
            "area.gpkg",
            "--name",
            "t",
            "--season",
            "2026",
        ],
    );
    assert!(told.contains("interrupted"), "{told}");
    // Beside the registry itself.
    fs::write(office.path("a.papaver-journal"), &journal).expect("written");
    for arguments in [&["sites"][..], &["note", &site, "x"], &["verify"]] {
        let told = office.refused("wang", arguments);
        assert!(
            told.contains("victim") || told.contains("names other files"),
            "{told}"
        );
    }
    assert_eq!(fs::read(&victim).expect("still there"), b"precious");
    assert_eq!(
        fs::read(office.path("a.papaver-journal")).expect("untouched"),
        journal
    );
    fs::remove_file(office.path("a.papaver-journal")).expect("moved away");
    office.ok("wang", &["note", &site, "x"]);
    office.ok("wang", &["verify", "--full"]);
}

#[test]
fn a_geopackage_is_asked_for_its_tables_only() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    office.ok("wang", &["export", "crew.gpkg"]);
    let connection = rusqlite::Connection::open(office.path("crew.gpkg")).expect("opened");
    // A layer that is a view without end, and one that would be asked for the type of its geometry.
    connection
        .execute_batch(
            "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
               SELECT i AS fid, 'x' AS site, i AS visit_outcome FROM n;
             INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES ('endless', 'attributes', 'endless');",
        )
        .expect("added");
    drop(connection);
    crate::office::photo(&office.path("p.png"), 33);
    crate::office::fill_in(
        &office.path("crew.gpkg"),
        "visits",
        &[(&site, crate::office::confirming("p.png"))],
    );
    let started = std::time::Instant::now();
    let report = office.ok("wang", &["import", "crew.gpkg", "--json"]).json();
    assert!(started.elapsed().as_secs() < 600);
    assert_eq!(report["rows"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(report["rows"][0]["fate"], "recorded", "{report}");
}
