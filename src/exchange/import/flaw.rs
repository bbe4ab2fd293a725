//! Why a row is not recorded, in words.

use crate::exchange::form_flaw::FormFlaw;
use crate::registry::body::Outcome;
use crate::registry::code_lists::Coded;
use crate::registry::moves::Refusal;
use crate::registry::{Hash, Role};
use crate::text::DegreesFlaw;
use crate::words::{Action, Choice, Lang, Remedy};
use crate::{remedy, tr};

/// Why a row is not recorded.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFlaw {
    /// The visit was recorded before with other values: outcome and plants, before and now.
    ChangedRow {
        /// The entry as recorded.
        entry: Hash,
        /// As recorded.
        before: (Outcome, Option<u64>),
        /// As the row has it now.
        now: (Outcome, Option<u64>),
    },
    /// It names no site.
    NoSite,
    /// It names a site that is not known here.
    UnknownSite(String),
    /// Its code and its key name two sites.
    TwoSites,
    /// A spreadsheet made a number of a code.
    Mangled(String),
    /// Its district is another than the site's.
    OtherDistrict {
        /// As the row says.
        given: String,
        /// As the registry knows it.
        known: String,
    },
    /// Other rows of the file say something else of the same site.
    TwoRows(Vec<u64>),
    /// A value will not do.
    Form(FormFlaw),
    /// Neither the row nor the command says when.
    NoTime,
    /// The copy was made from a state of the site that is not known here.
    UnknownHead,
    /// Its position is not in degrees.
    NotDegrees,
    /// Its position is 0, 0, as programs write where they have none.
    Origin,
    /// What stands for its position is none: what was written, and why it is none.
    NoPlace(String, DegreesFlaw),
    /// It has more cells than there are titles: what stands in the first of them.
    Shifted(String),
    /// The table or the row says that its coordinates are of another system.
    Datum(String),
    /// Its position is far from the site.
    Far(f64),
    /// A new find lies beside a known site: its code and the metres.
    Beside(String, f64),
    /// A photograph is not there.
    NoPhoto(String),
    /// A name that several photographs have.
    ManyPhotos(String),
    /// A photograph that is none.
    NotAPhoto(String),
    /// The path of a photograph leads out of the file's folder.
    PhotoElsewhere(String),
    /// A photograph is an address on the network.
    PhotoOnline(String),
    /// Who records it holds none of the roles that it takes: the name and the roles.
    NoRole(String, Vec<&'static str>),
    /// Who records a new find may not send a crew to it, or may not visit it: the name and the roles that are missing.
    NoFinder(String, Vec<&'static str>),
    /// The site's state as the crew saw it does not allow it, or it lacks what it needs.
    Move(Refusal),
}

impl RowFlaw {
    /// In words, with what to do.
    pub fn say(&self, lang: Lang) -> Remedy {
        match self {
            Self::NoSite
            | Self::UnknownSite(_)
            | Self::TwoSites
            | Self::Mangled(_)
            | Self::OtherDistrict { .. }
            | Self::TwoRows(_)
            | Self::UnknownHead => self.which_site(lang).into(),
            Self::NotDegrees | Self::Origin | Self::NoPlace(..) | Self::Datum(_) | Self::Far(_) | Self::Beside(..) => {
                self.where_it_is(lang)
            }
            Self::NoPhoto(_)
            | Self::ManyPhotos(_)
            | Self::NotAPhoto(_)
            | Self::PhotoElsewhere(_)
            | Self::PhotoOnline(_) => {
                self.which_photo(lang).into()
            }
            Self::Form(flaw) => flaw.say(lang).into(),
            Self::Shifted(text) => tr!(
                lang,
                "it has more cells than there are titles (“{text}”): put text that holds the separator into quotation marks",
                "单元格多于列名（“{text}”）：文字中含分隔符的请加引号"
            )
            .into(),
            Self::NoTime => remedy!(
                lang,
                "it does not say when: fill that in; or else: {when}",
                "未填核查时间，请填写；或者：{when}",
                when = Action::Again(Choice::When),
            ),
            Self::NoRole(actor, roles) => no_role(actor, roles, lang),
            Self::NoFinder(actor, roles) => no_finder(actor, roles, lang),
            Self::Move(refusal) => refused(refusal, lang),
            Self::ChangedRow { entry, before, now } => changed(*entry, *before, *now, lang),
        }
    }

    fn which_site(&self, lang: Lang) -> String {
        match self {
            Self::NoSite => tr!(
                lang,
                "it names no site, and for a new find it needs a position and a visit",
                "未填图斑编号；若为新发现，须有坐标和核查结论"
            ),
            Self::UnknownSite(code) => {
                tr!(lang, "site {code} is not known here", "本库没有图斑 {code}")
            }
            Self::TwoSites => tr!(
                lang,
                "its code and its key name two different sites",
                "图斑编号与图斑键不是同一图斑"
            ),
            Self::Mangled(value) => tr!(
                lang,
                "a code has become a number: {value}; keep the columns of codes as text and fill in the row again",
                "编码被表格软件改成了数字：{value}；请将编码列设为文本后重新填写"
            ),
            Self::OtherDistrict { given, known } => tr!(
                lang,
                "its district code {given} is not that of the site ({known})",
                "区划代码 {given} 与图斑（{known}）不符"
            ),
            Self::TwoRows(lines) => {
                let lines = lines
                    .iter()
                    .map(u64::to_string)
                    .collect::<Vec<_>>()
                    .join(lang.pick(", ", "、"));
                tr!(
                    lang,
                    "rows {lines} say different things of one site; keep the right one",
                    "第 {lines} 行对同一图斑填写不一致；请保留正确的一行"
                )
            }
            _ => tr!(
                lang,
                "the copy was made from a state of the site that is not known here; apply the bundle of the office that made it first",
                "该副本所依据的图斑状态本库没有；请先导入制作该副本单位的数据包"
            ),
        }
    }

    fn where_it_is(&self, lang: Lang) -> Remedy {
        match self {
            Self::NoPlace(text, _) if text.trim().is_empty() => lang
                .pick(
                    "of its position one half is not filled in",
                    "经度与纬度只填了一项",
                )
                .into(),
            Self::NoPlace(text, flaw) => flaw.say(text, lang).into(),
            Self::Origin => lang
                .pick(
                    "0, 0 is no place: fill in longitude and latitude",
                    "0, 0 不是有效位置：请填写经度、纬度",
                )
                .into(),
            Self::Datum(system) => tr!(
                lang,
                "its coordinates are said to be of another system ({system}): take the position in WGS 84 or CGCS2000",
                "坐标注明为其他坐标系（{system}）：请改用 WGS 84 或 CGCS2000 坐标"
            )
            .into(),
            Self::Far(metres) => tr!(
                lang,
                "its position lies {metres:.0} m from the site: is it another place?",
                "坐标距图斑 {metres:.0} 米：是否另一处？"
            )
            .into(),
            Self::Beside(code, metres) => remedy!(
                lang,
                "a new find {metres:.0} m from site {code}: fill in that code if it is the same plot, otherwise record it with {add}",
                "新发现距图斑 {code} 仅 {metres:.0} 米：同一地块请填写该编号，否则请用 {add} 新增",
                add = Action::Add,
            ),
            _ => lang
                .pick(
                    "its position is not in degrees of WGS 84",
                    "坐标不是 WGS 84 经纬度",
                )
                .into(),
        }
    }

    fn which_photo(&self, lang: Lang) -> String {
        match self {
            Self::ManyPhotos(name) => tr!(
                lang,
                "several photographs may be {name}: write the folder before the name, as it lies beside the file",
                "有多张照片可能是 {name}：请写明其相对于本文件的文件夹"
            ),
            Self::NoPhoto(name) => tr!(
                lang,
                "photograph {name} is not beside the file",
                "照片 {name} 不在文件旁"
            ),
            Self::NotAPhoto(name) => tr!(lang, "{name} is not a photograph", "{name} 不是照片"),
            Self::PhotoElsewhere(name) => tr!(
                lang,
                "photograph {name} leads out of the file's folder",
                "照片路径 {name} 超出文件所在文件夹"
            ),
            Self::PhotoOnline(name) => tr!(
                lang,
                "photograph {name} is an address on the network: put the photograph beside the file and write its name",
                "照片 {name} 是网址：请将照片下载到本文件旁，并填写其文件名"
            ),
            _ => String::new(),
        }
    }
}

/// Roles of which one would do.
fn either(roles: &[&'static str], lang: Lang) -> String {
    let roles: Vec<String> = roles.iter().map(|name| Role::named(name, lang)).collect();
    roles.join(lang.pick(" or ", " 或 "))
}

/// A find takes two people's roles: no single one of them is the remedy that the next try takes away again.
fn no_finder(actor: &str, roles: &[&'static str], lang: Lang) -> Remedy {
    let role = roles.first().copied();
    let roles = either(roles, lang);
    remedy!(
        lang,
        "{actor} is no {roles}: a new find is assigned and visited at once, which takes a verifier who is an analyst or supervisor too. Let somebody import it who is both, or {grant}; or an analyst adds it with {add} and assigns it, and its code is filled into the row",
        "{actor} 没有角色 {roles}：新发现须同时分派和核查，录入人须兼有核查员和研判员（或主管）角色。请由兼有两种角色的人导入，或用 {grant} 授予；也可由研判员先用 {add} 新增并分派，再在该行填写图斑编号后导入",
        grant = Action::Grant {
            person: Some(actor.to_owned()),
            role,
        },
        add = Action::Add,
    )
}

fn no_role(actor: &str, roles: &[&'static str], lang: Lang) -> Remedy {
    let role = roles.first().copied();
    let roles = either(roles, lang);
    remedy!(
        lang,
        "{actor} is no {roles}: let somebody import it who is, or {grant}",
        "{actor} 没有角色 {roles}：请由有该角色的人导入，或用 {grant} 授予",
        grant = Action::Grant {
            person: Some(actor.to_owned()),
            role,
        },
    )
}

fn refused(refusal: &Refusal, lang: Lang) -> Remedy {
    match refusal {
        Refusal::Lacks { needs } => {
            let needs: Vec<&str> = needs.iter().map(|need| need.name(lang)).collect();
            let needs = needs.join(lang.pick("; ", "；"));
            tr!(lang, "it lacks {needs}", "缺少：{needs}").into()
        }
        Refusal::State { state, allowed } => {
            let state = state.label(lang);
            let allowed: Vec<&str> = allowed.iter().map(|step| step.label(lang)).collect();
            let allowed = allowed.join(lang.pick(", ", "、"));
            tr!(
                lang,
                "the site was “{state}” in the copy, which does not allow this; allowed then: {allowed}",
                "副本中图斑状态为“{state}”，不允许此操作；当时可做：{allowed}"
            )
            .into()
        }
        Refusal::Disputed => remedy!(
            lang,
            "the site is in dispute; {resolve} first",
            "图斑有争议，请先 {resolve} 裁定",
            resolve = Action::Resolve { site: None },
        ),
        other => other.label(lang).into(),
    }
}

fn changed(
    entry: Hash,
    before: (Outcome, Option<u64>),
    now: (Outcome, Option<u64>),
    lang: Lang,
) -> Remedy {
    let plants = |n: Option<u64>| {
        n.map_or_else(
            || "–".to_owned(),
            |n| tr!(lang, "{plants}", "{n} 株", plants = (n, "plant", "plants")),
        )
    };
    let (old, new) = (before.0.label(lang), now.0.label(lang));
    let (from, to) = (plants(before.1), plants(now.1));
    // A correction changes the count and nothing else that a visit says.
    if before.0 == now.0 && before.1 != now.1 && now.1.is_some() {
        return remedy!(
            lang,
            "this visit was recorded before with other values ({old}, {from}; now {new}, {to}): where the first was wrong, {correct}",
            "该次核查此前已录，内容不同（原：{old}，{from}；现：{new}，{to}）：如原记录有误，请用 {correct} 更正",
            correct = Action::CorrectCount,
        );
    }
    remedy!(
        lang,
        "this visit was recorded before with other values ({old}, {from}; now {new}, {to}): where the first was wrong, a supervisor voids it with {void}, then import the row again",
        "该次核查此前已录，内容不同（原：{old}，{from}；现：{new}，{to}）：如原记录有误，请由主管用 {void} 作废后重新导入该行",
        void = Action::Void {
            entry: entry.short()
        },
    )
}
