//! The loop with a real registry: what goes down, comes back, is recorded, refused, disputed, revoked.

use super::access::{self, NewPassword, Wish};
use super::{CrewFolder, CrewGate, Denied, EntryKind, write_project};
use crate::ground::LonLat;
use crate::office::fixture::{begun, grant};
use crate::office::{Credentials, FieldError, Office, OfficeError, Session, found, life};
use crate::registry::Role;
use crate::registry::body::{Assign, FoundBy};
use crate::store::{Store, StoreError};
use crate::words::Lang;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

struct Unit {
    kept: tempfile::TempDir,
    office: Office,
    chief: Session,
}

/// A unit with two crews, and one site for the first.
fn unit() -> (Unit, String) {
    let kept = tempfile::tempdir().expect("folder");
    let (mut office, chief) = begun(&kept.path().join("a.papaver"));
    let own = [Role::Analyst, Role::Verifier];
    grant(&mut office, &chief, "chief", &own);
    for crew in ["一组", "二组"] {
        grant(
            &mut office,
            &chief,
            crew,
            &[Role::Verifier, Role::Eradicator],
        );
    }
    let mut unit = Unit {
        kept,
        office,
        chief,
    };
    let code = unit.site(113.3, 33.74);
    (unit, code)
}

impl Unit {
    fn registry(&self) -> PathBuf {
        self.kept.path().join("a.papaver")
    }

    fn site(&mut self, lon: f64, lat: f64) -> String {
        let found = found::Discovery::new(LonLat::new(lon, lat), FoundBy::Patrol);
        let added = found::add(&mut self.office, &self.chief, found).expect("added");
        let code = added.changed.sites[0].id.clone();
        let key = self.office.store().find(&code).expect("known");
        let crew = Assign {
            crew: "一组".into(),
            due: None,
        };
        life::assign(&mut self.office, &self.chief, &[key], &crew).expect("assigned");
        code
    }

    fn give(&self, crew: &str) -> NewPassword {
        let wish = Wish {
            crew: crew.into(),
            person: None,
            days: 10,
        };
        access::give(&self.office, &self.chief, wish).expect("given")
    }

    /// Lets go of the registry, so that a server can write in it.
    fn served(self) -> (tempfile::TempDir, CrewGate) {
        let Self { kept, office, .. } = self;
        drop(office);
        let field = CrewGate::open(&kept.path().join("a.papaver"), Lang::Zh).expect("opened");
        (kept, field)
    }
}

fn enter(field: &CrewGate, given: &NewPassword) -> Arc<CrewFolder> {
    let entered = field.enter(&given.id, &given.password);
    entered.expect("opened").expect("the password is right")
}

fn put(folder: &CrewFolder, path: &str, bytes: &[u8]) -> Result<(), Denied> {
    let mut incoming = folder.begin(path)?;
    incoming.add(bytes)?;
    folder.keep(path, incoming)
}

fn read(folder: &CrewFolder, path: &str) -> Vec<u8> {
    match folder.look(path).expect("looked").expect("there").what {
        EntryKind::File(path, bytes) => {
            let read = std::fs::read(path).expect("read");
            assert_eq!(read.len() as u64, bytes);
            read
        }
        EntryKind::Folder => panic!("a folder"),
    }
}

fn photo(colour: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([colour, 90, 90]));
    image::codecs::jpeg::JpegEncoder::new(&mut bytes)
        .encode_image(&picture)
        .expect("encoded");
    bytes
}

/// The crew's list with its first row filled in.
fn filled(list: &[u8], outcome: &str, photo: &str) -> Vec<u8> {
    let mut list: Value = serde_json::from_slice(list).expect("JSON");
    let row = &mut list["features"][0]["properties"];
    row["visit_outcome"] = json!(outcome);
    row["visit_at"] = json!(crate::office::clock::at_here());
    row["visit_officers"] = json!("王, 李");
    row["visit_photo_1"] = json!(photo);
    if outcome == "cultivated" {
        row["visit_plants"] = json!(120);
        row["visit_stage"] = json!("flowering");
        row["visit_sap_cut"] = json!("no");
    }
    list.to_string().into_bytes()
}

fn state(kept: &tempfile::TempDir, code: &str) -> (String, bool, usize) {
    let store = Store::open_read(&kept.path().join("a.papaver")).expect("opened");
    let key = store.find(code).expect("known");
    let site = store.site(key).expect("read").expect("there");
    (
        site.state.name().to_lowercase(),
        site.disputed,
        site.evidence.len(),
    )
}

