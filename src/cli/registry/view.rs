//! How a site is shown: a line in a list, a page, JSON.

use crate::registry::body::{Count, Stage};
use crate::registry::coded::Coded;
use crate::registry::legal::{BandKind, LegalBands};
use crate::registry::site::Stamp;
use crate::registry::{Settings, Site};
use crate::tr;
use crate::words::Lang;
use serde_json::{Value, json};

/// Square decimetres as square metres with two decimals.
#[expect(
    clippy::cast_precision_loss,
    reason = "areas of fields are far below 2^53 square decimetres"
)]
fn m2(dm2: i64) -> f64 {
    dm2 as f64 / 100.0
}

/// One line of a list.
pub(super) fn line(
    site: &Site,
    code: &str,
    settings: &Settings,
    today: jiff::civil::Date,
    lang: Lang,
) -> String {
    let at = site.place.lonlat();
    let mut words = vec![site.state.label(lang).to_owned()];
    if site.disputed {
        words.push(lang.pick("DISPUTED", "争议").into());
    }
    if site.residue {
        words.push(lang.pick("residue seen", "复飞见残留").into());
    }
    if let Some(days) = site.overdue_days(settings, today) {
        words.push(tr!(lang, "{days} days overdue", "超期 {days} 天"));
    }
    if let Some(crew) = site.crew() {
        words.push(crew.to_owned());
    }
    format!(
        "{code:<10} {:>11.7},{:<11.7} {}  {}",
        at.lon,
        at.lat,
        site.season,
        words.join(" · ")
    )
}

/// Everything about a site as JSON.
pub(super) fn site_json(
    site: &Site,
    code: &str,
    district: Option<&Value>,
    settings: &Settings,
    today: jiff::civil::Date,
) -> Value {
    let at = site.place.lonlat();
    let mut value = serde_json::to_value(site).unwrap_or_default();
    if let Value::Object(members) = &mut value {
        let extra = [
            ("id", json!(code)),
            ("lon", json!(at.lon)),
            ("lat", json!(at.lat)),
            ("area_m2", json!(site.area_dm2.map(m2))),
            ("state_zh", json!(site.state.label(Lang::Zh))),
            ("due", json!(site.due(settings).map(|d| d.to_string()))),
            ("overdue_days", json!(site.overdue_days(settings, today))),
            ("crew", json!(site.crew())),
            ("head", json!(site.head())),
            ("district", district.cloned().unwrap_or(Value::Null)),
            (
                "accepted_without_own_key",
                json!(site.accepted_without_own_key()),
            ),
        ];
        members.extend(extra.map(|(key, value)| (key.to_owned(), value)));
    }
    value
}

fn by(stamp: &Stamp, lang: Lang) -> String {
    let mark = if stamp.own_key {
        ""
    } else {
        lang.pick(" (recorded in their name)", "（代录）")
    };
    format!(
        "{} {}{mark}",
        stamp.at.get(..16).unwrap_or(&stamp.at),
        stamp.actor.name
    )
}

