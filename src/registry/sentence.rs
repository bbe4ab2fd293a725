//! What an event says, in a word and in a sentence, for logs, pages and dossiers.

use super::body::{
    Accept, Body, Correct, Count, Create, Detection, Eradicate, Look, Screen, Visit,
};
use super::code_lists::{Coded, habitat_label};
use super::event::Event;
use super::ids::{Hash, SiteKey};
use super::told::{kind_label, told};
use crate::text::Zone;
use crate::tr;
use crate::words::Lang;

/// How a reader is spoken to: the language, the zone, the site whose history is told, the codes of others, and other
/// entries.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// The language.
    pub lang: Lang,
    /// The zone in which times are told.
    pub zone: Zone,
    /// The site, where the history of one is told.
    pub site: Option<SiteKey>,
    /// The code of a site.
    pub code: &'a dyn Fn(SiteKey) -> String,
    /// What another entry was, in words, where that is known.
    pub entry: &'a dyn Fn(Hash) -> Option<String>,
}

/// When an event was entered, where that was some days from when it is said to have happened.
pub fn entered(event: &Event, at: &str, zone: Zone, lang: Lang) -> Option<String> {
    let on = event.entered_on(at, zone)?;
    Some(tr!(lang, "entered {on}", "{on} 录入"))
}

/// The word for an event's type; the type itself where a later program made it.
pub fn kind(body: &Body, lang: Lang) -> &str {
    match body {
        Body::Init(_) => lang.pick("registry begun", "建库"),
        Body::Actor(_) => lang.pick("person", "人员"),
        Body::Setting(_) => lang.pick("setting", "设置"),
        Body::Trust(_) => lang.pick("trust", "信任"),
        Body::Scan(_) => lang.pick("scan recorded", "录入航测"),
        Body::Patrol(_) => lang.pick("patrol", "踏查"),
        Body::Targets(_) => lang.pick("targets", "靶标"),
        Body::Acknowledge(_) => lang.pick("fork explained", "重号说明"),
        Body::Create(_) => lang.pick("found", "发现"),
        Body::Sighting(_) => lang.pick("seen again", "再次发现"),
        Body::Screen(_) => lang.pick("screened", "研判"),
        Body::Look(_) => lang.pick("looked at", "阅片"),
        Body::Assign(_) => lang.pick("assigned", "派查"),
        Body::Visit(_) => lang.pick("visited", "核查"),
        Body::Eradicate(_) => lang.pick("eradicated", "铲除"),
        Body::Accept(_) => lang.pick("acceptance", "验收"),
        Body::Reopen(_) => lang.pick("reopened", "重开"),
        Body::Resolve(_) => lang.pick("resolved", "裁定"),
        Body::Merge(_) => lang.pick("merged", "合并"),
        Body::Split(_) => lang.pick("split", "拆分"),
        Body::Note(_) => lang.pick("note", "备注"),
        Body::Correct(_) => lang.pick("corrected", "更正"),
        Body::Attach(_) => lang.pick("files", "附件"),
        _ => kind_label(body.kind(), lang),
    }
}

impl Teller<'_> {
    /// What an event says beyond its type; empty where that is all.
    pub fn sentence(&self, body: &Body) -> String {
        let mut parts = self.about_site(body);
        if parts.is_empty() {
            parts = self.about_unit(body);
        }
        parts.extend(told(body, self.code, self.entry, self.lang));
        if let Some(reason) = body.forced() {
            parts.push(tr!(self.lang, "FORCED: {reason}", "强制：{reason}"));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(self.lang.pick("; ", "；"))
    }

    fn about_site(&self, body: &Body) -> Vec<String> {
        let lang = self.lang;
        let codes = |keys: &[SiteKey]| {
            keys.iter()
                .map(|key| (self.code)(*key))
                .collect::<Vec<_>>()
                .join(lang.pick(", ", "、"))
        };
        match body {
            Body::Create(create) => self.founded(create),
            Body::Sighting(sighting) => vec![
                sighting.meaning.label(lang).to_owned(),
                detected(&sighting.detection, lang),
            ],
            Body::Screen(screen) => screened(screen, lang),
            Body::Look(look) => looked(look, lang),
            Body::Assign(assign) => {
                let due = assign.due.as_ref();
                let due = due.map(|due| tr!(lang, "by {due}", "时限 {due}"));
                [assign.crew.clone()].into_iter().chain(due).collect()
            }
            Body::Visit(visit) => visited(visit, lang),
            Body::Eradicate(eradicate) => eradicated(eradicate, lang),
            Body::Accept(accept) => accepted(accept, lang),
            Body::Reopen(reopen) => vec![reopen.reason.clone()],
            Body::Resolve(resolve) => {
                vec![resolve.state.label(lang).to_owned(), resolve.reason.clone()]
            }
            Body::Merge(merge) if self.site == Some(merge.into) => vec![
                lang.pick("another site became part of this one", "另一图斑并入本图斑")
                    .to_owned(),
                merge.reason.clone(),
            ],
            Body::Merge(merge) => {
                let into = codes(&[merge.into]);
                vec![
                    tr!(lang, "into {into}", "并入 {into}"),
                    merge.reason.clone(),
                ]
            }
            Body::Split(split) => {
                let into = codes(&split.into);
                vec![
                    tr!(lang, "into {into}", "拆分为 {into}"),
                    split.reason.clone(),
                ]
            }
            Body::Note(note) | Body::Attach(note) => vec![note.text.clone()],
            Body::Correct(correct) => corrected(correct, self.zone, lang),
            _ => Vec::new(),
        }
    }

    fn founded(&self, create: &Create) -> Vec<String> {
        let lang = self.lang;
        let recurs = create.recurs_of.map(|key| {
            let code = (self.code)(key);
            tr!(lang, "recurs from {code}", "复种自 {code}")
        });
        let part = create.split_from.map(|(key, _)| {
            let code = (self.code)(key);
            tr!(lang, "part of {code}", "由 {code} 拆分")
        });
        let detection = create.detection.as_ref().map(|d| detected(d, lang));
        [create.source.label(lang).to_owned()]
            .into_iter()
            .chain(detection)
            .chain(recurs)
            .chain(part)
            .chain(create.name.clone())
            .chain(create.note.clone())
            .collect()
    }
}

