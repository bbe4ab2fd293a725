//! `export` and `import`.

use super::Done;
use super::context::{Common, Context, today};
use super::elsewhere::tell_elsewhere;
use super::filter::FilterArguments;
use super::say::{Failure, against, data, json, none_of, tell};

use crate::cli::action;
use crate::cli::overwrite::Overwrite;
use crate::exchange::import::{ImportedEvents, Report, RowOutcome, RowReport, RowSubject};
use crate::exchange::ledger::LedgerContext;
use crate::exchange::training::write_training_set;
use crate::exchange::{Export, Format, GeopackageJournal, export};
use crate::ground::LonLat;
use crate::office::import::import;
use crate::pages::tasks;
use crate::registry::moves::Move;
use crate::registry::sentence::field_labels;
use crate::store::evidence::mark_in_words;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use serde_json::{Value, json as value};
use std::path::{Path, PathBuf};

/// `papaver export`
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The file to write, or `training-set`: what verification taught, as truth for training and pictures 输出文件；或填 `training-set`，导出核查结论作训练真值和图片
    output: PathBuf,
    /// The folder of a training set 训练集文件夹
    #[arg(default_value = "training-set")]
    folder: PathBuf,
    /// geojson, gpkg (QGIS, `QField`), kmz (Ovital, Google Earth), gpx, xlsx, csv, ovital or tasks (a crew's list on paper, .html) (default: by the file's ending) 格式：geojson、gpkg（QGIS、QField）、kmz（奥维、Google Earth）、gpx、xlsx、csv、ovital 或 tasks（核查组纸质任务单，.html）（默认按扩展名）
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// Spreadsheets: CGCS2000 coordinates in the 3-degree Gauss-Kruger zone too 表格中增加 CGCS2000 三度带高斯坐标
    #[arg(long)]
    gauss_kruger: bool,
    #[command(flatten)]
    filter: FilterArguments,
    #[command(flatten)]
    common: Common,
}

impl ExportArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        if self.output.as_os_str() == "training-set" {
            return self.training_set(lang);
        }
        let format = self.wanted(lang)?;
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let ledger = LedgerContext {
            settings: store.settings().clone(),
            today: today(&store)?,
            lang,
        };
        let mut sites = Export::of(
            &store,
            &self.filter.known_to(&store)?,
            ledger,
            context.at(&store)?,
        )?;
        sites.gauss_kruger = self.gauss_kruger;
        let existing = self.overwrite.existing();
        let written = match format {
            Some(format) => export(format, &self.output, &sites, existing)?,
            None => tasks::write(sites.clone(), &self.output, existing)?,
        };
        let (n, path) = (written.sites, written.path.display());
        if context.common.json {
            json(&value!({
                "file": written.path, "sites": n, "pictures": written.pictures, "datum": Export::DATUM, "state": sites.state,
            }));
            return Ok(Done::Whole);
        }
        if n == 0 {
            tell(lang.pick(
                "warning: no site fits what was asked for, so the file holds none: `papaver sites` with the same options lists what there is",
                "警告：没有符合条件的图斑，导出文件为空；用 `papaver sites` 加相同条件可查看",
            ));
        }
        tell(&tr!(
            lang,
            "{sites} in {path}, WGS 84",
            "已导出 {n} 个图斑：{path}（WGS 84）",
            sites = (n, "site", "sites"),
        ));
        if let Some(folder) = written.pictures {
            let folder = folder.display();
            tell(&tr!(
                lang,
                "its pictures are in {folder}: copy both to the device",
                "其图片在 {folder}：请一并复制到设备"
            ));
        }
        Ok(Done::Whole)
    }
}

fn no_format(output: &Path, names: &str, lang: Lang) -> Failure {
    let rule = tr!(
        lang,
        "a name whose ending says the format; or name it with `--format`: {names}",
        "扩展名能说明格式的文件名；也可用 `--format` 指定格式：{names}"
    );
    against("OUTPUT", &output.display().to_string(), rule)
}

impl ExportArguments {
    /// The format that was asked for; `None` for the crew's task list.
    fn wanted(&self, lang: Lang) -> Result<Option<Format>, Failure> {
        let names = || {
            let files = Format::ALL.map(|(_, name, _)| name);
            [&files[..], &[tasks::FORMAT]]
                .concat()
                .join(lang.pick(", ", "、"))
        };
        let ending = |ending: &str| self.output.extension().is_some_and(|own| own == ending);
        match &self.format {
            Some(name) if name.eq_ignore_ascii_case(tasks::FORMAT) => Ok(None),
            Some(name) => Format::of_name(name)
                .map(Some)
                .ok_or_else(|| none_of("--format", name, names())),
            None if ending("html") || ending("htm") => Ok(None),
            None => Format::of_path(&self.output)
                .map(Some)
                .ok_or_else(|| no_format(&self.output, &names(), lang)),
        }
    }