/// A page about a site.
#[expect(clippy::too_many_lines, reason = "a page, line by line")]
pub(super) fn page(
    site: &Site,
    code: &str,
    settings: &Settings,
    today: jiff::civil::Date,
    lang: Lang,
) -> Vec<String> {
    let mut lines = vec![line(site, code, settings, today, lang)];
    let mut put = |english: &str, chinese: &str, value: String| {
        lines.push(format!("  {}: {value}", lang.pick(english, chinese)));
    };
    if let Some(dm2) = site.area_dm2 {
        put(
            "area",
            "面积",
            format!(
                "{:.1} m² ({:.3} 亩)",
                m2(dm2),
                crate::ground::area_mu(m2(dm2))
            ),
        );
    }
    if let Some(score) = site.score_e4() {
        put(
            "score",
            "置信度",
            format!("{:.2}", f64::from(i32::try_from(score).unwrap_or(0)) / 1e4),
        );
    }
    if let Some(created) = &site.created {
        put(
            "found",
            "发现",
            format!("{} {}", site.source.label(lang), by(created, lang)),
        );
    }
    if let Some((assign, stamp)) = &site.assigned {
        put(
            "assigned",
            "派查",
            format!(
                "{} → {} ({})",
                assign.crew,
                assign.due.as_deref().unwrap_or("-"),
                by(stamp, lang)
            ),
        );
    }
    for (visit, stamp) in &site.visits {
        put(
            "visit",
            "核查",
            format!("{} {}", visit.outcome.label(lang), by(stamp, lang)),
        );
    }
    if let Some(count) = site.count() {
        put("plants", "株数", count_words(count, lang));
    }
    if let Some(band) = legal(site) {
        put(
            "legal band (information, no verdict)",
            "法定档次（仅供参考，不作结论）",
            band,
        );
    }
    for (eradicate, stamp) in &site.eradications {
        put(
            "eradicated",
            "铲除",
            format!("{} % {}", eradicate.percent, by(stamp, lang)),
        );
    }
    for (accept, stamp) in &site.acceptances {
        let word = if accept.passed {
            lang.pick("passed", "合格")
        } else {
            lang.pick("failed", "不合格")
        };
        put("acceptance", "验收", format!("{word} {}", by(stamp, lang)));
    }
    for claim in &site.dispute {
        put(
            "claim in dispute",
            "争议主张",
            format!(
                "{} ({}) {}",
                claim.state.label(lang),
                claim.kind,
                by(&claim.stamp, lang)
            ),
        );
    }
    if !site.parallel.is_empty() {
        put(
            "edited in parallel",
            "并行修改",
            site.parallel.iter().cloned().collect::<Vec<_>>().join(", "),
        );
    }
    for (_, reason) in &site.forced {
        put("forced", "强制", reason.clone());
    }
    for mark in &site.marks {
        let (event, label) = (mark.event.short(), mark.kind.label(lang));
        put("marked", "标注", format!("{label} ({event})"));
    }
    for (event, why) in &site.refused {
        let (event, label) = (event.short(), why.label(lang));
        put("not followed", "未予采信", format!("{label} ({event})"));
    }
    for (text, stamp) in &site.outside {
        let unit = &stamp.actor.unit;
        put(
            "said by another unit",
            "外单位备注",
            format!("{unit} {text} ({})", by(stamp, lang)),
        );
    }
    if site.incomplete {
        put(
            "incomplete",
            "不完整",
            lang.pick("earlier events have not arrived", "部分记录尚未到达")
                .into(),
        );
    }
    for file in &site.evidence {
        put(
            "evidence",
            "证据",
            format!(
                "{} {} {} {}",
                file.role.label(lang),
                file.name,
                file.sha256.short(),
                file.marks.join(" ")
            ),
        );
    }
    for (text, stamp) in &site.notes {
        put("note", "备注", format!("{text} ({})", by(stamp, lang)));
    }
    put("head", "链头", site.head().to_string());
    lines
}

fn count_words(count: &Count, lang: Lang) -> String {
    match count {
        Count::Each { plants } => tr!(lang, "{plants}, each counted", "{plants} 株（逐株）"),
        Count::Quadrats {
            counts,
            plants,
            low,
            high,
            ..
        } => {
            let n = counts.len();
            tr!(
                lang,
                "{plants} estimated from {n} quadrats (95 % interval {low} to {high})",
                "估计 {plants} 株（{n} 个样方，95% 区间 {low}–{high}）"
            )
        }
    }
}

fn legal(site: &Site) -> Option<String> {
    let bands = LegalBands::shipped().ok()?;
    let not_emerged = site.stage() == Some(Stage::NotEmerged);
    let band = if not_emerged {
        let area = site
            .visits
            .iter()
            .rev()
            .find_map(|(visit, _)| visit.area_dm2)?;
        bands.of(BandKind::NotEmergedM2, area / 100)?
    } else {
        bands.of(BandKind::Plants, site.plants?)?
    };
    let to = band.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
    Some(format!(
        "{}–{to}, {} ({})",
        band.from, band.basis, bands.as_of
    ))
}
