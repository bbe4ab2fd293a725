//! Requests of one kind, few of which are at work at once.

use super::answer::Refused;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Requests of one kind: few of them are at work at once, and the others wait without a thread, so that a crowd of one kind leaves
/// threads and memory to the others.
#[derive(Debug)]
pub(super) struct Lane(Arc<Semaphore>);

impl Default for Lane {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of((2 * cores).max(4))
    }
}

impl Lane {
    /// One in which so many are at work at once.
    pub fn of(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Does what may wait in its turn.
    pub async fn waiting<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = Arc::clone(&self.0).acquire_owned().await;
        // Whoever has gone away holds the turn as long as their work goes on.
        waiting(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
    }
}

/// Does what may wait (a disk, a lock, a passphrase) on a thread of its own.
pub(super) async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_panicked) => Err(Refused::broken()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_crowd_in_one_lane_waits_without_threads_and_holds_up_no_other() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        runtime.expect("runtime").block_on(crowd());
    }

    async fn crowd() {
        let (crowded, other) = (Arc::new(Lane::default()), Lane::default());
        let wide = crowded.0.available_permits();
        let (begun, begins) = mpsc::channel();
        let go = Arc::new(Semaphore::new(0));
        let many: Vec<_> = (0..wide + 3)
            .map(|number| {
                let (lane, begun, go) = (Arc::clone(&crowded), begun.clone(), Arc::clone(&go));
                tokio::spawn(async move {
                    let work = move || {
                        let _told = begun.send(number);
                        while go.available_permits() == 0 {
                            std::thread::sleep(std::time::Duration::from_millis(1));
                        }
                        Ok(())
                    };
                    lane.waiting(work).await
                })
            })
            .collect();
        for _ in 0..wide {
            begins.recv().expect("begun");
        }
        assert_eq!(other.waiting(|| Ok(7)).await.expect("done"), 7);
        assert!(begins.try_recv().is_err(), "more are at work than may be");
        go.add_permits(1);
        for one in many {
            one.await.expect("ended").expect("done");
        }
    }
}
