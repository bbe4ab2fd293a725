//! The imagery around a crew's sites as it goes down with the project: GDAL reads it, and it shows what the office's imagery does.

use crate::ground::{Place, through};
use crate::maps::Server;
use crate::paint::{Picture, set_up};
use crate::run::scan;
use gdal::raster::ColorInterpretation;
use gdal::{Dataset, DatasetOptions, Metadata};
use papaver::ground::LonLat;
use papaver::imagery::base_map::{BaseMap, MbTiles};
use papaver::imagery::tile::Layer;
use papaver::office::field::access::{self, NewPassword, Wish};
use papaver::office::field::{CrewGate, EntryKind, Imagery, Surroundings};
use papaver::office::people::{Beginning, begin, change};
use papaver::office::{Credentials, Office, Session, found, life};
use papaver::registry::Role;
use papaver::registry::body::{ActorAction, Assign, FoundBy};
use papaver::words::Lang;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A unit with a crew, and sites where it is asked for them.
fn unit(folder: &Path, sites: &[(f64, f64)]) -> NewPassword {
    let path = folder.join("a.papaver");
    let beginning = Beginning {
        unit: "410423".into(),
        unit_name: None,
        supervisor: "chief".into(),
        at: "2026-04-01T08:00:00+08:00".into(),
    };
    begin(&path, beginning).expect("begun");
    let (mut office, chief) = opened(folder);
    let mut grant = |name: &str, roles: &[Role]| {
        change(
            &mut office,
            &chief,
            ActorAction::Grant,
            name.into(),
            roles.to_vec(),
        )
        .expect("granted");
    };
    grant("chief", &[Role::Analyst, Role::Verifier]);
    grant("一组", &[Role::Verifier, Role::Eradicator]);
    drop(office);
    for at in sites {
        site(folder, *at);
    }
    let (office, chief) = opened(folder);
    let wish = Wish {
        crew: "一组".into(),
        person: None,
        days: 10,
    };
    access::give(&office, &chief, wish).expect("given")
}

fn opened(folder: &Path) -> (Office, Session) {
    let office = Office::open(&folder.join("a.papaver"), "test").expect("opened");
    let chief = Credentials {
        actor: "chief".into(),
        ..Credentials::default()
    };
    let chief = office.sign_in(chief).expect("known");
    (office, chief)
}

fn site(folder: &Path, (lon, lat): (f64, f64)) {
    let (mut office, chief) = opened(folder);
    let found = found::Discovery::new(LonLat::new(lon, lat), FoundBy::Patrol);
    let added = found::add(&mut office, &chief, found).expect("added");
    let key = office
        .store()
        .find(&added.changed.sites[0].id)
        .expect("known");
    let crew = Assign {
        crew: "一组".into(),
        due: None,
    };
    life::assign(&mut office, &chief, &[key], &crew).expect("assigned");
}

/// An orthomosaic of one colour with stripes, and the place of its middle.
fn ortho(
    path: &Path,
    place: &Place,
    size: (usize, usize),
    colour: [u8; 3],
) -> (Arc<Layer>, (f64, f64)) {
    let mut picture = Picture::bare(place.clone(), size);
    picture.fill(|_, _| true, colour);
    picture.fill(|x, _| x % 64 < 8, [250, 250, 250]);
    picture.write(path, &["TILED=YES"]);
    let middle = place.lonlat(size.0 as f64 / 2.0 + 32.0, size.1 as f64 / 2.0);
    let Ok(BaseMap::Drawn(layer)) = BaseMap::open(path) else {
        panic!("a raster");
    };
    (Arc::new(layer), (middle.x(), middle.y()))
}

