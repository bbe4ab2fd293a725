//! Why a move is not followed; refusals and marks in words.

pub use super::date_bounds::{DateBounds, DateOf, DayBound};
use super::ids::Hash;
use super::mark::MarkKind;
use super::need::Need;
use super::site_move::Move;
use super::state::State;
use crate::text::Zone;
use crate::tr;
use crate::words::{Both, Lang};
use serde::{Deserialize, Serialize};

/// Why an event is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Refusal {
    /// The author did not hold the role.
    Role,
    /// The state does not allow it.
    State {
        /// The state.
        state: State,
        /// What it allows.
        allowed: Vec<Move>,
    },
    /// A dispute has to be resolved first.
    Disputed,
    /// The acceptor took part in the eradication.
    SelfAcceptance,
    /// Not everything was destroyed.
    NotAll {
        /// Per cent destroyed.
        percent: u8,
    },
    /// It lacks what it needs.
    Lacks {
        /// What.
        needs: Vec<Need>,
    },
    /// It lacks a reason.
    NoReason,
    /// The site it would become part of is settled, or less severe.
    IntoLess {
        /// The state of that site.
        state: State,
    },
    /// It resolves to a state that nobody claimed.
    NotClaimed,
    /// What it builds on has not arrived yet.
    MissingHistory,
    /// A second founding of the site, or one that does not fit its key.
    Origin,
    /// Nobody who may has vouched for the device.
    Device,
    /// The device was trusted no longer at that point of its chain.
    Revoked,
    /// It concerns a unit that is not its author's, nor below it.
    Unit {
        /// That unit.
        unit: String,
    },
    /// A measure against a unit that is not below its author's: nobody takes one against themself.
    NotBelow {
        /// That unit.
        unit: String,
    },
    /// Its id does not rise above that of the event before it on its device.
    Order,
    /// Its author holds a key and did not sign with it.
    Unsigned,
    /// A key that is not made, given up or confirmed by whoever may.
    Key,
    /// A date that cannot be, or comes before the step before.
    Date {
        /// The date.
        date: String,
        /// What it has to keep to.
        #[serde(skip)]
        bounds: Box<DateBounds>,
    },
    /// A day of something that has happened, and it is still to come.
    Ahead {
        /// The day.
        date: String,
        /// Which date of the event it is.
        #[serde(skip)]
        bounds: Box<DateBounds>,
    },
    /// It says the contrary of an entry that stands.
    Contradicts {
        /// That entry.
        entry: Hash,
    },
    /// An outline without end, or ground that no track can have seen.
    Outline,
    /// Too far from the site.
    Far {
        /// Metres.
        metres: u64,
    },
    /// Only a supervisor may, with a reason.
    Supervisor,
    /// A site cannot become part of itself, of one that is unknown, or parts that are not there.
    NoSuchSite,
    /// Of the share that was destroyed: 1 to 100 per cent.
    Percent,
    /// One picture cannot show the time before and the time after.
    SamePicture,
    /// A dispute that would lower a confirmed site is resolved by a unit above.
    HigherUnit,
    /// A second branch of its device's chain, which nobody has explained.
    Fork,
    /// A number that cannot be.
    Number,
    /// The entry that it speaks of is not here, is not followed, or is none of which such a thing can be said.
    NoSuchEntry,
    /// Later steps rest on what shall be voided.
    BuiltOn,
    /// Whoever recorded a confirmation does not void it.
    AnotherPerson,
    /// It may say who told.
    Informant,
}

impl Refusal {
    /// A step that a state does not allow.
    pub fn in_state(state: State, disputed: bool) -> Self {
        let allowed = Move::allowed_in(state, disputed);
        Self::State { state, allowed }
    }

    /// A date that does not do.
    pub fn of_date(text: &str) -> Self {
        Self::out_of(DateBounds::default(), text)
    }

    /// A date that does not keep to its bounds.
    pub fn out_of(bounds: DateBounds, text: &str) -> Self {
        let date = text.to_owned();
        let bounds = Box::new(bounds);
        Self::Date { date, bounds }
    }

    /// A date of something that has happened, and it is still to come.
    pub fn ahead(text: &str) -> Self {
        Self::Ahead {
            date: text.to_owned(),
            bounds: Box::default(),
        }
    }