/// What is known of a site, by the name that events have for it, and the words.
const FIELDS: [(&str, &str, &str); 13] = [
    ("crew", "crew", "核查组"),
    ("due", "due day", "时限"),
    ("outcome", "outcome", "核查结论"),
    ("plants", "plants", "株数"),
    ("planted_area", "planted area", "种植面积"),
    ("stage", "growth stage", "生长期"),
    ("sap_cut", "sap cut", "是否割浆"),
    ("habitat", "habitat", "生境"),
    ("percent", "per cent eradicated", "铲除比例"),
    ("merged_into", "merged into", "并入"),
    ("place", "position", "位置"),
    ("area", "area", "面积"),
    ("name", "small place name", "小地名"),
];

/// The words for fields of a site, as a list.
pub fn field_labels<'a>(names: impl IntoIterator<Item = &'a String>, lang: Lang) -> String {
    let word = |name: &'a String| {
        let known = FIELDS.iter().find(|(field, ..)| field == name);
        known.map_or(name.as_str(), |field| lang.pick(field.1, field.2))
    };
    let labels: Vec<&str> = names.into_iter().map(word).collect();
    labels.join(lang.pick(", ", "、"))
}

fn looked(look: &Look, lang: Lang) -> Vec<String> {
    let took = look.took_ms.map(|ms| {
        let seconds = ms.div_ceil(1_000);
        tr!(lang, "{seconds} s", "{seconds} 秒")
    });
    let blind = look.blind.then(|| lang.pick("blind", "背对背").to_owned());
    [look.opinion.label(lang).to_owned()]
        .into_iter()
        .chain(look.reason.map(|reason| reason.label(lang).to_owned()))
        .chain(look.note.clone())
        .chain(blind)
        .chain(took)
        .collect()
}

/// What was decided at the desk.
pub fn screened(screen: &Screen, lang: Lang) -> Vec<String> {
    let decision = desk_decision(screen.keep, lang);
    let reason = screen.reason.map(|reason| reason.label(lang));
    decided(decision, reason, screen.note.as_deref())
}

/// Whether a candidate is kept for the field.
pub fn desk_decision(keep: bool, lang: Lang) -> &'static str {
    if keep {
        lang.pick("kept", "保留")
    } else {
        lang.pick("put aside", "排除")
    }
}

fn decided(decision: &str, reason: Option<&str>, note: Option<&str>) -> Vec<String> {
    let said = [Some(decision), reason, note].into_iter().flatten();
    said.map(str::to_owned).collect()
}