fn outcomes(folder: &CrewFolder) -> Value {
    serde_json::from_slice(&read(folder, "page/results.json")).expect("JSON")
}

/// A crew that has entered its folder.
struct AtWork {
    code: String,
    given: NewPassword,
    kept: tempfile::TempDir,
    field: CrewGate,
    folder: Arc<CrewFolder>,
}

fn at_work() -> AtWork {
    let (unit, code) = unit();
    let given = unit.give("一组");
    let (kept, field) = unit.served();
    let folder = enter(&field, &given);
    AtWork {
        code,
        given,
        kept,
        field,
        folder,
    }
}

/// Puts a table into a crew's folder whose row names a photograph.
fn put_row(folder: &CrewFolder) -> Vec<u8> {
    let list = read(folder, "page/sites.geojson");
    let table = filled(&list, "cultivated", "DCIM/a.jpg");
    put(folder, "v.geojson", &table).expect("kept");
    table
}

#[test]
fn a_row_waits_for_its_photograph_and_is_recorded_once() {
    let AtWork {
        code,
        given,
        kept,
        field,
        folder,
    } = at_work();
    let table = put_row(&folder);
    let (crews, waits) = field.take_in().expect("taken");
    assert!(crews.contains(&given.id) && !waits);
    assert_eq!(state(&kept, &code).0, "dispatched");
    assert_eq!(outcomes(&folder)[0]["waits_for"], json!(["a.jpg"]));
    let page = String::from_utf8(read(&folder, "RESULT.html")).expect("text");
    assert!(page.contains(&code) && page.contains("待照片") && !page.contains("REFUSED"));
    assert!(
        page.contains("a.jpg 尚未收到") && page.contains(" +08:00"),
        "{page}"
    );
    assert_eq!(outcomes(&folder)[0]["rows"][0]["waits"], json!(true));
    let before = field.take_in().expect("taken").0;
    assert!(before.is_empty(), "nothing new came");
    put(&folder, "DCIM/a.jpg", &photo(1)).expect("kept");
    field.take_in().expect("taken");
    assert_eq!(state(&kept, &code), ("confirmed".into(), false, 1));
    let events = || {
        Store::open_read(&kept.path().join("a.papaver"))
            .expect("opened")
            .count()
    };
    let counted = events().expect("counted");
    put(&folder, "again.geojson", &table).expect("kept");
    // Started anew, all that was acknowledged is there, and nothing is recorded twice.
    let field = CrewGate::open(&kept.path().join("a.papaver"), Lang::Zh).expect("opened");
    let folder = enter(&field, &given);
    field.take_in().expect("taken");
    let told = outcomes(&folder);
    assert_eq!(told[0]["path"], json!("again.geojson"));
    assert_eq!(told[0]["rows"][0]["fate"], json!("before"), "{told}");
    assert_eq!(events().expect("counted"), counted);
    assert_eq!(read(&folder, "v.geojson"), table, "untouched");
}

#[test]
fn what_is_sent_and_not_read_is_named() {
    let AtWork {
        kept: _kept,
        field,
        folder,
        ..
    } = at_work();
    let page = || String::from_utf8(read(&folder, "RESULT.html")).expect("text");
    put(&folder, "notes.docx", b"abc").expect("kept");
    put(&folder, "a.jpg", &photo(1)).expect("kept");
    field.take_in().expect("taken");
    let told = page();
    assert!(
        told.contains("notes.docx") && told.contains("已保存但未读取"),
        "{told}"
    );
    assert!(!told.contains("a.jpg"), "a photograph is of use");
    folder.remove("notes.docx").expect("gone");
    field.take_in().expect("taken");
    assert!(!page().contains("notes.docx"));
}

#[test]
fn a_row_waits_for_the_photograph_where_an_empty_or_broken_one_came_first() {
    let AtWork {
        code,
        kept,
        field,
        folder,
        ..
    } = at_work();
    put_row(&folder);
    for beginning in [&b""[..], b"half"] {
        put(&folder, "DCIM/a.jpg", beginning).expect("kept");
        field.take_in().expect("taken");
        assert_eq!(state(&kept, &code).0, "dispatched");
        assert_eq!(outcomes(&folder)[0]["waits_for"], json!(["a.jpg"]));
    }
    put(&folder, "DCIM/a.jpg", &photo(1)).expect("kept");
    field.take_in().expect("taken");
    assert_eq!(state(&kept, &code), ("confirmed".into(), false, 1));
}

