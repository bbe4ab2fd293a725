//! The figures of a period, a scope and a day, counted out of the facts.

use super::figures::{Answering, PatrolFigures, Supervised, Tipped};
use super::query::WorkQuery;
use super::rows::Rows;
use crate::province::facts::DistrictArea;
use crate::province::period::Period;
use crate::registry::affairs::{Affairs, Stamped};
use crate::registry::body::{Channel, Measure, Round, Settle};
use crate::registry::site::Stamp;
use crate::registry::unit::{chain, is_at_or_below, is_below, is_code};
use crate::registry::{SiteKey, State};
use crate::text::day_of;
use std::collections::{BTreeMap, BTreeSet};

impl WorkQuery<'_> {
    fn affairs(&self) -> &Affairs {
        &self.facts.work.affairs
    }

    fn holds<T>(&self, said: &Stamped<T>) -> bool {
        self.period.holds(said.season, said.on)
    }

    /// The season whose letters count: that of the period's last day.
    fn season(&self) -> i16 {
        match self.period {
            Period::Season(season) => season,
            Period::Between(_, last) => self.facts.season_of(last),
        }
    }

    pub(super) fn answering(&self) -> Vec<Answering> {
        let (affairs, season) = (self.affairs(), self.season());
        let has = |code: &str| affairs.duty_of(code, season).is_some();
        let mut districts: Vec<(&str, &str)> = self
            .scope
            .districts(self.facts)
            .into_iter()
            .map(named)
            .collect();
        districts.extend(self.own());
        districts.sort_unstable();
        let row = |&(code, name): &(&str, &str)| {
            let parts = self.facts.districts.iter().map(|d| d.code.as_str());
            let parts: BTreeSet<&str> = parts.filter(|part| is_part(part, code)).collect();
            let duty = affairs.duty_of(code, season);
            Answering {
                code: code.to_owned(),
                name: name.to_owned(),
                duty: duty.map(|d| d.body.clone()),
                parts: parts.iter().filter(|part| has(part)).count(),
                of: parts.len(),
                households: affairs.households_of(code, season),
            }
        };
        districts.iter().map(row).collect()
    }

    /// The district whose parts are compared: whoever answers for a county answers in its own report, too.
    fn own(&self) -> Option<(&str, &str)> {
        let code = self.scope.within;
        let is_whole = is_code(code) && code.len() < self.scope.level;
        let known = self.facts.districts.iter().find(|d| d.code == code);
        is_whole.then(|| known.map_or((code, ""), named))
    }

    pub(super) fn supervised(&self) -> Vec<Supervised> {
        let mut rows = Rows::of(self);
        self.count_rounds(&mut rows);
        self.count_sites(&mut rows);
        self.count_findings(&mut rows);
        self.count_measures(&mut rows);
        rows.done(self)
    }

    /// A district stands on the rung on which an office above it put the whole of it. What stands on a part of it says nothing of
    /// the whole: the table of measures names it.
    fn count_measures(&self, rows: &mut Rows) {
        for measure in self.affairs().standing() {
            let code = &measure.body.district;
            if rows.key(code) == *code && is_from_above(&measure.stamp, code) {
                let row = rows.row(code);
                row.rung = row.rung.max(Some(measure.body.rung));
            }
        }
    }

    fn rounds(&self) -> impl Iterator<Item = &Stamped<Round>> {
        let rounds = self.affairs().rounds.iter();
        rounds.filter(|round| self.holds(round))
    }

    fn count_rounds(&self, rows: &mut Rows) {
        for round in self.rounds() {
            let codes = round.body.districts.iter().map(|code| rows.key(code));
            let codes = codes.filter(|code| is_from_above(&round.stamp, code));
            for code in codes.collect::<BTreeSet<String>>() {
                let row = rows.row(&code);
                row.rounds += 1;
                row.ledgers += round.body.ledgers;
            }
        }
    }

    /// A round looks at sites of the districts that it checked: it says nothing of others.
    fn count_sites(&self, rows: &mut Rows) {
        let mut looked_at: BTreeMap<SiteKey, Vec<(&str, &Stamp)>> = BTreeMap::new();
        for round in self.rounds() {
            for site in &round.body.sites {
                let districts = round.body.districts.iter().map(String::as_str);
                let checked = districts.map(|district| (district, &round.stamp));
                looked_at.entry(*site).or_default().extend(checked);
            }
        }
        let sites = self.facts.sites.iter();
        for site in sites.filter(|site| self.period.holds_site(site)) {
            let Some(code) = site.district.as_deref() else {
                continue;
            };
            let mut checked = looked_at.get(&site.key).into_iter().flatten();
            let key = rows.key(code);
            if let Some(row) = rows.known(&key) {
                row.sites += 1;
                let is_checked =
                    |(of, by): &(&str, &Stamp)| is_at_or_below(code, of) && is_from_above(by, &key);
                row.looked_at += usize::from(checked.any(is_checked));
            }
        }
    }

    fn count_findings(&self, rows: &mut Rows) {
        let affairs = self.affairs();
        let findings = affairs.findings.iter();
        for finding in findings.filter(|finding| self.holds(finding)) {
            let settled = affairs.settled.contains_key(&finding.stamp.event);
            let due = finding.body.due.as_deref().and_then(day_of);
            let key = rows.key(&finding.body.district);
            if !is_from_above(&finding.stamp, &key) {
                continue;
            }
            let row = rows.row(&key);
            row.findings += 1;
            row.settled += usize::from(settled);
            row.overdue += usize::from(!settled && due.is_some_and(|due| due < self.on));
        }
    }

    pub(super) fn measures(&self) -> Vec<(Stamped<Measure>, Option<Stamped<Settle>>)> {
        let affairs = self.affairs();
        let end = |m: &Stamped<Measure>| affairs.settled.get(&m.stamp.event).cloned();
        let meant = |m: &&Stamped<Measure>| {
            let here = self.within(&m.body.district)
                || is_at_or_below(self.scope.within, &m.body.district);
            here && (self.holds(m) || end(m).is_none())
        };
        let mut found: Vec<_> = affairs
            .measures
            .iter()
            .filter(meant)
            .map(|m| (m.clone(), end(m)))
            .collect();
        found.sort_by_key(|(m, end)| {
            let order = (end.is_some(), std::cmp::Reverse(m.body.rung));
            (order, m.body.district.clone(), m.stamp.at.clone())
        });
        found
    }

    pub(super) fn tips(&self) -> Vec<(Channel, Tipped)> {
        let (affairs, work) = (self.affairs(), &self.facts.work);
        let confirmed = self.confirmed();
        let mut channels: BTreeMap<Channel, Tipped> = BTreeMap::new();
        for tip in affairs.tips.iter().filter(|tip| self.holds(tip)) {
            let code = tip
                .body
                .district
                .as_deref()
                .unwrap_or(&tip.stamp.actor.unit);
            if !self.within(code) {
                continue;
            }
            let of = tip.stamp.event;
            let led = work.led.get(&of);
            let row = channels.entry(tip.body.channel).or_default();
            row.tips += 1;
            row.led += usize::from(led.is_some());
            let poppy = led.into_iter().flatten().any(|key| confirmed.contains(key));
            row.confirmed += usize::from(poppy);
            row.closed += usize::from(led.is_none() && affairs.closed.contains_key(&of));
            let [decided, paid] = affairs.rewards_of(of);
            row.decided_fen = row.decided_fen.saturating_add(decided);
            row.paid_fen = row.paid_fen.saturating_add(paid);
            row.overpaid += usize::from(paid > decided);
        }
        channels.into_iter().collect()
    }

    /// Sites where poppy was confirmed.
    fn confirmed(&self) -> BTreeSet<SiteKey> {
        let poppy =
            |state: State| matches!(state, State::Confirmed | State::Eradicated | State::Closed);
        let sites = self.facts.sites.iter().filter(|s| poppy(s.state));
        sites.map(|s| s.key).collect()
    }

    pub(super) fn patrols(&self) -> PatrolFigures {
        let mut walked = PatrolFigures::default();
        for patrol in &self.facts.patrols {
            let code = patrol.district.as_deref().unwrap_or(&patrol.unit);
            if !self.within(code) || !self.period.holds_patrol(patrol) {
                continue;
            }
            let led = self.facts.work.led.get(&patrol.entry).map_or(0, Vec::len);
            walked.patrols += 1;
            walked.led += usize::from(led > 0);
            walked.sites += led;
            walked.seeds += usize::from(patrol.seeds);
            walked.publicity += usize::from(patrol.publicity);
        }
        walked
    }
}

