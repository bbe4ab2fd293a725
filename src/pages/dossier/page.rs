//! The dossier's page: what is known of the site, its pictures, its history, and the proof of them; two sheets of A4 for a
//! plain site.

use super::papers::{evidence, hashes};
use super::sketch::{photographs, sketch};
use super::{Dossier, SiteDetection, history};
use crate::exchange::ledger::{COLUMNS, Cell, LedgerContext};
use crate::pages::layout::{
    document_with_foot, facts as pairs, figure, happened, moment, offset_of, scroll, section,
    signatures,
};
use crate::pages::palette;
use crate::registry::State;
use crate::registry::body::Detection;
use crate::registry::code_lists::Coded;
use crate::registry::event::{EvidenceRef, EvidenceRole, Sealed};
use crate::registry::legal::band_of;
use crate::registry::times::corrected_times;
use crate::registry::unit::in_words;
use crate::schema::model_name;
use crate::store::evidence::{is_of_distance, mark_in_words, metres_off};
use crate::tr;
use crate::words::Lang;
use jiff::tz::Offset;
use maud::{Markup, html};

/// Columns of the ledger that the page shows elsewhere.
const ELSEWHERE: [&str; 10] = [
    "site",
    "state",
    "state_name",
    "disputed",
    "lon",
    "lat",
    "scan",
    "head",
    "site_key",
    "notes",
];

impl Dossier {
    /// The page, in one language.
    pub fn page(&self, lang: Lang) -> String {
        page(self, lang)
    }
}

fn page(dossier: &Dossier, lang: Lang) -> String {
    let code = &dossier.entry.code;
    let title = format!("{code} · {}", lang.pick("Site dossier", "图斑档案"));
    let body = html! {
        (header(dossier, lang))
        @for (id, title, body) in sections(dossier, lang) { (section(id, title, &body)) }
        (signatures(signers(dossier.entry.site.state, lang)))
    };
    document_with_foot(lang, "dossier", &title, &body)
}

/// Who signs: of what was put aside at the desk nobody was in the field.
fn signers(state: State, lang: Lang) -> &'static [&'static str] {
    match state {
        State::ScreenedOut => lang.pick(&["Screened by", "Date"], &["研判人", "日期"]),
        _ => lang.pick(
            &["Verified by", "Eradicated by", "Accepted by", "Date"],
            &["核查人", "铲除人", "验收人", "日期"],
        ),
    }
}

/// The parts of the page in their order; those without anything in them are left out.
fn sections(dossier: &Dossier, lang: Lang) -> Vec<(&'static str, &'static str, Markup)> {
    let parts = [
        (
            "facts",
            lang.pick("Facts", "基本情况"),
            Some(known(dossier, lang)),
        ),
        (
            "detections",
            lang.pick("Detections", "历次航测"),
            detections(dossier, lang),
        ),
        (
            "history",
            lang.pick("History", "处置经过"),
            Some(events(dossier, lang)),
        ),
        (
            "photographs",
            lang.pick("Photographs", "照片"),
            pictures(dossier, lang),
        ),
        (
            "evidence",
            lang.pick("List of electronic evidence", "电子数据清单"),
            Some(evidence(dossier, lang)),
        ),
        (
            "hashes",
            lang.pick("Hashes", "校验值"),
            Some(hashes(dossier, lang)),
        ),
    ];
    parts
        .into_iter()
        .filter_map(|(id, title, body)| Some((id, title, body?)))
        .collect()
}

fn header(d: &Dossier, lang: Lang) -> Markup {
    let site = &d.entry.site;
    let colour = format!("background:{}", palette::state(site.waits_as()));
    let at = site.place.lonlat();
    let made = moment(&d.made_at, d.offset);
    html! {
        header {
            p class="over" { (lang.pick("Site dossier", "图斑档案")) " · " (lang.pick("unit", "单位")) " " (in_words(&d.unit, d.unit_name.as_deref(), lang)) }
            h1 {
                (d.entry.code) " "
                span class="badge" style=(colour) { (site.standing(lang)) } " "
                @if site.disputed { span class="badge bad" { (lang.pick("DISPUTED", "有争议")) } " " }
                @if site.accepted_without_own_key() {
                    span class="badge mark" { (lang.pick("accepted without own key", "验收未用个人密钥")) } " "
                }
                @if site.incomplete { span class="badge bad" { (lang.pick("earlier events missing", "部分记录未到")) } }
            }
            p { (format!("{:.7}, {:.7}", at.lon, at.lat)) " (WGS 84) · " (lang.pick("made", "制作于")) " " (made) }
        }
    }
}

