//! `sites`: which sites there are, in the order that is asked for.

use super::Done;
use super::context::{Common, Context, today};
use super::filter::FilterArguments;
use super::say::{Failure, data, json, tell};
use super::view::{learnt, learnt_json, line, site_json};
use crate::ground::LonLat;
use crate::office::desk::Veil;
use crate::registry::place::Place;
use crate::registry::{Site, State};
use crate::store::{Ranking, Store, StoreError};
use crate::tr;
use crate::words::Lang;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListOrder {
    #[value(aliases = ["编号", "图斑编号"])]
    Code,
    #[value(aliases = ["排名", "航次内排名"])]
    Rank,
    #[value(aliases = ["时限", "期限"])]
    Due,
    #[value(aliases = ["距离", "远近"])]
    Distance,
}

/// `papaver sites`
#[derive(Debug, Args)]
pub(crate) struct Sites {
    #[command(flatten)]
    filter: FilterArguments,
    /// By code, rank in the scan, due day, or distance from `--near` (default: by code; with `--near` by distance) 排序：code 编号、rank 航次内排名、due 时限、distance 距 `--near` 的远近（默认按编号；用 `--near` 时由近到远）
    #[arg(long, value_name = "ORDER", value_enum, hide_possible_values = true)]
    sort: Option<ListOrder>,
    /// Only those that wait for the desk, in the order to screen them 只列待研判的，按研判顺序
    #[arg(long, conflicts_with_all = ["state", "kept", "duplicates"])]
    screening: bool,
    /// List pairs of open sites that may be one place instead 改为列出可能是同一处的未办结图斑对
    #[arg(long)]
    duplicates: bool,
    #[command(flatten)]
    common: Common,
}

impl Sites {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let mut filter = self.filter.known_to(&store)?;
        if self.screening {
            filter.states = vec![State::Candidate];
        }
        let mut sites = store.sites(&filter)?;
        let kept = |site: &Site| site.screened.as_ref().is_some_and(|(kept, ..)| *kept);
        sites.retain(|site| !self.screening || !kept(site));
        if self.duplicates {
            return duplicates(&store, &sites, &context);
        }
        let near = filter.near.map(|(at, _)| at);
        let order = self.sort.unwrap_or(match near {
            Some(_) => ListOrder::Distance,
            None if self.screening => ListOrder::Rank,
            None => ListOrder::Code,
        });
        let ranking = store.ranking()?;
        sort(&mut sites, order, near, (&store, &ranking));
        let (veil, today) = (Veil::default(), today(&store)?);
        for site in &mut sites {
            veil.over(&store, site)?;
            show(site, near, (&store, &ranking, today), &context)?;
        }
        if !context.common.json {
            let n = sites.len();
            tell(&tr!(
                lang,
                "{sites}",
                "共 {n} 个图斑",
                sites = (n, "site", "sites"),
            ));
        }
        Ok(Done::Whole)
    }
}

fn metres(site: &Site, near: Option<LonLat>) -> Option<f64> {
    near.map(|at| site.place.distance_m(&Place::point(at)))
}

/// What is not known comes last.
fn sort(
    sites: &mut [Site],
    order: ListOrder,
    near: Option<LonLat>,
    (store, ranking): (&Store, &Ranking),
) {
    let rank = |site: &Site| {
        let detection = site.detection.as_ref()?;
        let learnt = ranking
            .of(&detection.candidate, &site.unit)
            .map(|ranked| ranked.rank);
        learnt.or(detection.rank)
    };
    match order {
        ListOrder::Code => {}
        ListOrder::Rank => sites.sort_by_key(|site| (rank(site).is_none(), rank(site), site.key)),
        ListOrder::Due => {
            let due = |site: &Site| site.due(store.settings());
            sites.sort_by_key(|site| (due(site).is_none(), due(site), site.key));
        }
        ListOrder::Distance => sites.sort_by(|a, b| {
            let metres = |site| metres(site, near).unwrap_or(0.0);
            metres(a).total_cmp(&metres(b)).then(a.key.cmp(&b.key))
        }),
    }
}

fn show(
    site: &Site,
    near: Option<LonLat>,
    (store, ranking, today): (&Store, &Ranking, Date),
    context: &Context,
) -> Result<(), StoreError> {
    let code = store.code(site.key)?;
    let detection = site.detection.as_ref();
    let ranked = detection.and_then(|d| ranking.of(&d.candidate, &site.unit));
    let settings = store.settings();
    let metres = metres(site, near);
    if context.common.json {
        let district = store.district(site.key)?;
        let mut value = site_json(site, &code, district.as_ref(), settings, today);
        if let Some(ranked) = ranked {
            learnt_json(ranked, &mut value);
        }
        if let Some(metres) = metres {
            value["metres"] = ((metres * 10.0).round() / 10.0).into();
        }
        json(&value);
    } else {
        let mut text = line(site, &code, settings, today, context.lang);
        if let Some(ranked) = ranked {
            text.push_str(&learnt(ranked, context.lang));
        }
        if let Some(metres) = metres {
            text.push_str(&tr!(context.lang, " · {metres:.0} m", " · {metres:.0} 米"));
        }
        data(&text);
    }
    Ok(())
}

fn duplicates(store: &Store, sites: &[Site], context: &Context) -> Result<Done, Failure> {
    let radius = store.settings().reach_m();
    for site in sites.iter().filter(|site| site.state.is_open()) {
        for other in store.sites_near(&site.place, radius)? {
            let metres = site.place.distance_m(&other.place);
            let scan = |s: &Site| s.detection.as_ref().map(|d| d.scan.clone());
            let candidate = |s: &Site| s.detection.as_ref().map(|d| d.candidate.clone());
            // Candidates of one scan are apart; one candidate that two offices recorded is one place.
            let one_scan = scan(site).is_some()
                && scan(site) == scan(&other)
                && candidate(site) != candidate(&other);
            if other.key > site.key && other.state.is_open() && metres <= radius && !one_scan {
                let (a, b) = (store.code(site.key)?, store.code(other.key)?);
                if context.common.json {
                    json(
                        &serde_json::json!({"sites": [a, b], "metres": (metres * 10.0).round() / 10.0}),
                    );
                } else {
                    data(&format!("{a} {b} {metres:.1} m"));
                }
            }
        }
    }
    Ok(Done::Whole)
}