#[test]
fn a_table_of_which_a_row_was_refused_is_looked_at_again_when_it_is_sent_again() {
    let AtWork {
        code,
        kept,
        field,
        folder,
        ..
    } = at_work();
    put(&folder, "DCIM/a.jpg", &photo(1)).expect("kept");
    put(&folder, "DCIM/A.JPG", &photo(2)).expect("kept");
    let list = read(&folder, "page/sites.geojson");
    let table = filled(&list, "cultivated", "DCIM/a.JPG");
    put(&folder, "v.geojson", &table).expect("kept");
    field.take_in().expect("taken");
    assert_eq!(outcomes(&folder)[0]["rows"][0]["fate"], json!("refused"));
    let unseen = || field.take_in().expect("taken").0;
    assert!(unseen().is_empty(), "nobody sent it again");
    // The crew takes the other picture away, and sends the same table.
    folder.remove("DCIM/A.JPG").expect("gone");
    put(&folder, "v.geojson", &table).expect("kept");
    assert!(!unseen().is_empty());
    let told = outcomes(&folder);
    assert_eq!(told[0]["rows"][0]["fate"], json!("recorded"), "{told}");
    assert_eq!(state(&kept, &code), ("confirmed".into(), false, 1));
    // What was taken in as a whole is not looked at once more.
    put(&folder, "v.geojson", &table).expect("kept");
    assert!(unseen().is_empty());
    assert!(unseen().is_empty());
}

#[test]
fn two_crews_at_one_site_are_in_dispute_and_both_photographs_are_kept() {
    let (mut unit, code) = unit();
    let first = unit.give("一组");
    let second = unit.give("二组");
    let key = unit.office.store().find(&code).expect("known");
    // The list of the first crew is handed to the second as well.
    let (kept, field) = {
        let crew = Assign {
            crew: "一组".into(),
            due: None,
        };
        life::assign(&mut unit.office, &unit.chief, &[key], &crew).expect("assigned");
        unit.served()
    };
    let (one, two) = (enter(&field, &first), enter(&field, &second));
    let list = read(&one, "page/sites.geojson");
    put(&one, "DCIM/p.jpg", &photo(1)).expect("kept");
    put(&two, "DCIM/p.jpg", &photo(200)).expect("kept");
    let table = filled(&list, "cultivated", "DCIM/p.jpg");
    put(&one, "v.geojson", &table).expect("kept");
    field.take_in().expect("taken");
    put(&two, "v.geojson", &filled(&list, "nothing", "DCIM/p.jpg")).expect("kept");
    field.take_in().expect("taken");
    let told = outcomes(&two);
    assert_eq!(told[0]["rows"][0]["fate"], json!("recorded"), "{told}");
    assert_eq!(state(&kept, &code), ("confirmed".into(), true, 2));
}

#[test]
fn what_goes_down_is_read_only_and_what_is_sent_loses_nothing() {
    let (unit, code) = unit();
    let given = unit.give("一组");
    let (kept, field) = unit.served();
    let folder = enter(&field, &given);
    let names: Vec<String> = folder
        .list("")
        .expect("listed")
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    let (map, table) = (format!("{}.qgs", given.id), format!("{}.gpkg", given.id));
    assert_eq!(
        names,
        [
            "RESULT.html".to_owned(),
            table.clone(),
            map.clone(),
            "page".into()
        ]
    );
    let project = read(&folder, &map);
    assert!(String::from_utf8_lossy(&project).contains(&format!("./{table}|layername=visits")));
    assert!(matches!(
        put(&folder, &map, b"other"),
        Err(Denied::ReadOnly)
    ));
    put(&folder, &map, &project).expect("the same is no change");
    assert!(matches!(folder.remove(&map), Err(Denied::ReadOnly)));
    assert!(matches!(folder.rename(&map, "x"), Err(Denied::ReadOnly)));
    assert!(matches!(put(&folder, "../x", b"x"), Err(Denied::Name)));
    // The table comes back under its own name, broken off or whole; a file that is none is told and kept.
    put(&folder, &table, b"half").expect("kept");
    assert_eq!(read(&folder, &table), b"half");
    field.take_in().expect("taken");
    assert!(outcomes(&folder)[0]["error"].is_array());
    assert_eq!(state(&kept, &code).0, "dispatched");
    folder.make_folder("DCIM").expect("made");
    assert!(matches!(folder.make_folder("DCIM"), Err(Denied::Exists)));
    assert!(matches!(
        folder.make_folder("no/DCIM"),
        Err(Denied::Missing)
    ));
    put(&folder, "DCIM/a.jpg", b"one").expect("kept");
    put(&folder, "DCIM/a.jpg", b"two").expect("kept");
    folder.rename("DCIM/a.jpg", "b.jpg").expect("renamed");
    assert_eq!(read(&folder, "b.jpg"), b"two");
    folder.remove("b.jpg").expect("gone");
    assert!(folder.look("b.jpg").expect("looked").is_none());
    for bytes in [&b"one"[..], b"two", b"half"] {
        let sha256 = crate::registry::Hash::of(bytes);
        let folder = kept.path().join("a.papaver.field/files");
        assert!(crate::store::evidence::check(&folder, sha256).expect("there"));
    }
}