fn known(d: &Dossier, lang: Lang) -> Markup {
    let note = lang.pick(
        "Filled: the site. Dashed: outlines of the detections. Blue: where numbered photographs were taken.",
        "填充为图斑，虚线为历次航测轮廓，蓝色编号为照片拍摄位置。",
    );
    let context = LedgerContext {
        lang,
        ..d.context.clone()
    };
    let mut rows: Vec<(String, Markup)> = COLUMNS
        .iter()
        .filter(|column| !ELSEWHERE.contains(&column.key))
        .map(|column| (column, column.value(&d.entry, &context)))
        .filter(|(_, value)| *value != Cell::Empty)
        .map(|(column, value)| (column.title(lang).to_owned(), html! { (value.to_text()) }))
        .collect();
    if let Some(band) = band_of(&d.entry.site, lang) {
        let title = lang.pick(
            "legal band (information, no verdict)",
            "法定数量档次（仅供参考，不作结论）",
        );
        rows.push((title.to_owned(), html! { (band) }));
    }
    html! {
        div class="two" {
            div { (figure(&sketch(d, lang).svg("square"), note)) }
            (pairs(&rows))
        }
    }
}

fn detections(d: &Dossier, lang: Lang) -> Option<Markup> {
    (!d.detections.is_empty()).then(|| {
        html! {
            div class="cards" { @for seen in &d.detections { (detection(d, seen, lang)) } }
        }
    })
}

fn detection(d: &Dossier, seen: &SiteDetection, lang: Lang) -> Markup {
    let of = |role: EvidenceRole| {
        let own = |file: &&EvidenceRef| {
            file.role == role && file.name.starts_with(&seen.detection.candidate)
        };
        let file = d.entry.site.evidence.iter().find(own)?;
        Some((role.label(lang), d.pictures.get(&file.sha256)?))
    };
    let shown: Vec<(&str, &String)> = [EvidenceRole::Chip, EvidenceRole::Context]
        .into_iter()
        .filter_map(of)
        .collect();
    html! {
        figure class="pair" {
            div class="pictures" {
                @for (label, data) in &shown { img src=(data) alt=(label); }
                @if shown.is_empty() { p class="soft none" { (lang.pick("no picture here", "无图片")) } }
            }
            figcaption { (seen_in_words(seen, lang).join(" · ")) }
        }
    }
}

/// The day or days of a detection's imagery.
fn captured(detection: &Detection, lang: Lang) -> String {
    match &detection.captured {
        None => lang.pick("date unknown", "日期不详").to_owned(),
        Some([first, last]) if first == last => first.clone(),
        Some(days) => days.join("/"),
    }
}

fn seen_in_words(seen: &SiteDetection, lang: Lang) -> Vec<String> {
    let mut words = vec![captured(&seen.detection, lang)];
    #[expect(clippy::cast_precision_loss, reason = "a score is at most 10000")]
    let score = seen.detection.score_e4 as f64 / 1e4;
    words.push(tr!(
        lang,
        "highest model score {score:.2}",
        "最高模型得分 {score:.2}"
    ));
    words.extend(seen.meaning.map(|m| m.label(lang).to_owned()));
    if let Some(scan) = &seen.scan {
        #[expect(clippy::cast_precision_loss, reason = "a GSD in hundredths")]
        words.extend(scan.gsd_e2_cm.map(|g| {
            let cm = g as f64 / 1e2;
            tr!(lang, "GSD {cm:.1} cm", "分辨率 {cm:.1} 厘米")
        }));
        words.push(model_name(&scan.model[0], lang));
        words.extend(scan.survey.clone());
    }
    let scan = &seen.detection.scan;
    words.push(tr!(lang, "scan {scan}", "航次 {scan}"));
    words
}

fn events(d: &Dossier, lang: Lang) -> Markup {
    let corrected = corrected_times(&d.entry.site, &d.events);
    let titles = [
        lang.pick("when", "时间"),
        lang.pick("what", "事项"),
        lang.pick("details", "内容"),
        lang.pick("recorded by", "记录人"),
        lang.pick("event", "记录"),
    ];
    scroll(&html! {
        table class="list" {
            thead { tr { @for title in titles { th { (title) } } } }
            tbody { @for sealed in &d.events { (event(d, sealed, corrected.get(&sealed.hash), lang)) } }
        }
    })
}

