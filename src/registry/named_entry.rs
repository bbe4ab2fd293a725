//! An entry in the words of who speaks of it: what it was, of which day, by whom and where, so that nobody has to look up a number.
//! Pure: the event and the names of codes in, a phrase in either language out.

use super::body::{Body, Patrol, Tip};
use super::code_lists::Coded;
use super::event::{EvidenceRole, Sealed};
use super::told::kind_label;
use crate::text::Zone;
use crate::tr;
use crate::words::Lang;
use std::collections::BTreeMap;

/// An entry, and what its reader has to know beside it.
#[derive(Debug, Clone)]
pub struct NamedEntry {
    /// The entry.
    pub sealed: Sealed,
    /// Names of units and districts by their codes, where they are known.
    pub names: BTreeMap<String, String>,
    /// The zone in which times are shown.
    pub zone: Zone,
}

impl NamedEntry {
    /// Its kind, its day, its unit, and what it says, with its number at the end: "telephone tip-off of 2026-05-02 …".
    pub fn words(&self, lang: Lang) -> String {
        let event = &self.sealed.event;
        let on = self.zone.day(event.body.day_of_season(&event.at));
        let number = self.sealed.hash.short();
        let said = match &event.body {
            Body::Tip(tip) => self.tip(tip, &on, lang),
            Body::Patrol(patrol) => self.patrol(patrol, &on, lang),
            body => {
                let kind = kind_label(body.kind(), lang);
                tr!(lang, "{kind} of {on}", "{on} {kind}")
            }
        };
        tr!(lang, "{said} (entry {number})", "{said}（记录 {number}）")
    }

    /// A unit or a district by its name, with its code.
    fn place(&self, code: &str, lang: Lang) -> String {
        self.names.get(code).map_or_else(
            || code.to_owned(),
            |name| tr!(lang, "{name} ({code})", "{name}（{code}）"),
        )
    }

    fn tip(&self, tip: &Tip, on: &str, lang: Lang) -> String {
        let by = self.place(&self.sealed.event.actor.unit, lang);
        let channel = tip.channel.label(lang);
        let mut parts = vec![tr!(
            lang,
            "tip-off of {on} ({channel}), taken by {by}",
            "{on} 举报（{channel}），受理单位 {by}"
        )];
        parts.extend(tip.district.as_deref().map(|code| {
            let district = self.place(code, lang);
            tr!(lang, "about {district}", "涉及 {district}")
        }));
        parts.extend(tip.place.as_ref().map(|place| {
            let at = place.lonlat();
            let (lon, lat) = (at.lon, at.lat);
            tr!(lang, "at {lon:.7}, {lat:.7}", "地点 {lon:.7}, {lat:.7}")
        }));
        parts.extend(tip.text.as_ref().map(|text| format!("“{text}”")));
        let sealed = tip.sealed.as_ref();
        parts.extend(sealed.map(|number| tr!(lang, "sealed number {number}", "密封编号 {number}")));
        parts.join(lang.pick(", ", "，"))
    }

    fn patrol(&self, patrol: &Patrol, on: &str, lang: Lang) -> String {
        let by = self.place(&self.sealed.event.actor.unit, lang);
        let (people, vehicles) = (patrol.people, patrol.vehicles);
        let mut parts = vec![tr!(
            lang,
            "patrol of {on} by {by}",
            "{on} 踏查，踏查单位 {by}"
        )];
        parts.extend(patrol.crew.clone());
        parts.extend(patrol.district.as_deref().map(|code| {
            let district = self.place(code, lang);
            tr!(lang, "in {district}", "区域 {district}")
        }));
        parts.push(tr!(
            lang,
            "{people}, {vehicles}",
            "出动 {people} 人次、车辆 {vehicles} 台次",
            vehicles = (vehicles, "vehicle", "vehicles"),
            people = (people, "person", "people"),
        ));
        parts.extend(self.route(patrol, lang));
        parts.join(lang.pick(", ", "，"))
    }

    /// Along which track it went, or that its ground was drawn.
    fn route(&self, patrol: &Patrol, lang: Lang) -> Option<String> {
        let Some(track) = &patrol.track else {
            let drawn = !patrol.walked.is_empty();
            return drawn.then(|| lang.pick("ground drawn by hand", "手绘范围").to_owned());
        };
        let tenths = (track.length_m + 50) / 100;
        let km = format!("{}.{}", tenths / 10, tenths % 10);
        let files = self.sealed.event.evidence.iter();
        let files = files.filter(|file| file.role == EvidenceRole::Document);
        let files: Vec<&str> = files.map(|file| file.name.as_str()).collect();
        let files = files.join(lang.pick(", ", "、"));
        Some(if files.is_empty() {
            tr!(lang, "route of {km} km", "路线 {km} 公里")
        } else {
            tr!(
                lang,
                "route of {km} km ({files})",
                "路线 {km} 公里（{files}）"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::registry::body::{Channel, TrackFacts};
    use crate::registry::event::tests::{key, unit_wide};
    use crate::registry::place::Place;

    fn entry(at: &str, body: Body) -> NamedEntry {
        NamedEntry {
            sealed: Sealed::seal(unit_wide(at, body), &key(1), None).expect("sealed"),
            names: BTreeMap::from([("410423".into(), "鲁山县".into())]),
            zone: Zone::of("2026-01-01T00:00:00+08:00").expect("a zone"),
        }
    }

    #[test]
    fn a_tip_off_is_named_by_its_day_channel_unit_and_words() {
        let tip = Body::Tip(Box::new(Tip {
            channel: Channel::Letter,
            sealed: Some("F-1".into()),
            place: Some(Place::point(LonLat::new(113.25, 33.75))),
            district: Some("410423001".into()),
            text: Some("河边".into()),
        }));
        // Late in the evening by universal time it is the next day where the registry is.
        let entry = entry("2026-05-02T20:00:00Z", tip);
        let number = entry.sealed.hash.short();
        assert_eq!(
            entry.words(Lang::Zh),
            format!(
                "2026-05-03 举报（来信），受理单位 鲁山县（410423），涉及 410423001，地点 113.2500000, 33.7500000，“河边”，密封编号 F-1（记录 {number}）"
            )
        );
        assert_eq!(
            entry.words(Lang::En),
            format!(
                "tip-off of 2026-05-03 (letter), taken by 鲁山县 (410423), about 410423001, at 113.2500000, 33.7500000, “河边”, sealed number F-1 (entry {number})"
            )
        );
    }

    #[test]
    fn a_patrol_is_named_by_its_day_unit_and_route() {
        let patrol = Patrol {
            on: "2026-05-01".into(),
            people: 3,
            vehicles: 1,
            crew: Some("一组".into()),
            track: Some(TrackFacts {
                length_m: 3_149,
                ..TrackFacts::default()
            }),
            ..Patrol::default()
        };
        let entry = entry("2026-05-04T10:00:00+08:00", Body::Patrol(Box::new(patrol)));
        let number = entry.sealed.hash.short();
        assert_eq!(
            entry.words(Lang::Zh),
            format!(
                "2026-05-01 踏查，踏查单位 鲁山县（410423），一组，出动 3 人次、车辆 1 台次，路线 3.1 公里（记录 {number}）"
            )
        );
        assert_eq!(
            entry.words(Lang::En),
            format!(
                "patrol of 2026-05-01 by 鲁山县 (410423), 一组, 3 people, 1 vehicle, route of 3.1 km (entry {number})"
            )
        );
    }
}
