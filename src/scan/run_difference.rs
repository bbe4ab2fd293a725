//! What of a run is not as it was when the work in its folder was begun, in words.

use super::score_store::RunKey;
use crate::tr;
use crate::words::{Both, Lang};

/// What differs between what is asked for now and what was asked for there, in English and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDifference([String; 2]);

impl RunDifference {
    fn of(said: impl Fn(Lang) -> String) -> Self {
        Self([Lang::En, Lang::Zh].map(said))
    }

    /// In one of the languages.
    pub fn pick(&self, lang: Lang) -> &str {
        let Self([english, chinese]) = self;
        lang.pick(english, chinese)
    }

    /// The lowest score kept is another.
    pub fn of_floor(now: f32, there: f32) -> Self {
        Self::changed(
            Both("scores are kept from", "保存的最低得分"),
            &there.to_string(),
            &now.to_string(),
        )
    }

    /// Something had one value and has another.
    fn changed(what: Both, there: &str, now: &str) -> Self {
        let or_none = |value: &str, lang: Lang| match value {
            "" => lang.pick("none", "未给出").to_owned(),
            value => value.to_owned(),
        };
        Self::of(|lang| {
            let (there, now) = (or_none(there, lang), or_none(now, lang));
            let what = what.pick(lang);
            tr!(
                lang,
                "{what} {there} there, {now} now",
                "{what}当时为 {there}，现为 {now}"
            )
        })
    }

    /// What is not as it was `there`.
    pub fn between(now: &RunKey, there: &RunKey) -> Self {
        if now.rules != there.rules {
            let what = Both("the format of the scores is", "得分格式");
            return Self::changed(what, &there.rules, &now.rules);
        }
        if now.model != there.model {
            let [there, now] = [there, now].map(|key| short(&key.model));
            return Self::changed(Both("model", "模型"), &there, &now);
        }
        let names = now.options.keys().chain(there.options.keys());
        for name in names {
            let of = |key: &RunKey| key.options.get(name).cloned().unwrap_or_default();
            if of(now) != of(there) {
                return Self::of_option(name, &of(there), &of(now));
            }
        }
        let names = |key: &RunKey| {
            let names: Vec<&str> = key.sources.iter().map(|s| s.0.as_str()).collect();
            names.join(", ")
        };
        if names(now) != names(there) {
            return Self::changed(Both("sources", "影像"), &names(there), &names(now));
        }
        let mut both = now.sources.iter().zip(&there.sources);
        let name = both
            .find(|(a, b)| a != b)
            .map_or("?", |(a, _)| a.0.as_str());
        Self::of(|lang| {
            tr!(
                lang,
                "the content of {name} is not what it was",
                "{name} 的内容已改变"
            )
        })
    }

    /// An option by its name in the key; what is a fingerprint there is nothing to read.
    fn of_option(name: &str, there: &str, now: &str) -> Self {
        let fingerprint = |one: Both| match (there, now) {
            ("", _) => Self::of(|lang| {
                let one = one.pick(lang);
                tr!(
                    lang,
                    "without {one} there, with one now",
                    "当时没有{one}，现在有"
                )
            }),
            (_, "") => Self::of(|lang| {
                let one = one.pick(lang);
                tr!(
                    lang,
                    "with {one} there, without one now",
                    "当时有{one}，现在没有"
                )
            }),
            _ => Self::of(|lang| {
                let one = one.pick(lang);
                tr!(
                    lang,
                    "with {one} there that is not the one now",
                    "{one}与当时的不同"
                )
            }),
        };
        match name {
            "within" => fingerprint(Both("a boundary", "搜索边界")),
            "first_pass" => fingerprint(Both("a first pass", "初筛")),
            "ground" => Self::of(|lang| {
                lang.pick(
                    "what is said of the photos' ground, positions or camera is not what it was",
                    "照片的地面高程、位置或相机参数与当时的不同",
                )
                .to_owned()
            }),
            "crs" => Self::changed(Both("coordinate system", "坐标系"), there, now),
            "bands" => Self::changed(Both("bands", "波段"), there, now),
            "device" => Self::changed(Both("device", "设备"), there, now),
            "min_views" => Self::changed(
                Both("views of a place at least:", "最少覆盖次数"),
                there,
                now,
            ),
            "allow_coarse" => Self::changed(
                Both("coarse imagery allowed:", "允许粗分辨率影像"),
                there,
                now,
            ),
            _ => {
                let name = name.to_owned();
                Self::of(|lang| {
                    tr!(
                        lang,
                        "{name} {there} there, {now} now",
                        "{name} 当时为 {there}，现为 {now}"
                    )
                })
            }
        }
    }
}

#[cfg(test)]
impl From<&str> for RunDifference {
    fn from(text: &str) -> Self {
        Self([text.to_owned(), text.to_owned()])
    }
}

fn short(text: &str) -> String {
    text.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_boundary_is_called_one_and_no_fingerprint_is_shown() {
        let key = |within: &str| {
            let options = BTreeMap::from([("within".to_owned(), within.to_owned())]);
            RunKey::new("m", options, vec![("a.tif".into(), "f".into())])
        };
        let said = |now: &str, there: &str| {
            let difference = RunDifference::between(&key(now), &key(there));
            difference.pick(Lang::En).to_owned()
        };
        assert_eq!(said("", "9b3cc6"), "with a boundary there, without one now");
        assert_eq!(said("9b3cc6", ""), "without a boundary there, with one now");
        assert_eq!(
            said("9b3cc6", "ab"),
            "with a boundary there that is not the one now"
        );
    }
}