#[test]
fn a_password_is_a_supervisors_to_give_and_to_take_and_opens_one_folder() {
    let (mut unit, _) = unit();
    let crew = |office: &Office, name: &str| {
        office.sign_in(Credentials {
            actor: name.into(),
            ..Credentials::default()
        })
    };
    let someone = crew(&unit.office, "一组").expect("known");
    let wish = |person: Option<&str>| Wish {
        crew: "一组".into(),
        person: person.map(str::to_owned),
        days: 1,
    };
    let no_role = |given: Result<NewPassword, OfficeError>| matches!(given, Err(OfficeError::Store(e)) if matches!(*e, StoreError::NoRole { .. } | StoreError::Person(_)));
    assert!(no_role(access::give(&unit.office, &someone, wish(None))));
    assert!(no_role(access::give(
        &unit.office,
        &unit.chief,
        wish(Some("nobody"))
    )));
    let new = crate::office::people::NewKey {
        name: "二组".into(),
        passphrase: "long enough".into(),
        old_passphrase: None,
        happened: None,
    };
    crate::office::people::make_key(&mut unit.office, new).expect("made");
    let holds = access::give(&unit.office, &unit.chief, wish(Some("二组")));
    assert!(matches!(
        holds,
        Err(OfficeError::Field(FieldError::HoldsKey { .. }))
    ));
    let old = unit.give("一组");
    let now = unit.give("一组");
    let (registry, chief) = (unit.registry(), unit.chief.clone());
    let (_kept, field) = unit.served();
    assert_eq!(old.id, now.id);
    let opens =
        |given: &NewPassword, id: &str| field.enter(id, &given.password).expect("asked").is_some();
    assert!(!opens(&old, &old.id), "another has taken its place");
    assert!(opens(&now, &now.id) && field.knows(&now.id, &now.password));
    assert!(!opens(&now, "crew-0"));
    let office = Office::open(&registry, "test").expect("opened");
    access::revoke(&office, &chief, "一组").expect("revoked");
    assert!(!opens(&now, &now.id) && !field.knows(&now.id, &now.password));
    assert!(access::revoke(&office, &chief, "一组").is_err());
}

#[test]
fn a_project_is_made_anew_only_where_the_sites_have_changed() {
    let (mut unit, _) = unit();
    let given = unit.give("一组");
    let out = unit.kept.path().join("stick");
    assert_eq!(
        write_project(unit.office.store(), "一组", &out, Lang::En).expect("made"),
        1
    );
    assert!(out.join(format!("{}.gpkg", given.id)).is_file());
    let again = write_project(unit.office.store(), "一组", &out, Lang::En);
    assert!(
        matches!(again, Err(OfficeError::File(_))),
        "nothing is overwritten"
    );
    let field = CrewGate::open(&unit.registry(), Lang::Zh).expect("opened");
    let table = format!("{}.gpkg", given.id);
    let made = |field: &CrewGate| {
        enter(field, &given)
            .look(&table)
            .expect("looked")
            .expect("there")
    };
    let before = made(&field);
    let field = CrewGate::open(&unit.registry(), Lang::Zh).expect("opened");
    assert_eq!(made(&field), before);
    unit.site(113.4, 33.75);
    let field = CrewGate::open(&unit.registry(), Lang::Zh).expect("opened");
    assert_ne!(made(&field), before);
}

