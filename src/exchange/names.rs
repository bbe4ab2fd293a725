//! Several people's names in one cell.

/// Names of people as they are listed.
pub(super) fn names(text: &str) -> Vec<String> {
    let signs = [
        ',', '，', '、', ';', '；', '/', '／', '\\', '＼', '|', '｜', '+', '＋', '&', '＆', '\n',
        '\r',
    ];
    text.split(signs)
        .flat_map(|part| part.split(" and "))
        .flat_map(parted_by_blanks)
        .flat_map(parted_by_words)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Chinese names with blanks between them. A blank inside a name (王 五, Li Ming) parts nothing.
fn parted_by_blanks(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let names: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !AND.contains(word))
        .collect();
    if names.iter().all(|word| is_chinese_name(word)) {
        names
    } else {
        vec![text]
    }
}

fn is_chinese_name(word: &str) -> bool {
    let is_of_names = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '·');
    word.chars().nth(1).is_some() && word.chars().all(is_of_names)
}

/// Words for “and”.
const AND: [&str; 4] = ["和", "及", "与", "以及"];

/// Chinese names with a word for “and” between them: 王五和李四. The same character is part of names (李和平), and what is no name
/// (王五和民警) is no second person: on either side there has to be a family name and one to three characters more.
fn parted_by_words(text: &str) -> Vec<&str> {
    let text = text.trim();
    let parted = text.char_indices().find_map(|(at, _)| {
        let word = AND
            .iter()
            .rev()
            .find(|word| text[at..].starts_with(*word))?;
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        (is_full_name(before) && parted_by_words(after).iter().all(|name| is_full_name(name)))
            .then_some((before, after))
    });
    match parted {
        Some((before, after)) => {
            let mut names = vec![before];
            names.extend(parted_by_words(after));
            names
        }
        None => vec![text],
    }
}

/// Whether a text is a family name that many bear and a given name.
fn is_full_name(text: &str) -> bool {
    const FAMILIES: &str = "\
        王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白\
        邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包\
        宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆司卓古吉缪简车连芦麦褚娄窦戚岑景党宫\
        费卜冷晏席卫米柏宗瞿桂佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池麻苑迟邝封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌\
        奚皮粟冼蔺楼盘厉伊仝";
    const DOUBLE: [&str; 9] = [
        "欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "令狐", "夏侯", "东方",
    ];
    // What people are beside those who are named: 武警, 林长, 成员.
    const POSTS: [char; 11] = [
        '员', '警', '局', '所', '站', '场', '组', '部', '们', '队', '长',
    ];
    const OTHERS: [&str; 8] = [
        "安保",
        "常委",
        "文书",
        "向导",
        "司机",
        "单位",
        "车主",
        "施工方",
    ];
    if text.ends_with(POSTS) || OTHERS.contains(&text) {
        return false;
    }
    let length = text.chars().count();
    let family = text.chars().next().filter(|c| FAMILIES.contains(*c));
    let known = match length {
        2 | 3 => family.is_some(),
        4 => DOUBLE.iter().any(|family| text.starts_with(family)),
        _ => false,
    };
    known && is_chinese_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_apart_whatever_stands_between_them() {
        for text in [
            "王五、李四",
            "王五\\李四",
            "王五和李四",
            "王五及李四",
            "王五以及李四",
            "王五与李四",
            "王五+李四",
            "王五＋李四",
            "王五＆李四",
            "王五&李四",
            "王五|李四",
            "王五｜李四",
            "王五 和 李四",
            "王五 李四",
            "王五\r\n李四",
        ] {
            assert_eq!(names(text), ["王五", "李四"], "{text}");
        }
        assert_eq!(names("Li Ming & Wang Wei"), ["Li Ming", "Wang Wei"]);
        assert_eq!(names("Li Ming and Wang Wei"), ["Li Ming", "Wang Wei"]);
        assert_eq!(names("王五、李四和赵六"), ["王五", "李四", "赵六"]);
        assert_eq!(
            names("王五和李和平和欧阳和平"),
            ["王五", "李和平", "欧阳和平"]
        );
    }

    #[test]
    fn one_name_stays_one_and_what_is_no_name_makes_no_person() {
        for text in [
            "李和平",
            "和志强",
            "王和",
            "王 五",
            "Li Ming",
            "欧阳和平",
            "艾力·和加",
            "王五和民警",
            "王五和武警",
            "王五和林长",
            "王五和司机",
            "王五及其他人员",
            "王五及同事2人",
            "Alexander",
            "Anderson",
            "买买提和卡",
        ] {
            assert_eq!(names(text), [text], "{text}");
        }
    }
}
