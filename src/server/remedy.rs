//! Remedies as a page shows them: words. What can only be done elsewhere is named by what it does.

use crate::words::{Action, Choice, Lang, Remedy, Said};

/// What can be done, in one line; `None` where nothing that is known can.
pub(super) fn text(said: &Said, lang: Lang) -> Option<String> {
    let is_here = |remedy: &&Remedy| !remedy.actions().any(is_of_the_command_line);
    let here = said.remedies.iter().filter(is_here);
    let clauses = here.map(|remedy| remedy.text(|action| named(action, lang)));
    let clauses: Vec<String> = clauses.collect();
    let separator = lang.pick("; ", "；");
    (!clauses.is_empty()).then(|| clauses.join(separator))
}

/// What no page offers: a clause around it would lead nowhere.
fn is_of_the_command_line(action: &Action) -> bool {
    match action {
        Action::Again(choice) => field(choice).is_none(),
        Action::Without(_) => true,
        _ => false,
    }
}

/// The field of a form that stands for an option, or what is done instead of giving it.
fn field(choice: &Choice) -> Option<(&'static str, &'static str)> {
    Some(match choice {
        Choice::Actor => ("under their own login", "以本人账号登录"),
        Choice::When => ("the field for when it happened", "“发生时间”栏"),
        Choice::Reason => ("the field for the reason", "“理由”栏"),
        Choice::Photo | Choice::Document => ("the field for files", "文件栏"),
        Choice::Officer => ("the field for officers", "人员栏"),
        _ => return None,
    })
}

fn named(action: &Action, lang: Lang) -> String {
    let (english, chinese) = match action {
        Action::Again(choice) => field(choice).unwrap_or(("do it again", "重做")),
        Action::Without(_) => ("do it again", "重做"),
        Action::Scan { .. } => ("search imagery", "扫描影像"),
        Action::RunShard { .. } => ("run a shard of the plan", "运行计划中的一个分片"),
        Action::Pyramid { .. } => ("make a pyramid of the imagery", "生成影像金字塔"),
        Action::InspectModel => ("look at the model", "查看模型说明"),
        Action::WrapModel { .. } => ("complete the model's description", "补全模型说明"),
        Action::Init => ("begin a registry", "新建登记库"),
        Action::Record => ("record the scan", "录入扫描结果"),
        Action::Add => ("add a site", "新增图斑"),
        Action::Sites { .. } => ("the list of sites", "图斑列表"),
        Action::Show { site } => {
            return lang.pick(
                format!("the page of site {site}"),
                format!("图斑 {site} 的页面"),
            );
        }
        Action::Screen => ("screening", "室内研判"),
        Action::Eradicate { .. } => ("record the eradication", "登记铲除"),
        Action::Fail { .. } => ("fail the acceptance", "判为验收不合格"),
        Action::Resolve { .. } => ("resolve the dispute", "裁定争议"),
        Action::Note { .. } => ("add a note", "补充备注"),
        Action::CorrectCount => ("correct the count", "更正株数"),
        Action::CorrectTime { .. } => ("correct the time", "更正时间"),
        Action::Void { .. } => ("void that entry", "将该记录作废"),
        Action::Log => ("look at the log", "查看记录日志"),
        Action::Export => ("export sites", "导出图斑"),
        Action::Verify => ("verify the registry", "校验登记库"),
        Action::Salvage { .. } => ("save what is whole of it", "抢救完好的部分"),
        Action::ReadDistricts => ("read the boundary file", "读取区划边界"),
        Action::ImportTargets => ("take in the targets", "导入靶标"),
        Action::Grant { .. } => ("grant the role", "授予角色"),
        Action::MakeKey { .. } => ("make a key of one's own", "生成个人密钥"),
        Action::LoseKey { .. } => ("record the loss of the key", "登记密钥遗失"),
        Action::CrewPasswords => ("the crews that have a password", "有口令的核查组"),
        Action::Trusted => ("the list of trusted devices", "受信任设备列表"),
        Action::Trust { .. } => ("trust the device", "信任该设备"),
        Action::ApplyBundle => ("take the bundle in", "导入数据包"),
        Action::MakeIdentity => ("make a key for bundles", "生成数据包密钥"),
    };
    lang.pick(english, chinese).to_owned()
}
