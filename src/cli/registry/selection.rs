//! Which sites a crew is sent to: named one by one, in a list on the standard input, or all that wait at the desk.

use super::filter::known_district;
use super::say::{ArgumentError, Failure};
use crate::exchange::{ExchangeError, site_codes};
use crate::registry::{SiteKey, State};
use crate::store::{Filter, Store};
use clap::Args;
use std::io::Read;

/// The sites of `papaver assign`.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// The sites' codes; `-` reads them from the standard input, a line each 图斑编号，可多个；填 `-` 则从标准输入读取，每行一个
    #[arg(required_unless_present_any = ["kept", "district"])]
    sites: Vec<String>,
    /// All that were kept at the desk and wait for a crew 所有研判保留、尚未派查的图斑
    #[arg(long, conflicts_with = "sites")]
    kept: bool,
    /// All in this district that wait for a crew, by code or its beginning 该区划内所有尚未派查的图斑（代码或其开头）
    #[arg(long, value_name = "CODE", conflicts_with = "sites")]
    district: Option<String>,
}

impl Selection {
    /// Their keys, each once, in the order that they were named in.
    pub(super) fn keys(&self, store: &Store) -> Result<Vec<SiteKey>, Failure> {
        let mut keys = Vec::new();
        if self.sites.is_empty() {
            keys = self.waiting(store)?;
        }
        for site in &self.sites {
            if site == "-" {
                for code in listed(std::io::stdin().lock())? {
                    keys.push(store.find(&code)?);
                }
            } else {
                keys.push(store.find(site)?);
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        keys.retain(|key| seen.insert(*key));
        if keys.is_empty() {
            return Err(ArgumentError::NothingToAssign.into());
        }
        Ok(keys)
    }

    fn waiting(&self, store: &Store) -> Result<Vec<SiteKey>, Failure> {
        known_district(store, self.district.as_deref())?;
        let sites = store.sites(&Filter {
            states: vec![State::Candidate, State::Revisit],
            kept: self.kept,
            district: self.district.clone(),
            ..Filter::default()
        })?;
        Ok(sites.iter().map(|site| site.key).collect())
    }
}

/// The codes on the standard input: the lines of `papaver sites` will do, and so will a table.
fn listed(mut input: impl Read) -> Result<Vec<String>, Failure> {
    let mut bytes = Vec::new();
    input
        .read_to_end(&mut bytes)
        .map_err(ArgumentError::Input)?;
    let codes = site_codes(&bytes).map_err(|flaw| ExchangeError::Table {
        path: "-".into(),
        flaw,
    });
    Ok(codes?)
}
