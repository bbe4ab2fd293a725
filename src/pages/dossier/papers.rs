//! The proof at the end of a dossier: its files with their digests, and the hashes that its history ends in.

use super::Dossier;
use crate::exchange::evidence_list::listed;
use crate::pages::layout::{moment, scroll};
use crate::words::Lang;
use maud::{Markup, html};

/// The list of electronic evidence.
pub fn evidence(d: &Dossier, lang: Lang) -> Markup {
    let titles = [
        "#",
        lang.pick("name", "名称"),
        lang.pick("kind", "类别"),
        lang.pick("bytes", "大小（字节）"),
        lang.pick("format", "文件格式"),
        "SHA-256",
        lang.pick("recorded", "录入"),
    ];
    let files = listed(&d.events);
    let many = lang.pick("; ", "；");
    scroll(&html! {
        table class="list files" {
            thead { tr { @for title in titles { th { (title) } } } }
            tbody {
                @for (at, listed) in files.iter().enumerate() {
                    @let file = &listed.file;
                    tr {
                        td class="what" { (at + 1) }
                        td class="name" {
                            (listed.names.join(many))
                            @if d.missing.contains(&file.sha256) {
                                " " strong class="warn" { (lang.pick("missing or changed", "缺失或已改变")) }
                            }
                        }
                        td class="name" { (listed.kind(lang)) }
                        td class="what" { (file.bytes) }
                        td class="what" { (file.mime) }
                        td class="mono hash" { (file.sha256) }
                        td class="who" {
                            @for (who, at) in &listed.recorded { span class="line" { (who) " " (moment(at, d.offset)) } }
                        }
                    }
                }
                @if files.is_empty() { tr { td class="soft" colspan="7" { (lang.pick("none", "无")) } } }
            }
        }
    })
}

/// What the history ends in.
pub fn hashes(d: &Dossier, lang: Lang) -> Markup {
    let site = &d.entry.site;
    let digest = site.digest().map(|hash| hash.to_string());
    let mut rows = vec![
        (
            lang.pick("site key", "图斑键").to_owned(),
            site.key.to_string(),
        ),
        (
            lang.pick("head of its history", "链头哈希").to_owned(),
            site.head().to_string(),
        ),
        (
            lang.pick("state of the site", "图斑状态哈希").to_owned(),
            digest.unwrap_or_default(),
        ),
    ];
    for (device, seq, hash) in &d.devices {
        let title = lang.pick("device, number, event", "设备、序号、记录");
        rows.push((format!("{title} #{seq}"), format!("{device} {hash}")));
    }
    let how = lang.pick(
        "Verifying the registry checks every event, link, signature and file; the page of the site in the registry gives the head to compare.",
        "可对登记库整体校验，核对全部记录、链接、签名与文件；链头以登记库中该图斑所示为准，供比对。",
    );
    html! {
        table class="facts wide" {
            @for (title, value) in rows { tr { th { (title) } td class="mono hash" { (value) } } }
        }
        p class="soft" { (how) }
    }
}
