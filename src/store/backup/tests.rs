use super::*;
use crate::registry::body::Init;
use crate::store::{Author, Moment, Store, beside};
use std::path::PathBuf;

fn begun(folder: &Path) -> (Store, PathBuf) {
    let path = folder.join("县.papaver");
    let init = Init {
        unit: "410423".into(),
        unit_name: None,
        program: "test".into(),
    };
    let moment = Moment {
        now: jiff::Timestamp::now(),
        random: [7; 8],
    };
    let author = Author::plain("410423", "chief");
    let at = "2026-05-03T10:00:00+08:00".to_owned();
    let store = Store::create(&path, &author, init, at, moment, [3; 32]).expect("begun");
    let sha256 = Hash::of(b"evidence");
    crate::store::evidence::put(&store.evidence_folder(), sha256, b"evidence").expect("kept");
    (store, path)
}

#[test]
fn what_was_backed_up_comes_back_byte_for_byte_and_only_where_nothing_is() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, path) = begun(folder.path());
    let out = folder.path().join("a.papaver-backup");
    let made = make(&store, &out, "secret words", "now".into()).expect("made");
    assert_eq!((made.contents.evidence(), made.contents.last), (1, 1));
    assert!(made.changed.is_empty());
    let state = store.state_hash().expect("a state");
    drop(store);
    let bytes_of =
        |at: &Path| ["", ".key"].map(|ending| std::fs::read(beside(at, ending)).expect("there"));
    let bytes = bytes_of(&path);

    let taken = restore(&out, None, folder.path(), "secret words");
    assert!(matches!(taken, Err(BackupError::Taken { .. })), "{taken:?}");
    let again = make(
        &Store::open_write(&path, "x", std::time::Duration::ZERO).expect("open"),
        &out,
        "secret words",
        "now".into(),
    );
    assert!(matches!(again, Err(BackupError::File(_))), "{again:?}");

    let new = folder.path().join("new");
    std::fs::create_dir(&new).expect("made");
    let back = restore(&out, None, &new, "secret words").expect("restored");
    assert_eq!(back.registry, new.join("县.papaver"));
    assert!(bytes_of(&back.registry) == bytes, "they differ");
    let store = Store::open_write(&back.registry, "x", std::time::Duration::ZERO).expect("open");
    assert_eq!(store.state_hash().expect("a state"), state);
    let kept = crate::store::evidence::check(&store.evidence_folder(), Hash::of(b"evidence"));
    assert!(kept.expect("there"));
    let entries = std::fs::read_dir(&new).expect("listed").flatten();
    let left: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_changed_byte_and_a_wrong_passphrase_put_nothing_back() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, _) = begun(folder.path());
    let out = folder.path().join("a.papaver-backup");
    make(&store, &out, "secret words", "now".into()).expect("made");
    let new = folder.path().join("new");
    std::fs::create_dir(&new).expect("made");
    let wrong = restore(&out, None, &new, "other words");
    assert!(
        matches!(wrong, Err(BackupError::Locked { .. })),
        "{wrong:?}"
    );
    let whole = std::fs::read(&out).expect("there");
    for at in (0..whole.len()).step_by(whole.len() / 7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&out, &bytes).expect("written");
        let told = restore(&out, None, &new, "secret words");
        assert!(told.is_err(), "byte {at} of {}", whole.len());
    }
    std::fs::write(&out, &whole[..whole.len() - 10]).expect("written");
    restore(&out, None, &new, "secret words").expect_err("cut");
    assert_eq!(std::fs::read_dir(&new).expect("listed").count(), 0);
}

#[test]
fn a_backup_is_not_named_like_a_registry() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, _) = begun(folder.path());
    let out = folder.path().join("backup.papaver");
    let told = make(&store, &out, "secret words", "now".into());
    assert!(matches!(told, Err(BackupError::Named { .. })));
}

#[test]
fn what_crews_sent_and_who_of_them_may_come_is_taken_along() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, path) = begun(folder.path());
    let field = beside(&path, ".field");
    let own = field.join("crews/crew-0123abcd");
    let sha256 = Hash::of(b"a photograph").to_string();
    let lay = |at: &Path, bytes: &[u8]| {
        std::fs::create_dir_all(at.parent().expect("folder")).expect("made");
        std::fs::write(at, bytes).expect("written");
    };
    let file = Path::new("files").join(&sha256[..2]).join(&sha256);
    lay(&field.join("access.jsonl"), b"{}\n");
    lay(&own.join("inbox.jsonl"), b"{\"put\":1}\n");
    lay(&field.join(&file), b"a photograph");
    lay(&field.join("arriving/half"), b"a pho");
    lay(&own.join("projects/ab/map.qgs"), b"made anew");
    let out = folder.path().join("a.papaver-backup");
    let made = make(&store, &out, "secret words", "now".into()).expect("made");
    assert_eq!((made.contents.of_crews(), made.contents.evidence()), (1, 1));
    drop(store);
    let new = folder.path().join("new");
    std::fs::create_dir(&new).expect("made");
    let back = restore(&out, None, &new, "secret words").expect("restored");
    let back = beside(&back.registry, ".field");
    let read = |at: &str| std::fs::read(back.join(at)).ok();
    assert_eq!(read("access.jsonl").as_deref(), Some(&b"{}\n"[..]));
    let log = read("crews/crew-0123abcd/inbox.jsonl");
    assert_eq!(log.as_deref(), Some(&b"{\"put\":1}\n"[..]));
    assert_eq!(
        std::fs::read(back.join(&file)).expect("there"),
        b"a photograph"
    );
    assert!(!back.join("arriving").exists());
    assert!(!back.join("crews/crew-0123abcd/projects").exists());
}
