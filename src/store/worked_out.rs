//! What was worked out of a whole registry, kept for whoever asks next. Readers of one file that stay open share it, as long as nothing
//! has been recorded since.

use crate::platform::FileIdentity;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What everything that is derived follows from: the file, its last event, how many files are missing, and what belongs to this copy
/// alone.
pub(super) type RegistryStamp = (FileIdentity, Option<i64>, i64, Option<String>);
pub(super) type Kept = HashMap<TypeId, (RegistryStamp, Arc<dyn Any + Send + Sync>)>;

/// What was worked out, one of each type, with what it was worked out of.
#[derive(Debug, Clone, Default)]
pub struct WorkedOut(Arc<Mutex<Kept>>);

impl WorkedOut {
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{author, create, moment, note, office};
    use super::*;
    use crate::store::Store;

    #[test]
    fn what_was_worked_out_is_shared_by_readers_until_something_is_recorded() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.papaver");
        let mut writer = office(&path, 1);
        let shared = WorkedOut::default();
        let readers: Vec<Store> = (0..2)
            .map(|_| {
                let mut store = Store::open_read(&path).expect("opened");
                store.share(&shared);
                store
            })
            .collect();
        let count = |reader: usize| readers[reader].worked_out(Store::count);
        let first = count(0).expect("counted");
        let again = count(1).expect("counted");
        assert!(Arc::ptr_eq(&first, &again), "it is worked out once");
        let site = create(&mut writer, "event:1", 2);
        let now = count(1).expect("counted");
        assert_eq!(*now, *first + 1);
        assert!(Arc::ptr_eq(&now, &count(0).expect("counted")));
        let said = writer.write(|s| s.append(&author("wang"), note(site), moment(3)));
        said.expect("said");
        assert_eq!(*count(0).expect("counted"), *first + 2);
        // What is taken back was never there.
        let tried = writer.rehearse(|s| s.append(&author("wang"), note(site), moment(4)));
        tried.expect("tried");
        assert_eq!(*count(1).expect("counted"), *first + 2);
    }
}
