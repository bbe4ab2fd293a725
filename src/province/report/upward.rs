//! What counties send upward beside rates: plants and ground found and eradicated, patrols, what is overdue, targets met,
//! and how often the model was right.

use super::Figures;
use super::table::{Table, area, count, number, share_cell, titled};
use crate::exchange::cell::Cell;
use crate::ground::area_mu;
use crate::province::effort::DistrictEffort;
use crate::province::facts::{Facts, SiteFact};
use crate::province::gather::Late;
use crate::province::period::{Period, Scope};
use crate::province::targets::{Met, TOLERANCE_M, TargetFact, match_targets};
use crate::province::windows::Windows;
use crate::registry::body::Source;
use crate::registry::{SiteKey, State};
use crate::statistics::Share;
use crate::tr;
use crate::words::Lang;
use geo::Intersects;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Sum;
use std::ops::Add;

/// Sites with their plants and their ground.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Amount {
    /// Sites.
    pub sites: usize,
    /// Plants of those that were counted.
    pub plants: u64,
    /// Mu (亩) of those that were measured.
    pub mu: f64,
    /// Sites without a count of plants.
    pub uncounted: usize,
    /// Sites without an area.
    pub unmeasured: usize,
}

impl Amount {
    fn of(site: &SiteFact) -> Self {
        Self {
            sites: 1,
            plants: site.plants.unwrap_or(0),
            mu: area_mu(site.area_m2.unwrap_or(0.0)),
            uncounted: usize::from(site.plants.is_none()),
            unmeasured: usize::from(site.area_m2.is_none()),
        }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sites: self.sites + other.sites,
            plants: self.plants + other.plants,
            mu: self.mu + other.mu,
            uncounted: self.uncounted + other.uncounted,
            unmeasured: self.unmeasured + other.unmeasured,
        }
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// What was confirmed, and what of it was eradicated.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Destroyed {
    /// Confirmed as poppy.
    pub found: Amount,
    /// All of it eradicated.
    pub eradicated: Amount,
}

impl Destroyed {
    /// Of some sites.
    pub fn of(sites: &[&SiteFact]) -> Self {
        let confirmed = || sites.iter().filter(|s| s.confirmed == Some(true));
        let gone = |s: &&&SiteFact| matches!(s.state, State::Eradicated | State::Closed);
        Self {
            found: confirmed().map(|s| Amount::of(s)).sum(),
            eradicated: confirmed().filter(gone).map(|s| Amount::of(s)).sum(),
        }
    }
}

/// Patrols over all districts, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Patrolled {
    /// How many.
    pub patrols: usize,
    /// People, counted at each.
    pub people: u64,
    /// Vehicles, counted at each.
    pub vehicles: u64,
    /// Those that found nothing.
    pub zero: usize,
}

impl Patrolled {
    /// The patrols of a period in the districts of a scope.
    pub fn of(facts: &Facts, period: Period, scope: &Scope) -> Self {
        let districts = scope.districts(facts);
        let here = |patrol: &&crate::province::facts::Patrol| {
            let named = patrol.district.as_deref();
            let walked = || districts.iter().any(|d| patrol.walked.intersects(&d.area));
            let named_here = named.is_some_and(|code| code.starts_with(scope.within));
            named_here || (named.is_none() && walked())
        };
        let mut sum = Self::default();
        for patrol in facts.patrols.iter().filter(|p| period.holds_patrol(p)) {
            if here(&patrol) {
                sum.patrols += 1;
                sum.people += patrol.people;
                sum.vehicles += patrol.vehicles;
                sum.zero += usize::from(patrol.zero);
            }
        }
        sum
    }
}

/// A list of targets and what became of each.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetsMet {
    /// What the list is called.
    pub name: String,
    /// Its targets in the districts of the report.
    pub targets: Vec<TargetFact>,
}

