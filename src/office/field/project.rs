//! What goes down to a crew: its open sites as a `GeoPackage` with form and style, a QGIS project around it, pictures of
//! the surroundings, and the same sites for the crew's page.
//!
//! It is made anew only where the crew's sites have changed: to a phone another file is something to fetch. The imagery around
//! them is a file of its own (`surroundings`), which stays when all else is made anew.

use super::found::CrewEntry;
use super::paths::{folder_of, own_folder};
use super::surroundings::{self, SiteMap};
use super::{Access, OfficeError, access};
use crate::exchange::form::FORM;
use crate::exchange::ledger::LedgerContext;
use crate::exchange::{Export, Format, export, project};
use crate::files::{self, Existing, FileError};
use crate::ground::LonLat;
use crate::office::clock;
use crate::registry::Hash;
use crate::store::{Filter, Store};
use crate::words::Lang;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The folder with what the crew's page reads.
const PAGE: &str = "page";

/// A project as it lies beside the registry.
#[derive(Debug, Clone, Default)]
pub(super) struct Project {
    /// Its files by their paths in the crew's folder, and how large they are.
    pub files: BTreeMap<String, (PathBuf, u64)>,
    /// When it was made.
    pub made: Timestamp,
    /// The imagery around its sites, and its name.
    pub map: Option<(String, SiteMap)>,
}

impl Project {
    /// Its files as they go down.
    pub fn found(self) -> BTreeMap<String, CrewEntry> {
        let made = self.made;
        let files = self.files.into_iter();
        let files = files.map(|(name, (path, bytes))| (name, CrewEntry::file(path, bytes, made)));
        let map = self.map.map(|(name, map)| (name, map.entry()));
        files.chain(map).collect()
    }

    fn sizes(&self) -> BTreeMap<String, u64> {
        let files = self.files.iter();
        files
            .map(|(name, (_, bytes))| (name.clone(), *bytes))
            .collect()
    }
}

/// What a project was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ProjectInputs {
    key: Hash,
    made: Timestamp,
    /// Its files and how large they are: what a power failure cut off is made again.
    files: BTreeMap<String, u64>,
}

/// The project of a crew: the one that lies there, where the crew's sites are as they were, else a new one.
pub(super) fn present(
    registry: &Path,
    folder: &Path,
    access: &Access,
    lang: Lang,
) -> Result<Project, OfficeError> {
    let store = Store::open_read(registry)?;
    let sites = sites(&store, &access.crew, lang)?;
    let map = surroundings::present(folder).map(|map| (map_name(&access.id), map));
    let with_map = |project| Project {
        map: map.clone(),
        ..project
    };
    let key = key(&sites, map.is_some(), lang);
    let told = folder.join("project.json");
    let place = |key: Hash| folder.join("projects").join(&key.to_string()[..16]);
    let before = std::fs::read(&told)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<ProjectInputs>(&bytes).ok());
    if let Some(of) = &before
        && of.key == key
    {
        let lies = listed(&place(of.key), of.made);
        if lies.sizes() == of.files {
            return Ok(with_map(lies));
        }
    }
    let workshop = tempfile::tempdir().map_err(FileError::of(folder))?;
    let made = workshop.path().join(&access.id);
    let name = map.as_ref().map(|(name, _)| name.as_str());
    put_together(&sites, &made, (&access.id, &access.crew), name)?;
    let (target, now) = (place(key), clock::instant());
    let _half = std::fs::remove_dir_all(&target);
    for (path, (from, _)) in listed(&made, now).files {
        let to = target.join(path);
        files::show_as(&from, &to).map_err(FileError::of(&to))?;
    }
    let project = listed(&target, now);
    let of = json!(ProjectInputs {
        key,
        made: now,
        files: project.sizes(),
    });
    files::keep(&told, |out| out.write_all(of.to_string().as_bytes()))
        .map_err(FileError::of(&told))?;
    if let Some(before) = before.filter(|before| before.key != key) {
        let _gone = std::fs::remove_dir_all(place(before.key));
    }
    Ok(with_map(project))
}

/// The name of the imagery beside a crew's project.
fn map_name(id: &str) -> String {
    format!("{id}.mbtiles")
}

/// Where a crew's open sites lie.
pub(super) fn places(registry: &Path, crew: &str) -> Result<Vec<LonLat>, OfficeError> {
    let sites = Store::open_read(registry)?.sites(&of_crew(crew))?;
    Ok(sites.iter().map(|site| site.place.lonlat()).collect())
}