    fn training_set(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let done = write_training_set(&store, &self.filter.known_to(&store)?, &self.folder)?;
        let (yes, no, without) = (done.confirmed, done.refuted, done.without_picture);
        let (poppy, others, unknown) = (done.poppy, done.others, done.unknown);
        let pointless = done.without_outline;
        let folder = self.folder.display();
        if context.common.json {
            json(
                &value!({"folder": self.folder, "confirmed": yes, "refuted": no, "without_picture": without, "truth": {"poppy": poppy, "others": others, "unknown": unknown, "without_outline": pointless}}),
            );
            return Ok(Done::Whole);
        }
        tell(&tr!(
            lang,
            "{folder}/truth.geojson: outlines of poppy {poppy}, of something else {others}, not settled {unknown}; sites without an outline {pointless}\npictures: of what was confirmed {yes}, refuted {no}; not here {without}",
            "{folder}/truth.geojson：罂粟轮廓 {poppy} 处、其他 {others} 处、尚未查明 {unknown} 处；另有 {pointless} 处没有轮廓\n图片：查实 {yes} 处、排除 {no} 处；另有 {without} 处没有图片"
        ));
        Ok(Done::Whole)
    }
}

/// `papaver import`
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// What a crew gave back: .gpkg, .geojson, .shp, .xlsx, .xls, .ods or .csv, with its photographs beside it 交回的文件：.gpkg、.geojson、.shp、.xlsx、.xls、.ods 或 .csv，照片放在旁边
    file: PathBuf,
    /// Only show what would be recorded 试运行：只显示将录入的内容，不录入
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    common: Common,
}

impl ImportArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let report = import(&mut office, &session, &self.file, self.dry_run)?;
        if context.common.json {
            json(&as_json(&report, self.dry_run, lang));
        } else {
            told(&report, self.dry_run, lang);
        }
        tell_elsewhere(office.store(), &finds(&report), lang)?;
        Ok(Done::of(report.refused() == 0))
    }
}

/// Where the new finds of a table lie.
fn finds(report: &Report) -> Vec<LonLat> {
    let place = |row: &RowReport| match &row.fate {
        RowOutcome::Recorded(done) => done.added.then_some(done.place),
        _ => None,
    };
    report.rows.iter().filter_map(place).collect()
}

fn as_json(report: &Report, rehearsed: bool, lang: Lang) -> Value {
    let rows: Vec<Value> = report
        .rows
        .iter()
        .map(|row| {
            let mut out = value!({"table": row.table, "line": row.line, "site": row.site.as_ref().map(|(_, code)| code)});
            if let Some(what) = row.what {
                out["what"] = match what {
                    RowSubject::Visit => "visit",
                    RowSubject::Eradication => "eradicate",
                }
                .into();
            }
            match &row.fate {
                RowOutcome::Recorded(done) => {
                    out["fate"] = "recorded".into();
                    out["added"] = done.added.into();
                    out["state"] = value!(done.state);
                    out["moved_on"] = done.moved_on.into();
                    out["disputed"] = done.disputed.into();
                    out["parallel"] = value!(done.parallel);
                    out["photo_marks"] = value!(done.marks);
                    out["apart_m"] = value!(done.apart_m.map(|m| (m * 10.0).round() / 10.0));
                    out["without_head"] = done.without_head.into();
                }
                RowOutcome::Before => out["fate"] = "recorded_before".into(),
                RowOutcome::Refused(flaw) => {
                    out["fate"] = "refused".into();
                    out["why"] = action::text(&flaw.say(lang), lang).into();
                }
            }
            out
        })
        .collect();
    value!({
        "dry_run": rehearsed, "rows": rows, "blank": report.blank, "journal_read": report.journal == GeopackageJournal::Taken,
        "columns_not_understood": report.unread, "pictures_not_read": report.pictures,
        "hidden_sheets_not_read": report.hidden, "hidden_rows_read": report.hidden_rows,
    })
}

fn told(report: &Report, rehearsed: bool, lang: Lang) {
    match report.journal {
        GeopackageJournal::Taken => tell(lang.pick(
            "edits that lay in a journal beside the file were read too",
            "文件旁日志中的编辑也已读取",
        )),
        GeopackageJournal::Unusable => tell(lang.pick(
            "nothing can be read of the -wal file that lies beside the file: it is another file's, or damaged; if edits are missing below, copy both files again",
            "文件旁的 -wal 文件无法读取：不属于该文件或已损坏；若下列内容有缺，请重新复制这两个文件",
        )),
        GeopackageJournal::Absent => tell(lang.pick(
            "the program that wrote this file keeps its last edits in a -wal file: if edits are missing below, copy that file too",
            "写此文件的程序会把最后的编辑放在 -wal 文件中：若下列内容有缺，请一并复制该文件",
        )),
        GeopackageJournal::None => {}
    }
    tell_unread(report, lang);
    for row in &report.rows {
        data(&line(row, lang));
        if let RowOutcome::Recorded(done) = &row.fate {
            for remark in remarks(row, done, lang) {
                data(&format!("    {remark}"));
            }
        }
    }
    let count =
        |which: fn(&RowOutcome) -> bool| report.rows.iter().filter(|r| which(&r.fate)).count();
    let (new, before, refused, blank) = (
        count(|f| matches!(f, RowOutcome::Recorded(_))),
        count(|f| matches!(f, RowOutcome::Before)),
        report.refused(),
        report.blank,
    );
    tell_where_the_form_is(report, lang);
    tell(&if rehearsed {
        tr!(
            lang,
            "would record {new}; recorded before {before}; refused {refused}; not filled in {blank}. Nothing was recorded",
            "将录入 {new} 行；此前已录 {before} 行；拒绝 {refused} 行；未填 {blank} 行。未作任何记录"
        )
    } else {
        tr!(
            lang,
            "recorded {new}; recorded before {before}; refused {refused}; not filled in {blank}",
            "已录入 {new} 行；此前已录 {before} 行；拒绝 {refused} 行；未填 {blank} 行"
        )
    });
}

