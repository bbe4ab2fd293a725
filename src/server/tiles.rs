//! Tiles over HTTP, of surveys and of base maps.

use super::answer::{Answer, Refused};
use super::house::{House, Shared, waiting};
use super::library::scan_of;
use super::maps::{Base, NamedBase};
use super::online::OnlineMaps;
use super::revalidated::{revalidated, tagged, the_same};
use super::surveys::survey;
use super::visitors::Looker;
use crate::files::has_ending;
use crate::ground::LonLat;
use crate::imagery::Fingerprint;
use crate::imagery::tile::{TileAddress, TilePicture};
use crate::office::maps::PHOTOS;
use crate::remote::{
    TIANDITU_ATTRIBUTION, TIANDITU_HOST, TIANDITU_ZOOMS, TiandituError, TiandituMap,
};
use crate::schema::ScanRecord;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::Value;
use std::path::Path as FilePath;
use std::sync::Arc;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/tiles/{survey}", get(layers))
        .route("/api/tiles/{survey}/{source}/{z}/{x}/{y}", get(tile))
        .route("/api/basemap", get(base_maps))
        .route("/api/basemap/{id}/{z}/{x}/{y}", get(base_tile))
}

/// A layer as a list shows it.
#[derive(Debug, Serialize)]
struct LayerLine {
    /// What its addresses name: a source's name, `photos`, a base map's number, or the word of a service's map.
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<String>,
    /// West, south, east, north in degrees.
    extent: Option<[f64; 4]>,
    max_zoom: u8,
    /// Other where it shows something else.
    version: String,
    /// The host on a network that is asked for its tiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'static str>,
    /// What is wrong with that host, as far as it was asked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Value>,
}

pub(super) fn extent((low, high): (LonLat, LonLat)) -> [f64; 4] {
    [low.lon, low.lat, high.lon, high.lat]
}

/// A version is short: it stands in each address.
pub(super) fn version(fingerprint: &Fingerprint) -> &str {
    fingerprint.0.get(..12).unwrap_or(&fingerprint.0)
}

/// The layers of a survey: its orthomosaics that can be shown, and its photos together.
async fn layers(Looker(house): Looker, Path(id): Path<String>) -> Answer<Vec<LayerLine>> {
    waiting(move || {
        let place = survey(&house, &id)?;
        let scan = scan_of(&place).ok_or_else(Refused::no_such_survey)?;
        let line = |name: &str| {
            let layer = house.maps.layer(&house.root, &place, name).ok()?;
            Some(LayerLine {
                id: name.to_owned(),
                title: name.to_owned(),
                attribution: None,
                extent: Some(extent(layer.corners())),
                max_zoom: layer.deepest(),
                version: version(layer.fingerprint()).to_owned(),
                host: None,
                trouble: None,
            })
        };
        Ok(Json(
            layer_names(&scan).into_iter().filter_map(line).collect(),
        ))
    })
    .await
}

/// The layers of a scan: its orthomosaics, and its photos together.
pub(super) fn layer_names(scan: &ScanRecord) -> Vec<&str> {
    let photos = scan.flight.as_ref().map_or(0, |flight| flight.photos);
    let names = scan.sources.iter().map(|source| source.name.as_str());
    // Photos are among the sources, each by itself.
    let names = names.filter(|name| photos == 0 || !is_photo(name));
    names.chain((photos > 0).then_some(PHOTOS)).collect()
}

/// Whether a source's name is that of a photo.
fn is_photo(name: &str) -> bool {
    let bare = FilePath::new(name.split(" (").next().unwrap_or(name));
    has_ending(bare, "jpg") || has_ending(bare, "jpeg")
}

/// The address of a tile: its row may have an ending.
pub(super) fn address(zoom: &str, column: &str, row: &str) -> Result<TileAddress, Refused> {
    let row = row.split_once('.').map_or(row, |(row, _)| row);
    let number = |text: &str| text.parse::<u32>().ok();
    let zoom = number(zoom).and_then(|zoom| u8::try_from(zoom).ok());
    let parts = zoom.zip(number(column)).zip(number(row));
    parts
        .and_then(|((zoom, column), row)| TileAddress::new(zoom, column, row))
        .ok_or_else(Refused::no_such_page)
}