fn draw(field: &CrewGate, imagery: &[Imagery<'_>]) {
    let stop = AtomicBool::new(false);
    let surroundings = Surroundings {
        imagery,
        stop: &stop,
    };
    field.draw(&surroundings).expect("drawn");
}

/// The file that goes down, copied, as GDAL's driver of such files opens it; with its bytes and time.
fn goes_down(field: &CrewGate, given: &NewPassword, to: &Path) -> Option<(PathBuf, String)> {
    let crew = field.enter(&given.id, &given.password);
    let crew = crew.expect("opened").expect("the password is right");
    let found = crew
        .look(&format!("{}.mbtiles", given.id))
        .expect("looked")?;
    let project = crew
        .look(&format!("{}.qgs", given.id))
        .expect("looked")
        .expect("there");
    let EntryKind::File(project, _) = project.what else {
        panic!("a folder");
    };
    let project = fs::read_to_string(project).expect("read");
    assert!(
        project.contains(&format!("./{}.mbtiles", given.id)),
        "{project}"
    );
    let EntryKind::File(path, _) = found.what else {
        panic!("a folder");
    };
    let copy = to.join("map.mbtiles");
    fs::copy(path, &copy).expect("copied");
    Some((copy, found.at.to_string()))
}

fn colour_at(path: &Path, (lon, lat): (f64, f64)) -> [u8; 4] {
    set_up();
    let options = DatasetOptions {
        allowed_drivers: Some(&["MBTiles"]),
        ..DatasetOptions::default()
    };
    let tiles = Dataset::open_ex(path, options).expect("GDAL opens it");
    let g = tiles.geo_transform().expect("a place");
    let (x, y) = through("EPSG:4326", "EPSG:3857", lon, lat);
    let at = (((x - g[0]) / g[1]) as isize, ((y - g[3]) / g[5]) as isize);
    let (width, height) = tiles.raster_size();
    if at.0 < 0 || at.1 < 0 || at.0 >= width as isize || at.1 >= height as isize {
        return [0; 4];
    }
    let value = |band: usize| {
        let band = tiles.rasterband(band).expect("a band");
        band.read_as::<u8>(at, (1, 1), (1, 1), None)
            .expect("read")
            .data()[0]
    };
    let has_alpha = tiles.raster_count() == 4
        && tiles.rasterband(4).expect("a band").color_interpretation()
            == ColorInterpretation::AlphaBand;
    [
        value(1),
        value(2),
        value(3),
        if has_alpha { value(4) } else { 255 },
    ]
}

fn is_like(found: [u8; 4], colour: [u8; 3]) -> bool {
    found[3] == 255 && found.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 25)
}

const GREEN: [u8; 3] = [40, 150, 60];
const BROWN: [u8; 3] = [140, 90, 40];

#[test]
fn the_imagery_around_sites_goes_down_and_is_drawn_anew_only_where_sites_or_imagery_changed() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    // 48 m across in 4 cm, and below it, coarser, 800 m.
    let (own, site_at) = ortho(&at("own.tif"), &Place::utm(4.0), (1200, 1200), GREEN);
    let wide = Place::north_up(
        "EPSG:32649",
        crate::ground::LON - 0.004,
        crate::ground::LAT + 0.0035,
        50.0,
    );
    let (below, _) = ortho(&at("below.tif"), &wide, (1600, 1600), BROWN);
    let given = unit(folder.path(), &[site_at]);
    let field = CrewGate::open(&at("a.papaver"), Lang::Zh).expect("opened");
    assert!(goes_down(&field, &given, folder.path()).is_none());
    draw(&field, &[]);
    assert!(
        goes_down(&field, &given, folder.path()).is_none(),
        "no imagery shows the site"
    );
    draw(
        &field,
        &[Imagery::Drawn(own.clone()), Imagery::Drawn(below.clone())],
    );
    let (path, made) = goes_down(&field, &given, folder.path()).expect("a file");
    assert!(
        is_like(colour_at(&path, site_at), GREEN),
        "{:?}",
        colour_at(&path, site_at)
    );
    let east = |metres: f64| (site_at.0 + metres / 92_600.0, site_at.1);
    assert!(
        is_like(colour_at(&path, east(100.0)), BROWN)
            || is_like(colour_at(&path, east(100.0)), [250; 3])
    );
    assert_eq!(
        colour_at(&path, east(400.0)),
        [0; 4],
        "more than was asked for"
    );
    let said = Dataset::open(&path).expect("opened");
    assert_eq!(said.metadata_item("maxzoom", "").as_deref(), Some("20"));
    let before = fs::read(&path).expect("read");
    draw(
        &field,
        &[Imagery::Drawn(own.clone()), Imagery::Drawn(below.clone())],
    );
    let (path, again) = goes_down(&field, &given, folder.path()).expect("a file");
    assert_eq!(
        (fs::read(&path).expect("read"), again),
        (before.clone(), made.clone())
    );
    // Another site: what was drawn of the first is taken over, and the new one is there.
    let second = east(250.0);
    site(folder.path(), second);
    draw(
        &field,
        &[Imagery::Drawn(own.clone()), Imagery::Drawn(below.clone())],
    );
    let (path, _) = goes_down(&field, &given, folder.path()).expect("a file");
    assert!(is_like(colour_at(&path, site_at), GREEN));
    assert_ne!(colour_at(&path, east(350.0)), [0; 4]);
    // The new flight of the same ground is another colour; the base map alone is left where the imagery is put away.
    let (other, _) = ortho(
        &at("other.tif"),
        &Place::utm(4.0),
        (1200, 1200),
        [60, 70, 160],
    );
    draw(
        &field,
        &[Imagery::Drawn(other), Imagery::Drawn(below.clone())],
    );
    let (path, _) = goes_down(&field, &given, folder.path()).expect("a file");
    assert!(is_like(colour_at(&path, site_at), [60, 70, 160]));
    let tiles = MbTiles::open(&path).expect("opened");
    assert_eq!(tiles.about().deepest, 20);
    fs::copy(&path, at("base.mbtiles")).expect("copied");
    let stored = MbTiles::open(&at("base.mbtiles")).expect("opened");
    draw(&field, &[Imagery::Stored(&stored)]);
    let (path, _) = goes_down(&field, &given, folder.path()).expect("a file");
    assert!(
        is_like(colour_at(&path, site_at), [60, 70, 160]),
        "out of a file of tiles"
    );
}