/// Writes the project of a crew into a folder that is not there yet, to be carried by cable or stick, with the imagery around
/// its sites as far as a server has drawn it. Says how many sites are in it.
///
/// # Errors
/// Those of reading and of writing.
pub fn write_project(
    store: &Store,
    crew: &str,
    folder: &Path,
    lang: Lang,
) -> Result<usize, OfficeError> {
    let sites = sites(store, crew, lang)?;
    let id = access::id_of(&crate::office::unit_of(store)?, crew);
    let workshop = files::Workshop::beside(folder, files::Existing::Stays)?;
    let made = workshop.path("made");
    let drawn = surroundings::present(&own_folder(&folder_of(store.path()), &id));
    let name = drawn.as_ref().map(|_| map_name(&id));
    put_together(&sites, &made, (&id, crew), name.as_deref())?;
    if let Some((name, map)) = name.zip(drawn) {
        // A copy: what is carried away may be written in.
        let to = made.join(name);
        let mut from = File::open(&map.path).map_err(FileError::of(&map.path))?;
        files::write(&to, files::Existing::Stays, |out| {
            io::copy(&mut from, out).map(drop)
        })?;
    }
    workshop.give_folder("made", folder)?;
    Ok(sites.entries.len())
}

fn of_crew(crew: &str) -> Filter {
    Filter {
        crew: Some(crew.to_owned()),
        open: true,
        ..Filter::default()
    }
}

fn sites(store: &Store, crew: &str, lang: Lang) -> Result<Export, OfficeError> {
    let (filter, zone) = (of_crew(crew), clock::zone(store)?);
    let context = LedgerContext {
        settings: store.settings().clone(),
        today: clock::today_in(&zone),
        lang,
    };
    Ok(Export::of(store, &filter, context, clock::at_in(&zone))?)
}

/// What changes when a crew has to be told something new.
fn key(sites: &Export, has_map: bool, lang: Lang) -> Hash {
    let mut told = vec![
        env!("CARGO_PKG_VERSION").to_owned(),
        lang.pick("en", "zh").to_owned(),
    ];
    told.extend(has_map.then(|| "map".to_owned()));
    told.extend(
        sites
            .entries
            .iter()
            .map(|entry| format!("{} {}", entry.code, entry.site.head())),
    );
    Hash::of(told.join("\n").as_bytes())
}

/// Makes all files of a project in a folder.
fn put_together(
    sites: &Export,
    folder: &Path,
    (id, crew): (&str, &str),
    imagery: Option<&str>,
) -> Result<(), OfficeError> {
    let page = folder.join(PAGE);
    std::fs::create_dir_all(&page).map_err(FileError::of(&page))?;
    let table = format!("{id}.gpkg");
    let stays = Existing::Stays;
    export(Format::GeoPackage, &folder.join(&table), sites, stays)?;
    export(Format::GeoJson, &page.join("sites.geojson"), sites, stays)?;
    let map = folder.join(format!("{id}.qgs"));
    files::write_bytes(
        &map,
        stays,
        project(sites, &table, imagery, crew).as_bytes(),
    )?;
    let form = form(sites, id, crew).to_string();
    files::write_bytes(&page.join("form.json"), stays, form.as_bytes())?;
    Ok(())
}

/// The visit form as the crew's page shows it.
fn form(sites: &Export, id: &str, crew: &str) -> Value {
    let fields: Vec<Value> = FORM
        .iter()
        .map(|field| {
            let (english, chinese) = (field.list(Lang::En), field.list(Lang::Zh));
            let list: Vec<[&str; 3]> = english
                .into_iter()
                .zip(chinese)
                .map(|((code, en), (_, zh))| [code, en, zh])
                .collect();
            json!({
                "key": field.key, "en": field.english, "zh": field.chinese,
                "widget": format!("{:?}", field.widget).to_lowercase(), "list": list,
            })
        })
        .collect();
    json!({ "crew": crew, "id": id, "unit": sites.unit, "made_at": sites.made_at, "fields": fields })
}

/// The files below a folder.
fn listed(folder: &Path, made: Timestamp) -> Project {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(about) = entry.metadata() else {
                continue;
            };
            if about.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(folder).unwrap_or(&path);
            let name = below.to_string_lossy().replace('\\', "/");
            files.insert(name, (path, about.len()));
        }
    }
    Project {
        files,
        made,
        map: None,
    }
}
