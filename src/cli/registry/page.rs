//! A site on a page of a terminal: a line a fact, in the order of its life.

use super::view::{line, m2, score, signed};
use crate::ground::area_mu;
use crate::registry::body::Body;
use crate::registry::code_lists::{Coded, habitat_label};
use crate::registry::event::{EvidenceRef, Sealed};
use crate::registry::legal::band_of;
use crate::registry::sentence::{Teller, counted, entered, field_labels, kind};
use crate::registry::site::Stamp;
use crate::registry::{Hash, Settings, Site, SiteKey};
use crate::store::evidence::mark_in_words;
use crate::text::Zone;
use crate::tr;
use crate::words::Lang;
use serde_json::Value;

/// What a page is made of.
pub(super) struct Page<'a> {
    pub(super) site: &'a Site,
    /// Its events that are followed, in order.
    pub(super) events: &'a [Sealed],
    pub(super) district: Option<Value>,
    /// What is said of it and not followed, in words.
    pub(super) unfollowed: Vec<String>,
    /// Photographs that other sites have too.
    pub(super) pictures_elsewhere: Vec<(String, Vec<SiteKey>)>,
    pub(super) settings: &'a Settings,
    pub(super) today: jiff::civil::Date,
    pub(super) zone: Zone,
    pub(super) lang: Lang,
    pub(super) code: &'a dyn Fn(SiteKey) -> String,
    /// What another entry was, in words.
    pub(super) entry: &'a dyn Fn(Hash) -> Option<String>,
}

/// A label in both languages and what stands behind it.
type Fact = (&'static str, &'static str, String);

