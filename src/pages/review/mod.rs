//! The review page: a contact sheet of a scan's candidates for screening by eye and keyboard, without a server.
//!
//! One HTML file that fetches nothing and reads its pictures from the folder beside it. Decisions are kept in the
//! browser under the scan's id and saved to `decisions-UNIT-DAY-SCANID.json`, the day being that of saving:
//!
//! ```json
//! {"format": "papaver.decisions/1", "scan_id": "…", "decided": [
//!   {"candidate": "…", "decision": "keep", "reason": null, "at": "2026-06-01T02:03:04Z", "note": null}]}
//! ```
//!
//! `decision` is `keep` or `reject`; a rejection has one of the codes of [`RejectReason`](crate::schema::RejectReason) as its
//! reason; [`Decisions`](crate::schema::Decisions) is the file.
//!
//! What comes from file and survey names reaches the page only as JSON in which no character can end the element
//! that holds it, and the page writes it as text; its content policy lets no script run but its own.

use super::layout;
use crate::scan::{Card, ScanSummary};
use crate::schema::model_name;
use crate::words::Lang;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const TEMPLATE: &str = include_str!("review.html");

/// The review page of a scan, beginning in `lang`; the reader can switch. Cards are shown by rank, whatever their order.
/// The same input gives the same text. Pictures are linked relative to the folder in which the page is written.
pub fn page(cards: &[Card], about: &ScanSummary, lang: Lang) -> String {
    let title = match &about.survey {
        Some(survey) => format!("{} · {survey}", lang.pick("Screening", "人工研判")),
        None => lang.pick("Screening", "人工研判").to_owned(),
    };
    fill(TEMPLATE, |name| match name {
        "lang" => lang.pick("en", "zh-CN").to_owned(),
        "title" => escaped(&title),
        "style" => layout::style(),
        "policy" => policy(TEMPLATE),
        "data" => inside_script(&data(cards, about)),
        _ => String::new(),
    })
}

/// Puts values in place of `{{name}}`, in one pass: what a value holds is never read as a name.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut pieces = template.split("{{");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    filled
}

/// The content policy's word for the page's own script: its hash.
fn policy(template: &str) -> String {
    let script = template
        .split_once("<script>")
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .map_or("", |(script, _)| script);
    let hash = Sha256::digest(script.as_bytes());
    format!("'sha256-{}'", BASE64_STANDARD.encode(hash))
}

/// The cards by rank; names of sources are kept once and numbered.
fn data(cards: &[Card], about: &ScanSummary) -> Value {
    let mut names: Vec<&str> = Vec::new();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut ordered: Vec<&Card> = cards.iter().collect();
    ordered.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
    let mut rows = Vec::with_capacity(ordered.len());
    for card in ordered {
        let sources: Vec<usize> = (card.sources.iter())
            .map(|name| {
                *numbers.entry(name).or_insert_with(|| {
                    names.push(name);
                    names.len() - 1
                })
            })
            .collect();
        let mut row = match json!(card) {
            Value::Object(row) => row,
            _ => Map::new(),
        };
        row.insert("sources".to_owned(), json!(sources));
        rows.push(Value::Object(row));
    }
    // As people read it, in both languages: the page switches between them.
    let mut told = json!(about);
    told["model_names"] = json!({
        "en": model_name(&about.model, Lang::En),
        "zh": model_name(&about.model, Lang::Zh),
    });
    json!({"about": told, "sources": names, "cards": rows})
}

