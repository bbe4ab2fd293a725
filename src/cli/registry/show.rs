//! `show`: everything about a site.

use super::Done;
use super::affairs;
use super::context::{Common, Context, today};
use super::log::{followed, waits};
use super::page::Page;
use super::say::{Failure, data, json};
use super::view::{learnt, learnt_json, site_json};
use crate::office::Unfollowed;
use crate::office::desk::Veil;
use crate::registry::{Hash, Site, SiteKey};
use crate::schema::Ranked;
use crate::store::Store;
use crate::words::Lang;
use clap::Args;

/// `papaver show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The site's code 图斑编号
    site: String,
    #[command(flatten)]
    common: Common,
}

impl Show {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let key = store.find(&self.site)?;
        if let Some(mut site) = store.site(key)? {
            let hidden = Veil::default().over(&store, &mut site)?;
            if context.common.json {
                as_json(&store, &site, &hidden)?;
            } else {
                as_page(&store, &site, &hidden, lang)?;
            }
        }
        Ok(Done::Whole)
    }
}

fn as_json(store: &Store, site: &Site, hidden: &[Hash]) -> Result<(), Failure> {
    let code = store.code(site.key)?;
    let district = store.district(site.key)?;
    let mut value = site_json(
        site,
        &code,
        district.as_ref(),
        store.settings(),
        today(store)?,
    );
    if let Some(ranked) = ranked(store, site)? {
        learnt_json(&ranked, &mut value);
    }
    value["waits_for_second"] = hidden.len().into();
    value["answers"] = affairs::answers(store, site)?;
    value["pictures_elsewhere"] = serde_json::json!(store.pictures_elsewhere(site)?);
    json(&value);
    Ok(())
}

/// Where what was learnt puts it.
fn ranked(store: &Store, site: &Site) -> Result<Option<Ranked>, Failure> {
    let Some(detection) = &site.detection else {
        return Ok(None);
    };
    let ranking = store.ranking_of(Some(&detection.scan))?;
    Ok(ranking.of(&detection.candidate, &site.unit).copied())
}

/// What is said of it and not followed: what it is, who says it, and why not.
fn unfollowed(store: &Store, site: &Site, lang: Lang) -> Result<Vec<String>, Failure> {
    let mut said = Vec::new();
    for (event, why) in &site.refused {
        if let Some(sealed) = store.event(*event)? {
            said.push(Unfollowed::of(store, &sealed, why.clone()).words(lang));
        }
    }
    Ok(said)
}

fn as_page(store: &Store, site: &Site, hidden: &[Hash], lang: Lang) -> Result<(), Failure> {
    let mut events = followed(store, site)?;
    events.retain(|sealed| !hidden.contains(&sealed.hash));
    let code = |key: SiteKey| store.code(key).unwrap_or_else(|_unreadable| key.code(6));
    let page = Page {
        site,
        events: &events,
        unfollowed: unfollowed(store, site, lang)?,
        district: store.district(site.key)?,
        pictures_elsewhere: store.pictures_elsewhere(site)?,
        settings: store.settings(),
        today: today(store)?,
        zone: store.zone()?,
        lang,
        code: &code,
        entry: &|of| store.entry_words(of, lang),
    };
    for text in page.lines() {
        data(&text);
    }
    if !hidden.is_empty() {
        data(&format!("  {}", waits(lang)));
    }
    if let Some(ranked) = ranked(store, site)? {
        data(&learnt(&ranked, lang));
    }
    for text in affairs::lines(store, site, lang)? {
        data(&text);
    }
    Ok(())
}