fn named(district: &DistrictArea) -> (&str, &str) {
    (&district.code, &district.name)
}

/// Whether an office above a district said it: nobody supervises themself.
fn is_from_above(said: &Stamp, district: &str) -> bool {
    is_below(district, &said.actor.unit)
}

/// Whether a district lies right below another, with none between them.
fn is_part(part: &str, of: &str) -> bool {
    chain(part)
        .iter()
        .nth_back(1)
        .is_some_and(|above| above == of)
}

#[cfg(test)]
mod tests {
    use super::super::Worked;
    use super::*;
    use crate::province::facts::{Facts, OfficeWork};
    use crate::province::fixture;
    use crate::province::period::Scope;
    use crate::registry::Hash;
    use crate::registry::body::{Finding, Reward, Rung, Tip};
    use crate::registry::event::Actor;
    use crate::registry::role::Role;
    use geo::MultiPolygon;
    use jiff::civil::Date;

    fn said<T>(n: u8, unit: &str, on: &str, body: T) -> Stamped<T> {
        Stamped {
            stamp: Stamp {
                event: Hash([n; 32]),
                at: format!("{on}T10:00:00+08:00"),
                actor: Actor {
                    name: "wang".into(),
                    unit: unit.into(),
                    role: Role::Supervisor,
                    key: None,
                    recorder: None,
                },
                own_key: false,
            },
            on: day_of(on),
            season: 2026,
            body,
        }
    }