async fn tile(
    Looker(house): Looker,
    Path((id, source, zoom, column, row)): Path<(String, String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let at = address(&zoom, &column, &row)?;
    let own = house.clone();
    let drawing = house.drawn.waiting(move || {
        let place = survey(&own, &id)?;
        let layer = own.maps.layer(&own.root, &place, &source)?;
        answered(layer.fingerprint(), at, &headers, || {
            own.maps.draw(&layer, at)
        })
    });
    drawing.await
}

/// Answers with a tile, unless who asks has it.
fn answered(
    fingerprint: &Fingerprint,
    at: TileAddress,
    headers: &HeaderMap,
    draw: impl FnOnce() -> Result<TilePicture, Refused>,
) -> Result<Response, Refused> {
    revalidated(headers, &tag(fingerprint, at), || Ok(shown(draw()?)))
}

fn tag(fingerprint: &Fingerprint, at: TileAddress) -> String {
    let (zoom, column, row) = (at.zoom(), at.column(), at.row());
    format!("{}-{zoom}-{column}-{row}", version(fingerprint))
}

fn shown(picture: TilePicture) -> Response {
    let kind = [(header::CONTENT_TYPE, picture.media_type)];
    (kind, picture.bytes).into_response()
}

async fn base_maps(Looker(house): Looker) -> Json<Vec<LayerLine>> {
    let line = |(number, base): (usize, &NamedBase)| {
        let (extent_of, max_zoom, attribution) = match &base.base {
            Base::Drawn(layer) => (Some(layer.corners()), layer.deepest(), None),
            Base::Rows(tiles) => stored(tiles.about()),
            Base::Packed(tiles) => stored(tiles.about()),
        };
        LayerLine {
            id: number.to_string(),
            title: base.title.clone(),
            attribution,
            extent: extent_of.map(extent),
            max_zoom,
            version: version(base.fingerprint()).to_owned(),
            host: None,
            trouble: None,
        }
    };
    let online = house.maps.online.as_deref();
    let online = online.map(|maps| online_lines(&house, maps));
    let files = house.maps.bases().iter().enumerate().map(line);
    Json(online.into_iter().flatten().chain(files).collect())
}

/// The maps of a service, which lie below all others.
fn online_lines(house: &House, maps: &OnlineMaps) -> Vec<LayerLine> {
    let trouble = maps.trouble().map(|flaw| trouble(house, flaw));
    let line = |map: TiandituMap| LayerLine {
        id: map.id().to_owned(),
        title: map.title().to_owned(),
        attribution: Some(TIANDITU_ATTRIBUTION.to_owned()),
        extent: None,
        max_zoom: *TIANDITU_ZOOMS.end(),
        version: version(&OnlineMaps::fingerprint(map)).to_owned(),
        host: Some(TIANDITU_HOST),
        trouble: trouble.clone(),
    };
    TiandituMap::ALL.map(line).into()
}

/// As what is refused is said.
fn trouble(house: &House, flaw: TiandituError) -> Value {
    let refused = Refused::of(&flaw, StatusCode::BAD_GATEWAY, flaw.code());
    refused.json(&house.telling())["error"].take()
}

/// The corners, the deepest zoom and the owner of a file of tiles.
type Stored = (Option<(LonLat, LonLat)>, u8, Option<String>);

fn stored(about: &crate::imagery::base_map::TilesAbout) -> Stored {
    (about.corners, about.deepest, about.attribution.clone())
}

impl NamedBase {
    fn fingerprint(&self) -> &Fingerprint {
        match &self.base {
            Base::Drawn(layer) => layer.fingerprint(),
            Base::Rows(tiles) => tiles.fingerprint(),
            Base::Packed(tiles) => tiles.fingerprint(),
        }
    }
}

async fn base_tile(
    Looker(house): Looker,
    Path((id, zoom, column, row)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let at = address(&zoom, &column, &row)?;
    if let (Some(maps), Some(map)) = (&house.maps.online, OnlineMaps::named(&id)) {
        return online_tile(maps, map, at, &headers).await;
    }
    let number: usize = id.parse().map_err(|_ignored| Refused::no_such_page())?;
    let base = house
        .maps
        .bases()
        .get(number)
        .ok_or_else(Refused::no_such_page)?;
    if let Base::Packed(tiles) = &base.base {
        let picture = tiles.tile(at).await.unwrap_or_else(TilePicture::clear);
        return answered(base.fingerprint(), at, &headers, || Ok(picture));
    }
    let own = house.clone();
    let drawing = house.drawn.waiting(move || {
        let base = &own.maps.bases()[number];
        answered(base.fingerprint(), at, &headers, || match &base.base {
            Base::Drawn(layer) => own.maps.draw(layer, at),
            Base::Rows(tiles) => Ok(tiles.tile(at).unwrap_or_else(TilePicture::clear)),
            Base::Packed(_) => Err(Refused::no_such_page()),
        })
    });
    drawing.await
}

/// A tile of a service. What is not whole is kept nowhere.
async fn online_tile(
    maps: &Arc<OnlineMaps>,
    map: TiandituMap,
    at: TileAddress,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let tag = tag(&OnlineMaps::fingerprint(map), at);
    if let Some(the_same) = the_same(headers, &tag) {
        return the_same;
    }
    let tile = maps.tile(map, at).await;
    let response = shown(tile.picture);
    if tile.is_whole {
        return tagged(response, &tag);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_tiles_are_taken() {
        let is_one = |z, x, y| address(z, x, y).is_ok();
        assert!(is_one("3", "6", "4") && is_one("3", "6", "4.jpg") && is_one("0", "0", "0.png"));
        for (z, x, y) in [
            ("3", "8", "0"),
            ("3", "0", "8.jpg"),
            ("25", "0", "0"),
            ("256", "0", "0"),
            ("-1", "0", "0"),
            ("..", "0", "0"),
            ("3", "..", "4"),
            ("3", "6", "../../etc/passwd"),
            ("3", "6", ""),
            ("3", "4294967296", "0"),
        ] {
            assert!(!is_one(z, x, y), "{z} {x} {y}");
        }
    }

    #[test]
    fn photos_are_told_by_their_names() {
        assert!(is_photo("DJI_0001.JPG") && is_photo("a/DJI_0001.jpeg (0a1b2c)"));
        assert!(!is_photo("ortho.tif") && !is_photo("a.jpg.tif"));
    }
}
