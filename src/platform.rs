//! What differs between operating systems: permissions, disks, locks, where people's files lie, how a program is started.
//!
//! The rest of the code asks here and holds no `cfg` of a system; what a system lacks is answered for it, not left out.

mod memory;
mod open_files;

pub use memory::share_memory;
pub use open_files::{is_crowded, raise_open_files};

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf, Prefix};
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime};

/// The file name of ONNX Runtime's library on this system.
pub const RUNTIME_LIBRARY: &str = if cfg!(windows) {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// The arguments of this process. A shell of Windows hands over `*.tif` as it was typed; others have expanded it.
pub fn arguments() -> impl Iterator<Item = OsString> {
    wild::args_os()
}

/// What starts this program again. A release's launcher starts it through the loader that lies beside it, which the system
/// takes for the program, and says in the environment what it is itself; `None` where nobody knows.
pub fn started_as() -> Option<PathBuf> {
    let running = || {
        std::env::current_exe()
            .ok()
            .filter(|path| is_named_papaver(path))
    };
    variable("PAPAVER_STARTED_AS").or_else(running)
}

/// Whether a program's file is called as this one is, whatever its ending.
fn is_named_papaver(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "papaver")
}

/// What tells a file from another that took its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    number: (u64, u64),
    made: Option<SystemTime>,
}

impl FileIdentity {
    /// Of the file at a path. Windows lets no file be replaced that is open; there it is known by when it was made.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of(path: &Path) -> io::Result<Self> {
        let about = std::fs::metadata(path)?;
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            (about.dev(), about.ino())
        };
        #[cfg(not(unix))]
        let number = (0, 0);
        Ok(Self {
            number,
            made: about.created().ok(),
        })
    }
}

/// Makes an output as readable as any other, which as a temporary file it was not. A stick may know no permissions, and
/// Windows gives a file those of its folder; then there are none to set.
pub fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _unknown = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// Whether nobody but its owner may read a file; a system without such permissions is taken at its word.
pub fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|about| about.permissions().mode().trailing_zeros() >= 6)
    }
    #[cfg(not(unix))]
    {
        path.exists()
    }
}

/// Forces what was written into a file to the disk. Windows does that only for who may write into it.
///
/// # Errors
/// Those of the system.
pub fn synchronise(path: &Path) -> io::Result<()> {
    OpenOptions::new()
        .read(true)
        .write(cfg!(windows))
        .open(path)?
        .sync_all()
}

/// Forces the names in a folder to the disk; a system that cannot open folders does that itself.
///
/// # Errors
/// Those of the system.
pub fn synchronise_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        Err(_no_folders) => Ok(()),
    }
}

/// Leaves a new file to its owner alone, where the system knows such permissions.
pub fn for_its_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether a file that is there could not be written over because another program has it open. Windows says so, or only
/// that access is denied; other systems write beside whoever has it open.
pub fn is_in_use(path: &Path, error: &io::Error) -> bool {
    let is_denied = error.kind() == io::ErrorKind::PermissionDenied;
    let may_be_written = |path: &Path| {
        std::fs::metadata(path)
            .is_ok_and(|about| about.is_file() && !about.permissions().readonly())
    };
    is_held_open(error) || cfg!(windows) && is_denied && may_be_written(path)
}

/// Whether a file was refused because another program holds it open, which Windows knows and others do not.
fn is_held_open(error: &io::Error) -> bool {
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
    const HELD: [i32; 2] = [32, 33];
    cfg!(windows)
        && error
            .raw_os_error()
            .is_some_and(|code| HELD.contains(&code))
}

/// Renames, and tries again for a second where a scanner for viruses or an index looks at a new file just then, as on
/// Windows they do. `again` takes what failed apart into what is tried next and why.
///
/// # Errors
/// The last of the system's.
pub fn renamed<T, D, E>(
    mut what: T,
    rename: impl Fn(T) -> Result<D, E>,
    again: impl Fn(E) -> (T, io::Error),
) -> io::Result<D> {
    const TRIES: u32 = 20;
    for tried in 1.. {
        let (next, error) = match rename(what) {
            Ok(done) => return Ok(done),
            Err(error) => again(error),
        };
        let passing = is_held_open(&error) || error.kind() == io::ErrorKind::PermissionDenied;
        if !cfg!(windows) || !passing || tried >= TRIES {
            return Err(error);
        }
        std::thread::sleep(Duration::from_millis(50));
        what = next;
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// The file that says who holds a lock: the locked file itself, but on Windows nobody else can read that.
pub fn words_of_lock(lock: &Path) -> PathBuf {
    let mut name = lock.as_os_str().to_owned();
    if cfg!(windows) {
        name.push(".by");
    }
    name.into()
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

fn home() -> Option<PathBuf> {
    variable("HOME").or_else(|| std::env::home_dir().filter(|home| !home.as_os_str().is_empty()))
}

/// Where a person's settings lie, each program in a folder of its own.
pub fn settings_folder() -> Option<PathBuf> {
    variable("XDG_CONFIG_HOME")
        .or_else(|| variable("APPDATA"))
        .or_else(|| home().map(|home| home.join(".config")))
}

/// Where a person's programs keep their data, each in a folder of its own.
pub fn data_folder() -> Option<PathBuf> {
    variable("XDG_DATA_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| home().map(|home| home.join(".local/share")))
}

/// The file in which a person keeps passwords of PostgreSQL, where its own programs look for it.
pub fn database_passwords() -> Option<PathBuf> {
    variable("PGPASSFILE").or_else(|| {
        if cfg!(windows) {
            variable("APPDATA").map(|folder| folder.join("postgresql/pgpass.conf"))
        } else {
            home().map(|home| home.join(".pgpass"))
        }
    })
}

/// The path of what is there, links followed: what is compared to see whether one thing lies in another. Windows cannot say it
/// of every drive (disks in memory, some encrypted ones), nor Wine of a long path: there a path on which nothing is a link is
/// the real one.
///
/// # Errors
/// Those of the system, of what is not there.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    match std::fs::canonicalize(path) {
        Err(unsaid) if cfg!(windows) && unsaid.kind() != io::ErrorKind::NotFound => {
            without_links(path, unsaid)
        }
        said => said,
    }
}

/// The absolute path, written as the system writes real ones, where nothing on it is a link; else `unsaid`.
fn without_links(path: &Path, unsaid: io::Error) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    for part in absolute.ancestors().filter(|part| part.parent().is_some()) {
        if std::fs::symlink_metadata(part)?.is_symlink() {
            return Err(unsaid);
        }
    }
    Ok(verbatim(absolute))
}

/// `C:\a` as `\\?\C:\a`; what is no such path stays.
fn verbatim(path: PathBuf) -> PathBuf {
    match path.components().next() {
        Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::Disk(_)) => {
            let mut whole = OsString::from(r"\\?\");
            whole.push(&path);
            whole.into()
        }
        _ => path,
    }
}

/// The folder that the program lies in.
pub fn program_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program.parent().map(Path::to_path_buf)
}