    fn tip(channel: Channel, district: Option<&str>) -> Tip {
        Tip {
            channel,
            sealed: None,
            place: None,
            district: district.map(str::to_owned),
            text: Some("words".into()),
        }
    }

    fn finding(district: &str, due: &str) -> Finding {
        Finding {
            round: None,
            district: district.into(),
            site: None,
            text: "late".into(),
            due: Some(due.into()),
        }
    }

    fn measure(rung: Rung, district: &str) -> Measure {
        Measure {
            rung,
            district: district.into(),
            reason: "late".into(),
            finding: None,
            due: None,
            paper: None,
        }
    }

    fn facts() -> Facts {
        let district = |code: &str| DistrictArea {
            code: code.into(),
            name: format!("name of {code}"),
            area: MultiPolygon::new(vec![]),
        };
        let poppy = fixture::site("one", 2026, State::Confirmed);
        let mut affairs = Affairs::default();
        affairs.tips = vec![
            said(
                1,
                "410423",
                "2026-04-01",
                tip(Channel::Phone, Some("410423001")),
            ),
            said(2, "410423", "2026-06-01", tip(Channel::Phone, None)),
            said(3, "410424", "2026-04-01", tip(Channel::Letter, None)),
        ];
        let reward = |paid| Reward {
            tip: Hash([1; 32]),
            paid,
            fen: 50_050,
        };
        affairs.rewards = vec![
            said(4, "410423", "2026-05-01", reward(false)),
            said(5, "410423", "2026-05-02", reward(true)),
        ];
        affairs.findings = vec![
            said(
                6,
                "410000",
                "2026-04-02",
                finding("410423001", "2026-04-20"),
            ),
            said(7, "410000", "2026-04-02", finding("410423", "2026-04-20")),
        ];
        affairs.measures = vec![
            said(8, "410000", "2026-04-02", measure(Rung::Notice, "410423")),
            said(9, "410000", "2026-04-03", measure(Rung::Talk, "410423")),
            said(10, "410000", "2026-04-03", measure(Rung::Listed, "410424")),
        ];
        let settle = |of: u8| Settle {
            of: Hash([of; 32]),
            reason: "seen".into(),
        };
        for of in [7, 9] {
            let settled = said(of + 20, "410000", "2026-04-10", settle(of));
            affairs.settled.insert(Hash([of; 32]), settled);
        }
        let led = BTreeMap::from([(Hash([1; 32]), vec![poppy.key])]);
        Facts {
            districts: ["410423", "410423001", "410423002", "410424"]
                .map(district)
                .to_vec(),
            sites: vec![poppy],
            work: OfficeWork { affairs, led },
            ..Facts::default()
        }
    }

