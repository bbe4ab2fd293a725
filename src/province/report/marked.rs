//! The tables of what a reader should look at before they believe the others: what stays marked, and flights whose days are in doubt.

use super::Figures;
use super::table::{ReportTable, titled};
use crate::exchange::cell::Cell;
use crate::province::facts::Irregular;
use crate::province::irregular;
use crate::words::Lang;
use jiff::civil::Date;

/// What stays marked and what is not followed, by unit.
pub(super) fn irregular(figures: &Figures, lang: Lang) -> ReportTable {
    let mut columns = vec![lang.pick("unit", "单位").to_owned()];
    columns.extend(irregular::titles(lang).map(str::to_owned));
    let mut sum = Irregular::default();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (unit, counts) in &figures.irregular {
        sum += *counts;
        let mut row = vec![Cell::text(unit.as_str())];
        row.extend(irregular::cells(*counts));
        rows.push(row);
    }
    let summed = rows.len() > 1;
    if summed {
        let mut row = vec![Cell::text(lang.pick("all", "合计"))];
        row.extend(irregular::cells(sum));
        rows.push(row);
    }
    ReportTable {
        id: "irregular",
        title: lang.pick("What stays marked", "须关注的记录").into(),
        note: lang
            .pick(
                "Records of the period that are followed and stay marked, and those that are not followed, by the unit they belong to. Nothing of it is a proof of anything; where a count is high, somebody should look.",
                "本期虽予采信但永久标注的记录，以及未予采信的记录，按所属单位统计。仅供核查参考，不作结论；数量偏高的单位应予抽查。",
            )
            .into(),
        columns,
        rows,
        summed,
        remark: None,
    }
}

/// Flights whose days are in doubt, by name; nothing where there are none.
pub(super) fn doubted(figures: &Figures, lang: Lang) -> Option<ReportTable> {
    let titles = [
        ("unit", "单位"),
        ("flight", "航次"),
        ("recorded as of", "上报日期"),
        ("the imagery says", "影像自带日期"),
        ("what", "情况"),
    ];
    let days = |days: Option<(Date, Date)>| match days {
        Some((first, last)) if first == last => Cell::text(first.to_string()),
        Some((first, last)) => Cell::text(format!("{first}/{last}")),
        None => Cell::Empty,
    };
    let rows: Vec<Vec<Cell>> = figures
        .doubted
        .iter()
        .map(|(flight, doubt)| {
            vec![
                Cell::text(flight.unit.as_str()),
                Cell::text(flight.scan.as_str()),
                days(flight.captured),
                flight.tagged_otherwise.as_deref().into(),
                Cell::text(doubt.label(lang)),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| ReportTable {
        id: "flight_days",
        title: lang.pick("Flights whose days are in doubt", "航测日期存疑").into(),
        note: lang
            .pick(
                "Flights that were recorded under other days than their imagery says count under the days that were recorded (≤: an orthomosaic's file was made on that day, before the flight is said to have been). The same imagery, or a part of it however it was written, under days that have none in common counts once: where the imagery agrees, else as it was recorded first. Where an office below recorded it first, both count.",
                "上报日期与影像自带日期不符的航次，仍按上报日期统计（“≤”为正射影像的成图日期，早于上报的拍摄日期）。同一影像（包括裁剪、重新压缩的部分）以互不重叠的日期重复录入的，只计一次：以与影像相符的为准，均相符或均不符的以先录入的为准；下级单位先录入的，两条均计并列出。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: false,
        remark: Some(4),
    })
}
