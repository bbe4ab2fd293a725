//! The names of values in usage lines and errors, as they stand in Chinese: `<FILE>` is `<文件>`.

use crate::words::Lang;

/// Names of values in English and in Chinese. What both languages write alike is not here.
const NAMES: [(&str, &str); 83] = [
    ("BACKUP", "备份"),
    ("BOUNDARY", "边界"),
    ("CHANNEL", "渠道"),
    ("CODE", "代码"),
    ("COMMAND", "命令"),
    ("CREW", "核查组"),
    ("CRS", "坐标系"),
    ("DATE", "日期"),
    ("DATE/DATE", "日期/日期"),
    ("DATE[/DATE]", "日期[/日期]"),
    ("DAYS", "天数"),
    ("DEVICE", "设备"),
    ("DIGITS", "位数"),
    ("DIR", "文件夹"),
    ("DISTRICT", "区划"),
    ("ENTRY", "记录编号"),
    ("FILE", "文件"),
    ("FILE.html", "文件.html"),
    ("FILES", "文件"),
    ("FOLDER", "文件夹"),
    ("FORMAT", "格式"),
    ("FROM", "原文件"),
    ("HABITAT", "生境"),
    ("HASH", "哈希"),
    ("IMAGERY", "影像"),
    ("INTO", "并入的图斑"),
    ("K", "编号"),
    ("KEY", "设置名"),
    ("KEY=VALUE", "键=值"),
    ("LANG", "语言"),
    ("LEVEL", "级别"),
    ("LIST", "清单"),
    ("LON,LAT", "经度,纬度"),
    ("M", "米"),
    ("M2", "平方米"),
    ("METHOD", "方法"),
    ("METRES", "米"),
    ("MM", "毫米"),
    ("MODEL", "模型"),
    ("MU", "亩"),
    ("N", "数目"),
    ("N,N,…", "株数,株数,…"),
    ("NAME", "名称"),
    ("NOTE", "备注"),
    ("NUMBER", "编号"),
    ("ORDER", "顺序"),
    ("OUTCOME", "结论"),
    ("OUTPUT", "输出文件"),
    ("PER CENT", "百分比"),
    ("PERCENT", "百分比"),
    ("PERSON", "责任人"),
    ("PLAN", "计划"),
    ("PLANTS", "株数"),
    ("POST", "职务"),
    ("PUBLICITY", "宣传情况"),
    ("R,G,B", "红,绿,蓝"),
    ("RASTER", "栅格"),
    ("RATE", "比率"),
    ("REASON", "理由"),
    ("RECEIPT|NAME", "回执|名称"),
    ("RECIPIENT", "收件人"),
    ("RESULTS", "结果"),
    ("ROLE", "角色"),
    ("ROLES", "角色"),
    ("RUNG", "措施"),
    ("SCAN", "航次"),
    ("SEASON", "年度"),
    ("SEEDS", "种子"),
    ("SHARE", "比例"),
    ("SITE", "图斑"),
    ("SITES", "图斑"),
    ("SOURCE", "来源"),
    ("SPECIES", "种类"),
    ("STAGE", "生长期"),
    ("STATE", "状态"),
    ("SURVEY", "测区"),
    ("TEXT", "文字"),
    ("TIME", "时间"),
    ("TIP", "举报"),
    ("VALUE", "值"),
    ("W,S,E,N", "西,南,东,北"),
    ("YEAR", "年份"),
    ("YUAN", "元"),
];

/// More of them, of single commands.
const RARE: [(&str, &str); 9] = [
    ("SHELL", "终端类型"),
    ("SYSTEM", "坐标系"),
    ("SVG", "文件.svg"),
    ("TO", "新文件"),
    ("WITNESS", "见证人"),
    ("YES|NO", "是|否"),
    ("ZONE", "时区"),
    ("MEMBER", "成员"),
    ("RECEIPT", "回执"),
];

/// The name of a value in Chinese; nothing where it is written as in English.
pub(super) fn chinese(name: &str) -> Option<&'static str> {
    let mut names = NAMES.iter().chain(&RARE);
    names
        .find(|(english, _)| *english == name)
        .map(|(_, chinese)| *chinese)
}

/// What a value is called that stands without an option.
pub(in crate::cli) fn in_words(option: &str, lang: Lang) -> &str {
    match lang {
        Lang::En => option,
        Lang::Zh => chinese(option).unwrap_or(option),
    }
}

/// A name as Chinese words follow it: a blank after Latin letters, none after Chinese ones.
pub(in crate::cli) fn before_chinese(name: &str) -> String {
    let is_latin = name.ends_with(|c: char| c.is_ascii());
    format!("{name}{}", if is_latin { " " } else { "" })
}

/// The same of a name that follows Chinese words.
pub(in crate::cli) fn after_chinese(name: &str) -> String {
    let is_latin = name.starts_with(|c: char| c.is_ascii());
    format!("{}{name}", if is_latin { " " } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_stands_between_latin_and_chinese_and_nowhere_else() {
        assert_eq!(before_chinese("设备") + "的", "设备的");
        assert_eq!(before_chinese("--unit") + "的", "--unit 的");
        assert_eq!(
            after_chinese("设备") + &after_chinese("--unit"),
            "设备 --unit"
        );
    }
}