    fn worked(period: Period, level: usize, within: &str) -> Worked {
        let on = Date::constant(2026, 5, 1);
        Worked::of(&facts(), period, &Scope { level, within }, on)
    }

    #[test]
    fn a_figure_counts_what_lies_in_its_scope_and_period() {
        let province = worked(Period::Season(2026), 6, "");
        assert_eq!(province.all_tips().tips, 3);
        let county = worked(Period::Season(2026), 9, "410423");
        let [(Channel::Phone, tips)] = county.tips[..] else {
            panic!("{:?}", county.tips)
        };
        assert_eq!(
            (tips.tips, tips.led, tips.confirmed, tips.closed),
            (2, 1, 1, 0)
        );
        let rewards = |of: Tipped| (of.decided_fen, of.paid_fen, of.overpaid);
        assert_eq!(rewards(tips), (50_050, 50_050, 0));
        let spring = Period::Between(Date::constant(2026, 3, 1), Date::constant(2026, 5, 1));
        assert_eq!(worked(spring, 9, "410423").all_tips().tips, 1);
    }

    #[test]
    fn more_that_was_paid_for_a_tip_off_than_decided_is_counted() {
        let mut facts = facts();
        let twice = facts.work.affairs.rewards[1].clone();
        facts.work.affairs.rewards.push(twice);
        let scope = Scope {
            level: 6,
            within: "",
        };
        let on = Date::constant(2026, 5, 1);
        let all = Worked::of(&facts, Period::Season(2026), &scope, on).all_tips();
        assert_eq!((all.decided_fen, all.paid_fen), (50_050, 100_100));
        assert_eq!(all.overpaid, 1);
    }

    #[test]
    fn days_hold_what_happened_on_them_whenever_it_was_recorded() {
        let mut facts = facts();
        for finding in &mut facts.work.affairs.findings {
            finding.on = Some(Date::constant(2026, 3, 5));
        }
        let march = Period::Between(Date::constant(2026, 3, 1), Date::constant(2026, 3, 31));
        let scope = Scope {
            level: 6,
            within: "",
        };
        let of = |period| {
            let worked = Worked::of(&facts, period, &scope, Date::constant(2026, 5, 1));
            worked.supervised[0].findings
        };
        let april = Period::Between(Date::constant(2026, 4, 1), Date::constant(2026, 4, 30));
        assert_eq!((of(march), of(april)), (2, 0));
    }