/// Data that a release carries, a folder or a file: `share/NAME` beside the program or beside its folder.
pub fn carried(name: &str) -> Option<PathBuf> {
    let beside = program_folder()?;
    [Some(beside.as_path()), beside.parent()]
        .into_iter()
        .flatten()
        .map(|folder| folder.join("share").join(name))
        .find(|data| data.exists())
}

/// Runs a command in the place of this process: the same process id, terminal and signals, where the system can; else as
/// a child, whose answer is this process's. `None` where it cannot be started.
#[cfg(unix)]
pub fn replaced_by(mut command: Command) -> Option<ExitCode> {
    use std::os::unix::process::CommandExt;
    // It returns only where it failed; then going on as we are is all that is left.
    let _ = command.exec();
    None
}

/// Runs a command in the place of this process: the same process id, terminal and signals, where the system can; else as
/// a child, whose answer is this process's. `None` where it cannot be started.
#[cfg(not(unix))]
pub fn replaced_by(mut command: Command) -> Option<ExitCode> {
    // The interrupt key reaches both; this one waits for the child to end in good order.
    let _watched = ctrlc::set_handler(|| {});
    let code = command.status().ok()?.code();
    Some(ExitCode::from(
        code.and_then(|c| u8::try_from(c).ok()).unwrap_or(2),
    ))
}

/// Whether somebody started the program with a double click: its window closes when the program ends.
#[cfg(windows)]
pub fn is_double_clicked() -> bool {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid};
    let parent = || {
        let mut system = System::new();
        let mut look = |id| {
            let wanted = ProcessesToUpdate::Some(&[id]);
            system.refresh_processes_specifics(wanted, true, ProcessRefreshKind::nothing());
            let process = system.process(id)?;
            Some((process.parent(), process.name().to_os_string()))
        };
        let (parent, _) = look(get_current_pid().ok()?)?;
        look(parent?).map(|(_, name)| name)
    };
    parent().is_some_and(|name| name.eq_ignore_ascii_case("explorer.exe"))
}

/// Whether somebody started the program with a double click: its window closes when the program ends.
#[cfg(not(windows))]
pub fn is_double_clicked() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_forced_to_the_disk_and_a_folder_too() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a");
        std::fs::write(&path, b"x").expect("written");
        synchronise(&path).expect("a file");
        synchronise_folder(folder.path()).expect("a folder");
        assert!(synchronise(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_path_is_its_own_where_nothing_on_it_is_a_link() {
        let unsaid = || io::Error::from(io::ErrorKind::Unsupported);
        let folder = tempfile::tempdir().expect("folder");
        let root = real_path(folder.path()).expect("real");
        let file = root.join("县").join("a");
        std::fs::create_dir(root.join("县")).expect("made");
        std::fs::write(&file, b"x").expect("written");
        assert_eq!(
            without_links(&file, unsaid()).expect("real"),
            real_path(&file).expect("real")
        );
        let missing = without_links(&root.join("none"), unsaid()).map_err(|e| e.kind());
        assert_eq!(missing, Err(io::ErrorKind::NotFound));
        assert!(real_path(&root.join("none")).is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.join("县"), root.join("link")).expect("linked");
            let through =
                without_links(&root.join("link").join("a"), unsaid()).map_err(|e| e.kind());
            assert_eq!(through, Err(io::ErrorKind::Unsupported));
            assert_eq!(real_path(&root.join("link").join("a")).expect("real"), file);
        }
    }

    #[test]
    fn a_rename_that_fails_for_good_says_why() {
        let told = renamed(
            7,
            |n| Err::<(), _>((n, io::Error::from(io::ErrorKind::NotFound))),
            |e| e,
        );
        assert_eq!(told.map_err(|e| e.kind()), Err(io::ErrorKind::NotFound));
        let done = renamed(7, Ok::<i32, (i32, io::Error)>, |e| e);
        assert_eq!(done.map_err(|e| e.kind()), Ok(7));
    }
}