fn event(d: &Dossier, sealed: &Sealed, corrected: Option<&String>, lang: Lang) -> Markup {
    let event = &sealed.event;
    let refused = d.entry.site.refused.iter();
    let refused = refused
        .filter(|(hash, _)| *hash == sealed.hash)
        .map(|(_, why)| why.label(lang))
        .next();
    let files = event.evidence.len();
    let at = corrected.unwrap_or(&event.at);
    let theirs = event.actor.unit == d.entry.site.unit;
    html! {
        tr class=[refused.is_some().then_some("refused")] {
            td class="when" {
                (happened(at, d.offset))
                @if let Some(entered) = history::entered(d, event, at, lang) { " " span class="soft" { (entered) } }
            }
            td class="what" { (history::kind(&event.body, lang)) }
            td {
                (history::sentence(d, &event.body, lang))
                @if let Some(why) = &refused {
                    " " strong class="warn" { (lang.pick("not followed: ", "未予采信：")) (why) }
                }
                @if files > 0 { " " span class="soft" { (tr!(lang, "[files {files}]", "［附件 {files} 个］")) } }
            }
            td class="who" {
                @if !theirs { (event.actor.unit) " " }
                (event.actor.name) " " (event.actor.role.label(lang))
                span class="key soft" { (signed(d, sealed, lang)) }
            }
            td class="mono event" { (sealed.hash.short()) "… " (event.device.short()) "#" (event.seq) }
        }
    }
}

/// Whose key an event bears. Only what a supervisor recorded in another's name is called so.
fn signed(d: &Dossier, sealed: &Sealed, lang: Lang) -> String {
    match &sealed.event.actor.recorder {
        Some(recorder) => tr!(
            lang,
            "recorded in their name by {by}: {reason}",
            "由 {by} 代录：{reason}",
            by = &recorder.name,
            reason = &recorder.reason,
        ),
        None if d.own_key.contains(&sealed.hash) => lang.pick("own key", "个人密钥签名").to_owned(),
        None => lang.pick("without own key", "未用个人密钥").to_owned(),
    }
}

fn pictures(d: &Dossier, lang: Lang) -> Option<Markup> {
    let photographs: Vec<_> = photographs(d);
    let files = d.entry.site.evidence.iter();
    let files: Vec<&EvidenceRef> = files.filter(|file| file.role.is_photograph()).collect();
    (!files.is_empty()).then(|| {
        html! {
            div class="cards" {
                @for (file, (number, at)) in files.iter().zip(photographs) {
                    figure {
                        @if let Some(data) = d.pictures.get(&file.sha256) {
                            img src=(data) alt=(number);
                        } @else {
                            p class="soft none" { (absent(d, file, lang)) }
                        }
                        figcaption {
                            b { (number) } " " (photograph(d, file, at, lang).join(" · ").as_str()) " · "
                            (file.role.label(lang)) " "
                            span class="mono soft" { (&file.sha256.to_string()[..16]) "…" }
                        }
                    }
                }
            }
        }
    })
}

fn absent(d: &Dossier, file: &EvidenceRef, lang: Lang) -> &'static str {
    if d.missing.contains(&file.sha256) {
        lang.pick("the original is missing or has changed", "原件缺失或已改变")
    } else {
        lang.pick("cannot be shown here", "无法在此显示")
    }
}

/// When a photograph was taken: with the zone where it tells one, else by its camera's clock.
fn taken(at: &str, offset: Option<Offset>, lang: Lang) -> String {
    let said = moment(at, offset);
    if offset_of(at).is_some() {
        return said;
    }
    tr!(lang, "{said} by the camera's clock", "{said}（相机时间）")
}

fn photograph(
    d: &Dossier,
    file: &EvidenceRef,
    at: Option<crate::ground::LonLat>,
    lang: Lang,
) -> Vec<String> {
    let mut words = vec![file.name.clone()];
    words.extend(file.taken_at.as_ref().map(|at| taken(at, d.offset, lang)));
    words.extend(at.map(|at| {
        let (lon, lat) = (at.lon, at.lat);
        // A mark says how far it is.
        if file.marks.iter().any(|mark| is_of_distance(mark)) {
            return format!("{lon:.6}, {lat:.6}");
        }
        let metres = metres_off(at, &d.entry.site.place);
        tr!(
            lang,
            "{lon:.6}, {lat:.6} ({metres:.0} m from the site)",
            "{lon:.6}, {lat:.6}（距图斑 {metres:.0} 米）"
        )
    }));
    words.extend(file.marks.iter().map(|mark| {
        let mark = mark_in_words(mark, lang);
        format!("⚑ {mark}")
    }));
    words
}
