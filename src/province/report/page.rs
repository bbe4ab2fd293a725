//! The page of a report: HTML without scripts and without anything from elsewhere, for the screen and for A4.

use super::Figures;
use super::charts::{intervals, steps};
use super::keys::{Key, keys};
use super::map::map;
use super::table::Table;
use super::tables::tables;
use crate::exchange::cell::Cell;
use crate::province::funnel;
use crate::shown::escape;
use crate::tr;
use crate::words::Lang;
use std::fmt::Write as _;

/// The dossier's style and what reports add to it.
const STYLES: [&str; 2] = [
    include_str!("../../exchange/dossier/page.css"),
    include_str!("report.css"),
];

/// The page.
pub fn page(figures: &Figures, lang: Lang) -> String {
    let subject = &figures.subject;
    let what = lang.pick(
        "Poppy: what was searched, what was found",
        "罂粟：搜索与查实情况",
    );
    let title = format!("{} · {}", subject.name_in(lang), subject.period.label(lang));
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main class=\"report\">\n",
        lang.pick("en", "zh-CN"),
        escape(&title),
        STYLES.concat()
    );
    let _ = writeln!(
        html,
        "<header>\n<p class=\"over\">{what} · {} {}</p>\n<h1>{}</h1>\n<p class=\"soft\">{} {}</p>\n</header>",
        lang.pick("unit", "单位"),
        escape(&subject.unit),
        escape(&title),
        lang.pick("made", "制作于"),
        subject.made_on
    );
    tiles(&mut html, &keys(figures, lang), lang);
    remarks(&mut html, figures, lang);
    for table in tables(figures, lang) {
        section(&mut html, &table, figures, lang);
    }
    definitions(&mut html, figures, lang);
    html + "</main>\n</body>\n</html>\n"
}

fn tiles(html: &mut String, keys: &[Key], lang: Lang) {
    html.push_str("<section class=\"tiles\">\n");
    for key in keys {
        let value = match &key.value {
            Cell::Empty => lang.pick("no data", "无数据").to_owned(),
            value => format!("{}<small>{}</small>", value.to_text(), key.unit),
        };
        let interval = key
            .interval
            .filter(|_| key.value != Cell::Empty)
            .map_or_else(String::new, |(low, high)| {
                let decimals = if key.unit == "%" { 0 } else { 2 };
                format!(" <span class=\"soft\">[{low:.decimals$}–{high:.decimals$}]</span>")
            });
        let of = match lang {
            Lang::En => format!(
                "{} {} / {} {}",
                key.numerator.0.to_text(),
                key.numerator.1,
                key.denominator.0.to_text(),
                key.denominator.1
            ),
            Lang::Zh => format!(
                "{}{} / {}{}",
                key.numerator.0.to_text(),
                key.numerator.1,
                key.denominator.0.to_text(),
                key.denominator.1
            ),
        };
        let _ = writeln!(
            html,
            "<div class=\"tile\"><p class=\"soft\">{}</p><p class=\"value\">{value}{interval}</p><p class=\"of\">{}</p></div>",
            escape(&key.label),
            escape(&of)
        );
    }
    html.push_str("</section>\n");
}

/// What a reader must know before the figures.
fn remarks(html: &mut String, figures: &Figures, lang: Lang) {
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
    let elsewhere: usize = figures.tallies.iter().map(|t| t.elsewhere).sum();
    if elsewhere > 0 {
        remarks.push(tr!(
            lang,
            "confirmed sites on ground that was not searched in window and finely enough, which no rate counts: {elsewhere}",
            "{elsewhere} 个查实图斑不在有效搜索范围内，不计入任何比率"
        ));
    }
    if remarks.is_empty() {
        return;
    }
    html.push_str("<ul class=\"remarks\">\n");
    for remark in remarks {
        let _ = writeln!(html, "<li>{}</li>", escape(&remark));
    }
    html.push_str("</ul>\n");
}

