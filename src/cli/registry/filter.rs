//! Which sites: the filters that `sites`, the exports and the evidence list share.

use super::context::today;
use super::crews;
use super::say::{ArgumentError, Failure, bad};
use super::sites::lonlat;
use crate::registry::State;
use crate::store::{Filter, Store};
use clap::Args;
use jiff::civil::Date;

/// Which sites: the filters that `sites` and the exports share.
#[derive(Debug, Clone, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(crate) struct FilterArguments {
    /// In one of these states 只列处于这些状态的图斑
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub state: Vec<String>,
    /// Only open ones 只列未办结的
    #[arg(long)]
    pub open: bool,
    /// Only those in dispute 只列有争议的
    #[arg(long)]
    pub disputed: bool,
    /// Only those that were kept at the desk 只列研判保留的
    #[arg(long)]
    pub kept: bool,
    /// Only overdue ones 只列超期的
    #[arg(long)]
    pub overdue: bool,
    /// Only those due within so many days, and overdue ones: 7 is this week 只列 N 天内到期的和已超期的（7 即本周）
    #[arg(long, value_name = "DAYS")]
    pub due_within: Option<u16>,
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
    /// Around this place 只列此处附近的
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    pub near: Option<String>,
    /// With `--near`: metres around it 与 `--near` 同用：半径（米）
    #[arg(long, value_name = "M", default_value_t = 1000, requires = "near")]
    pub radius: u32,
    /// That say this somewhere: village, place, officer, crew, note, finding 只列含此文字的：村名、小地名、人员、核查组、备注、结论等
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
}

impl FilterArguments {
    /// The filter that they mean in a registry. What is not known there is an error: no site of an unknown crew is no
    /// answer.
    pub(crate) fn known_to(&self, store: &Store) -> Result<Filter, Failure> {
        let filter = self.filter(today(store)?)?;
        if let Some(crew) = &filter.crew {
            crews::check(store, crew)?;
        }
        known_district(store, filter.district.as_deref())?;
        Ok(filter)
    }

    fn filter(&self, today: Date) -> Result<Filter, Failure> {
        let states = self
            .state
            .iter()
            .map(|name| {
                State::of_name(name).ok_or_else(|| ArgumentError::coded_states("--state", name))
            })
            .collect::<Result<_, _>>()?;
        let near = self
            .near
            .as_deref()
            .map(|text| lonlat("--near", text))
            .transpose()?
            .map(|at| (at, f64::from(self.radius)));
        let due_by = self.due_within.map(|days| {
            let span = jiff::Span::new().days(i64::from(days));
            today.saturating_add(span)
        });
        Ok(Filter {
            states,
            open: self.open,
            disputed: self.disputed,
            kept: self.kept,
            district: self.district.clone(),
            season: self.season,
            crew: self.crew.clone(),
            within: self.within.as_deref().map(corners).transpose()?,
            near,
            overdue_on: self.overdue.then_some(today),
            due_by,
            text: self.text.clone(),
        })
    }
}

/// Refuses a district of which nothing is known here: nothing of an unknown district is no answer.
pub(crate) fn known_district(store: &Store, code: Option<&str>) -> Result<(), Failure> {
    match code {
        Some(code) if !store.knows_district(code)? => {
            Err(ArgumentError::UnknownDistrict(code.to_owned()).into())
        }
        _ => Ok(()),
    }
}

/// West, south, east, north as typed.
fn corners(text: &str) -> Result<[f64; 4], Failure> {
    let corners = text.split(',').filter_map(|part| part.trim().parse().ok());
    <[f64; 4]>::try_from(corners.collect::<Vec<f64>>())
        .ok()
        .filter(|[w, s, e, n]| w <= e && s <= n)
        .ok_or_else(|| bad("--box", text, "113.2,33.7,113.4,33.8"))
}
