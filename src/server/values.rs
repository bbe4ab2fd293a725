//! Values of requests, as people call them, and how one should look that was not understood.

/// The name of a value in English and in Chinese, and how it should look where that is always the same.
type NamedValue = (
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// Bytes of the name of a file or a folder at most.
pub(super) const LONGEST_OF_A_FILE: usize = 200;
/// How it should look.
pub(super) const OF_A_FILE: (&str, &str) = (
    "a name of at most 200 bytes (66 Chinese characters) that neither begins nor ends with a dot, has none of / \\ : * ? \" < > | and no \
     invisible characters in it, and is not the name of a device of Windows (con, nul, com1)",
    "名称不能为空、不超过 66 个汉字（200 字节），首尾不能是点，不能含 / \\ : * ? \" < > | 和不可见字符，也不能是 Windows 的设备名（con、nul、com1 等）",
);

/// Bytes of the name of a survey at most.
pub(super) const LONGEST_OF_A_SURVEY: usize = 120;
/// How it should look.
pub(super) const OF_A_SURVEY: (&str, &str) = (
    "a name of at most 120 bytes (40 Chinese characters) that neither begins nor ends with a dot, has none of / \\ : * ? \" < > | and no \
     invisible characters in it, and is not the name of a device of Windows (con, nul, com1)",
    "名称不能为空、不超过 40 个汉字（120 字节），首尾不能是点，不能含 / \\ : * ? \" < > | 和不可见字符，也不能是 Windows 的设备名（con、nul、com1 等）",
);

const VALUES: &[NamedValue] = &[
    (
        "area_m2",
        "area",
        "面积",
        Some((
            "square metres above 0, such as 50",
            "请填写大于 0 的平方米数，如 50",
        )),
    ),
    (
        "quadrat_m2",
        "size of a quadrat",
        "样方面积",
        Some((
            "square metres above 0, such as 1",
            "请填写大于 0 的平方米数，如 1",
        )),
    ),
    (
        "near",
        "place",
        "位置",
        Some((
            "longitude and latitude in degrees, with a comma",
            "依次为经度、纬度（度），用逗号分隔",
        )),
    ),
    (
        "radius",
        "distance",
        "半径",
        Some(("metres above 0", "请填写大于 0 的米数")),
    ),
    ("sealed", "number of the sealed envelope", "密封编号", None),
    (
        "box",
        "box of the map",
        "地图范围",
        Some((
            "west, south, east, north in degrees, with commas",
            "依次为西、南、东、北（度），用逗号分隔",
        )),
    ),
    (
        "candidate",
        "candidate",
        "疑似点",
        Some(("load the page again", "请刷新页面")),
    ),
    (
        "crew",
        "crew",
        "核查组",
        Some(("it cannot be left empty", "此项不能为空")),
    ),
    ("district", "district", "区划", None),
    ("districts", "districts", "区划", None),
    (
        "due",
        "due day",
        "期限",
        Some(("a day such as 2026-05-03", "请填写日期，如 2026-05-03")),
    ),
    (
        "inputs",
        "imagery",
        "影像",
        Some((
            "choose imagery of the folder, or send some in first",
            "请选择文件夹中的影像，或先上传",
        )),
    ),
    ("name", "name", "名称", None),
    ("on", "day", "日期", None),
    ("person", "person", "人员", None),
    ("place", "place", "位置", None),
    (
        "places",
        "places",
        "各部分的位置",
        Some((
            "longitude, then latitude in degrees (WGS 84), such as 113.3, 33.74",
            "先经度后纬度（WGS 84，度），如 113.3, 33.74",
        )),
    ),
    ("reason", "reason", "理由", None),
    (
        "reach_m",
        "metres seen beside the track",
        "轨迹两侧可见距离",
        Some(("metres above 0, such as 30", "请填写大于 0 的米数，如 30")),
    ),
    ("signed_on", "day of signing", "签订日期", None),
    (
        "state",
        "state",
        "状态",
        Some((
            "codes of states with commas, such as CONFIRMED,CLOSED",
            "状态代码，多个用逗号分隔，如 CONFIRMED,CLOSED",
        )),
    ),
    ("team", "team", "督导组", None),
    ("text", "text", "内容", None),
    ("until", "last day", "结束日期", None),
    (
        "upload",
        "file",
        "文件",
        Some((
            "it is in the inbox no more: send it in again",
            "收件箱中已没有该文件，请重新上传",
        )),
    ),
    (
        "when",
        "time",
        "时间",
        Some((
            "a day or a time with its offset, such as 2026-05-03T09:30:00+08:00",
            "请填写日期或带时区的时间，如 2026-05-03T09:30:00+08:00",
        )),
    ),
    (
        "within",
        "code of the districts",
        "区划代码",
        Some(("digits alone, such as 4104", "只能是数字，如 4104")),
    ),
    ("yuan", "amount", "金额", None),
];

/// What a value is called in English and in Chinese; itself where it has no other name.
pub(super) fn called(name: &str) -> (&str, &str) {
    let found = VALUES.iter().find(|(known, ..)| *known == name);
    found.map_or((name, name), |(_, english, chinese, _)| (english, chinese))
}

/// How it should look.
pub(super) fn should_look(name: &str) -> Option<(&'static str, &'static str)> {
    let found = VALUES.iter().find(|(known, ..)| *known == name);
    found.and_then(|(.., how)| *how)
}
