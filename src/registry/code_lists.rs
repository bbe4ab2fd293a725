//! The coded values of events and the words that people use for them, so that forms, ledgers and pages say the same.

use super::body::{
    Channel, FailReason, FoundBy, GrowthStage, Meaning, NoYield, Opinion, Outcome, RejectReason,
    Rung,
};
use super::event::EvidenceRole;
use crate::words::Lang;

/// A value of a fixed list.
pub trait Coded: Copy + PartialEq + 'static {
    /// Every value with its code, its English and its Chinese word.
    const LIST: &'static [(Self, &'static str, &'static str, &'static str)];

    /// The code that is written in events and files.
    fn code(self) -> &'static str {
        Self::LIST
            .iter()
            .find(|(value, ..)| *value == self)
            .map_or("", |(_, code, ..)| code)
    }

    /// The word that people use.
    fn label(self, lang: Lang) -> &'static str {
        Self::LIST
            .iter()
            .find(|(value, ..)| *value == self)
            .map_or("", |(_, _, english, chinese)| lang.pick(english, chinese))
    }

    /// Other words that people write for a value.
    const ALSO: &'static [(Self, &'static str)] = &[];

    /// The value of a code or of a word in either language, or of what only one of them begins with.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let code = text.replace('-', "_");
        let whole = Self::LIST.iter().find(|(_, name, english, chinese)| {
            name.eq_ignore_ascii_case(&code)
                || english.eq_ignore_ascii_case(text)
                || *chinese == text
        });
        let also = || Self::ALSO.iter().find(|(_, word)| *word == text);
        whole
            .map(|(value, ..)| *value)
            .or_else(|| also().map(|(value, _)| *value))
            .or_else(|| Self::begun(text))
    }

    /// The one value whose Chinese word begins with a text of two characters or more.
    fn begun(text: &str) -> Option<Self> {
        let is_word = !text.is_ascii() && text.chars().count() >= 2;
        let mut meant = Self::LIST
            .iter()
            .filter(|(_, _, _, chinese)| is_word && chinese.starts_with(text));
        let first = meant.next()?;
        meant.next().is_none().then_some(first.0)
    }

    /// Every code with its English and its Chinese word.
    fn choices() -> Vec<CodedWord> {
        let choices = Self::LIST.iter();
        choices
            .map(|(_, code, english, chinese)| (*code, *english, *chinese))
            .collect()
    }
}

/// A code with its English and its Chinese word.
pub type CodedWord = (&'static str, &'static str, &'static str);

/// Codes as a list for a hint, in Chinese each with its word.
pub fn listed(choices: &[CodedWord], lang: Lang) -> String {
    let word = |(code, _, chinese): &CodedWord| match lang {
        Lang::En => (*code).to_owned(),
        Lang::Zh => format!("{chinese}（{code}）"),
    };
    let words: Vec<String> = choices.iter().map(word).collect();
    words.join(lang.pick(", ", "、"))
}

macro_rules! coded {
    ($type:ident: $($value:ident $code:literal $english:literal $chinese:literal),* $(,)?
     $(; $($also:ident $word:literal),*)?) => {
        impl Coded for $type {
            $(const ALSO: &'static [(Self, &'static str)] = &[$((Self::$also, $word)),*];)?
            const LIST: &'static [(Self, &'static str, &'static str, &'static str)] =
                &[$((Self::$value, $code, $english, $chinese),)*];
        }
    };
}

coded! { Outcome:
    Cultivated "cultivated" "poppy, cultivated" "种植罂粟",
    Wild "wild" "poppy, wild" "野生罂粟",
    Lookalike "lookalike" "look-alike species" "相似植物",
    Nothing "nothing" "nothing there" "未发现",
    Licensed "licensed" "licensed" "许可种植",
    NotReached "not_reached" "not reached" "未到达",
    TooEarly "too_early" "too early to tell" "过早无法判断",
    Unsure "unsure" "unsure" "不能确定";
    Nothing "无", Nothing "无罂粟", Nothing "现场无罂粟", Nothing "没有", TooEarly "时期过早", Unsure "存疑", Unsure "不确定"
}

coded! { GrowthStage:
    NotEmerged "not_emerged" "not emerged" "未出苗",
    Seedling "seedling" "seedling" "苗期",
    Bolting "bolting" "bolting" "抽薹",
    Bud "bud" "bud" "现蕾",
    Flowering "flowering" "flowering" "开花",
    Capsule "capsule" "capsule" "蒴果",
    Withered "withered" "withered" "枯熟";
    Seedling "幼苗", Seedling "幼苗期", Flowering "花期", Capsule "结果", Capsule "果期", Withered "枯萎"
}

coded! { FoundBy:
    Scan "scan" "scan" "航测",
    Patrol "patrol" "patrol" "踏查",
    TipOff "tip_off" "tip-off" "举报",
    Target "target" "target from above" "靶标",
    Find "find" "single find" "零星发现",
    Split "split" "split" "拆分",
}

coded! { RejectReason:
    Lookalike "lookalike" "look-alike flower" "相似花卉",
    Crop "crop" "crop" "农作物",
    GardenFlower "garden_flower" "garden flower" "园艺花卉",
    Vegetable "vegetable" "vegetable" "蔬菜",
    Object "object" "not a plant" "非植物",
    ShadowOrBlur "shadow_or_blur" "shadow or blur" "阴影或模糊",
    Duplicate "duplicate" "duplicate" "重复",
    Other "other" "other" "其他";
    Lookalike "相似植物", GardenFlower "观赏花卉", Object "物体"
}