    #[test]
    fn a_districts_findings_and_rung_stand_with_it_and_what_ended_counts_as_ended() {
        let province = worked(Period::Season(2026), 6, "");
        let [county, other] = &province.supervised[..] else {
            panic!("{:?}", province.supervised)
        };
        assert_eq!((county.settled, county.findings, county.overdue), (1, 2, 1));
        assert_eq!(
            (county.rung, other.rung),
            (Some(Rung::Notice), Some(Rung::Listed))
        );
        // A county's own report shows what stands against the whole of it beside its townships.
        let county = worked(Period::Season(2026), 9, "410423").supervised;
        let codes: Vec<&str> = county.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["410423", "410423001", "410423002"]);
        assert_eq!((county[0].findings, county[1].findings), (1, 1));
        assert_eq!(county[0].name, "name of 410423");
        let ended = province.measures.iter().filter(|(_, end)| end.is_some());
        assert_eq!((ended.count(), province.measures.len()), (1, 3));
    }

    #[test]
    fn what_a_county_does_about_a_township_is_no_rung_of_the_county() {
        let mut facts = facts();
        let township = |n, unit| said(n, unit, "2026-04-05", measure(Rung::Listed, "410423001"));
        let rungs = |facts: &Facts, level, within| {
            let (scope, on) = (Scope { level, within }, Date::constant(2026, 5, 1));
            let rows = Worked::of(facts, Period::Season(2026), &scope, on).supervised;
            let rung = |row: &Supervised| (row.code.clone(), row.rung);
            rows.iter().map(rung).collect::<BTreeMap<_, _>>()
        };
        // Neither what it did itself, nor what the province did about a part of it.
        facts.work.affairs.measures.push(township(50, "410423"));
        assert_eq!(rungs(&facts, 6, "")["410423"], Some(Rung::Notice));
        let county = rungs(&facts, 9, "410423");
        assert_eq!(county["410423"], Some(Rung::Notice));
        assert_eq!(county["410423001"], Some(Rung::Listed));
        facts.work.affairs.measures.push(township(51, "410000"));
        assert_eq!(rungs(&facts, 6, "")["410423"], Some(Rung::Notice));
        // Of itself nobody says it.
        let own = said(52, "410423", "2026-04-05", measure(Rung::Listed, "410423"));
        facts.work.affairs.measures.push(own);
        assert_eq!(rungs(&facts, 6, "")["410423"], Some(Rung::Notice));
    }

    #[test]
    fn a_countys_own_report_says_who_answers_for_the_county() {
        let of = |level: usize, within: &str| {
            let rows = worked(Period::Season(2026), level, within).answering;
            let row = |a: Answering| (a.code, a.name, a.of);
            rows.into_iter().map(row).collect::<Vec<_>>()
        };
        let county = of(9, "410423");
        let own = ("410423".to_owned(), "name of 410423".to_owned(), 2);
        assert_eq!((&county[0], county.len()), (&own, 3));
        assert_eq!(of(6, "").len(), 2);
        // The beginning of a code is no district.
        assert_eq!(of(6, "4104").len(), 2);
    }

    #[test]
    fn a_district_that_nobody_knows_is_shown_and_is_none_that_could_be_checked() {
        let mut facts = facts();
        let unknown = said(41, "410000", "2026-05-01", measure(Rung::Notice, "410499"));
        facts.work.affairs.measures.push(unknown);
        let scope = Scope {
            level: 6,
            within: "",
        };
        let on = Date::constant(2026, 5, 1);
        let rows = Worked::of(&facts, Period::Season(2026), &scope, on).supervised;
        let listed = rows.iter().map(|r| (r.code.as_str(), r.is_listed));
        assert_eq!(
            listed.collect::<Vec<_>>(),
            [("410423", true), ("410424", true), ("410499", false)]
        );
    }

    #[test]
    fn what_a_county_says_of_itself_is_no_supervision_of_it() {
        let mut facts = facts();
        facts.sites[0].district = Some("410423001".into());
        let keys = vec![facts.sites[0].key];
        let round = |unit: &str, n: u8| {
            let round = Round {
                name: "round".into(),
                on: "2026-04-02".into(),
                team: vec!["Sun".into()],
                districts: vec!["410423".into(), "410423001".into()],
                sites: keys.clone(),
                ledgers: 3,
                ..Round::default()
            };
            said(n, unit, "2026-04-02", round)
        };
        facts.work.affairs.rounds = vec![round("410423", 11)];
        let own = said(12, "410423", "2026-04-02", finding("410423", "2026-04-20"));
        let settle = Settle {
            of: own.stamp.event,
            reason: "seen".into(),
        };
        let settled = said(13, "410423", "2026-04-03", settle);
        (facts.work.affairs.settled).insert(own.stamp.event, settled);
        facts.work.affairs.findings.push(own);
        let on = Date::constant(2026, 5, 1);
        let of = |facts: &Facts, level: usize, within: &str| {
            let scope = Scope { level, within };
            let period = Period::Season(2026);
            let rows = Worked::of(facts, period, &scope, on).supervised;
            rows.into_iter()
                .map(|r| (r.code, r.rounds, r.looked_at, r.settled, r.findings))
                .collect::<Vec<_>>()
        };
        let province = of(&facts, 6, "");
        assert_eq!(province[0], ("410423".into(), 0, 0, 1, 2));
        // Of its townships it is.
        let county = of(&facts, 9, "410423");
        assert_eq!(county[1].1, 1, "{county:?}");
        facts.work.affairs.rounds.push(round("410000", 14));
        assert_eq!(of(&facts, 6, "")[0].1, 1);
    }
}
