//! What an event says, in a sentence.

use super::Dossier;
use crate::registry::body::{Body, Correct, Count, Create, Visit};
use crate::registry::coded::{Coded, habitat_label};
use crate::registry::told::told;
use crate::registry::{SiteKey, State};
use crate::tr;
use crate::words::Lang;

/// The word for an event's type.
pub fn kind(body: &Body, lang: Lang) -> &'static str {
    match body {
        Body::Create(_) => lang.pick("found", "发现"),
        Body::Sighting(_) => lang.pick("seen again", "再次发现"),
        Body::Screen(_) => lang.pick("screened", "研判"),
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
        Body::Void(_) => lang.pick("voided", "作废"),
        Body::CameOf(_) => lang.pick("came of", "线索来源"),
        _ => lang.pick("other", "其他"),
    }
}

fn code_of(dossier: &Dossier, key: &SiteKey) -> String {
    dossier
        .codes
        .get(key)
        .cloned()
        .unwrap_or_else(|| key.code(6))
}

fn founded(dossier: &Dossier, create: &Create, lang: Lang) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let code = |key: &SiteKey| code_of(dossier, key);
    let mut put = |part: Option<String>| parts.extend(part.filter(|p| !p.is_empty()));
    put(Some(create.source.label(lang).into()));
    put(create.detection.as_ref().map(|d| detected(d, lang)));
    put(create.recurs_of.as_ref().map(|key| {
        let code = code(key);
        tr!(lang, "recurs from {code}", "复种自 {code}")
    }));
    put(create.split_from.as_ref().map(|(key, _)| {
        let code = code(key);
        tr!(lang, "part of {code}", "由 {code} 拆分")
    }));
    put(create.name.clone());
    put(create.note.clone());
    parts
}

fn corrected(correct: &Correct, lang: Lang) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut put = |part: Option<String>| parts.extend(part.filter(|p| !p.is_empty()));
    put(correct.place.as_ref().map(|place| {
        let at = place.lonlat();
        format!("{:.7}, {:.7}", at.lon, at.lat)
    }));
    put(correct.name.clone());
    put(correct.plants.map(|n| tr!(lang, "{n} plants", "{n} 株")));
    put(correct
        .area_dm2
        .map(|dm2| format!("{} m²", m2(dm2.unsigned_abs()))));
    put(correct
        .habitat
        .as_deref()
        .map(|h| habitat_label(h, lang).to_owned()));
    put(Some(correct.reason.clone()));
    parts
}

/// What an event says beyond its type.
pub fn sentence(dossier: &Dossier, body: &Body, lang: Lang) -> String {
    let code = |key: &SiteKey| code_of(dossier, key);
    let mut parts: Vec<String> = Vec::new();
    let mut put = |part: Option<String>| parts.extend(part.filter(|p| !p.is_empty()));
    match body {
        Body::Create(create) => parts = founded(dossier, create, lang),
        Body::Sighting(sighting) => {
            put(Some(sighting.meaning.label(lang).into()));
            put(Some(detected(&sighting.detection, lang)));
        }
        Body::Screen(screen) => {
            put(Some(
                lang.pick(
                    if screen.keep { "kept" } else { "put aside" },
                    if screen.keep { "保留" } else { "排除" },
                )
                .into(),
            ));
            put(screen.reason.map(|reason| reason.label(lang).into()));
            put(screen.note.clone());
        }
        Body::Assign(assign) => {
            put(Some(assign.crew.clone()));
            put(assign
                .due
                .as_ref()
                .map(|due| tr!(lang, "by {due}", "时限 {due}")));
        }
        Body::Visit(visit) => parts = visited(visit, lang),
        Body::Eradicate(eradicate) => {
            put(Some(format!("{} %", eradicate.percent)));
            put(eradicate.method.clone());
            put(Some(eradicate.officers.join(lang.pick(", ", "、"))));
            put(eradicate.note.clone());
        }
        Body::Accept(accept) => {
            put(Some(
                lang.pick(
                    if accept.passed { "passed" } else { "failed" },
                    if accept.passed { "合格" } else { "不合格" },
                )
                .into(),
            ));
            put(accept.reason.map(|reason| reason.label(lang).into()));
            put(accept.note.clone());
        }
        Body::Reopen(reopen) => put(Some(reopen.reason.clone())),
        Body::Resolve(resolve) => {
            put(Some(state(resolve.state, lang)));
            put(Some(resolve.reason.clone()));
        }
        Body::Merge(merge) => {
            if merge.into == dossier.entry.site.key {
                put(Some(
                    lang.pick("another site became part of this one", "另一图斑并入本图斑")
                        .into(),
                ));
            } else {
                let into = code(&merge.into);
                put(Some(tr!(lang, "into {into}", "并入 {into}")));
            }
            put(Some(merge.reason.clone()));
        }
        Body::Split(split) => {
            let into = split.into.iter().map(code).collect::<Vec<_>>().join(", ");
            put(Some(tr!(lang, "into {into}", "拆分为 {into}")));
            put(Some(split.reason.clone()));
        }
        Body::Note(note) | Body::Attach(note) => put(Some(note.text.clone())),
        Body::Correct(correct) => parts = corrected(correct, lang),
        Body::Void(_) | Body::CameOf(_) => put(told(body, |key| code(&key), lang)),
        _ => {}
    }
    if let Some(reason) = body.forced() {
        parts.push(tr!(lang, "FORCED: {reason}", "强制：{reason}"));
    }
    parts.join(lang.pick("; ", "；"))
}

fn state(state: State, lang: Lang) -> String {
    state.label(lang).to_owned()
}

fn m2(dm2: u64) -> String {
    format!("{}.{:02}", dm2 / 100, dm2 % 100)
}

fn detected(detection: &crate::registry::body::Detection, lang: Lang) -> String {
    let captured = detection.captured.as_ref().map_or_else(
        || lang.pick("date unknown", "日期不详").to_owned(),
        |[first, last]| {
            if first == last {
                first.clone()
            } else {
                format!("{first}/{last}")
            }
        },
    );
    #[expect(clippy::cast_precision_loss, reason = "a score is at most 10000")]
    let score = detection.score_e4 as f64 / 1e4;
    tr!(
        lang,
        "imagery of {captured}, score {score:.2}",
        "影像 {captured}，置信度 {score:.2}"
    )
}

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
        Count::Each { plants } => tr!(lang, "{plants} plants, each counted", "{plants} 株（逐株）"),
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
                .join(", ");
            tr!(
                lang,
                "about {plants} plants: {n} quadrats of {quadrat} m² ({seen}) on {area} m², 95 % interval {low} to {high}",
                "约 {plants} 株：{n} 个样方，每个 {quadrat} ㎡（{seen}），面积 {area} ㎡，95% 区间 {low}–{high}"
            )
        }
    }
}
