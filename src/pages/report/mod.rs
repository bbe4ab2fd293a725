//! The page of a report, for the screen and for A4: key figures, what a reader must know, a section for each table.

mod charts;
mod funnel;
mod map;
mod table;
mod tiles;

pub use funnel::funnel;

use super::draw::Drawing;
use super::layout::{document, figure, section, signatures};
use crate::province::report::table::ReportTable;
use crate::province::report::tables::tables;
use crate::province::report::{Figures, keys};
use crate::tr;
use crate::words::Lang;
use maud::{Markup, html};

/// The page.
pub fn page(figures: &Figures, lang: Lang) -> String {
    let subject = &figures.subject;
    let title = format!("{} · {}", subject.name_in(lang), subject.period.label(lang));
    let body = html! {
        (header(figures, &title, lang))
        (tiles::tiles(&keys(figures, lang), lang))
        (remarks(figures, lang))
        @for table in tables(figures, lang) { (part(&table, figures, lang)) }
        (section("reading", lang.pick("How to read this", "填报说明"), &definitions(figures, lang)))
        (signatures(&[
            lang.pick("Office (stamp)", "填报单位（盖章）"),
            lang.pick("Head of the office", "单位负责人"),
            lang.pick("Checked by", "审核人"),
            lang.pick("Drawn up by", "填报人"),
            lang.pick("Date", "填报日期"),
        ]))
    };
    document(lang, "report", &title, &body)
}

fn header(figures: &Figures, title: &str, lang: Lang) -> Markup {
    let subject = &figures.subject;
    let about = &figures.about;
    let office = about.office_in(&subject.unit, lang);
    let made = subject.made_on;
    let none = lang.pick("nothing recorded", "尚无记录");
    let until = about.until.as_deref().unwrap_or(none);
    html! {
        header {
            p class="over" { (lang.pick("Poppy: what was searched, what was found", "禁种铲毒：罂粟搜索与查处情况")) }
            h1 { (title) }
            p class="soft" {
                (tr!(lang, "Office: {office} · data until: {until} · made on {made}", "填报单位：{office} · 数据截至：{until} · 制表日期：{made}"))
            }
            @if let Some(span) = subject.span(lang) { p class="soft" { (span) } }
        }
    }
}

/// What a reader must know before the figures.
fn remarks(figures: &Figures, lang: Lang) -> Markup {
    let mut remarks = Vec::new();
    if figures.efforts.is_empty() {
        remarks.push(
            lang.pick(
                "not enough data: the registry has no districts of this level",
                "数据不足：登记库没有该级区划",
            )
            .to_owned(),
        );
    }
    remarks.extend(figures.ranking.why_none(lang));
    remarks.extend(figures.comparison.remarks(lang));
    remarks.extend(figures.reconciled(lang));
    html! {
        @if !remarks.is_empty() {
            ul class="remarks" { @for remark in remarks { li { (remark) } } }
        }
    }
}

/// A table with the drawings that belong to it.
fn part(table: &ReportTable, figures: &Figures, lang: Lang) -> Markup {
    let is = |id: &str| table.id == id;
    let ranking = is("ranking");
    let body = html! {
        @if ranking {
            (drawn(|width| map::map(figures, width, lang), map::caption(lang)))
        }
        @if !table.note.is_empty() { p class="soft note" { (table.note) } }
        @if is("sites") {
            (drawn(|width| charts::steps(&figures.process, width, lang), ""))
        }
        @if !table.columns.is_empty() && !table.rows.is_empty() { (table::table(table)) }
        @if ranking {
            (drawn(|width| charts::intervals(figures, width, lang), charts::caption(lang)))
            (drawn(|width| funnel(&figures.ranking, width, lang), &funnel::caption(&figures.ranking, lang)))
        }
    };
    section(table.id, &table.title, &body)
}

/// Pixels across a drawing on paper and on a screen: on A4, 4.2 of them are a millimetre and a name has 8 points.
pub const WIDE: f64 = 760.0;
/// The same on a telephone, where letters keep their size.
const NARROW: f64 = 360.0;

/// A drawing as paper and screens show it, and as a telephone does; nothing where there is none.
fn drawn(draw: impl Fn(f64) -> Option<Drawing>, caption: &str) -> Markup {
    html! {
        @if let (Some(wide), Some(narrow)) = (draw(WIDE), draw(NARROW)) {
            (figure(&html! { (wide.svg("wide paper")) (narrow.svg("phone")) }, caption))
        }
    }
}

fn definitions(figures: &Figures, lang: Lang) -> Markup {
    let known = figures.process.sites;
    let lines = [
        lang.pick(
            "Searched: ground that a flight's recorded outline covers; what a flight left out is not in it. Unique: ground flown twice counts once.",
            "已搜索：航次记录的搜索范围，漏飞、漏搜部分不计；重复飞行只计一次。",
        )
        .to_owned(),
        lang.pick(
            "In window, finely enough: captured within the district's growth window and at a GSD no coarser than its table allows. Only this ground is a denominator: out of season, or too coarse, finding nothing says little.",
            "有效搜索：拍摄日期在当地罂粟生长期内，且影像分辨率达到规定。只有这样的范围才作分母：时间过早、过晚或分辨率不足时，未发现不等于没有。",
        )
        .to_owned(),
        lang.pick(
            "Confirmed: verified on the ground as poppy. A site counts on the ground it lies on, however it became known.",
            "查实：经实地核查确认为罂粟。图斑按其所在位置统计，与发现途径无关。",
        )
        .to_owned(),
        lang.pick(
            "Plants and areas are those counted and measured at the sites; a site without a count adds nothing, and how many there are is said.",
            "株数、面积为图斑核查登记数；未清点的图斑不计入，个数另行列出。",
        )
        .to_owned(),
        lang.pick(
            "Intervals of rates and ratios are exact for sites that come independently of one another; where one grower has several plots they are too narrow. An interval of a ratio that holds 1 proves neither more nor less.",
            "密度和比值的区间以图斑相互独立为前提；同一种植者有多处地块时，实际区间更宽。比值的区间含 1 的，不能说明增加或减少。",
        )
        .to_owned(),
        tr!(
            lang,
            "The figures are those of the registry on the day the report was made: {sites} known in the period.",
            "数据为制表当日登记库的内容：本期已知图斑 {known} 个。", sites = (known, "site", "sites"),),
    ];
    let boundaries = figures.about.boundaries_in(lang);
    html! { ul class="soft" { @for line in lines.into_iter().chain(boundaries) { li { (line) } } } }
}

#[cfg(test)]
pub(super) mod tests;
