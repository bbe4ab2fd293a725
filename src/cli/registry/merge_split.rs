//! `merge` and `split`.

use super::Done;
use super::context::{Common, Context, Files, moment};
use super::say::{Failure, bad};
use super::sites::{changed, lonlat};
use crate::ground::LonLat;
use crate::registry::body::{self, Body, Create, Source};
use crate::registry::event::next_id;
use crate::registry::moves::{Move, Refusal};
use crate::registry::place::Place;
use crate::registry::{Site, SiteKey, State, unit};
use crate::store::{Author, Draft, Store, StoreError};
use crate::words::Lang;
use clap::Args;

/// `papaver merge`
#[derive(Debug, Args)]
pub struct Merge {
    /// The site that becomes part of the other 被并入的图斑
    site: String,
    /// The site that stays 保留的图斑
    #[arg(long)]
    into: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Merge {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let (site, typed, reason) = (self.site, self.into, self.reason);
        let (store, _, sealed) = context.record(&site, &Files::default(), |store, own| {
            let into = store.find(&typed)?;
            if into == own.key {
                return Err(bad(
                    "--into",
                    &typed,
                    lang.pick("another site", "另一个图斑"),
                ));
            }
            let into_state = store.site(into)?.map_or(State::Merged, |site| site.state);
            Ok(Body::Merge(body::Merge {
                into,
                into_state,
                reason,
            }))
        })?;
        match &sealed.event.body {
            Body::Merge(merge) => changed(&store, merge.into, &context.common, lang),
            _ => Ok(Done::Whole),
        }
    }
}

/// `papaver split`
#[derive(Debug, Args)]
pub struct Split {
    /// The site's code 图斑编号
    site: String,
    /// A part's place, twice or more 各部分的位置，至少两处
    #[arg(
        long = "at",
        value_name = "LON,LAT",
        required = true,
        allow_hyphen_values = true
    )]
    parts: Vec<String>,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Split {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let places = self
            .parts
            .iter()
            .map(|text| lonlat("--at", text))
            .collect::<Result<Vec<_>, _>>()?;
        if places.len() < 2 {
            return Err(bad(
                "--at",
                &self.parts.join(" "),
                lang.pick(
                    "two places or more, each with --at",
                    "至少两处，每处一个 --at",
                ),
            ));
        }
        let context = Context {
            common: self.common,
            lang,
        };
        let (mut store, author) = context.write()?;
        let key = store.find(&self.site)?;
        let Some(parent) = store.site(key)? else {
            return Ok(Done::Whole);
        };
        check(&store, &parent, &author)?;
        let at = context.at()?;
        let children =
            store.write(|store| parts(store, &author, &parent, &places, &at, self.reason))?;
        for child in children {
            changed(&store, child, &context.common, lang)?;
        }
        Ok(Done::Whole)
    }
}

/// Whether the site can be split, before its parts are made.
fn check(store: &Store, parent: &Site, author: &Author) -> Result<(), Failure> {
    if parent.disputed || !Move::allowed_in(parent.state, parent.disputed).contains(&Move::Split) {
        let refusal = if parent.disputed {
            Refusal::Disputed
        } else {
            Refusal::State {
                state: parent.state,
                allowed: Move::allowed_in(parent.state, false),
            }
        };
        return Err(StoreError::Refused {
            site: store.code(parent.key)?,
            refusal,
            actor: author.name.clone(),
        }
        .into());
    }
    Ok(())
}

/// Founds the parts and records the split.
fn parts(
    store: &mut Store,
    author: &Author,
    parent: &Site,
    places: &[LonLat],
    at: &str,
    reason: String,
) -> Result<Vec<SiteKey>, StoreError> {
    let mut children = Vec::new();
    for place in places {
        let now = moment();
        let ms = u64::try_from(now.now.as_millisecond()).unwrap_or(0);
        let of = format!("event:{}", next_id(None, ms, now.random));
        let origin = unit::origin(&of, &parent.unit);
        let child = SiteKey::of_origin(&origin);
        let create = Create {
            split_from: Some((parent.key, parent.state)),
            name: parent.name.clone(),
            ..Create::new(Source::Split, origin, Place::point(*place))
        };
        let body = Body::Create(Box::new(create));
        store.append(
            author,
            Draft {
                site: Some(child),
                at: at.to_owned(),
                evidence: parent
                    .evidence
                    .iter()
                    .filter(|file| store.authority().is_here(file.sha256))
                    .cloned()
                    .collect(),
                body,
            },
            now,
        )?;
        children.push(child);
    }
    let body = Body::Split(body::Split {
        into: children.clone(),
        reason,
    });
    store.append(
        author,
        Draft {
            site: Some(parent.key),
            at: at.to_owned(),
            evidence: vec![],
            body,
        },
        moment(),
    )?;
    Ok(children)
}
