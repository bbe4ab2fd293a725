//! A line for each login that was tried, beside the registry: when, who, from where, and whether it opened.

use super::library::LibraryPlace;
use crate::files::{self, beside};
use crate::office::clock;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Writes the lines, one after the other.
#[derive(Debug, Default)]
pub(super) struct AuditLog(Mutex<()>);

/// Where the lines of a registry lie.
pub(super) fn path(registry: &LibraryPlace) -> PathBuf {
    beside(&registry.path, ".logins.jsonl")
}

impl AuditLog {
    /// Writes that somebody tried to log in. Where that cannot be written, the login stands: nobody is locked out by a full
    /// disk.
    pub fn login(&self, registry: &LibraryPlace, person: &str, from: IpAddr, opened: bool) {
        let line = serde_json::json!({
            "at": clock::at_here(), "person": person, "from": from, "opened": opened,
        });
        let _one_at_a_time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _full = files::lines::add_line(&path(registry), &line.to_string());
    }
}