#[test]
fn nothing_that_a_crew_names_takes_the_place_of_what_goes_down() {
    let (unit, _) = unit();
    let given = unit.give("一组");
    let (kept, field) = unit.served();
    let folder = enter(&field, &given);
    let table = format!("{}.gpkg", given.id);
    let told = read(&folder, "page/results.json");
    put(&folder, "a/results.json", b"[]").expect("kept");
    put(&folder, "a/b/c.jpg", b"c").expect("kept");
    for to in [
        "page",
        "page/results.json",
        "PAGE",
        "RESULT.html",
        "Result.HTML",
    ] {
        let moved = folder.rename("a", to);
        assert!(moved.is_err(), "{to}");
    }
    let moved = folder.rename("a", &table);
    assert!(
        matches!(moved, Err(Denied::ReadOnly)),
        "a folder is no table"
    );
    assert_eq!(read(&folder, "page/results.json"), told);
    for name in [
        "RESULT.html",
        "result.HTML",
        "Page/Results.json",
        "ＲESULT.html",
    ] {
        let sent = put(&folder, name, b"forged");
        assert!(matches!(sent, Err(Denied::ReadOnly)), "{name}: {sent:?}");
        assert!(folder.make_folder(name).is_err(), "{name}");
        assert!(folder.rename("a/results.json", name).is_err(), "{name}");
    }
    let below = format!("{table}/a.jpg");
    for name in ["page", "Page", &below, "RESULT.html/a.jpg"] {
        let sent = put(&folder, name, b"forged");
        assert!(matches!(sent, Err(Denied::Exists)), "{name}: {sent:?}");
    }
    // Of what is not taken nothing stays on the disk.
    let files = kept.path().join("a.papaver.field/files");
    let sha256 = crate::registry::Hash::of(b"forged");
    assert!(!crate::store::evidence::path_of(&files, sha256).exists());
    // What crews do send under such names comes as before.
    put(&folder, &table, b"half").expect("kept");
    put(&folder, "page/own.txt", b"own").expect("kept");
    folder.rename("a", "again").expect("renamed");
    assert_eq!(read(&folder, "again/b/c.jpg"), b"c");
}

#[test]
fn no_folder_is_moved_deeper_than_names_go() {
    let (unit, _) = unit();
    let given = unit.give("一组");
    let (_kept, field) = unit.served();
    let folder = enter(&field, &given);
    put(&folder, "1/2/3/4/5/6/7/8/9/10/d.jpg", b"d").expect("put");
    for made in ["e", "e/f", "e/f/g"] {
        folder.make_folder(made).expect("made");
    }
    assert!(matches!(folder.rename("1", "e/f/1"), Err(Denied::Name)));
    folder.rename("1", "e/1").expect("as deep as may be");
}

#[test]
fn a_folder_that_is_called_as_a_table_keeps_none_from_being_taken_in() {
    let (unit, code) = unit();
    let given = unit.give("一组");
    let (kept, field) = unit.served();
    let folder = enter(&field, &given);
    let list = read(&folder, "page/sites.geojson");
    put(&folder, "DCIM/a.jpg", &photo(1)).expect("kept");
    let table = filled(&list, "cultivated", "DCIM/a.jpg");
    put(&folder, "one/v.geojson", &table).expect("kept");
    put(&folder, "two.geojson", &table).expect("kept");
    let of_table = format!("{}-two.geojson/b.jpg", given.id);
    put(&folder, &of_table, &photo(2)).expect("kept");
    folder.remove("one").expect("gone");
    put(&folder, "one", b"a file").expect("kept");
    let (_, waits) = field.take_in().expect("taken");
    assert!(!waits, "nothing stands in the way");
    assert_eq!(outcomes(&folder).as_array().map(Vec::len), Some(2));
    assert_eq!(state(&kept, &code).0, "confirmed");
}

#[test]
fn a_file_that_cannot_be_read_is_called_as_its_crew_calls_it() {
    let AtWork {
        kept,
        field,
        folder,
        given,
        ..
    } = at_work();
    let broken = [
        ("t3.csv", b"a,b\n1,2\n".as_slice()),
        ("t.gpkg", b"no GeoPackage"),
        ("sub/t.geojson", b"{"),
        ("t.xlsx", b"no workbook"),
    ];
    for (name, bytes) in broken {
        put(&folder, name, bytes).expect("kept");
    }
    field.take_in().expect("taken");
    let told = outcomes(&folder);
    assert_eq!(told.as_array().map(Vec::len), Some(broken.len()), "{told}");
    for told in told.as_array().expect("a list") {
        let name = told["path"].as_str().expect("path");
        for text in told["error"].as_array().expect("why") {
            assert!(text.as_str().expect("text").contains(name), "{text}");
        }
    }
    let page = String::from_utf8(read(&folder, "RESULT.html")).expect("text");
    let machine = kept.path().display().to_string();
    let inside = format!("{}-", given.id);
    for said in [told.to_string(), page] {
        for secret in [machine.as_str(), "arriving", ".papaver", inside.as_str()] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
}
