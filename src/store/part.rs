//! A part of a transaction that stays or is taken back as a whole, whatever becomes of the rest.

use super::{Store, StoreError};

impl Store {
    /// Does a part of what [`Store::write`] does, and takes it back where what came of it is not to stay: nothing of it is in the
    /// registry then, and the next event follows the last one before it.
    ///
    /// # Errors
    /// Those of the work, which take the part back too, and of the disk.
    pub fn part<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
        stays: impl FnOnce(&T) -> bool,
    ) -> Result<T, StoreError> {
        let run = |store: &Self, sql: &str| {
            let done = store.connection.execute_batch(sql);
            done.map_err(|e| store.fail(e))
        };
        let tip = self.writer.as_ref().and_then(|writer| writer.tip);
        run(self, "SAVEPOINT part")?;
        let done = work(self);
        if done.as_ref().is_ok_and(stays) {
            run(self, "RELEASE part")?;
            return done;
        }
        let taken_back = run(self, "ROLLBACK TO part; RELEASE part");
        if let Some(writer) = &mut self.writer {
            writer.tip = tip;
        }
        // What the transaction changed before it is read again from where it stands.
        self.remembered.end(false);
        let learnt = taken_back.and_then(|()| self.learn().map(drop));
        // After a full disk there is no part any more: the work's own error says so.
        done.and_then(|done| learnt.map(|()| done))
    }
}