/// JSON in which no character means anything to an HTML reader.
fn inside_script(value: &Value) -> String {
    let mut safe = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ScoreBand;

    const NASTY: &str =
        "</script><img src=x onerror=alert(1)> 村东 \"quoted\" 'single' {{data}} <!-- \u{2028}";

    fn card(rank: u32) -> Card {
        Card {
            id: format!("c{rank:05}"),
            rank,
            score_max: 0.91,
            score_mean: 0.72,
            band: ScoreBand::of(0.91, 0.5),
            class: None,
            rank_shipped: None,
            audit: false,
            score_looks: Some(0.85),
            score_verifier: None,
            area_m2: 12.5,
            area_mu: 12.5 * 0.0015,
            hits: 14,
            lon: 106.123_456_7,
            lat: 34.765_432_1,
            gsd_cm: 2.0,
            captured: None,
            sources: vec![NASTY.to_owned()],
            chip: format!("chips/c{rank:05}.jpg"),
            plain: Some(format!("chips/c{rank:05}-plain.jpg")),
            context: None,
        }
    }

    fn about(survey: Option<&str>) -> ScanSummary {
        ScanSummary {
            scan_id: "scan-1".to_owned(),
            survey: survey.map(str::to_owned),
            unit: Some("410423".to_owned()),
            model: NASTY.to_owned(),
            threshold: 0.5,
            searched_m2: 120_000.0,
            not_searched: vec![("blank".to_owned(), 340.0)],
        }
    }

    fn data_of(page: &str) -> Value {
        let start = page.split_once("id=\"data\">").expect("data").1;
        serde_json::from_str(start.split_once("</script>").expect("end").0).expect("valid JSON")
    }

    #[test]
    fn nothing_from_a_name_can_leave_its_place() {
        let page = page(&[card(1)], &about(Some(NASTY)), Lang::Zh);
        assert!(!page.contains("<img src=x"));
        assert!(!page.contains("<!-- "));
        assert_eq!(page.matches("</script>").count(), 2);
        let data = data_of(&page);
        assert_eq!(data["about"]["survey"], NASTY);
        assert_eq!(data["sources"][0], NASTY);
        assert!(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; 村东 &quot;quoted&quot; &#39;single&#39; {{data}}"));
    }

    #[test]
    fn every_place_in_the_template_is_filled_and_nothing_is_fetched() {
        let mut plain = about(None);
        plain.model = "m".to_owned();
        let mut one = card(1);
        one.sources = vec!["a.tif".to_owned()];
        let page = page(&[one], &plain, Lang::En);
        assert!(!page.contains("{{"));
        assert!(page.contains("<html lang=\"en\">") && page.contains("script-src 'sha256-"));
        assert!(
            !page.contains("http://") && !page.contains("https://") && !page.contains("@import")
        );
    }

    #[test]
    fn cards_are_in_rank_order_and_source_names_are_kept_once() {
        let data = data_of(&page(&[card(3), card(1), card(2)], &about(None), Lang::En));
        let ranks: Vec<_> = data["cards"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["rank"].clone())
            .collect();
        assert_eq!(ranks, [1, 2, 3]);
        assert_eq!(data["sources"].as_array().unwrap().len(), 1);
        assert_eq!(data["cards"][2]["sources"], json!([0]));
        assert_eq!(data["cards"][0]["captured"], Value::Null);
    }

    #[test]
    fn the_page_knows_the_same_reasons() {
        let codes = crate::schema::RejectReason::ALL.map(|r| json!(r).as_str().unwrap().to_owned());
        let list = codes.clone().map(|code| format!("'{code}'")).join(", ");
        assert!(TEMPLATE.contains(&format!("const REASONS = [{list}];")));
        for code in codes {
            assert_eq!(
                TEMPLATE.matches(&format!("{code}: '")).count(),
                2,
                "{code} in both languages"
            );
        }
    }

    /// Writes a page for a browser to try; `tests/tools/review_page.py` runs it.
    #[test]
    #[ignore = "writes a page to PAPAVER_REVIEW_PAGE for the browser test"]
    fn write_a_page_for_the_browser() {
        let out = std::path::PathBuf::from(
            std::env::var("PAPAVER_REVIEW_PAGE").expect("PAPAVER_REVIEW_PAGE"),
        );
        let count: u32 = std::env::var("PAPAVER_REVIEW_CARDS")
            .expect("PAPAVER_REVIEW_CARDS")
            .parse()
            .expect("a number");
        let lang = Lang::of_locale(&std::env::var("PAPAVER_REVIEW_LANG").unwrap_or_default());
        let pictures: Vec<String> = std::env::var("PAPAVER_REVIEW_PICTURES")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let cards: Vec<Card> = (1..=count)
            .map(|rank| {
                let score = 0.99 - 0.48 * f64::from(rank) / f64::from(count);
                let area = 400.0 / f64::from(rank) + 0.3;
                let picture = |kind: &str| match pictures.len() {
                    0 => format!("chips/{kind}-{rank:05}.jpg"),
                    n => format!("chips/{kind}-{}.jpg", pictures[rank as usize % n]),
                };
                Card {
                    score_max: score,
                    band: ScoreBand::of(score, 0.5),
                    class: None,
                    rank_shipped: None,
                    audit: false,
                    score_looks: None,
                    score_verifier: None,
                    area_m2: area,
                    area_mu: area * 0.0015,
                    captured: (rank % 3 > 0).then(|| "2026-05-14".to_owned()),
                    sources: vec![format!("村东 #{} 100%.tif", rank % 3), NASTY.to_owned()],
                    chip: picture("chip"),
                    plain: (!pictures.is_empty()).then(|| picture("plain")),
                    context: (rank % 4 > 0).then(|| picture("context")),
                    ..card(rank)
                }
            })
            .collect();
        let mut about = about(Some("龙泉乡 2026 春 </script><img src=x onerror=alert(1)>"));
        about.model = "flowers-1 (a1b2c3)".to_owned();
        std::fs::write(out, page(&cards, &about, lang)).expect("written");
    }
}
