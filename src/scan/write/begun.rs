//! Something that is made beside a scan from its first pixels on, by whichever thread has them, and given up once.

use crate::imagery::pyramid::PyramidError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far it is.
enum Making<P> {
    /// No pixels have come.
    Waiting,
    /// They come.
    Begun(Arc<P>),
    /// It is there, or cannot be made.
    Over,
}

/// What is made.
pub struct Begun<P>(Mutex<Making<P>>);

impl<P> Default for Begun<P> {
    fn default() -> Self {
        Self(Mutex::new(Making::Waiting))
    }
}

impl<P> Begun<P> {
    fn state(&self) -> MutexGuard<'_, Making<P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was begun, or is now; `None` where it is over with it.
    ///
    /// # Errors
    /// Those of `begin`.
    pub fn begun(
        &self,
        begin: impl FnOnce() -> Result<Option<P>, PyramidError>,
    ) -> Result<Option<Arc<P>>, PyramidError> {
        let mut state = self.state();
        if let Making::Waiting = &*state {
            *state = begin()?.map_or(Making::Over, |made| Making::Begun(Arc::new(made)));
        }
        match &*state {
            Making::Begun(made) => Ok(Some(Arc::clone(made))),
            _ => Ok(None),
        }
    }

    /// It is made. What it took of the disk is free again.
    pub fn end(&self) {
        *self.state() = Making::Over;
    }

    /// Whether it is made, or was given up.
    pub fn is_over(&self) -> bool {
        matches!(*self.state(), Making::Over)
    }

    /// Gives it up where an outcome says that it cannot be made: why, the first time.
    pub fn given_up(&self, outcome: Result<(), PyramidError>) -> Option<PyramidError> {
        let why = match outcome {
            Ok(()) | Err(PyramidError::Stopped) => return None,
            Err(why) => why,
        };
        let before = std::mem::replace(&mut *self.state(), Making::Over);
        (!matches!(before, Making::Over)).then_some(why)
    }
}
