//! `targets`: lists handed down from above, taken in and matched.

use super::super::Done;
use super::super::registry::context::{Common, Context, today};
use super::super::registry::elsewhere::tell_elsewhere;
use super::super::registry::say::{Failure, against, bad, data, json, tell};

use super::table::per_cent;
use crate::cli::overwrite::Overwrite;
use crate::exchange::targets::{ReadTargets, read};
use crate::files::Existing;
use crate::ground::{Crs, Feature, LonLat};
use crate::office::map_files::{MapFormat, write_targets};
use crate::office::targets::{feature, properties, site_of, take_in};
use crate::province::effort::season_of;
use crate::province::projection::{facts_of, lists_of, targets_of, windows_of};
use crate::province::targets::{TOLERANCE_M, TargetFact, TargetOutcome, match_targets, matched};
use crate::registry::body::TargetList;
use crate::store::Store;
use crate::words::{Action, Lang, Remedy, Said, Say};
use crate::{speaking_error, tr};
use clap::{Args, Subcommand};
use serde_json::{Value, json as value};
use std::path::{Path, PathBuf};

/// `papaver targets`
#[derive(Debug, Args)]
pub(crate) struct Targets {
    #[command(subcommand)]
    command: TargetsCommand,
}

#[derive(Debug, Subcommand)]
enum TargetsCommand {
    /// Take a list in: .geojson, .gpkg, .kml, .gpx, .shp, or .csv and .xlsx with lon and lat 导入靶标清单：.geojson、.gpkg、.kml、.gpx、.shp，或带经纬度列的 .csv、.xlsx
    Import(TargetImportArguments),
    /// Match targets to sites and to what was searched 把靶标与图斑和已搜索范围比对
    Match(TargetMatchArguments),
    /// The lists 列出已导入的清单
    List(TargetListArguments),
}

#[derive(Debug, Args)]
struct TargetImportArguments {
    /// The list 靶标清单文件
    file: PathBuf,
    /// What it is called (default: the file's name) 清单名称（默认为文件名）
    #[arg(long)]
    name: Option<String>,
    /// The system of its coordinates where they are in metres or the file does not say 清单坐标系（坐标为米或文件未注明时）
    #[arg(long, value_name = "SYSTEM")]
    crs: Option<String>,
    /// The season it is for (default: the present one) 适用年度（默认当年）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct TargetMatchArguments {
    /// Only the list of this name 只比对该名称的清单
    #[arg(long)]
    list: Option<String>,
    /// Metres within which a site is the target 图斑与靶标视为同一处的距离（米）
    #[arg(long, value_name = "M", default_value_t = TOLERANCE_M)]
    tolerance: f64,
    /// Write every target with its outcome to this GeoJSON 把每个靶标及比对结果写入此 GeoJSON
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct TargetListArguments {
    #[command(flatten)]
    common: Common,
}

/// No list to match.
#[derive(Debug)]
struct NoList(String);

impl Say for NoList {
    fn say(&self, lang: Lang) -> Said {
        let Self(known) = self;
        Said::new(lang.pick("there is no such list of targets", "没有这份靶标")).hint(
            if known.is_empty() {
                crate::remedy!(
                    lang,
                    "take one in first: {import}",
                    "请先导入：{import}",
                    import = Action::ImportTargets,
                )
            } else {
                Remedy::from(tr!(lang, "there are: {known}", "已有：{known}"))
            },
        )
    }
}
speaking_error!(NoList);

impl Targets {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.command {
            TargetsCommand::Import(c) => c.run(lang),
            TargetsCommand::Match(c) => c.run(lang),
            TargetsCommand::List(c) => c.run(lang),
        }
    }
}

impl TargetImportArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let name = self.name.clone().unwrap_or_else(|| {
            self.file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default()
        });
        let season = match self.season {
            Some(season) => season,
            None => season_of(today(&context.read()?)?),
        };
        let crs = self.crs.as_deref().map(Crs::parse).transpose()?;
        let ReadTargets { list, notes } = read(&self.file, &name, season, crs.as_ref())?;
        for note in &notes {
            tell(&note.say(lang));
        }
        let (mut office, session) = context.office()?;
        let same = |known: &TargetList| known.name == list.name && known.targets != list.targets;
        if lists_of(office.store())?
            .iter()
            .any(|(_, known)| same(known))
        {
            tell(&tr!(
                lang,
                "another list of the name {name} was taken in before, and both count: name this one with `--name`, or void the other",
                "此前已导入同名靶标“{name}”，两份都会计入：可用 `--name` 另行命名，或作废其中一份"
            ));
        }
        let places: Vec<LonLat> = (list.targets.iter())
            .map(|target| target.place.lonlat())
            .collect();
        tell_elsewhere(office.store(), &places, lang)?;
        let Some(taken) = take_in(&mut office, &session, &self.file, list)? else {
            tell(lang.pick(
                "this list was taken in before: nothing was changed",
                "此前已导入这份靶标，未作更改",
            ));
            return Ok(Done::Whole);
        };
        if context.common.json {
            json(&value!(taken));
        } else {
            let n = taken.targets;
            tell(&tr!(
                lang,
                "{targets} of {name} taken in for season {season}",
                "已导入 {season} 年度靶标“{name}”共 {n} 个",
                targets = (n, "target", "targets"),
            ));
        }
        Ok(Done::Whole)
    }
}