fn corrected(correct: &Correct, zone: Zone, lang: Lang) -> Vec<String> {
    let place = correct.place.as_ref().map(|place| {
        let at = place.lonlat();
        format!("{:.7}, {:.7}", at.lon, at.lat)
    });
    let time = correct
        .at
        .as_ref()
        .map(|at| zone.happened(at))
        .map(|at| tr!(lang, "happened {at}", "实际时间 {at}"));
    let plants = correct
        .plants
        .map(|n| tr!(lang, "{plants}", "{n} 株", plants = (n, "plant", "plants"),));
    let area = correct
        .area_dm2
        .map(|dm2| format!("{} m²", m2(dm2.unsigned_abs())));
    let habitat = correct
        .habitat
        .as_deref()
        .map(|h| habitat_label(h, lang).to_owned());
    [
        place,
        time,
        correct.name.clone(),
        plants,
        area,
        habitat,
        Some(correct.reason.clone()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn m2(dm2: u64) -> String {
    format!("{}.{:02}", dm2 / 100, dm2 % 100)
}

fn detected(detection: &Detection, lang: Lang) -> String {
    let captured = detection
        .captured
        .as_ref()
        .map_or_else(|| lang.pick("date unknown", "日期不详").to_owned(), period);
    #[expect(clippy::cast_precision_loss, reason = "a score is at most 10000")]
    let score = detection.score_e4 as f64 / 1e4;
    tr!(
        lang,
        "imagery of {captured}, highest score {score:.2}",
        "影像 {captured}，最高模型得分 {score:.2}"
    )
}

fn eradicated(eradicate: &Eradicate, lang: Lang) -> Vec<String> {
    let officers = eradicate.officers.join(lang.pick(", ", "、"));
    let by = if officers.is_empty() {
        officers
    } else {
        tr!(lang, "took part: {officers}", "参与人员 {officers}")
    };
    vec![
        tr!(
            lang,
            "{percent} %",
            "{percent}%",
            percent = eradicate.percent
        ),
        eradicate.method.clone().unwrap_or_default(),
        by,
        eradicate.note.clone().unwrap_or_default(),
    ]
}

fn accepted(accept: &Accept, lang: Lang) -> Vec<String> {
    let passed = if accept.passed {
        lang.pick("passed", "合格")
    } else {
        lang.pick("failed", "不合格")
    };
    let reason = accept.reason.map(|reason| reason.label(lang));
    decided(passed, reason, accept.note.as_deref())
}

/// What a crew found.
fn visited(visit: &Visit, lang: Lang) -> Vec<String> {
    let mut parts = vec![visit.outcome.label(lang).to_owned()];
    parts.extend(visit.species.clone());
    parts.extend(visit.stage.map(|stage| stage.label(lang).to_owned()));
    parts.extend(visit.sap_cut.map(|cut| {
        if cut {
            lang.pick("sap cut", "已割浆").to_owned()
        } else {
            lang.pick("sap not cut", "未割浆").to_owned()
        }
    }));
    parts.extend(visit.count.as_ref().map(|count| counted(count, lang)));
    parts.extend(visit.area_dm2.map(|dm2| format!("{} m²", m2(dm2))));
    parts.extend(
        visit
            .habitat
            .as_deref()
            .map(|h| habitat_label(h, lang).to_owned()),
    );
    let officers = visit.officers.join(lang.pick(", ", "、"));
    if !officers.is_empty() {
        parts.push(tr!(lang, "officers {officers}", "核查人员 {officers}"));
    }
    parts.extend(
        visit
            .witness
            .as_ref()
            .map(|w| tr!(lang, "witness {w}", "见证人 {w}")),
    );
    parts.extend(visit.note.clone());
    parts.extend(visit.imported.as_ref().map(|from| {
        let (file, line, sha) = (&from.file, from.line, from.sha256.short());
        tr!(
            lang,
            "from {file}, row {line} (SHA-256 {sha}…)",
            "导入自 {file} 第 {line} 行（SHA-256 {sha}…）"
        )
    }));
    parts
}

/// A count with its method.
pub fn counted(count: &Count, lang: Lang) -> String {
    match count {
        Count::Each { plants } => tr!(
            lang,
            "{plants}, each counted",
            "{plants} 株（逐株）",
            plants = (plants, "plant", "plants"),
        ),
        Count::Quadrats {
            counts,
            quadrat_dm2,
            area_dm2,
            plants,
            low,
            high,
        } => {
            let (n, quadrat, area) = (counts.len(), m2(*quadrat_dm2), m2(*area_dm2));
            let seen = counts
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join(lang.pick(", ", "、"));
            tr!(
                lang,
                "about {plants}: {quadrats} of {quadrat} m² ({seen}) on {area} m², 95 % interval {low} to {high}",
                "约 {plants} 株：{n} 个样方，每个 {quadrat} ㎡（{seen}），面积 {area} ㎡，95% 区间 {low}–{high}",
                quadrats = (n, "quadrat", "quadrats"),
                plants = (plants, "plant", "plants"),
            )
        }
    }
}

pub(super) fn period([first, last]: &[String; 2]) -> String {
    if first == last {
        first.clone()
    } else {
        format!("{first}/{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::mark::MarkKind;

    #[test]
    fn a_corrected_time_is_told_in_the_zone_of_those_who_read() {
        let zone = Zone::of("2026-01-01T00:00:00+08:00").expect("a zone");
        let correct = |at: &str| {
            Body::Correct(Box::new(Correct {
                of: Some(Hash([1; 32])),
                at: Some(at.into()),
                place: None,
                area_dm2: None,
                name: None,
                plants: None,
                habitat: None,
                reason: "时间".into(),
            }))
        };
        let teller = Teller {
            lang: Lang::Zh,
            zone,
            site: None,
            code: &|key| key.code(6),
            entry: &|_| None,
        };
        for at in ["2026-04-25T21:00:00Z", "2026-04-26T05:00:00+08:00"] {
            let said = teller.sentence(&correct(at));
            assert_eq!(said, "实际时间 2026-04-26 05:00 +08:00；时间");
            let mark = MarkKind::Redated { from: at.into() };
            let said = mark.label(zone, Lang::Zh);
            assert_eq!(said, "时间已更正，原为 2026-04-26 05:00 +08:00");
        }
        let said = teller.sentence(&correct("2026-04-26T12:00:00+08:00"));
        assert_eq!(said, "实际时间 2026-04-26；时间");
    }
}
