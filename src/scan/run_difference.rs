//! What of a run is not as it was when the work in its folder was begun, in words.

use super::score_store::RunKey;
use crate::tr;
use crate::words::{Both, Lang};
use std::collections::BTreeMap;

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
        Self::of_sources(&now.sources, &there.sources)
    }

    /// Which sources are missing, new, or of another content, by name and fingerprint.
    fn of_sources(now: &[(String, String)], there: &[(String, String)]) -> Self {
        let [now, there] = [now, there].map(|all| {
            let named = all
                .iter()
                .map(|(name, print)| (name.as_str(), print.as_str()));
            named.collect::<BTreeMap<&str, &str>>()
        });
        let lacking = |all: &BTreeMap<&str, &str>, from: &BTreeMap<&str, &str>| {
            let names = all.keys().filter(|name| !from.contains_key(*name));
            names
                .map(|name| (*name).to_owned())
                .collect::<Vec<String>>()
        };
        let (missing, new) = (lacking(&there, &now), lacking(&now, &there));
        let is_other = |(name, print): &(&&str, &&str)| {
            there.get(*name).is_some_and(|before| before != *print)
        };
        let other = now.iter().filter(is_other);
        let other: Vec<String> = other.map(|(name, _)| (*name).to_owned()).collect();
        Self::of(|lang| {
            let named = |names: &[String]| some_of(names, lang);
            let mut said = Vec::new();
            if !missing.is_empty() {
                let names = named(&missing);
                said.push(tr!(lang, "missing now: {names}", "现已缺少：{names}"));
            }
            if !new.is_empty() {
                let names = named(&new);
                said.push(tr!(lang, "not there then: {names}", "当时没有：{names}"));
            }
            if !other.is_empty() {
                let names = named(&other);
                said.push(tr!(
                    lang,
                    "the content of {names} is not what it was",
                    "{names} 的内容已改变"
                ));
            }
            if said.is_empty() {
                let order = "the sources come in another order";
                said.push(lang.pick(order, "影像的顺序不同").to_owned());
            }
            said.join(lang.pick("; ", "；"))
        })
    }

    /// Something that is known by a fingerprint alone.
    fn of_fingerprint(one: Both, there: &str, now: &str) -> Self {
        match (there, now) {
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
        }
    }

    /// An option by its name in the key; what is a fingerprint there is nothing to read.
    pub fn of_option(name: &str, there: &str, now: &str) -> Self {
        let fingerprint = |one: Both| Self::of_fingerprint(one, there, now);
        match name {
            "within" => fingerprint(Both("a boundary", "搜索边界")),
            "verifier" => fingerprint(Both("a second model", "复核模型")),
            "learnt" => fingerprint(Both("an order learnt from verdicts", "学习所得的排序")),
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

/// The first few of some names, and how many more there are.
fn some_of(names: &[String], lang: Lang) -> String {
    const NAMED: usize = 5;
    // One more name would say no less than their number.
    if names.len() <= NAMED + 1 {
        return names.join(lang.pick(", ", "、"));
    }
    let (first, more) = (&names[..NAMED], names.len() - NAMED);
    let first = first.join(lang.pick(", ", "、"));
    tr!(
        lang,
        "{first} and {more} more",
        "{first} 等 {all} 个",
        all = names.len()
    )
}

fn short(text: &str) -> String {
    text.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_sources_the_few_that_differ_are_named() {
        let key = |of: &[(usize, &str)]| {
            let named = of
                .iter()
                .map(|(n, print)| (format!("{n:03}.jpg"), (*print).into()));
            RunKey::new("m", BTreeMap::new(), named.collect())
        };
        let all: Vec<(usize, &str)> = (0..300).map(|n| (n, "f")).collect();
        let mut now = all.clone();
        now[9].1 = "g";
        now[0].0 = 300;
        now.remove(7);
        let said = |now: &[(usize, &str)], lang| {
            RunDifference::between(&key(now), &key(&all))
                .pick(lang)
                .to_owned()
        };
        assert_eq!(
            said(&now, Lang::En),
            "missing now: 000.jpg, 007.jpg; not there then: 300.jpg; the content of 009.jpg is not what it was"
        );
        assert_eq!(
            said(&now[100..], Lang::Zh),
            "现已缺少：000.jpg、001.jpg、002.jpg、003.jpg、004.jpg 等 101 个"
        );
        now = all.clone();
        now.swap(0, 1);
        assert!(said(&now, Lang::En).contains("another order"));
    }

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
