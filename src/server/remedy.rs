//! Remedies as a page shows them: words. What can only be done elsewhere is named by what it does.

use crate::words::{Action, Choice, Lang, Said};

/// How an action is typed, as the command line knows it.
pub type TypedLine = fn(&Action, Lang) -> String;

/// What can be done, in one line; `None` where nothing that is known can. What a page offers is called as it is there; the rest is
/// typed at the computer that holds the registry.
pub(super) fn text(said: &Said, lang: Lang, line: Option<TypedLine>) -> Option<String> {
    let mut is_typed = false;
    let mut shown = |action: &Action| match (on_a_page(action, lang), line) {
        (Some(words), _) => words,
        (None, Some(line)) => {
            is_typed = true;
            line(action, lang)
        }
        (None, None) => lang.pick("the program's command line", "命令行").to_owned(),
    };
    let mut clauses: Vec<String> = said
        .remedies
        .iter()
        .filter(|remedy| !remedy.actions().any(is_of_the_command_line))
        .map(|remedy| remedy.text(&mut shown))
        .collect();
    if is_typed {
        let where_typed = lang.pick(
            "commands are typed on the computer that holds the registry",
            "命令须在存放登记库的电脑上输入",
        );
        clauses.push(where_typed.to_owned());
    }
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

/// What a page calls an action; `None` where it has to be typed.
fn on_a_page(action: &Action, lang: Lang) -> Option<String> {
    let (english, chinese) = match action {
        Action::Again(choice) => field(choice)?,
        Action::Scan { .. } | Action::ScanDated => ("the page “Scan”", "“扫描”栏目"),
        Action::Record => (
            "“Record the scan” under “Screening”",
            "“研判”栏目的“录入扫描结果”",
        ),
        Action::Sites { .. } => ("the page “Sites”", "“图斑”栏目"),
        Action::Show { site } => {
            return Some(lang.pick(
                format!("the page of site {site}"),
                format!("图斑 {site} 的页面"),
            ));
        }
        Action::Screen => ("the page “Screening”", "“研判”栏目"),
        Action::DrawAudit { .. } => (
            "“Draw an audit” under “Screening”",
            "“研判”栏目的“随机抽查”",
        ),
        Action::Eradicate { .. } => (
            "“Record the eradication” on the site's page",
            "图斑页面上的“录入铲除”",
        ),
        Action::Fail { .. } => (
            "“Accept or fail” on the site's page",
            "图斑页面上的“验收”（选不合格）",
        ),
        Action::Resolve { .. } => (
            "“Resolve the dispute” on the site's page",
            "图斑页面上的“裁定争议”",
        ),
        Action::Note { .. } => ("“Add a note” on the site's page", "图斑页面上的“添加备注”"),
        Action::ApplyBundle => ("the page “Bundles”", "“数据包”栏目"),
        _ => return None,
    };
    Some(lang.pick(english, chinese).to_owned())
}