    /// The same, where it is about a date, of this date of its event; which one was known before stays.
    #[must_use]
    pub fn of_its(mut self, which: DateOf) -> Self {
        if let Self::Date { bounds, .. } | Self::Ahead { bounds, .. } = &mut self
            && bounds.of == DateOf::Other
        {
            bounds.of = which;
        }
        self
    }

    /// Why an event is not followed, for lists and histories.
    pub fn label(&self, lang: Lang) -> String {
        let plain =
            |english: &'static str, chinese: &'static str| lang.pick(english, chinese).to_owned();
        match self {
            Self::Role => plain("the author did not hold the role", "操作人无此角色"),
            Self::State { state, .. } => {
                let state = state.label(lang);
                tr!(
                    lang,
                    "not possible while “{state}”",
                    "“{state}”状态下不可进行"
                )
            }
            Self::Disputed => plain("in dispute", "存在争议"),
            Self::SelfAcceptance => plain(
                "acceptor, or who recorded for them, took part in the eradication",
                "验收人或代录人参与了铲除",
            ),
            Self::NotAll { percent } => {
                tr!(lang, "only {percent} % destroyed", "仅铲除 {percent}%")
            }
            Self::Lacks { needs } => {
                let needs = Need::names(needs, lang);
                tr!(lang, "lacks {needs}", "缺少{needs}")
            }
            Self::NoReason => plain("no reason given", "未说明理由"),
            Self::IntoLess { .. } => plain("the other site is less severe", "目标图斑状态较轻"),
            Self::NotClaimed => plain("a state that nobody claimed", "无人主张的状态"),
            Self::MissingHistory => plain("earlier events have not arrived", "前序记录尚未到达"),
            Self::Origin => plain(
                "a second founding, or one that is not its author's",
                "重复建立，或建立者无权",
            ),
            other => other.rule(lang),
        }
    }

    /// Whether somebody else may do it: another person, or one of another unit.
    pub fn is_of_who_acts(&self) -> bool {
        matches!(
            self,
            Self::Role | Self::Supervisor | Self::Unit { .. } | Self::NotBelow { .. }
        )
    }

    /// Why the law does not follow an event, whatever the site.
    fn rule(&self, lang: Lang) -> String {
        match self {
            Self::Unit { unit } => tr!(
                lang,
                "it concerns unit {unit}, which is not the author's nor below it",
                "涉及单位 {unit}，不属本单位及下级"
            ),
            Self::NotBelow { unit } => tr!(
                lang,
                "a measure is taken from above, and unit {unit} is not below the author's",
                "督办措施由上级对下级采取，{unit} 不是本单位的下级"
            ),
            Self::Date { date, bounds } => {
                // A day alone stands in events as its midnight.
                let date = date.strip_suffix("T00:00:00Z").unwrap_or(date);
                match bounds.say(lang) {
                    Some(bounds) => tr!(
                        lang,
                        "the date {date} cannot be: {bounds}",
                        "日期 {date} 不合理：{bounds}"
                    ),
                    None => tr!(lang, "the date {date} cannot be", "日期 {date} 不合理"),
                }
            }
            Self::Ahead { date, .. } => {
                let day = date.get(..10).unwrap_or(date);
                tr!(lang, "{day} is still to come", "{day} 尚未到来")
            }
            Self::Contradicts { entry } => {
                let entry = entry.short();
                tr!(
                    lang,
                    "it says the contrary of entry {entry}, which stands",
                    "与现行记录 {entry} 相抵触"
                )
            }
            Self::Far { metres } => tr!(lang, "{metres} m away: too far", "相距 {metres} 米，过远"),
            _ => self.plain_rule().pick(lang).to_owned(),
        }
    }

