use super::*;
use crate::files::beside;
use crate::registry::body::Init;
use crate::store::{Author, Moment, Store};
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

#[test]
fn what_is_none_of_a_registrys_files_is_named_and_keeps_no_backup_from_coming_back() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, _) = begun(folder.path());
    let kept = store.evidence_folder();
    let secret = folder.path().join("outside/secret");
    std::fs::create_dir(folder.path().join("outside")).expect("made");
    std::fs::write(&secret, b"secret").expect("written");
    std::fs::write(kept.join("说明 (1).txt"), b"x").expect("written");
    let mut expected = vec!["files/说明 (1).txt".to_owned()];
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(&secret, kept.join("0123")).expect("linked");
        symlink(folder.path().join("outside"), kept.join("4567")).expect("linked");
        symlink(".", kept.join("89ab")).expect("linked");
        expected.extend(["files/0123", "files/4567", "files/89ab"].map(str::to_owned));
    }
    let out = folder.path().join("a.papaver-backup");
    let mut made = make(&store, &out, "secret words", "now".into()).expect("made");
    made.left_out.sort();
    expected.sort();
    assert_eq!(made.left_out, expected);
    assert_eq!(made.contents.evidence(), 1);
    let new = folder.path().join("new");
    std::fs::create_dir(&new).expect("made");
    let back = restore(&out, None, &new, "secret words").expect("restored");
    assert!(back.left_out.is_empty());
}

/// A backup that somebody else made: these contents, and these files, packed as they like.
fn forged(path: &Path, registry: &str, files: &[(&str, &[u8], u64)], packed: bool) {
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    let file = std::fs::File::create(path).expect("made");
    let words = age::secrecy::SecretString::from("secret words".to_owned());
    let mut lock = age::scrypt::Recipient::new(words);
    lock.set_work_factor(2);
    let lock = std::iter::once(&lock as &dyn age::Recipient);
    let sealed = age::Encryptor::with_recipients(lock).expect("locked");
    let sealed = sealed.wrap_output(file).expect("sealed");
    let mut archive = zip::ZipWriter::new_stream(sealed);
    let method = if packed {
        zip::CompressionMethod::Deflated
    } else {
        zip::CompressionMethod::Stored
    };
    let options = SimpleFileOptions::default().compression_method(method);
    let list = files.iter().map(|(name, bytes, said)| BackupFile {
        name: (*name).to_owned(),
        bytes: *said,
        sha256: Hash::of(bytes),
    });
    let contents = Contents {
        format: WITH_FIELD.into(),
        registry: registry.into(),
        unit: "410423".into(),
        made_at: "now".into(),
        program: "test".into(),
        last: 1,
        files: list.collect(),
    };
    for (name, bytes, _) in files {
        archive.start_file(*name, options).expect("begun");
        archive.write_all(bytes).expect("written");
    }
    archive.start_file(CONTENTS, options).expect("begun");
    let text = serde_json::to_vec(&contents).expect("JSON");
    archive.write_all(&text).expect("written");
    let sealed = archive.finish().expect("finished").into_inner();
    sealed.finish().expect("finished");
}

#[test]
fn a_backup_of_somebody_elses_leads_nowhere_else_and_holds_no_more_than_it_is_long() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, path) = begun(folder.path());
    drop(store);
    let registry = std::fs::read(&path).expect("there");
    let key = std::fs::read(beside(&path, ".key")).expect("there");
    let (size, key_size) = (registry.len() as u64, key.len() as u64);
    let whole = [(REGISTRY, &registry[..], size), (KEY, &key[..], key_size)];
    let out = folder.path().join("a.papaver-backup");
    let new = folder.path().join("deep/new");
    std::fs::create_dir_all(&new).expect("made");
    let back = |registry: &str, more: &[(&str, &[u8], u64)], packed: bool| {
        forged(&out, registry, &[&whole[..], more].concat(), packed);
        restore(&out, None, &new, "secret words")
    };
    let zeros = vec![0; 8 << 20];
    for (more, packed) in [
        (("files/bomb", &zeros[..], 8 << 20), true),
        (("files/bomb", &zeros[..], u64::MAX), true),
        (("files/short", &b"x"[..], 2), false),
    ] {
        let told = back("x.papaver", &[more], packed);
        assert!(matches!(told, Err(BackupError::Changed { .. })), "{told:?}");
    }
    for name in [".bashrc", "a\u{1b}[2J", "..", ""] {
        let told = back(name, &[], false);
        assert!(
            matches!(told, Err(BackupError::NotABackup { .. })),
            "{told:?}"
        );
    }
    // Without a registry or its key nothing of it is put anywhere: no crew's password waits for the next registry of that name.
    let access = ("field/access.jsonl", &b"{}\n"[..], 3);
    for lone in [&whole[..1], &whole[1..], &[]] {
        forged(&out, "x.papaver", &[lone, &[access]].concat(), false);
        let told = restore(&out, None, &new, "secret words");
        assert!(
            matches!(told, Err(BackupError::NotABackup { .. })),
            "{told:?}"
        );
    }
    assert_eq!(std::fs::read_dir(&new).expect("listed").count(), 0);
    let names = [
        "files/../../out",
        "../out",
        "/tmp/out",
        "files/a b",
        "other/x",
        "files/.x",
    ];
    let more = names.map(|name| (name, &b"out"[..], 3));
    let done = back("../../x.papaver", &more, false).expect("restored");
    assert_eq!(done.registry, new.join("x.papaver"));
    assert_eq!(done.left_out, names);
    let entries = std::fs::read_dir(folder.path().join("deep")).expect("listed");
    assert_eq!(entries.count(), 1, "nothing beside the folder");
}

#[test]
fn a_backup_is_made_under_no_empty_or_very_short_passphrase_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("folder");
    let (store, _) = begun(folder.path());
    let out = folder.path().join("a.papaver-backup");
    for passphrase in ["", "\n", "…", "ab"] {
        let made = make(&store, &out, passphrase, "now".into());
        assert!(
            matches!(made, Err(BackupError::Weak(_))),
            "{passphrase:?}: {made:?}"
        );
        assert!(!out.exists());
    }
}
