//! What became of what a crew sent, as the crew finds it in its folder: both languages on one page, since nobody knows who
//! opens it. Pure: outcomes in, HTML out.

use super::layout::{document, scroll};
use crate::tr;
use crate::words::Lang;
use maud::{Markup, html};

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedFile {
    /// Its path in the crew's folder.
    pub path: String,
    /// When it came, as people read it.
    pub at: String,
    /// The first digits of its SHA-256, by which the office finds it.
    pub digest: String,
    /// Why it was not taken, in English and in Chinese.
    pub error: Option<[String; 2]>,
    /// Its rows.
    pub rows: Vec<RowSent>,
    /// Rows that nobody filled in.
    pub blank: usize,
    /// Photographs that have not come yet.
    pub waits_for: Vec<String>,
}

/// A row that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSent {
    /// Its table and line, in English and in Chinese.
    pub line: [String; 2],
    /// The site's code.
    pub site: Option<String>,
    /// What it reports, in English and in Chinese.
    pub what: Option<[String; 2]>,
    /// Whether it was recorded, had been, or was refused.
    pub fate: [String; 2],
    /// Whether it was refused.
    pub refused: bool,
    /// Whether it is not refused for good: its photograph has not come yet.
    pub waits: bool,
    /// Remarks, or why it was refused.
    pub told: Vec<[String; 2]>,
}

/// The page of a crew; the latest file comes first. `unread` are the files that are neither tables nor photographs.
pub fn page(crew: &str, sent: &[ReceivedFile], unread: &[String]) -> String {
    let title = format!("{crew}：上报结果 · what became of what was sent");
    let body = html! {
        @for lang in [Lang::Zh, Lang::En] {
            section lang=(lang.pick("en", "zh-CN")) {
                h1 { (tr!(lang, "{crew}: what became of what was sent", "{crew}：上报结果")) }
                @if sent.is_empty() && unread.is_empty() {
                    p { (lang.pick(
                        "Nothing has been sent yet. What you send is kept byte for byte; what became of each row stands here afterwards.",
                        "尚未上报。上报的文件均按原样保存；每一行的处理结果将显示在此。",
                    )) }
                }
                @if !unread.is_empty() {
                    p { strong { (lang.pick(
                        "Kept, but not read, since they are neither tables of a kind that is taken in (.gpkg, .geojson, .xlsx, .csv) nor photographs: ",
                        "以下文件已保存但未读取（不是可录入的表格 .gpkg、.geojson、.xlsx、.csv，也不是照片）：",
                    )) } (some(unread, lang)) }
                }
                @for file in sent { (told(file, lang)) }
            }
        }
    };
    document(Lang::Zh, "received", &title, &body)
}

/// The first names of a list, and that there are more.
fn some(names: &[String], lang: Lang) -> String {
    const MOST: usize = 40;
    let mut some = names
        .get(..MOST)
        .unwrap_or(names)
        .join(lang.pick(", ", "、"));
    if let Some(more) = names.len().checked_sub(MOST).filter(|more| *more > 0) {
        some += &tr!(lang, " and {more} more", "等，另有 {more} 个");
    }
    some
}

fn told(file: &ReceivedFile, lang: Lang) -> Markup {
    let (at, digest, blank) = (&file.at, &file.digest, file.blank);
    let count =
        |which: &dyn Fn(&RowSent) -> bool| file.rows.iter().filter(|row| which(row)).count();
    let waits = count(&|row| row.waits);
    let refused = count(&|row| row.refused && !row.waits);
    let taken = count(&|row| !row.refused);
    html! {
        h2 { (file.path) }
        p { (tr!(lang, "came {at}; kept as {digest}…", "{at} 收到；原件已保存（{digest}…）")) }
        @if let Some(error) = &file.error {
            p { strong { (lang.pick("Not taken: ", "未采用：")) } (in_lang(error, lang)) }
        } @else {
            p { (tr!(lang,
                "{reports} recorded, {refused} refused, {waits} waiting for photographs, {rows} not filled in",
                "录入 {taken} 条，退回 {refused} 条，待照片 {waits} 条，未填写 {blank} 行", reports = (taken, "report", "reports"), rows = (blank, "row", "rows"),)) }
        }
        @if !file.waits_for.is_empty() {
            p { (lang.pick("Photographs that have not come yet (the rows are taken in when they do): ", "以下照片尚未收到，收到后自动录入相应行："))
                (file.waits_for.join(lang.pick(", ", "、"))) }
        }
        @if !file.rows.is_empty() { (scroll(&rows(file, lang))) }
    }
}

fn rows(file: &ReceivedFile, lang: Lang) -> Markup {
    html! {
        table {
            thead { tr {
                th { (lang.pick("row", "行")) }
                th { (lang.pick("site", "图斑")) }
                th { (lang.pick("report", "内容")) }
                th { (lang.pick("result", "结果")) }
                th { (lang.pick("why, remarks", "原因、说明")) }
            } }
            tbody {
                // What has to be put right comes first.
                @for row in file.rows.iter().filter(|row| row.refused && !row.waits) { (line(row, lang)) }
                @for row in file.rows.iter().filter(|row| row.waits) { (line(row, lang)) }
                @for row in file.rows.iter().filter(|row| !row.refused) { (line(row, lang)) }
            }
        }
    }
}

fn line(row: &RowSent, lang: Lang) -> Markup {
    let told: Vec<&str> = row.told.iter().map(|told| in_lang(told, lang)).collect();
    html! {
        tr {
            td class="short" { (in_lang(&row.line, lang)) }
            td class="short" { (row.site.as_deref().unwrap_or("—")) }
            td class="short" { (row.what.as_ref().map_or("", |what| in_lang(what, lang))) }
            td class="short" { @if row.refused { strong { (in_lang(&row.fate, lang)) } } @else { (in_lang(&row.fate, lang)) } }
            td class="told" { (told.join(lang.pick("; ", "；"))) }
        }
    }
}

fn in_lang([english, chinese]: &[String; 2], lang: Lang) -> &str {
    lang.pick(english, chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_row_stands_first_with_its_reason_in_both_languages() {
        let both = |en: &str, zh: &str| [en.to_owned(), zh.to_owned()];
        let row = |site: &str, refused, why| RowSent {
            line: both("visits 1", "核查回填 1"),
            site: Some(site.into()),
            what: Some(both("visit", "核查")),
            fate: both("REFUSED", "退回"),
            refused,
            waits: site == "LATE",
            told: vec![why],
        };
        let sent = ReceivedFile {
            path: "<b>.gpkg".into(),
            at: "2026-05-03 10:00".into(),
            digest: "0123abcd".into(),
            error: None,
            rows: vec![
                row("GOOD", false, both("fine", "好")),
                row("LATE", true, both("it comes later", "稍后")),
                row("WRONG", true, both("no photograph", "缺照片")),
            ],
            blank: 3,
            waits_for: vec!["a.jpg".into()],
        };
        let page = page("一组", &[sent], &["notes.docx".into()]);
        let at = |code| page.find(code).expect("told");
        assert!(at("WRONG") < at("LATE") && at("LATE") < at("GOOD"));
        assert!(page.contains("录入 1 条，退回 1 条，待照片 1 条，未填写 3 行"));
        assert!(page.contains("核查回填 1") && page.contains("visits 1"));
        assert_eq!(page.matches("notes.docx").count(), 2, "in both languages");
        assert!(page.contains("no photograph") && page.contains("缺照片"));
        assert!(page.contains("&lt;b&gt;.gpkg") && !page.contains("<b>.gpkg"));
    }
}