    /// The same where nothing has to be named.
    fn plain_rule(&self) -> Both {
        match self {
            Self::Device => Both("nobody who may has vouched for the device", "设备无人担保"),
            Self::Revoked => Both("the device was trusted no longer", "设备已被撤销信任"),
            Self::Order => Both(
                "out of the order of its device's chain",
                "不合设备记录链的先后顺序",
            ),
            Self::Unsigned => Both(
                "whoever records it did not sign with a confirmed key, their own or that of the supervisor who records it in their name; once a supervisor of the unit holds one, what takes a supervisor takes such a key",
                "须用已确认的个人密钥签名：操作人本人的，或代录主管的；本单位有主管持有密钥后，须由主管办理的事项不接受未签名或密钥未确认的录入",
            ),
            Self::Key => Both(
                "a key that is not made or confirmed by whoever may",
                "密钥非本人生成或未经有权人确认",
            ),
            Self::Outline => Both(
                "an outline or a walked area that cannot be",
                "范围或踏查面积不合理",
            ),
            Self::Supervisor => Both(
                "only a supervisor may, with a reason",
                "须由主管说明理由后办理",
            ),
            Self::NoSuchSite => Both(
                "the other site or its parts are not there",
                "所指图斑或其拆分部分不存在",
            ),
            Self::Percent => Both("per cent destroyed is 1 to 100", "铲除比例应为 1–100"),
            Self::SamePicture => Both(
                "one picture as before and as after",
                "同一照片既作铲除前又作铲除后",
            ),
            Self::Fork => Both(
                "on a second branch of its device's chain that nobody has explained",
                "位于设备记录链的另一分支，尚无说明",
            ),
            Self::Number => Both(
                "a value that cannot be: empty, too long or out of range",
                "所填内容不合理（为空、过长或超出范围）",
            ),
            Self::NoSuchEntry => Both(
                "the entry that it speaks of is not there, not followed, void already, or of another type",
                "所指记录不存在、未予采信、已作废或类型不符",
            ),
            Self::BuiltOn => Both("later steps rest on it", "后续环节以此为依据"),
            Self::AnotherPerson => Both(
                "whoever recorded a confirmation does not void it, nor in another's name",
                "查实记录不得由录入人本人作废，也不得由其代录作废",
            ),
            Self::Informant => Both(
                "it holds a number that a person is known by",
                "含有可识别举报人的号码",
            ),
            Self::HigherUnit => Both(
                "a unit above resolves what lowers a confirmed site",
                "降低查实状态须由上级单位裁定",
            ),
            _ => Both("against the rules", "不合规则"),
        }
    }
}

impl MarkKind {
    /// What the mark says, with times in a zone.
    pub fn label(&self, zone: Zone, lang: Lang) -> String {
        match self {
            Self::InTheirName { by, reason } => tr!(
                lang,
                "recorded by {by} in their name, without their key: {reason}",
                "由 {by} 代录，本人未签名：{reason}"
            ),
            Self::Unproven { needs } => {
                let needs = Need::names(needs, lang);
                tr!(lang, "refuted without {needs}", "排除依据不足，缺{needs}")
            }
            Self::Moved { metres } => tr!(lang, "moved by {metres} m", "位置改动 {metres} 米"),
            Self::CountLowered { from, to } => {
                tr!(
                    lang,
                    "plant count lowered from {from} to {to}",
                    "株数由 {from} 改少为 {to}"
                )
            }
            Self::AreaLowered { from, to } => {
                let (from, to) = (from / 100, to / 100);
                tr!(
                    lang,
                    "area lowered from {from} to {to} m²",
                    "面积由 {from} 改为 {to} 平方米"
                )
            }
            Self::FarMerge { metres } => {
                tr!(lang, "merged across {metres} m", "跨 {metres} 米合并")
            }
            Self::OtherSeason { from, to } => tr!(
                lang,
                "of season {from}, merged into a site of season {to}",
                "{from} 年度图斑并入 {to} 年度图斑"
            ),
            Self::EnteredLater { on } => tr!(
                lang,
                "entered on {on}, in a later season",
                "{on} 补录，已跨年度"
            ),
            Self::Redated { from } => tr!(
                lang,
                "its time was {from} before",
                "时间已更正，原为 {from}",
                from = zone.happened(from)
            ),
            Self::EvidenceAbsent => lang
                .pick("its evidence has not arrived", "证据文件尚未到达")
                .to_owned(),
            Self::ClosedUnseen => lang
                .pick(
                    "closed without another person's picture from the spot after the eradication",
                    "验收缺少未参与铲除人员在铲除后拍摄的现场定位照片",
                )
                .to_owned(),
            Self::EnteredPastDue { on, due } => tr!(
                lang,
                "entered on {on} as of an earlier day, though due by {due}",
                "{on} 补录，所填日期在应办日期 {due} 之前"
            ),
        }
    }
}
