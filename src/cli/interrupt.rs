//! The interrupt key: the first press asks a run to stop where nothing is lost, the second means it.

use crate::speaking_error;
use crate::tr;
use crate::words::{Lang, Said, Say};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A signal handler that cannot be set.
#[derive(Debug)]
struct NoSignals;

impl Say for NoSignals {
    fn say(&self, lang: Lang) -> Said {
        Said::new(tr!(
            lang,
            "the interrupt key cannot be watched",
            "无法监听中断键"
        ))
    }
}

speaking_error!(NoSignals);

/// A flag that the interrupt key raises: the first press asks the run to stop where nothing is lost, the second means it.
pub(super) fn watched() -> Result<Arc<AtomicBool>, Box<dyn Say>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            #[expect(
                clippy::exit,
                reason = "the user insists, and the journal survives a kill"
            )]
            std::process::exit(130);
        }
    })
    .map_err(|_ignored| Box::new(NoSignals) as Box<dyn Say>)?;
    Ok(stop)
}
