//! The screening table: verdicts are events, two look without seeing each other, what was said can be taken back.

use super::office::{CANDIDATES, Shared, shared};
use serde_json::{Value, json};

fn card(all: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
    let queue = all["queue"].as_array().expect("queue");
    queue
        .iter()
        .find(|card| wanted(card))
        .expect("card")
        .clone()
}

fn fresh(shared: &Shared, audit: bool) -> String {
    let all = shared.li.get(&shared.office.table()).ok();
    let card = card(&all, |card| {
        card["audit"] == audit
            && card["done"] == false
            && card["mine"].is_null()
            && card["verdicts"] == json!([])
    });
    card["candidate"].as_str().expect("candidate").to_owned()
}

#[test]
fn every_verdict_is_a_signed_event_of_whoever_gave_it_and_its_time_is_kept() {
    let shared = shared();
    let table = shared.office.table();
    let all = shared.li.get(&table).ok();
    assert_eq!(all["queue"].as_array().expect("queue").len(), CANDIDATES);
    assert_eq!(all["unrecorded"], 0);
    assert_eq!(all["reasons"][0]["key"], 1);
    let candidate = fresh(&shared, false);
    let before = all["effort"]["milliseconds"].as_u64().expect("time");
    let verdict =
        json!({"candidate": candidate, "verdict": "discard", "reason": "crop", "seconds": 1.5});
    let judged = shared.li.post(&format!("{table}/verdicts"), &verdict).ok();
    assert_eq!(judged["state"], "SCREENED_OUT");
    let page = shared.office.way(&format!(
        "/sites/{}",
        judged["code"].as_str().expect("code")
    ));
    let history = shared.li.get(&page).ok()["history"].clone();
    let last = history
        .as_array()
        .expect("history")
        .last()
        .expect("line")
        .clone();
    assert_eq!(
        (&last["person"], &last["signed"]),
        (&json!("li"), &json!(true))
    );
    let effort = shared.li.get(&table).ok()["effort"].clone();
    assert_eq!(effort["milliseconds"].as_u64(), Some(before + 1_500));
}

#[test]
fn a_verdict_is_taken_back_by_whoever_gave_it_and_by_nobody_else() {
    let shared = shared();
    let table = shared.office.table();
    let candidate = fresh(&shared, false);
    let verdicts = format!("{table}/verdicts");
    let undo = format!("{table}/verdicts/undo");
    let reject = json!({"candidate": candidate, "verdict": "discard", "reason": "object"});
    shared.li.post(&verdicts, &reject).ok();
    assert_eq!(
        shared
            .sun
            .post(&undo, &json!({"candidate": candidate}))
            .status,
        409
    );
    let back = shared.li.post(&undo, &json!({"candidate": candidate})).ok();
    assert_eq!(
        (&back["state"], &back["decided"]),
        (&json!("CANDIDATE"), &json!(false))
    );
    let again = json!({"candidate": candidate, "verdict": "keep"});
    assert_eq!(shared.li.post(&verdicts, &again).ok()["decided"], true);
}

#[test]
fn a_verdict_that_is_sent_again_as_nobody_heard_the_answer_stands_once() {
    let shared = shared();
    let table = shared.office.table();
    let candidate = fresh(&shared, false);
    let (verdicts, undo) = (
        format!("{table}/verdicts"),
        format!("{table}/verdicts/undo"),
    );
    let discard = json!({"candidate": candidate, "verdict": "discard", "reason": "crop"});
    let once = shared.li.post(&verdicts, &discard).ok();
    let page = format!("/sites/{}", once["code"].as_str().expect("code"));
    let history = || {
        let page = shared.li.get(&shared.office.way(&page)).ok();
        page["history"].as_array().expect("history").len()
    };
    let before = history();
    assert_eq!(shared.li.post(&verdicts, &discard).ok(), once);
    // Another reason, and another person, say something new of what is decided.
    let other = json!({"candidate": candidate, "verdict": "discard", "reason": "object"});
    assert_eq!(shared.li.post(&verdicts, &other).status, 409);
    assert_eq!(shared.sun.post(&verdicts, &discard).status, 409);
    assert_eq!(history(), before);
    let back = json!({"candidate": candidate});
    let once = shared.li.post(&undo, &back).ok();
    let before = history();
    assert_eq!(shared.li.post(&undo, &back).ok(), once);
    assert_eq!(history(), before);
    // What is kept stands once too, and so does the word of one of two.
    let twice = fresh(&shared, true);
    for (candidate, verdict) in [(&candidate, "keep"), (&twice, "discard"), (&twice, "keep")] {
        let reason = (verdict == "discard").then_some("crop");
        let said =
            json!({"candidate": candidate, "verdict": verdict, "reason": reason, "seconds": 60});
        let time = || shared.li.get(&table).ok()["effort"]["milliseconds"].clone();
        let (once, looked) = (shared.li.post(&verdicts, &said).ok(), time());
        assert_eq!(shared.li.post(&verdicts, &said).ok(), once);
        assert_eq!(time(), looked, "{verdict}");
    }
}

