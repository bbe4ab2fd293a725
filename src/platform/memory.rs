//! Memory of a process that runs for days with many threads. Unsafe code of this program is in this folder alone.

/// Cores for each part into which the C library divides memory; glibc's own is eight parts for each core.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const CORES: usize = 8;
/// What in the environment says so itself.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SAID: [&str; 2] = ["MALLOC_ARENA_MAX", "GLIBC_TUNABLES"];

/// Lets all threads share a few parts of memory. Else glibc gives nearly every thread one of its own (eight a core), in which what
/// that thread freed waits for it alone, and a server grows with the threads that once did something. To be called before
/// other threads begin: what they have stays theirs. Other C libraries do so by themselves. `false` where nothing was changed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library is asked by no safe way")]
pub fn share_memory() -> bool {
    if SAID.iter().any(|name| std::env::var_os(name).is_some()) {
        return false;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let arenas = i32::try_from(cores.div_ceil(CORES)).unwrap_or(1);
    // SAFETY: `mallopt` takes two integers and keeps no pointer; it takes the allocator's own lock, and of what is allocated it
    // changes nothing.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) == 1 }
}

/// Lets all threads share a few parts of memory, where the C library does not by itself. `false` where nothing was changed.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn share_memory() -> bool {
    false
}
