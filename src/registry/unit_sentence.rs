//! Events that concern no site, in words.

use super::body::{ActorAction, ActorChange, Body, Patrol, Setting, Trust};
use super::sentence::{Teller, period};
use crate::tr;
use crate::words::Lang;

pub(super) fn person(change: &ActorChange, lang: Lang) -> Vec<String> {
    let action = match (change.action, change.key.is_some()) {
        (ActorAction::Grant, _) => lang.pick("roles granted", "授予角色"),
        (ActorAction::Revoke, _) => lang.pick("roles revoked", "撤销角色"),
        (ActorAction::Key, true) => lang.pick("holds a key", "登记个人密钥"),
        (ActorAction::Key, false) => lang.pick("key lost", "密钥遗失"),
        (ActorAction::Confirm, _) => lang.pick("key confirmed", "确认密钥"),
    };
    let roles: Vec<&str> = change.roles.iter().map(|role| role.label(lang)).collect();
    vec![
        change.name.clone(),
        action.to_owned(),
        roles.join(lang.pick(", ", "、")),
        change.reason.clone().unwrap_or_default(),
    ]
}

pub(super) fn trusted(trust: &Trust, lang: Lang) -> Vec<String> {
    let (device, unit) = (trust.device.short(), &trust.unit);
    let what = if trust.trusted {
        tr!(
            lang,
            "device {device} of {unit} trusted",
            "信任 {unit} 的设备 {device}"
        )
    } else {
        tr!(
            lang,
            "device {device} of {unit} trusted no longer",
            "不再信任 {unit} 的设备 {device}"
        )
    };
    let after = trust
        .after
        .map(|n| tr!(lang, "up to number {n}", "序号 {n} 及以前仍有效"));
    [what]
        .into_iter()
        .chain(after)
        .chain(trust.reason.clone())
        .collect()
}

pub(super) fn patrolled(patrol: &Patrol, lang: Lang) -> Vec<String> {
    let (people, vehicles) = (patrol.people, patrol.vehicles);
    let zero = if patrol.zero {
        lang.pick("nothing found", "零报告")
    } else {
        ""
    };
    let area = patrol.area_m2.map(|m2| {
        let ha = hectares(m2);
        tr!(lang, "{ha} ha", "{ha} 公顷")
    });
    vec![
        patrol.on.clone(),
        patrol.district.clone().unwrap_or_default(),
        tr!(
            lang,
            "{people}, {vehicles}",
            "出动 {people} 人次、车辆 {vehicles} 台次",
            vehicles = (vehicles, "vehicle", "vehicles"),
            people = (people, "person", "people"),
        ),
        area.unwrap_or_default(),
        zero.to_owned(),
        patrol.note.clone().unwrap_or_default(),
    ]
}

/// Square metres as hectares with one decimal.
pub(super) fn hectares(m2: i64) -> String {
    let tenths = (m2 + 500) / 1000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl Teller<'_> {
    /// What an event says that concerns no site.
    pub(super) fn about_unit(&self, body: &Body) -> Vec<String> {
        let lang = self.lang;
        match body {
            Body::Init(init) => vec![
                init.unit.clone(),
                init.unit_name.clone().unwrap_or_default(),
            ],
            Body::Actor(change) => person(change, lang),
            Body::Setting(Setting { key, value }) => vec![format!("{key} = {value}")],
            Body::Trust(trust) => trusted(trust, lang),
            Body::Scan(scan) => {
                let (n, ha) = (scan.candidates, hectares(scan.searched_m2));
                vec![
                    scan.survey.clone().unwrap_or_else(|| scan.scan.clone()),
                    scan.captured.as_ref().map(period).unwrap_or_default(),
                    scan.tagged_otherwise()
                        .map(|days| tr!(lang, "the imagery says {days}", "影像自带日期 {days}"))
                        .unwrap_or_default(),
                    tr!(
                        lang,
                        "{candidates} on {ha} ha searched",
                        "候选 {n} 个，搜索 {ha} 公顷",
                        candidates = (n, "candidate", "candidates"),
                    ),
                ]
            }
            Body::Patrol(patrol) => patrolled(patrol, lang),
            Body::Targets(list) => {
                let n = list.targets.len();
                vec![
                    list.name.clone(),
                    tr!(
                        lang,
                        "{targets}",
                        "靶标 {n} 个",
                        targets = (n, "target", "targets"),
                    ),
                ]
            }
            Body::Acknowledge(fork) => {
                let (device, seq) = (fork.device.short(), fork.seq);
                vec![
                    tr!(
                        lang,
                        "device {device} from number {seq} on",
                        "设备 {device} 自序号 {seq} 起"
                    ),
                    fork.reason.clone(),
                ]
            }
            _ => Vec::new(),
        }
    }
}