/// How often the sites that a model reported were poppy.
#[derive(Debug, Clone, PartialEq)]
pub struct Precision {
    /// The model.
    pub model: String,
    /// Confirmed, of verified.
    pub share: Share,
}

/// The figures that go upward.
#[derive(Debug, Default)]
pub struct Upward {
    /// In the order of the districts.
    pub destroyed: Vec<Destroyed>,
    /// Each patrol once.
    pub patrolled: Patrolled,
    /// What is overdue by district, in their order.
    pub late: Vec<Vec<Late>>,
    /// The lists of the period's season.
    pub targets: Vec<TargetsMet>,
    /// By model.
    pub precision: Vec<Precision>,
}

impl Upward {
    /// Computes them; `sites` are those of each district in the period.
    pub fn of(
        facts: &Facts,
        windows: &Windows,
        scope: &Scope,
        period: Period,
        about: &super::About,
        sites: &[Vec<&SiteFact>],
    ) -> Self {
        let late_of = |own: &Vec<&SiteFact>| {
            let keys: BTreeSet<SiteKey> = own.iter().map(|site| site.key).collect();
            let late = about.late.iter();
            late.filter(|l| keys.contains(&l.key)).cloned().collect()
        };
        let in_scope = |target: &TargetFact| {
            let code = target.district.as_deref();
            scope.within.is_empty() || code.is_some_and(|code| code.starts_with(scope.within))
        };
        let lists = about.lists.iter().filter(|l| period.is_of_season(l.season));
        Self {
            destroyed: sites.iter().map(|own| Destroyed::of(own)).collect(),
            patrolled: Patrolled::of(facts, period, scope),
            late: sites.iter().map(late_of).collect(),
            targets: lists
                .map(|list| TargetsMet {
                    name: list.name.clone(),
                    targets: match_targets(list, facts, windows, TOLERANCE_M)
                        .into_iter()
                        .filter(in_scope)
                        .collect(),
                })
                .collect(),
            precision: precision(facts, sites),
        }
    }

    /// Targets on file, of all of the lists.
    pub fn met(&self) -> (usize, usize) {
        let all = || self.targets.iter().flat_map(|list| &list.targets);
        (all().filter(|t| t.met.is_matched()).count(), all().count())
    }

    /// Confirmed, of verified detections, of all models.
    pub fn right(&self) -> Share {
        let sum = |part: fn(&Share) -> usize| self.precision.iter().map(|p| part(&p.share)).sum();
        Share::new(sum(|s| s.count), sum(|s| s.of))
    }
}

fn precision(facts: &Facts, sites: &[Vec<&SiteFact>]) -> Vec<Precision> {
    let models: BTreeMap<&str, &str> = facts
        .flights
        .iter()
        .map(|f| (f.scan.as_str(), f.model.0.as_str()))
        .collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let detections = sites.iter().flatten().filter(|s| s.source == Source::Scan);
    for site in detections {
        let (Some(poppy), Some(scan)) = (site.confirmed, site.scan.as_deref()) else {
            continue;
        };
        let (right, all) = counts
            .entry(models.get(scan).copied().unwrap_or("?"))
            .or_default();
        *right += usize::from(poppy);
        *all += 1;
    }
    counts
        .into_iter()
        .map(|(model, (right, all))| Precision {
            model: model.to_owned(),
            share: Share::new(right, all),
        })
        .collect()
}