impl Page<'_> {
    /// The lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let code = (self.code)(self.site.key);
        let first = line(self.site, &code, self.settings, self.today, self.lang);
        let label = |(english, chinese, value): Fact| {
            let label = self.lang.pick(english, chinese);
            format!("  {label}{}{value}", self.lang.pick(": ", "："))
        };
        let head = ("head", "链头", self.site.head().to_string());
        let before = [self.place(), self.plants()];
        let after = [self.disputes(), self.marks(), self.files(), vec![head]];
        std::iter::once(first)
            .chain(before.into_iter().flatten().map(label))
            .chain(self.life())
            .chain(after.into_iter().flatten().map(label))
            .collect()
    }

    fn place(&self) -> Vec<Fact> {
        let (site, lang) = (self.site, self.lang);
        let mut facts: Vec<Fact> = Vec::new();
        let mut put = |english, chinese, value: Option<String>| {
            facts.extend(value.map(|value| (english, chinese, value)));
        };
        put("place", "小地名", site.name.clone());
        put("district", "区划", self.district_in_words());
        put("unit", "单位", Some(site.unit.clone()));
        put(
            "area",
            "面积",
            site.area_dm2.map(|dm2| {
                let (m2, mu) = (m2(dm2), area_mu(m2(dm2)));
                tr!(
                    lang,
                    "{m2:.1} m² ({mu:.3} mu)",
                    "{m2:.1} 平方米（{mu:.3} 亩）"
                )
            }),
        );
        put(
            "habitat",
            "生境",
            site.habitat
                .as_deref()
                .map(|h| habitat_label(h, lang).to_owned()),
        );
        for detection in site.detections() {
            let rank = detection
                .rank
                .map_or_else(|| "–".to_owned(), |rank| rank.to_string());
            let (id, scan, score) = (
                &detection.candidate,
                &detection.scan,
                score(detection.score_e4),
            );
            let text = tr!(
                lang,
                "candidate {id} of scan {scan}, rank {rank}, highest score {score}",
                "候选 {id}，航次 {scan}，排名 {rank}，最高模型得分 {score}"
            );
            put("detection", "航测", Some(text));
        }
        for (english, chinese, keys) in self.kin() {
            let codes: Vec<String> = keys.iter().map(|key| (self.code)(*key)).collect();
            put(
                english,
                chinese,
                (!codes.is_empty()).then(|| codes.join(lang.pick(", ", "、"))),
            );
        }
        facts
    }

    fn kin(&self) -> [(&'static str, &'static str, Vec<SiteKey>); 5] {
        let site = self.site;
        let one = |key: Option<SiteKey>| key.into_iter().collect();
        [
            ("recurs from", "复种自", one(site.recurs_of)),
            ("became part of", "并入", one(site.merged_into)),
            (
                "took in",
                "并入本图斑的",
                site.absorbed.iter().copied().collect(),
            ),
            ("became", "拆分为", site.split_into.clone()),
            ("was part of", "拆分自", one(site.split_from)),
        ]
    }

    fn district_in_words(&self) -> Option<String> {
        let district = self.district.as_ref()?;
        let names = district["names"].as_array()?.iter();
        let names: Vec<&str> = names.filter_map(|pair| pair[1].as_str()).collect();
        let code = district["code"].as_str().unwrap_or_default();
        // Chinese names stand one behind the other, others apart.
        let is_latin = names.iter().any(|name| name.is_ascii());
        let apart = if is_latin { " " } else { "" };
        let names = names.join(self.lang.pick(", ", apart));
        Some(format!("{names} {code}"))
    }

    fn plants(&self) -> Vec<Fact> {
        let (site, lang) = (self.site, self.lang);
        let mut facts: Vec<Fact> = Vec::new();
        match (site.count(), site.plants) {
            (Some(count), Some(plants)) if count.plants() == plants => {
                facts.push(("plants", "株数", counted(count, lang)));
            }
            (_, Some(plants)) => facts.push((
                "plants",
                "株数",
                tr!(lang, "{plants}, as corrected", "{plants} 株（更正后）"),
            )),
            (_, None) => {}
        }
        facts.extend(band_of(site, lang).map(|band| {
            (
                "legal band (information, no verdict)",
                "法定数量档次（仅供参考，不作结论）",
                band,
            )
        }));
        facts
    }

    /// Each event in its order: what was found, screened, assigned, visited, eradicated, accepted, resolved, noted.
    fn life(&self) -> Vec<String> {
        self.events.iter().map(|sealed| self.told(sealed)).collect()
    }

    fn told(&self, sealed: &Sealed) -> String {
        let event = &sealed.event;
        let what = kind(&event.body, self.lang);
        let said = self.said(&event.body);
        let text = if said.is_empty() {
            what.to_owned()
        } else {
            format!("{what}{}{said}", self.lang.pick(": ", "："))
        };
        let stamp = self.stamp_of(sealed.hash);
        let at = stamp.map_or(event.at.as_str(), |stamp| stamp.at.as_str());
        let own_key = stamp.map_or(event.actor.key.is_some(), |stamp| stamp.own_key);
        let entered = entered(event, at, self.zone, self.lang);
        let entered = entered.map(|day| format!("{}{day}", self.lang.pick(", ", "，")));
        let (at, by, entered) = (
            self.zone.happened(at),
            signed(&event.actor, own_key, &self.site.unit, self.lang),
            entered.unwrap_or_default(),
        );
        tr!(
            self.lang,
            "  {at}  {text} — recorded by {by}{entered}",
            "  {at}  {text}（录入：{by}{entered}）"
        )
    }

    /// When an event happened, as it was corrected, and how it is signed.
    fn stamp_of(&self, event: Hash) -> Option<&Stamp> {
        let site = self.site;
        let mut stamps = (site.visits.iter().map(|(_, stamp)| stamp))
            .chain(site.created.iter())
            .chain(site.screened.iter().map(|(_, _, stamp)| stamp))
            .chain(site.assigned.iter().map(|(_, stamp)| stamp))
            .chain(site.eradications.iter().map(|(_, stamp)| stamp))
            .chain(site.acceptances.iter().map(|(_, stamp)| stamp))
            .chain(site.notes.iter().map(|(_, stamp)| stamp));
        stamps.find(|stamp| stamp.event == event)
    }

    fn said(&self, body: &Body) -> String {
        Teller {
            lang: self.lang,
            zone: self.zone,
            site: Some(self.site.key),
            code: self.code,
            entry: self.entry,
        }
        .sentence(body)
    }

    /// Which crew or officer claims what, while a dispute awaits a supervisor.
    fn disputes(&self) -> Vec<Fact> {
        let claims = self.site.dispute.iter().map(|claim| {
            let event = claim.stamp.event;
            let sealed = self.events.iter().find(|sealed| sealed.hash == event);
            let said = sealed.map(|sealed| {
                let body = &sealed.event.body;
                format!("{} {}", kind(body, self.lang), self.said(body))
            });
            let said = said.unwrap_or_else(|| claim.kind.clone());
            let (state, by) = (claim.state.label(self.lang), self.by(&claim.stamp));
            (
                "claim in dispute",
                "争议主张",
                tr!(
                    self.lang,
                    "{state}: {said} ({by})",
                    "{state}：{said}（{by}）"
                ),
            )
        });
        claims.collect()
    }

    fn by(&self, stamp: &Stamp) -> String {
        let at = self.zone.happened(&stamp.at);
        let (actor, unit) = (&stamp.actor, &self.site.unit);
        format!("{at} {}", signed(actor, stamp.own_key, unit, self.lang))
    }

    fn marks(&self) -> Vec<Fact> {
        let (site, lang) = (self.site, self.lang);
        let mut facts: Vec<Fact> = Vec::new();
        if !site.parallel.is_empty() {
            let fields = field_labels(&site.parallel, lang);
            facts.push(("edited in parallel", "并行修改", fields));
        }
        for mark in &site.marks {
            let (event, label) = (mark.event.short(), mark.kind.label(self.zone, lang));
            facts.push(("marked", "标注", in_brackets(&label, &event, lang)));
        }
        for (name, others) in &self.pictures_elsewhere {
            let codes: Vec<String> = others.iter().map(|key| (self.code)(*key)).collect();
            let codes = codes.join(lang.pick(", ", "、"));
            let text = tr!(
                lang,
                "picture {name} is that of {codes} too",
                "照片 {name} 也用于 {codes}"
            );
            facts.push(("marked", "标注", text));
        }
        let unfollowed = self.unfollowed.iter().cloned();
        facts.extend(unfollowed.map(|said| ("not followed", "未予采信", said)));
        for (text, stamp) in &site.outside {
            let text = in_brackets(text, &self.by(stamp), lang);
            facts.push(("said by another unit", "外单位备注", text));
        }
        if site.incomplete {
            let text = lang.pick("earlier events have not arrived", "部分记录尚未到达");
            facts.push(("incomplete", "不完整", text.into()));
        }
        facts
    }

    fn files(&self) -> Vec<Fact> {
        let file = |file: &EvidenceRef| {
            let (role, sha256) = (file.role.label(self.lang), file.sha256.short());
            let mut words = vec![format!("{role} {} {sha256}", file.name)];
            words.extend(file.marks.iter().map(|mark| mark_in_words(mark, self.lang)));
            ("evidence", "证据", words.join(self.lang.pick("; ", "；")))
        };
        self.site.evidence.iter().map(file).collect()
    }
}

/// A text with what goes with it in brackets.
fn in_brackets(text: &str, beside: &str, lang: Lang) -> String {
    tr!(lang, "{text} ({beside})", "{text}（{beside}）")
}
