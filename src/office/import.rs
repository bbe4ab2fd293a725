//! What crews filled in, taken in row by row.

use super::{Office, OfficeError, Session, clock};
use crate::exchange::import::{self, ImportRequest, Report};
use std::path::Path;

/// Takes a file in, or shows what taking it in would do.
///
/// # Errors
/// Those of the file as a whole; nothing is recorded then.
pub fn import(
    office: &mut Office,
    session: &Session,
    path: &Path,
    rehearse: bool,
) -> Result<Report, OfficeError> {
    let request = ImportRequest {
        path,
        author: session.author(),
        now: clock::now_in(session.zone()),
        when: session.happened().map(str::to_owned),
        rehearse,
    };
    Ok(import::import(
        &mut office.store,
        &request,
        &mut clock::moment,
    )?)
}
