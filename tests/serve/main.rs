//! The server, as a browser reaches it: who may log in, what they may do, what is refused, and that nothing is lost.

#![allow(
    clippy::pedantic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a test may fail, and says why"
)]

mod attacks;
mod browser;
mod cookies;
mod crowd;
mod described;
mod faults;
mod field;
mod flights;
mod flown;
mod kept;
mod killed;
mod lan;
mod ledger;
#[cfg(target_os = "linux")]
mod memory;
#[path = "../common/mount.rs"]
mod mount;
mod office;
mod offices;
mod province;
mod screening;
mod script;
mod sites;
mod tianditu;