fn section(html: &mut String, table: &Table, figures: &Figures, lang: Lang) {
    let _ = writeln!(
        html,
        "<section id=\"{}\">\n<h2>{}</h2>",
        table.id,
        escape(&table.title)
    );
    if table.id == "ranking" {
        let _ = writeln!(
            html,
            "<figure class=\"plain\">{}</figure>",
            map(figures, lang)
        );
    }
    if !table.note.is_empty() {
        let _ = writeln!(html, "<p class=\"soft note\">{}</p>", escape(&table.note));
    }
    if table.id == "sites"
        && let Some(chart) = steps(&figures.process, lang)
    {
        let _ = writeln!(html, "<figure class=\"plain\">{chart}</figure>");
    }
    if !table.columns.is_empty() && !table.rows.is_empty() {
        rows(html, table);
    }
    if table.id == "ranking" {
        if let Some(chart) = intervals(figures, lang) {
            let _ = writeln!(html, "<figure class=\"plain\">{chart}</figure>");
        }
        // A plot that cannot be drawn is left out: its figures stand in the table.
        if let Ok(Some(plot)) = funnel::funnel(&figures.ranking, lang) {
            let plot = plot.replacen("<svg ", "<svg class=\"chart\" ", 1);
            let _ = writeln!(
                html,
                "<figure class=\"plain\">{plot}<figcaption class=\"soft\">{}</figcaption></figure>",
                escape(funnel::caption(&figures.ranking, lang))
            );
        }
    }
    html.push_str("</section>\n");
}

fn rows(html: &mut String, table: &Table) {
    let columns = || (0..table.columns.len()).filter(|at| table.remark != Some(*at));
    // Words stand left, numbers right; a column is what its first value is.
    let is_number = |at: usize| {
        table
            .rows
            .iter()
            .map(|row| &row[at])
            .find(|cell| **cell != Cell::Empty && cell.to_text() != "—" && cell.to_text() != "∞")
            .is_some_and(|cell| !matches!(cell, Cell::Text(_)))
    };
    // The name of the row: the first column of words that are no number of an order.
    let name = columns().find(|at| !is_number(*at));
    let class = |at: usize| match (is_number(at), Some(at) == name) {
        (true, _) => " class=\"n\"",
        (false, true) => " class=\"name\"",
        (false, false) => "",
    };
    html.push_str("<table class=\"list figures\"><thead><tr>");
    for at in columns() {
        let _ = write!(html, "<th{}>{}</th>", class(at), escape(&table.columns[at]));
    }
    html.push_str("</tr></thead><tbody>\n");
    let last = table.rows.len() - 1;
    for (line, row) in table.rows.iter().enumerate() {
        let sum = table.summed && line == last;
        html.push_str(if sum { "<tr class=\"sum\">" } else { "<tr>" });
        for at in columns() {
            let _ = write!(html, "<td{}>{}</td>", class(at), escape(row[at].to_text()));
        }
        html.push_str("</tr>\n");
        if let Some(words) = table
            .remark
            .map(|at| row[at].to_text())
            .filter(|w| !w.is_empty())
        {
            let _ = writeln!(
                html,
                "<tr class=\"reason\"><td></td><td colspan=\"{}\">{}</td></tr>",
                columns().count() - 1,
                escape(&words)
            );
        }
    }
    html.push_str("</tbody></table>\n");
}

fn definitions(html: &mut String, figures: &Figures, lang: Lang) {
    let known = figures.process.sites;
    let lines = [
        lang.pick(
            "Searched: ground that a flight's recorded outline covers; what a flight left out is not in it. Unique: ground flown twice counts once.",
            "已搜索：航次记录的搜索范围，未搜到的部分不计；重复飞行只计一次。",
        )
        .to_owned(),
        lang.pick(
            "In window, finely enough: captured within the district's growth window and at a GSD no coarser than its table allows. Only this ground is a denominator: out of season, or too coarse, finding nothing says little.",
            "有效搜索：拍摄日期在该区划生长期内，且分辨率不低于规定。只有这样的范围才作分母：过早、过晚或过粗时，未发现不等于没有。",
        )
        .to_owned(),
        lang.pick(
            "Confirmed: verified on the ground as poppy. A site counts on the ground it lies on, however it became known.",
            "查实：现地核查为罂粟。图斑按其所在位置计入，与发现途径无关。",
        )
        .to_owned(),
        lang.pick(
            "Intervals of rates and ratios are exact for sites that come independently of one another; where one grower has several plots they are too narrow.",
            "比率与比值的区间在图斑相互独立时精确；同一种植者有多处地块时，区间偏窄。",
        )
        .to_owned(),
        tr!(
            lang,
            "The figures are those of the registry on the day the report was made: {known} sites known in the period.",
            "数据为制作当日登记库的内容：本期已知图斑 {known} 个。"
        ),
    ];
    let title = lang.pick("How to read this", "说明");
    let _ = writeln!(html, "<section>\n<h2>{title}</h2>\n<ul class=\"soft\">");
    for line in lines {
        let _ = writeln!(html, "<li>{}</li>", escape(&line));
    }
    html.push_str("</ul>\n</section>\n");
}