/// Where the form is, for who filled in nothing of it.
fn tell_where_the_form_is(report: &Report, lang: Lang) {
    if report.rows.is_empty() && report.blank > 0 {
        tell(lang.pick(
            "what was seen is filled in under “visit: outcome” and the columns after it, in a workbook on its second sheet “Visits”; the other columns are the ledger's, and are not read back",
            "核查结果请填写在“回填：核查结论”等“回填：”各列（工作簿中为第二张工作表“核查回填”）；其余各列为台账内容，不会读回",
        ));
    }
}

/// What of a file was not read.
fn tell_unread(report: &Report, lang: Lang) {
    if !report.unread.is_empty() {
        let titles = report.unread.join(lang.pick(", ", "、"));
        tell(&tr!(
            lang,
            "columns that are not understood and were not read: {titles}",
            "未能识别、未读取的列：{titles}"
        ));
    }
    for note in report.unseen() {
        tell(&note.say(lang));
    }
    if report.pictures > 0 {
        let n = report.pictures;
        tell(&tr!(
            lang,
            "pictures inside the spreadsheet are not read ({n}): put the photographs beside it as files, and their names into the cells",
            "表格中内嵌的图片未读取（{n} 张）：请将照片作为文件放在表格旁，并在单元格中填写文件名"
        ));
    }
}

fn line(row: &RowReport, lang: Lang) -> String {
    let (table, at) = (&row.table, row.line);
    let gap = if table.is_empty() { "" } else { " " };
    let code = row.site.as_ref().map_or("-", |(_, code)| code.as_str());
    let fate = match &row.fate {
        RowOutcome::Recorded(done) => {
            let state = done.state.label(lang);
            if done.disputed {
                tr!(lang, "→ {state}, DISPUTED", "→ {state}，有争议")
            } else {
                format!("→ {state}")
            }
        }
        RowOutcome::Before => lang.pick("recorded before", "此前已录").to_owned(),
        RowOutcome::Refused(flaw) => tr!(
            lang,
            "refused: {why}",
            "拒绝：{why}",
            why = action::text(&flaw.say(lang), lang),
        ),
    };
    let what = match row.what {
        None => String::new(),
        Some(RowSubject::Visit) => Move::Visit.label(lang).to_owned() + " ",
        Some(RowSubject::Eradication) => Move::Eradicate.label(lang).to_owned() + " ",
    };
    tr!(
        lang,
        "{table}{gap}line {at}  {code}  {what}{fate}",
        "{table}{gap}第 {at} 行  {code}  {what}{fate}"
    )
}

fn remarks(row: &RowReport, done: &ImportedEvents, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    if done.added {
        out.push(
            lang.pick("a new find: the site was added", "新发现：已新增图斑")
                .to_owned(),
        );
    }
    if done.moved_on {
        out.push(
            lang.pick(
                "the site has moved on since the copy was made",
                "副本导出后图斑已有变化",
            )
            .to_owned(),
        );
    }
    if !done.parallel.is_empty() {
        let fields = field_labels(&done.parallel, lang);
        out.push(tr!(
            lang,
            "edited in parallel: {fields}",
            "并行修改：{fields}"
        ));
    }
    if done.without_head {
        out.push(
            lang.pick(
                "the row carries no head hash: taken for a copy of the present state",
                "该行没有链头哈希：按当前状态的副本处理",
            )
            .to_owned(),
        );
    }
    for (name, mark) in &done.marks {
        let mark = mark_in_words(mark, lang);
        out.push(format!("{name}: {mark}"));
    }
    if let (Some(metres), Some(at), Some((_, code))) = (done.apart_m, done.position, &row.site) {
        let (lon, lat) = (at.lon, at.lat);
        out.push(tr!(
            lang,
            "its point lies {metres:.0} m from the site and was not taken over: `papaver correct {code} --at {lon:.7},{lat:.7} --reason …`",
            "其坐标距图斑 {metres:.0} 米，未更改图斑位置：`papaver correct {code} --at {lon:.7},{lat:.7} --reason …`"
        ));
    }
    out
}