coded! { Opinion:
    Keep "keep" "keep" "保留",
    Discard "discard" "put aside" "排除",
    Unsure "unsure" "unsure" "存疑",
    Withdrawn "withdrawn" "withdrawn" "撤回",
}

coded! { FailReason:
    Residue "residue" "residue" "残留",
    Regrowth "regrowth" "regrowth" "复生";
    Regrowth "复长"
}

coded! { Meaning:
    Seen "seen" "seen again" "再次发现",
    Raised "raised" "raised anew" "重新列入",
    Residue "residue" "seen after eradication" "铲除后仍见",
}

coded! { Rung:
    Notice "notice" "circulated criticism" "通报",
    Rectify "rectify" "rectification by a deadline" "限期整改",
    Talk "talk" "called in" "约谈",
    Listed "listed" "listed" "挂牌整治",
}

coded! { Channel:
    Phone "phone" "telephone" "电话",
    Online "online" "online" "网络",
    Letter "letter" "letter" "来信",
    Visit "visit" "in person" "来访",
    Warden "warden" "village warden" "网格员",
    Other "other" "other" "其他",
}

coded! { NoYield:
    Nothing "nothing" "nothing there" "查无实据",
    Lookalike "lookalike" "look-alike species" "相似植物",
    Duplicate "duplicate" "known already" "重复举报",
    HandedOver "handed_over" "handed over" "移交外单位",
    Vague "vague" "too vague" "线索不清",
    Other "other" "other" "其他",
}

coded! { EvidenceRole:
    Scene "scene" "scene before uprooting" "现场照片（铲除前）",
    Count "count" "count" "清点照片",
    After "after" "after eradication" "铲除后照片",
    Reflight "reflight" "later flight" "复飞影像",
    Document "document" "document" "文书",
    Chip "chip" "image of the detection" "航测切片",
    Context "context" "surroundings of the detection" "航测周边",
    Coverage "coverage" "ground searched" "航测覆盖范围",
}

/// Where it grows: code, English, Chinese. Events hold free text; forms offer these.
pub const HABITATS: [(&str, &str, &str); 8] = [
    ("courtyard", "courtyard", "院落"),
    ("vegetable_garden", "vegetable garden", "菜地"),
    ("field", "field", "农田"),
    ("greenhouse", "greenhouse", "大棚"),
    ("woodland", "woodland", "林地"),
    ("waste_land", "waste land", "荒地"),
    ("roof", "roof or balcony", "屋顶阳台"),
    ("other", "other", "其他"),
];

/// A habitat in words, whether it is one of the list or free text.
pub fn habitat_label(text: &str, lang: Lang) -> &str {
    HABITATS
        .iter()
        .find(|(code, ..)| *code == text)
        .map_or(text, |(_, english, chinese)| lang.pick(english, chinese))
}

/// The code of a habitat in either language's words; free text stays what it is.
pub fn habitat_code(text: &str) -> &str {
    let text = text.trim();
    HABITATS
        .iter()
        .find(|(code, english, chinese)| [*code, *english, *chinese].contains(&text))
        .map_or(text, |(code, ..)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agrees<T: Coded + serde::Serialize + std::fmt::Debug>() {
        for (value, code, english, chinese) in T::LIST {
            assert_eq!(serde_json::to_value(value).expect("JSON"), *code);
            for text in [*code, *english, *chinese] {
                assert_eq!(T::read(text), Some(*value), "{text}");
            }
        }
        for (value, word) in T::ALSO {
            assert_eq!(T::read(word), Some(*value), "{word}");
        }
    }

    #[test]
    fn the_words_of_crews_are_taken_where_they_mean_one_value() {
        for (text, meant) in [
            ("种植", Some(Outcome::Cultivated)),
            (" 野生 ", Some(Outcome::Wild)),
            ("无", Some(Outcome::Nothing)),
            ("存疑", Some(Outcome::Unsure)),
            ("过早", Some(Outcome::TooEarly)),
            ("未到", Some(Outcome::NotReached)),
            ("罂粟", None),
            ("未", None),
            ("wi", None),
            ("", None),
        ] {
            assert_eq!(Outcome::read(text), meant, "{text}");
        }
        let list = listed(&Outcome::choices(), Lang::Zh);
        assert!(
            list.starts_with("种植罂粟（cultivated）、野生罂粟（wild）"),
            "{list}"
        );
    }

    #[test]
    fn codes_are_those_that_events_hold_and_every_word_is_read_back() {
        agrees::<Outcome>();
        agrees::<GrowthStage>();
        agrees::<FoundBy>();
        agrees::<RejectReason>();
        agrees::<Opinion>();
        agrees::<FailReason>();
        agrees::<Meaning>();
        agrees::<EvidenceRole>();
        agrees::<Rung>();
        agrees::<Channel>();
        agrees::<NoYield>();
        assert_eq!(GrowthStage::read("幼苗"), Some(GrowthStage::Seedling));
        assert_eq!(
            RejectReason::read("观赏花卉"),
            Some(RejectReason::GardenFlower)
        );
        assert_eq!(FailReason::read("复长"), Some(FailReason::Regrowth));
        assert_eq!(Outcome::read("tulip"), None);
        assert_eq!(FoundBy::read("tip-off"), Some(FoundBy::TipOff));
        for (code, english, chinese) in HABITATS {
            assert_eq!(habitat_code(english), code);
            assert_eq!(habitat_code(chinese), code);
            assert_eq!(habitat_label(code, Lang::Zh), chinese);
        }
        assert_eq!(habitat_code("河滩"), "河滩");
    }
}
