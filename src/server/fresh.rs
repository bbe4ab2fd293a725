//! Something that is looked for when it is asked for, by one at a time, and taken for what is there for a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What was found, if anything was, and when it was looked for.
#[derive(Debug)]
struct KeptValue<T> {
    at: Instant,
    found: Option<Arc<T>>,
}

/// What was looked for last; nothing before that.
#[derive(Debug)]
pub(super) struct Fresh<T>(Mutex<Option<KeptValue<T>>>);

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Fresh<T> {
    /// What is there. What was looked for longer than `fresh` ago is looked for again: by whoever asks first, while others go on with
    /// what there was. The first time they wait. What is the `same` as before stays the same, and with it what is open of it.
    pub fn get(
        &self,
        fresh: Duration,
        find: impl FnOnce() -> Option<T>,
        same: impl FnOnce(&T, &T) -> bool,
    ) -> Option<Arc<T>> {
        let mut kept = self.lock();
        let mut before = None;
        if let Some(known) = &mut *kept {
            if known.at.elapsed() < fresh {
                return known.found.clone();
            }
            if known.found.is_some() {
                known.at = Instant::now();
                before.clone_from(&known.found);
                drop(kept);
                let found = find();
                let is_same = matches!((&before, &found), (Some(old), Some(new)) if same(old, new));
                kept = self.lock();
                return keep(
                    &mut kept,
                    if is_same { before } else { found.map(Arc::new) },
                );
            }
        }
        keep(&mut kept, find().map(Arc::new))
    }

    fn lock(&self) -> MutexGuard<'_, Option<KeptValue<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep<T>(kept: &mut Option<KeptValue<T>>, found: Option<Arc<T>>) -> Option<Arc<T>> {
    let at = Instant::now();
    *kept = Some(KeptValue {
        at,
        found: found.clone(),
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const LONG: Duration = Duration::from_secs(60);

    /// What so many who ask at once are given, and how often it was looked for.
    fn asked(kept: &Fresh<u32>, fresh: Duration, finds: u32) -> (Vec<Option<Arc<u32>>>, usize) {
        let looks = AtomicUsize::new(0);
        let find = || {
            looks.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(200));
            Some(finds)
        };
        let found = std::thread::scope(|scope| {
            let ask = || kept.get(fresh, find, |old, new| old == new);
            let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            asking
                .into_iter()
                .map(|one| one.join().expect("given"))
                .collect()
        });
        (found, looks.into_inner())
    }

    #[test]
    fn several_who_ask_at_once_look_once_and_are_given_the_same() {
        let kept = Fresh::default();
        let (found, looks) = asked(&kept, LONG, 7);
        let first = found[0].clone().expect("found");
        assert_eq!((looks, *first), (1, 7));
        assert!(found.iter().flatten().all(|one| Arc::ptr_eq(one, &first)));
        assert_eq!(asked(&kept, LONG, 8).1, 0);
    }

    #[test]
    fn what_is_old_is_looked_for_by_one_while_others_go_on_with_it() {
        let kept = Fresh::default();
        let first = kept
            .get(LONG, || Some(7), |old, new| old == new)
            .expect("found");
        std::thread::sleep(Duration::from_millis(150));
        let (found, looks) = asked(&kept, Duration::from_millis(100), 8);
        assert_eq!(looks, 1);
        let old = found
            .iter()
            .flatten()
            .filter(|one| Arc::ptr_eq(one, &first));
        assert_eq!(old.count(), 7);
        // Looked for again, and found to be the same, it is the very same.
        let now = kept
            .get(LONG, || None, |old, new| old == new)
            .expect("found");
        assert_eq!(*now, 8);
        let again = kept.get(Duration::ZERO, || Some(8), |old, new| old == new);
        assert!(Arc::ptr_eq(&again.expect("found"), &now));
        // What is gone is looked for anew by whoever asks.
        assert_eq!(
            kept.get(Duration::ZERO, || None, |old, new| old == new),
            None
        );
        assert_eq!(kept.get(LONG, || Some(9), |old, new| old == new), None);
        assert_eq!(
            kept.get(Duration::ZERO, || Some(9), |old, new| old == new)
                .as_deref(),
            Some(&9)
        );
    }
}