/// What was found and eradicated, by district.
pub fn destroyed(figures: &Figures, lang: Lang) -> Table {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("confirmed sites", "查实图斑（个）"),
        ("plants", "查实株数"),
        ("mu", "查实面积（亩）"),
        ("eradicated sites", "铲除图斑（个）"),
        ("plants", "铲除株数"),
        ("mu", "铲除面积（亩）"),
        ("without a count", "未清点株数（个）"),
        ("without an area", "未测面积（个）"),
    ];
    let cells = |name: &str, code: &str, d: Destroyed| {
        let mut row = vec![Cell::text(name), Cell::text(code)];
        for amount in [d.found, d.eradicated] {
            row.extend([
                count(amount.sites),
                Cell::from(amount.plants),
                number(Some(amount.mu), 2),
            ]);
        }
        row.extend([count(d.found.uncounted), count(d.found.unmeasured)]);
        row
    };
    let own = figures.efforts.iter().zip(&figures.upward.destroyed);
    let mut rows: Vec<Vec<Cell>> = own.map(|(e, d)| cells(&e.name, &e.code, *d)).collect();
    rows.push(cells(lang.pick("all", "合计"), "", figures.destroyed()));
    Table {
        id: "eradication",
        title: lang.pick("Found and eradicated", "查实与铲除").into(),
        note: lang
            .pick(
                "Confirmed sites of the period with the plants and the area of each, and those of them of which all is eradicated. A site without a count or an area adds none.",
                "本期查实图斑及其株数、面积；其中已全部铲除的计入铲除。未清点、未测面积的图斑不计入株数、面积。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// Patrols by district.
pub fn patrols(figures: &Figures, lang: Lang) -> Table {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("patrols", "踏查次数"),
        ("people", "出动人次"),
        ("vehicles", "出动车辆（台次）"),
        ("patrolled km²", "踏查面积（km²）"),
        ("patrolled %", "踏查率（%）"),
        ("zero reports", "零报告（次）"),
    ];
    let row = |e: &DistrictEffort| {
        vec![
            Cell::text(e.name.as_str()),
            Cell::text(e.code.as_str()),
            count(e.patrols),
            Cell::from(e.people),
            Cell::from(e.vehicles),
            area(e.patrolled_m2),
            share_cell(e.patrolled_m2, e.area_m2),
            count(e.zero_reports),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = figures.efforts.iter().map(row).collect();
    let sum = figures.upward.patrolled;
    let [all, .., patrolled] = figures.ground_km2();
    rows.push(vec![
        Cell::text(lang.pick("all", "合计")),
        Cell::Empty,
        count(sum.patrols),
        Cell::from(sum.people),
        Cell::from(sum.vehicles),
        area(patrolled * 1e6),
        share_cell(patrolled, all),
        count(sum.zero),
    ]);
    Table {
        id: "patrols",
        title: lang.pick("Patrols", "踏查").into(),
        note: lang
            .pick(
                "People and vehicles are counted at each patrol. A patrol that walks in two districts is counted in both and once in the sum; one that names a whole county counts in the sum alone where townships are listed.",
                "人次、台次按每次踏查计。跨区划的踏查在各区划均计入，合计中只计一次；只报到县的，列乡镇时仅计入合计。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// The steps at which sites wait, with what has to be done.
const STEPS: [(State, (&str, &str)); 5] = [
    (State::Candidate, ("to be given to a crew", "待研判派查")),
    (State::Dispatched, ("to be verified", "待核查")),
    (State::Revisit, ("to be visited again", "待复核")),
    (State::Confirmed, ("to be eradicated", "待铲除")),
    (State::Eradicated, ("to be accepted", "待验收")),
];

/// What is overdue by district and step.
pub fn overdue(figures: &Figures, lang: Lang) -> Table {
    let mut titles = vec![("district", "区划"), ("code", "代码")];
    titles.extend(STEPS.map(|(_, words)| words));
    titles.extend([("all", "超期合计"), ("longest, days", "最长超期（天）")]);
    let cells = |name: &str, code: &str, late: &[&Late]| {
        let mut row = vec![Cell::text(name), Cell::text(code)];
        let in_state = |state| late.iter().filter(|l| l.state == state).count();
        row.extend(STEPS.map(|(state, _)| count(in_state(state))));
        row.push(count(late.len()));
        row.push(late.iter().map(|l| l.days).max().into());
        row
    };
    let by_district = figures.efforts.iter().zip(&figures.upward.late);
    let mut rows: Vec<Vec<Cell>> = by_district
        .filter(|(_, late)| !late.is_empty())
        .map(|(e, late)| cells(&e.name, &e.code, &late.iter().collect::<Vec<_>>()))
        .collect();
    let all: Vec<&Late> = figures.upward.late.iter().flatten().collect();
    rows.push(cells(lang.pick("all", "合计"), "", &all));
    Table {
        id: "overdue",
        title: lang.pick("Overdue", "超期未办").into(),
        note: lang
            .pick(
                "Sites of the period past their due day on the day of the report, by the step that waits. Districts without any are left out.",
                "截至制表日超过时限的本期图斑，按待办环节统计（单位：个）；无超期的区划不列。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// The lists of targets, and why those that were not met were not.
pub fn targets(figures: &Figures, lang: Lang) -> Option<Table> {
    let titles = [
        ("list", "靶标清单"),
        ("targets", "靶标（个）"),
        ("on file", "吻合（个）"),
        ("on file %", "吻合率（%）"),
        ("screened out", "研判排除"),
        ("another season only", "仅其他年度"),
        ("searched, nothing found", "有效搜索未发现"),
        ("searched out of window or too coarsely", "搜索条件不足"),
        ("not searched", "未搜索"),
    ];
    let lists = &figures.upward.targets;
    let row = |list: &TargetsMet| {
        let of = |which: fn(&Met) -> bool| list.targets.iter().filter(|t| which(&t.met)).count();
        let (all, met) = (list.targets.len(), of(|m| m.is_matched()));
        vec![
            Cell::text(list.name.as_str()),
            count(all),
            count(met),
            share_cell(met as f64, all as f64),
            count(of(|m| matches!(m, Met::ScreenedOut { .. }))),
            count(of(|m| matches!(m, Met::AnotherSeason { .. }))),
            count(of(|m| matches!(m, Met::SearchedAndNothing { .. }))),
            count(of(|m| matches!(m, Met::SearchedBadly { .. }))),
            count(of(|m| matches!(m, Met::NotSearched))),
        ]
    };
    (!lists.is_empty()).then(|| Table {
        id: "targets",
        title: lang.pick("Targets from above", "靶标吻合情况").into(),
        note: tr!(
            lang,
            "A target is on file where a site of its season lies within {TOLERANCE_M:.0} m of it and was not put aside at the desk. Not met: why.",
            "靶标周边 {TOLERANCE_M:.0} 米内有同年度图斑且未被研判排除的，为吻合；未吻合的按原因列出（单位：个）。"
        ),
        columns: titled(&titles, lang),
        rows: lists.iter().map(row).collect(),
        summed: false,
        remark: None,
    })
}

/// How often each model was right.
pub fn models(figures: &Figures, lang: Lang) -> Option<Table> {
    let titles = [
        ("model", "模型"),
        ("verified", "核查图斑（个）"),
        ("confirmed", "查实图斑（个）"),
        ("precision %", "查准率（%）"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
    ];
    let row = |p: &Precision| {
        let per_cent = |share: f64| number(Some(share * 100.0), 1);
        vec![
            Cell::text(p.model.as_str()),
            count(p.share.of),
            count(p.share.count),
            number(p.share.share.map(|s| s * 100.0), 1),
            per_cent(p.share.low),
            per_cent(p.share.high),
        ]
    };
    let found = &figures.upward.precision;
    (!found.is_empty()).then(|| Table {
        id: "precision",
        title: lang.pick("How often the model was right", "模型查准率").into(),
        note: lang
            .pick(
                "Of the sites that a scan reported and a crew verified: how many were poppy. What was put aside at the desk was not visited and is in no figure, so this is the precision of what crews were sent to.",
                "航测发现并经现地核查的图斑中，查实为罂粟的比例。研判排除的图斑未经现地核查，不计入。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows: found.iter().map(row).collect(),
        summed: false,
        remark: None,
    })
}
