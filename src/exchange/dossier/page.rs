//! The dossier's page: HTML without scripts and without anything from elsewhere.

use super::sketch::{photographs, sketch};
use super::{Dossier, history};
use crate::exchange::kmz::colour;
use crate::exchange::ledger::{COLUMNS, Cell, Context};
use crate::registry::coded::Coded;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::legal::LegalBands;
use crate::shown::escape;
use crate::words::Lang;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

/// Columns that the page shows elsewhere.
const ELSEWHERE: [&str; 7] = [
    "site",
    "state",
    "state_name",
    "disputed",
    "head",
    "site_key",
    "notes",
];

struct Page<'a> {
    dossier: &'a Dossier,
    lang: Lang,
    html: String,
}

/// The page.
pub fn page(dossier: &Dossier, lang: Lang) -> String {
    let code = &dossier.entry.code;
    let title = lang.pick("Site dossier", "图斑档案");
    let mut page = Page {
        dossier,
        lang,
        html: format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n\
             <title>{code} · {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
            lang.pick("en", "zh-CN")
        ),
    };
    page.header();
    page.facts();
    page.detections();
    page.history();
    page.photographs();
    page.evidence();
    page.hashes();
    page.signatures();
    page.html.push_str("</main>\n</body>\n</html>\n");
    page.html
}