#[test]
fn a_server_draws_it_beside_its_work_from_its_surveys_and_base_maps() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    let (_, site_at) = ortho(&at("own.tif"), &Place::utm(4.0), (1200, 1200), GREEN);
    let wide = Place::north_up(
        "EPSG:32649",
        crate::ground::LON - 0.004,
        crate::ground::LAT + 0.0035,
        50.0,
    );
    let base = TempDir::new().expect("temporary folder");
    let below = base.path().join("base.tif");
    ortho(&below, &wide, (1600, 1600), BROWN);
    scan(
        &[&at("own.tif")],
        &at("out"),
        "colour_dense.onnx",
        &["-q"],
        0,
    );
    let given = unit(folder.path(), &[site_at]);
    let below = below.display().to_string();
    let _server = Server::new(folder.path(), &["--basemap", &below]);
    let begun = Instant::now();
    let path = loop {
        // What is asked anew knows what lies there now.
        let field = CrewGate::open(&at("a.papaver"), Lang::Zh).expect("opened");
        if let Some((path, _)) = goes_down(&field, &given, folder.path()) {
            break path;
        }
        assert!(begun.elapsed() < Duration::from_secs(300), "nothing comes");
        std::thread::sleep(Duration::from_millis(500));
    };
    assert!(is_like(colour_at(&path, site_at), GREEN));
    let beside = (site_at.0 + 100.0 / 92_600.0, site_at.1);
    assert_eq!(colour_at(&path, beside)[3], 255, "the base map");
}

#[test]
fn a_crew_with_many_sites_gets_no_more_than_it_can_hold() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    let wide = Place::north_up("EPSG:32649", 113.2, 33.8, 2000.0);
    let (below, _) = ortho(&at("below.tif"), &wide, (1200, 1200), BROWN);
    let sites: Vec<(f64, f64)> = (0..6)
        .map(|n| (113.25 + 0.01 * f64::from(n), 33.75))
        .collect();
    let given = unit(folder.path(), &sites);
    let field = CrewGate::open(&at("a.papaver"), Lang::En).expect("opened");
    draw(&field, &[Imagery::Drawn(below)]);
    let (path, _) = goes_down(&field, &given, folder.path()).expect("a file");
    let tiles = MbTiles::open(&path).expect("opened");
    // Pixels of 20 m: deeper tiles would show nothing more.
    assert_eq!(tiles.about().deepest, 14);
    assert!(fs::metadata(&path).expect("there").len() < 1 << 20);
}
