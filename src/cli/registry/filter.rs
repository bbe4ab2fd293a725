//! Which sites: the filters that `sites`, the exports and the evidence list share.

use super::context::today;
use super::say::{Failure, bad};
use crate::registry::State;
use crate::store::Filter;
use clap::Args;

/// Which sites: the filters that `sites` and the exports share.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArguments {
    /// In one of these states 只列处于这些状态的图斑
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub state: Vec<String>,
    /// Only open ones 只列未办结的
    #[arg(long)]
    pub open: bool,
    /// Only those in dispute 只列有争议的
    #[arg(long)]
    pub disputed: bool,
    /// Only overdue ones 只列超期的
    #[arg(long)]
    pub overdue: bool,
    /// In this district, by code or its beginning 只列该区划的图斑（代码或其开头）
    #[arg(long, value_name = "CODE")]
    pub district: Option<String>,
    /// Of this season 只列该年度的图斑
    #[arg(long, value_name = "YEAR")]
    pub season: Option<i16>,
    /// Assigned to this crew 只列派给该核查组的图斑
    #[arg(long)]
    pub crew: Option<String>,
    /// Within W,S,E,N in degrees 只列此范围内的：西,南,东,北（度）
    #[arg(long = "box", value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub within: Option<String>,
}

impl FilterArguments {
    /// The filter that they mean.
    pub(in crate::cli) fn filter(&self) -> Result<Filter, Failure> {
        let states = self
            .state
            .iter()
            .map(|name| {
                let names = || State::ALL.map(State::name).join(", ");
                State::of_name(name).ok_or_else(|| bad("--state", name, names()))
            })
            .collect::<Result<_, _>>()?;
        let within = self
            .within
            .as_ref()
            .map(|text| {
                let corners: Vec<f64> = text
                    .split(',')
                    .filter_map(|part| part.trim().parse().ok())
                    .collect();
                <[f64; 4]>::try_from(corners)
                    .ok()
                    .filter(|[w, s, e, n]| w <= e && s <= n)
                    .ok_or_else(|| bad("--box", text, "113.2,33.7,113.4,33.8"))
            })
            .transpose()?;
        Ok(Filter {
            states,
            open: self.open,
            disputed: self.disputed,
            district: self.district.clone(),
            season: self.season,
            crew: self.crew.clone(),
            within,
            overdue_on: self.overdue.then(today),
        })
    }
}