impl Page<'_> {
    fn put(&mut self, text: &str) {
        self.html.push_str(text);
    }

    fn pick(&self, english: &'static str, chinese: &'static str) -> &'static str {
        self.lang.pick(english, chinese)
    }

    fn heading(&mut self, english: &'static str, chinese: &'static str) {
        let text = self.pick(english, chinese);
        let _ = writeln!(self.html, "<h2>{text}</h2>");
    }

    fn header(&mut self) {
        let d = self.dossier;
        let site = &d.entry.site;
        let lang = self.lang;
        let _ = writeln!(
            self.html,
            "<header>\n<p class=\"over\">{} · {} {}</p>\n<h1>{} <span class=\"badge\" style=\"background:{}\">{}</span>",
            self.pick("Site dossier", "图斑档案"),
            self.pick("unit", "单位"),
            escape(&d.unit),
            d.entry.code,
            colour(site.state),
            site.state.label(lang)
        );
        if site.disputed {
            let word = self.pick("DISPUTED", "争议");
            let _ = writeln!(self.html, "<span class=\"badge bad\">{word}</span>");
        }
        if site.accepted_without_own_key() {
            let word = self.pick("accepted without own key", "未用个人密钥验收");
            let _ = writeln!(self.html, "<span class=\"badge mark\">{word}</span>");
        }
        if site.incomplete {
            let word = self.pick("earlier events missing", "部分记录未到");
            let _ = writeln!(self.html, "<span class=\"badge bad\">{word}</span>");
        }
        let at = site.place.lonlat();
        let _ = writeln!(
            self.html,
            "</h1>\n<p>{:.7}, {:.7} (WGS 84) · {} {}</p>\n</header>",
            at.lon,
            at.lat,
            self.pick("made", "制作于"),
            escape(d.made_at.get(..16).unwrap_or(&d.made_at))
        );
    }

    fn facts(&mut self) {
        let d = self.dossier;
        self.put("<section class=\"two\">\n<div>");
        self.put(&sketch(d, self.lang));
        let note = self.pick(
            "Filled: the site. Dashed: outlines of the detections. Blue: where numbered photographs were taken.",
            "填充为图斑，虚线为历次检测轮廓，蓝色编号为照片拍摄位置。",
        );
        let _ = writeln!(
            self.html,
            "<p class=\"soft\">{note}</p></div>\n<table class=\"facts\">"
        );
        let context = Context {
            lang: self.lang,
            ..d.context.clone()
        };
        for column in COLUMNS.iter().filter(|c| !ELSEWHERE.contains(&c.key)) {
            let value = column.value(&d.entry, &context);
            if value != Cell::Empty {
                let _ = writeln!(
                    self.html,
                    "<tr><th>{}</th><td>{}</td></tr>",
                    escape(column.title(self.lang)),
                    escape(value.to_text())
                );
            }
        }
        if let Some((band, as_of)) = legal(d, self.lang) {
            let title = self.pick(
                "legal band (information, no verdict)",
                "法定档次（仅供参考，不作结论）",
            );
            let _ = writeln!(
                self.html,
                "<tr><th>{title}</th><td>{} <span class=\"soft\">({})</span></td></tr>",
                escape(&band),
                escape(&as_of)
            );
        }
        self.put("</table>\n</section>\n");
    }

    fn detections(&mut self) {
        let d = self.dossier;
        if d.detections.is_empty() {
            return;
        }
        self.heading("Detections", "历次航测");
        self.put("<div class=\"cards\">\n");
        for seen in &d.detections {
            self.put("<figure>\n");
            let of = |role: EvidenceRole| {
                d.entry.site.evidence.iter().find(|file| {
                    file.role == role && file.name.starts_with(&seen.detection.candidate)
                })
            };
            let mut shown = 0;
            for role in [EvidenceRole::Chip, EvidenceRole::Context] {
                if let Some(data) = of(role).and_then(|file| d.pictures.get(&file.sha256)) {
                    shown += 1;
                    let _ = writeln!(
                        self.html,
                        "<img src=\"{data}\" alt=\"{}\">",
                        role.label(self.lang)
                    );
                }
            }
            if shown == 0 {
                let none = self.pick("no picture here", "无图片");
                let _ = writeln!(self.html, "<p class=\"soft none\">{none}</p>");
            }
            let mut words = vec![seen.detection.captured.as_ref().map_or(
                self.pick("date unknown", "日期不详").to_owned(),
                |days| {
                    if days[0] == days[1] {
                        days[0].clone()
                    } else {
                        days.join("/")
                    }
                },
            )];
            #[expect(clippy::cast_precision_loss, reason = "a score is at most 10000")]
            let score = seen.detection.score_e4 as f64 / 1e4;
            words.push(format!("{} {score:.2}", self.pick("score", "置信度")));
            words.extend(seen.meaning.map(|m| m.label(self.lang).to_owned()));
            if let Some(scan) = &seen.scan {
                #[expect(clippy::cast_precision_loss, reason = "a GSD in hundredths")]
                words.extend(
                    scan.gsd_e2_cm
                        .map(|g| format!("GSD {:.1} cm", g as f64 / 1e2)),
                );
                words.push(scan.model[0].clone());
                words.extend(scan.survey.clone());
            }
            words.push(format!(
                "{} {}",
                self.pick("scan", "航次"),
                seen.detection.scan
            ));
            let _ = writeln!(
                self.html,
                "<figcaption>{}</figcaption>\n</figure>",
                escape(words.join(" · "))
            );
        }
        self.put("</div>\n");
    }

    fn history(&mut self) {
        let d = self.dossier;
        let lang = self.lang;
        self.heading("History", "处置经过");
        let _ = writeln!(
            self.html,
            "<table class=\"list\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            self.pick("when", "时间"),
            self.pick("what", "事项"),
            self.pick("details", "内容"),
            self.pick("who", "人员"),
            self.pick("event", "记录"),
        );
        for sealed in &d.events {
            let event = &sealed.event;
            let refused = d
                .entry
                .site
                .refused
                .iter()
                .find(|(hash, _)| *hash == sealed.hash);
            let mut details = escape(history::sentence(d, &event.body, lang)).into_owned();
            if let Some((_, why)) = refused {
                let _ = write!(
                    details,
                    " <strong class=\"warn\">{}{}</strong>",
                    self.pick("not followed: ", "未采纳："),
                    escape(why.label(lang))
                );
            }
            let files = event.evidence.len();
            if files > 0 {
                let _ = write!(
                    details,
                    " <span class=\"soft\">[{} {files}]</span>",
                    self.pick("files", "文件")
                );
            }
            let key = if d.own_key.contains(&sealed.hash) {
                self.pick("own key", "个人密钥")
            } else {
                self.pick("recorded in their name", "代录")
            };
            let _ = writeln!(
                self.html,
                "<tr{}><td class=\"when\">{}</td><td>{}</td><td>{details}</td><td class=\"who\">{} {}<br><span class=\"soft\">{key}</span></td><td class=\"mono event\">{}…<br>{}#{}</td></tr>",
                if refused.is_some() {
                    " class=\"refused\""
                } else {
                    ""
                },
                escape(event.at.get(..16).unwrap_or(&event.at).replace('T', " ")),
                history::kind(&event.body, lang),
                escape(&event.actor.name),
                event.actor.role.label(lang),
                sealed.hash.short(),
                event.device.short(),
                event.seq,
            );
        }
        self.put("</tbody></table>\n");
    }

    fn photographs(&mut self) {
        let d = self.dossier;
        let photos: Vec<&EvidenceRef> = d
            .entry
            .site
            .evidence
            .iter()
            .filter(|file| file.role.is_photograph())
            .collect();
        if photos.is_empty() {
            return;
        }
        self.heading("Photographs", "照片");
        self.put("<div class=\"cards\">\n");
        for (file, (number, at)) in photos.iter().zip(photographs(d)) {
            self.put("<figure>\n");
            if let Some(data) = d.pictures.get(&file.sha256) {
                let _ = writeln!(self.html, "<img src=\"{data}\" alt=\"{number}\">");
            } else {
                let none = if d.missing.contains(&file.sha256) {
                    self.pick("the original is missing or has changed", "原件缺失或已改变")
                } else {
                    self.pick("cannot be shown here", "无法在此显示")
                };
                let _ = writeln!(self.html, "<p class=\"soft none\">{none}</p>");
            }
            let mut words = vec![file.role.label(self.lang).to_owned(), file.name.clone()];
            words.extend(file.taken_at.as_ref().map(|at| at.replace('T', " ")));
            words.extend(at.map(|at| {
                let metres = d.entry.site.place.lonlat().distance_m(at);
                format!("{:.6}, {:.6} ({metres:.0} m)", at.lon, at.lat)
            }));
            words.extend(file.marks.iter().map(|mark| format!("⚑ {mark}")));
            let _ = writeln!(
                self.html,
                "<figcaption><b>{number}</b> {}<br><span class=\"mono soft\">{}…</span></figcaption>\n</figure>",
                escape(words.join(" · ")),
                &file.sha256.to_string()[..16]
            );
        }
        self.put("</div>\n");
    }

    fn evidence(&mut self) {
        let d = self.dossier;
        self.heading("List of electronic evidence", "电子数据清单");
        let _ = writeln!(
            self.html,
            "<table class=\"list\"><thead><tr><th>#</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>SHA-256</th><th>{}</th></tr></thead><tbody>",
            self.pick("name", "名称"),
            self.pick("kind", "类别"),
            self.pick("bytes", "大小（字节）"),
            self.pick("format", "文件格式"),
            self.pick("recorded", "提取"),
        );
        let mut number = 0;
        for sealed in &d.events {
            for file in &sealed.event.evidence {
                number += 1;
                let lost = if d.missing.contains(&file.sha256) {
                    format!(
                        " <strong class=\"warn\">{}</strong>",
                        self.pick("missing or changed", "缺失或已改变")
                    )
                } else {
                    String::new()
                };
                let _ = writeln!(
                    self.html,
                    "<tr><td>{number}</td><td>{}{lost}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"mono hash\">{}</td><td>{} {}</td></tr>",
                    escape(&file.name),
                    file.role.label(self.lang),
                    file.bytes,
                    escape(&file.mime),
                    file.sha256,
                    escape(&sealed.event.actor.name),
                    escape(
                        sealed
                            .event
                            .logged_at
                            .replace('T', " ")
                            .replace('Z', " UTC")
                    ),
                );
            }
        }
        if number == 0 {
            let none = self.pick("none", "无");
            let _ = writeln!(
                self.html,
                "<tr><td colspan=\"7\" class=\"soft\">{none}</td></tr>"
            );
        }
        self.put("</tbody></table>\n");
    }

    fn hashes(&mut self) {
        let d = self.dossier;
        self.heading("Hashes", "校验值");
        let digest = d
            .entry
            .site
            .digest()
            .map(|hash| hash.to_string())
            .unwrap_or_default();
        let mut rows = vec![
            (
                self.pick("site key", "图斑键").to_owned(),
                d.entry.site.key.to_string(),
            ),
            (
                self.pick("head of its history", "链头哈希").to_owned(),
                d.entry.site.head().to_string(),
            ),
            (
                self.pick("state of the site", "图斑状态哈希").to_owned(),
                digest,
            ),
        ];
        for (device, seq, hash) in &d.devices {
            let title = self.pick("device, number, event", "设备、序号、记录");
            rows.push((format!("{title} #{seq}"), format!("{device} {hash}")));
        }
        self.put("<table class=\"facts wide\">\n");
        for (title, value) in rows {
            let _ = writeln!(
                self.html,
                "<tr><th>{title}</th><td class=\"mono hash\">{value}</td></tr>"
            );
        }
        let how = self.pick(
            "Verifying the registry checks every event, link, signature and file; the page of the site in the registry gives the head to compare.",
            "可对登记库整体校验，核对全部记录、链接、签名与文件；链头以登记库中该图斑所示为准，供比对。",
        );
        let _ = writeln!(self.html, "</table>\n<p class=\"soft\">{how}</p>");
    }

    fn signatures(&mut self) {
        let lines = [
            self.pick("Verified by", "核查人"),
            self.pick("Eradicated by", "铲除人"),
            self.pick("Accepted by", "验收人"),
            self.pick("Date", "日期"),
        ];
        self.put("<div class=\"sign\">");
        for line in lines {
            let _ = write!(self.html, "<p>{line}<span></span></p>");
        }
        self.put("</div>\n");
    }
}

/// The legal band that the numbers fall into, and the day of that table.
fn legal(dossier: &Dossier, lang: Lang) -> Option<(String, String)> {
    use crate::registry::body::Stage;
    use crate::registry::legal::BandKind;
    let bands = LegalBands::shipped().ok()?;
    let site = &dossier.entry.site;
    let band = if site.stage() == Some(Stage::NotEmerged) {
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
    let basis = lang.pick(&band.basis_en, &band.basis);
    Some((format!("{}–{to}, {basis}", band.from), bands.as_of.clone()))
}
