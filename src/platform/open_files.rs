//! How many files and connections a process may have open at once.

use std::io;

/// How many are wanted at most; some systems take no larger number.
#[cfg(unix)]
const WANTED: libc::rlim_t = 8_192;

/// Whether something was not opened since too much is open, in this process or on this machine.
pub fn is_crowded(error: &io::Error) -> bool {
    /// `ENFILE` and `EMFILE`; on Windows `ERROR_TOO_MANY_OPEN_FILES` and `WSAEMFILE`.
    const CROWDED: [i32; 2] = if cfg!(windows) { [4, 10_024] } else { [23, 24] };
    error
        .raw_os_error()
        .is_some_and(|code| CROWDED.contains(&code))
}

/// Lets this process open as many as the system lets it, up to some thousands; how many that is, where the system has such a
/// limit.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the C library is asked by no safe way")]
pub fn raise_open_files() -> Option<u64> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `getrlimit` writes into the struct that it is given, and keeps no pointer.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return None;
    }
    let wanted = WANTED.min(limit.rlim_max);
    if limit.rlim_cur < wanted {
        let more = libc::rlimit {
            rlim_cur: wanted,
            ..limit
        };
        // SAFETY: `setrlimit` reads the struct that it is given, and keeps no pointer.
        if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const more) } == 0 {
            limit = more;
        }
    }
    Some(limit.rlim_cur)
}

/// No limit that could be raised.
#[cfg(not(unix))]
pub fn raise_open_files() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_open_as_many_as_the_system_lets_it() {
        let first = raise_open_files();
        assert_eq!(first.is_some(), cfg!(unix));
        assert_eq!(raise_open_files(), first);
        assert!(first.is_none_or(|open| open > 16));
    }

    #[test]
    fn too_much_that_is_open_is_told_from_what_is_gone() {
        let crowded = if cfg!(windows) { 4 } else { 24 };
        assert!(is_crowded(&io::Error::from_raw_os_error(crowded)));
        for other in [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied] {
            assert!(!is_crowded(&other.into()));
        }
        assert!(!is_crowded(&io::Error::from_raw_os_error(5)));
    }
}
