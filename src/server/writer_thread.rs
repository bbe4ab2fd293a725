//! The one thread that writes in a registry for everybody: what stays in memory of what is written lies together, where many threads
//! would leave it scattered among what they have long given back.

use super::answer::Refused;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot::{self, Receiver};

/// Something to be done.
type Errand = Box<dyn FnOnce() + Send>;

/// A thread that does one thing after another; it begins with the first, and ends with whoever holds it.
#[derive(Debug, Default)]
pub(super) struct WriterThread(Option<Sender<Errand>>);

impl WriterThread {
    /// Does what may wait.
    ///
    /// # Errors
    /// What the work was refused, or that it broke.
    pub async fn write<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (answer, answered) = oneshot::channel();
        let mut work: Errand = Box::new(move || {
            // Whoever has gone away hears nothing of it.
            let _nobody = answer.send(work());
        });
        if let Some(thread) = &self.0 {
            match thread.send(work) {
                Ok(()) => return self.heard(answered).await,
                Err(unsent) => work = unsent.0,
            }
        }
        let thread = begun().ok_or_else(Refused::broken)?;
        thread.send(work).map_err(|_ended| Refused::broken())?;
        self.0 = Some(thread);
        self.heard(answered).await
    }

    /// What came of it. A thread that broke takes nothing more.
    async fn heard<T>(&mut self, answered: Receiver<Result<T, Refused>>) -> Result<T, Refused> {
        answered.await.unwrap_or_else(|_broke| {
            self.0 = None;
            Err(Refused::broken())
        })
    }
}

/// A new thread.
fn begun() -> Option<Sender<Errand>> {
    let (sender, work) = channel::<Errand>();
    let run = move || work.into_iter().for_each(|work| work());
    let thread = std::thread::Builder::new().name("writer".into()).spawn(run);
    thread.is_ok().then_some(sender)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn one_thread_writes_for_everybody_and_another_goes_on_where_it_broke() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        runtime.expect("runtime").block_on(many());
    }

    async fn many() {
        let mut thread = WriterThread::default();
        let who = || Ok(thread::current().id());
        let first = thread.write(who).await.expect("written");
        assert_ne!(first, thread::current().id());
        assert_eq!(thread.write(who).await.expect("written"), first);
        let refused = thread
            .write(|| Err::<(), _>(Refused::unclear("name")))
            .await;
        assert!(refused.is_err());
        assert_eq!(thread.write(who).await.expect("written"), first);
        let broke = thread
            .write(|| -> Result<(), Refused> { panic!("in the middle") })
            .await;
        assert!(broke.is_err());
        assert_ne!(thread.write(who).await.expect("written"), first);
    }
}