impl TargetListArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        for (unit, list) in lists_of(&context.read()?)? {
            let (name, season, n) = (&list.name, list.season, list.targets.len());
            if context.common.json {
                json(
                    &value!({"list": name, "unit": unit, "season": season, "targets": n, "sha256": list.sha256}),
                );
            } else {
                data(&tr!(
                    lang,
                    "{name}  {season}  {targets}  (unit {unit})",
                    "{name}  {season}  {n} 个（单位 {unit}）",
                    targets = (n, "target", "targets"),
                ));
            }
        }
        Ok(Done::Whole)
    }
}

impl TargetMatchArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        if !(0.0..=1000.0).contains(&self.tolerance) {
            return Err(against(
                "--tolerance",
                &self.tolerance.to_string(),
                "0–1000",
            ));
        }
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let all = targets_of(&store)?;
        let lists: Vec<&TargetList> = all
            .iter()
            .filter(|list| self.list.as_ref().is_none_or(|name| *name == list.name))
            .collect();
        if lists.is_empty() {
            let names: Vec<&str> = all.iter().map(|list| list.name.as_str()).collect();
            return Err(NoList(names.join(", ")).into());
        }
        let facts = facts_of(&store)?;
        let windows = windows_of(&store)?;
        let mut features = Vec::new();
        for list in lists {
            let found = match_targets(list, &facts, &windows, self.tolerance);
            if context.common.json {
                json(&as_json(list, &found, &store, self.tolerance)?);
            } else {
                told(list, &found, &store, lang)?;
            }
            for target in &found {
                features.push(feature(list, target, &store)?);
            }
        }
        if let Some(path) = &self.output {
            write(path, features, self.overwrite.existing())?;
        }
        Ok(Done::Whole)
    }
}

fn write(path: &Path, targets: Vec<Feature>, existing: Existing) -> Result<(), Failure> {
    if MapFormat::of(path) != Some(MapFormat::GeoJson) {
        let given = path.display().to_string();
        return Err(bad("--output", &given, "targets.geojson"));
    }
    Ok(write_targets(path, targets, existing)?)
}

fn as_json(
    list: &TargetList,
    found: &[TargetFact],
    store: &Store,
    tolerance: f64,
) -> Result<Value, Failure> {
    let part = matched(found);
    let targets = found
        .iter()
        .map(|target| Ok(Value::Object(properties(list, target, store)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    Ok(value!({
        "list": list.name, "season": list.season, "tolerance_m": tolerance, "matched": part, "share": part.share(), "targets": targets,
    }))
}

fn told(list: &TargetList, found: &[TargetFact], store: &Store, lang: Lang) -> Result<(), Failure> {
    let part = matched(found);
    let (name, season, count, of, share) = (
        &list.name,
        list.season,
        part.count,
        part.of,
        per_cent(part.share()),
    );
    data(&tr!(
        lang,
        "{name} ({season}): {count} of {targets} are on file, {share}",
        "{name}（{season}）：靶标吻合 {count} / {of}，吻合率 {share}",
        targets = (of, "target", "targets"),
    ));
    for target in found.iter().filter(|target| !target.met.is_matched()) {
        let at = target.place.lonlat();
        let site = site_of(target.met, store)?.unwrap_or_default();
        let why = reason(target.met, &site, lang);
        let district = target.district.as_deref().unwrap_or("–");
        data(&format!(
            "  {}  {:.7},{:.7}  {district}  {why}",
            target.id, at.lon, at.lat
        ));
    }
    Ok(())
}

fn reason(met: TargetOutcome, site: &str, lang: Lang) -> String {
    match met {
        TargetOutcome::Matched { .. } => lang.pick("on file", "吻合").into(),
        TargetOutcome::ScreenedOut { metres, .. } => tr!(
            lang,
            "screened out: {site}, {metres:.0} m away",
            "研判排除：{site}，相距 {metres:.0} 米"
        ),
        TargetOutcome::AnotherSeason { season, metres, .. } => tr!(
            lang,
            "only {site} of season {season}, {metres:.0} m away",
            "仅有 {season} 年度的 {site}，相距 {metres:.0} 米"
        ),
        TargetOutcome::SearchedAndNothing { flights } => tr!(
            lang,
            "searched by {flights} in the window, nothing reported",
            "窗口期内航测 {flights} 次，未发现",
            flights = (flights, "flight", "flights"),
        ),
        TargetOutcome::SearchedBadly { flights } => tr!(
            lang,
            "searched by {flights}, but out of the window or too coarsely",
            "航测 {flights} 次，但在窗口期外或分辨率不足",
            flights = (flights, "flight", "flights"),
        ),
        TargetOutcome::NotSearched => lang.pick("not searched", "未航测").into(),
    }
}