#[test]
fn who_has_seen_what_another_said_says_nothing_blind_any_more() {
    let shared = shared();
    let table = shared.office.table();
    let (verdicts, undo) = (
        format!("{table}/verdicts"),
        format!("{table}/verdicts/undo"),
    );
    let candidate = fresh(&shared, true);
    let discard = json!({"candidate": candidate, "verdict": "discard", "reason": "crop"});
    let keep = json!({"candidate": candidate, "verdict": "keep"});
    shared.li.post(&verdicts, &discard).ok();
    assert_eq!(shared.sun.post(&verdicts, &keep).ok()["disagreement"], true);
    let back = json!({"candidate": candidate});
    shared.sun.post(&undo, &back).ok();
    let judged = shared.sun.post(&verdicts, &discard).ok();
    let code = judged["code"].as_str().expect("code");
    let page = shared
        .li
        .get(&shared.office.way(&format!("/sites/{code}")))
        .ok();
    let said: Vec<String> = (page["history"].as_array().expect("history").iter())
        .filter(|line| line["person"] == "sun")
        .map(|line| line["text"]["en"].to_string())
        .collect();
    let blind = said.iter().filter(|text| text.contains("blind")).count();
    assert_eq!(blind, 1, "{said:?}");
}

#[test]
fn who_may_not_screen_takes_no_seat_at_the_list() {
    let shared = shared();
    let table = shared.office.table();
    assert_eq!(shared.wang.get(&table).ok()["others"], json!([]));
    let others = shared.li.get(&table).ok()["others"].clone();
    assert!(!others.to_string().contains("wang"), "{others}");
}

#[test]
fn two_who_audit_do_not_see_each_other_and_nothing_is_decided_before_the_second() {
    let shared = shared();
    let table = shared.office.table();
    let verdicts = format!("{table}/verdicts");
    let candidate = fresh(&shared, true);
    let first = json!({"candidate": candidate, "verdict": "discard", "reason": "lookalike"});
    let first = shared.li.post(&verdicts, &first).ok();
    assert_eq!(
        (&first["decided"], &first["awaits_second"]),
        (&json!(false), &json!(true))
    );
    let seen = card(&shared.sun.get(&table).ok(), |card| {
        card["candidate"] == json!(candidate)
    });
    assert_eq!(
        (&seen["verdicts"], &seen["done"]),
        (&json!([]), &json!(false))
    );
    assert_eq!(seen["waits_for_second"], 1, "that somebody has looked");
    let own = card(&shared.li.get(&table).ok(), |card| {
        card["candidate"] == json!(candidate)
    });
    assert_eq!(own["waits_for_second"], 0, "one's own is no other's");
    let page = shared
        .office
        .way(&format!("/sites/{}", first["code"].as_str().expect("code")));
    assert!(
        !shared.sun.get(&page).text.contains("lookalike"),
        "the page of the site tells it"
    );
    let listed = shared.sun.get(&shared.office.way("/sites?limit=1000"));
    assert!(
        !listed
            .text
            .contains("\"opinion\":\"discard\",\"reason\":\"lookalike\""),
        "the list tells it"
    );
    let other = json!({"candidate": candidate, "verdict": "keep"});
    let other = shared.sun.post(&verdicts, &other).ok();
    assert_eq!(
        (&other["decided"], &other["disagreement"]),
        (&json!(false), &json!(true))
    );
    let both = card(&shared.li.get(&table).ok(), |card| {
        card["candidate"] == json!(candidate)
    });
    assert_eq!(both["verdicts"].as_array().expect("verdicts").len(), 2);
    assert_eq!(both["done"], false);
    let settled = json!({"candidate": candidate, "verdict": "keep"});
    assert_eq!(shared.li.post(&verdicts, &settled).ok()["decided"], true);
}

#[test]
fn the_page_of_a_site_decides_no_more_than_the_desk_where_two_are_to_look() {
    let shared = shared();
    let table = shared.office.table();
    let candidate = fresh(&shared, true);
    let cards = shared.li.get(&table).ok();
    let card = card(&cards, |card| card["candidate"] == json!(candidate));
    let page = shared
        .office
        .way(&format!("/sites/{}", card["code"].as_str().expect("code")));
    let moves = format!("{page}/moves");
    let discard = json!({"move": "screen", "keep": false, "reason": "crop"});
    for _ in 0..2 {
        // However often one says it, it is the word of one.
        let one = shared.li.post(&moves, &discard).ok();
        assert_eq!(
            (&one["sites"][0]["state"], &one["awaits_second"]),
            (&json!("CANDIDATE"), &json!(true)),
            "{one}"
        );
    }
    assert!(!shared.sun.get(&page).text.contains("\"crop\""));
    let both = shared.sun.post(&moves, &discard).ok();
    assert_eq!(
        (&both["sites"][0]["state"], &both["awaits_second"]),
        (&json!("SCREENED_OUT"), &json!(false))
    );
}

