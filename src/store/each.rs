//! Going through every site without holding all of them.

use super::read::decode;
use super::{Store, StoreError};
use crate::registry::site::Site;
use rayon::prelude::*;

/// Sites decoded at a time.
const BATCH: usize = 4_096;

impl Store {
    /// What `each` makes of every site that was founded, in no particular order; sites of which it makes nothing are left
    /// out. A site whose founding is not followed, or has not arrived, is none yet.
    ///
    /// # Errors
    /// Those of reading; [`StoreError::Damaged`] where a row's digest does not fit.
    pub fn map_sites<T: Send>(
        &self,
        each: impl Fn(Site) -> Option<T> + Sync,
    ) -> Result<Vec<T>, StoreError> {
        self.map_histories(|site| site.created.is_some().then_some(site).and_then(&each))
    }

    /// The same of every site of which any event is here.
    pub(super) fn map_histories<T: Send>(
        &self,
        each: impl Fn(Site) -> Option<T> + Sync,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT digest, json FROM sites")
            .map_err(|e| self.fail(e))?;
        let mut rows = statement.query([]).map_err(|e| self.fail(e))?;
        let mut made = Vec::new();
        loop {
            let mut batch: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(BATCH);
            while batch.len() < BATCH {
                let Some(row) = rows.next().map_err(|e| self.fail(e))? else {
                    break;
                };
                let pair = row.get(0).and_then(|digest| Ok((digest, row.get(1)?)));
                batch.push(pair.map_err(|e| self.fail(e))?);
            }
            if batch.is_empty() {
                return Ok(made);
            }
            let done = batch
                .into_par_iter()
                .filter_map(|(digest, json)| decode(&digest, &json).map(&each).transpose())
                .collect::<Result<Vec<T>, String>>()
                .map_err(|what| self.damaged(what))?;
            made.extend(done);
        }
    }
}