#[test]
fn who_may_not_screen_is_refused_and_nothing_is_recorded() {
    let shared = shared();
    let table = shared.office.table();
    let candidate = fresh(&shared, false);
    let keep = json!({"candidate": candidate, "verdict": "keep"});
    let refused = shared.wang.post(&format!("{table}/verdicts"), &keep);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "not_yours")
    );
    let card = card(&shared.li.get(&table).ok(), |card| {
        card["candidate"] == json!(candidate)
    });
    assert_eq!(card["verdicts"], json!([]));
    let reasonless = json!({"candidate": candidate, "verdict": "discard"});
    assert_eq!(
        shared
            .li
            .post(&format!("{table}/verdicts"), &reasonless)
            .status,
        409
    );
}

#[test]
fn who_screens_beside_somebody_has_another_seat_and_is_told_what_became_of_a_candidate() {
    let shared = shared();
    let table = shared.office.table();
    let seat = |person: &super::browser::Browser| {
        let all = person.get(&table).ok();
        (all["seat"].as_u64().expect("seat"), all["others"].clone())
    };
    let (first, second) = (seat(&shared.li), seat(&shared.sun));
    assert_ne!(first.0, second.0);
    assert!(second.1.as_array().expect("others").contains(&json!("li")));
    assert_eq!(seat(&shared.li).0, first.0, "a seat is kept");
    let mut heard = shared.sun.listening();
    let candidate = fresh(&shared, false);
    let keep = json!({"candidate": candidate, "verdict": "keep"});
    shared.li.post(&format!("{table}/verdicts"), &keep).ok();
    let told = heard.told(|event| event["candidate"] == json!(candidate));
    assert_eq!(
        (&told["kind"], &told["registry"]),
        (&json!("registry"), &json!(shared.office.registry))
    );
    assert!(told.get("verdict").is_none() && !told.to_string().contains("keep"));
    let now = |person: &super::browser::Browser, of: &str| {
        person.get(&format!("{table}/cards?of={of}")).ok()
    };
    let cards = now(&shared.sun, &candidate);
    let cards = cards.as_array().expect("cards");
    assert_eq!(cards.len(), 1);
    assert_eq!(
        (&cards[0]["done"], &cards[0]["mine"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(cards[0]["verdicts"][0]["person"], "li");
    assert_eq!(
        now(&shared.sun, "").as_array().map(Vec::len),
        Some(CANDIDATES)
    );
    // Of the audit sample it is told that somebody has looked, and not what they said.
    let audited = fresh(&shared, true);
    let keep = json!({"candidate": audited, "verdict": "keep"});
    shared.li.post(&format!("{table}/verdicts"), &keep).ok();
    let card = &now(&shared.sun, &audited)[0];
    assert_eq!(
        (&card["done"], &card["verdicts"], &card["waits_for_second"]),
        (&json!(false), &json!([]), &json!(1))
    );
}

#[test]
fn whether_to_stop_and_how_many_to_expect_is_answered_and_an_audit_is_drawn_whose_lots_are_in_the_list()
 {
    let shared = shared();
    let (table, stands) = (shared.office.table(), shared.office.way("/screening"));
    let all = shared.li.get(&table).ok();
    assert_eq!(all["season"], 2026);
    let before = shared.li.get(&format!("{stands}?season=2026")).ok();
    assert_eq!(before["word"], "no_audit", "{before}");
    let open = before["open"].as_u64().expect("open");
    assert!(before["prospects"]["undecided"]["of"].as_u64() >= Some(open));
    let lots = |all: &Value| {
        let queue = all["queue"].as_array().expect("queue");
        let why = queue.iter().filter_map(|card| card["why"].as_str());
        why.filter(|why| *why != "best")
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(!lots(&all).is_empty());
    assert!(lots(&all).iter().all(|why| why == "random"));
    let season = json!({"season": 2026});
    let audits = shared.office.way("/audits");
    assert_eq!(shared.wang.post(&audits, &season).status, 403);
    let drawn = shared.li.post(&audits, &season).ok();
    assert_eq!(drawn["word"], "go_on", "{drawn}");
    assert_eq!(shared.li.post(&audits, &season).status, 400);
    let all = shared.li.get(&table).ok();
    assert_eq!(all["queue"][0]["why"], "audit", "the first of ten");
    assert!(lots(&all).iter().all(|why| why == "audit"));
}
