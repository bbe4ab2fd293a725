//! Lists of positions ("POS"): one photo a line with its name, place, height and angles, as flight controllers and
//! post-processing programs write them beside photos without a position of their own.
//!
//! With a line of titles the columns go by their names; without one they are name, longitude, latitude, height, yaw, pitch,
//! roll. Bytes in, rows out; what cannot be settled is an error, never a guess.

use super::metadata::{Attitude, Metadata, Position};
use super::pos_angles::convention;
use super::pos_error::PosError;
use super::pos_line::{Height, Order, PosLine, PosLines, SIGNS, folders, key, lines_of};
use crate::ground::{Crs, CrsPoint, LonLat, ToLonLat};
use crate::text::{Field, decode, is_workbook, workbook};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest file that is read, in bytes, and most rows.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A list of positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pos {
    /// The rows of each name, one a folder.
    rows: BTreeMap<String, Vec<PosRow>>,
}

/// What it says of one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct PosRow {
    /// The folders before the name, in small letters.
    folders: Vec<String>,
    at: LonLat,
    height: Option<(Height, f64)>,
    attitude: Option<Attitude>,
}

impl Pos {
    /// Reads a list. Places in metres are of the system that a first line such as `EPSG:4547` names, or of `crs`.
    ///
    /// # Errors
    /// See [`PosError`].
    pub fn read(path: &Path, crs: Option<&Crs>) -> Result<Self, PosError> {
        let bytes = crate::files::read_up_to(path, MAX_BYTES).map_err(|source| {
            let path = path.into();
            PosError::Unreadable { path, source }
        })?;
        Self::of_bytes(&bytes, path, crs)
    }

    fn of_bytes(bytes: &[u8], path: &Path, crs: Option<&Crs>) -> Result<Self, PosError> {
        let text = if is_workbook(bytes) {
            text_of_workbook(bytes, path)?
        } else {
            decode(bytes).map_err(|flaw| PosError::Text {
                path: path.into(),
                flaw,
            })?
        };
        let PosLines {
            lines,
            order,
            radians,
            crs: named,
            strange,
        } = lines_of(&text);
        if lines.is_empty() {
            return Err(PosError::Empty { path: path.into() });
        }
        if let Some(titles) = strange {
            let path = path.into();
            return Err(PosError::Titles { path, titles });
        }
        let places = places(&lines, order, named.as_ref().or(crs), path)?;
        let angles: Vec<[f64; 3]> = lines.iter().filter_map(|line| line.angles).collect();
        let convention = convention(&angles, radians);
        let mut rows: BTreeMap<String, Vec<PosRow>> = BTreeMap::new();
        for (line, at) in lines.iter().zip(places) {
            let row = PosRow {
                folders: line.folders.clone(),
                at,
                height: line.height,
                attitude: line.angles.map(&convention),
            };
            let named = rows.entry(line.name.clone()).or_default();
            let same = named
                .iter()
                .position(|before| before.folders == row.folders);
            match same {
                Some(i) if named[i].at.distance_m(at) > 0.01 => {
                    return Err(PosError::Twice {
                        path: path.into(),
                        name: line.name.clone(),
                    });
                }
                Some(i) => named[i] = row,
                None if named.len() >= MOST_FOLDERS => {}
                None => named.push(row),
            }
        }
        Ok(Self { rows })
    }

    /// Refuses a list of which no name is that of a photo, or only of several.
    ///
    /// # Errors
    /// [`PosError::NoneMatches`], [`PosError::Shared`].
    pub fn check(&self, path: &Path, photos: &[PathBuf]) -> Result<(), PosError> {
        let none = self.matched(photos).iter().all(Option::is_none);
        let Some(first) = self
            .rows
            .keys()
            .next()
            .filter(|_| none && !photos.is_empty())
        else {
            return Ok(());
        };
        let shared = photos.iter().map(|photo| name_of(photo));
        let shared = shared
            .map(|name| key(&name))
            .find(|name| self.rows.contains_key(name));
        let path = path.into();
        Err(match shared {
            Some(name) => PosError::Shared { path, name },
            None => PosError::NoneMatches {
                path,
                name: first.clone(),
            },
        })
    }

    /// The row of each photo. Where several photos or several rows have one name, the folders before it tell them apart, where they
    /// do: what may be anybody's is nobody's.
    pub(super) fn matched(&self, photos: &[PathBuf]) -> Vec<Option<&PosRow>> {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, photo) in photos.iter().enumerate() {
            by_name
                .entry(key(&name_of(photo)))
                .or_default()
                .push(number);
        }
        let mut found = vec![None; photos.len()];
        for (name, numbers) in by_name {
            let Some(rows) = self.rows.get(&name) else {
                continue;
            };
            let folders: Vec<Vec<String>> =
                numbers.iter().map(|n| folders_of(&photos[*n])).collect();
            for (photo, row) in pairs(rows, &folders) {
                found[numbers[photo]] = Some(&rows[row]);
            }
        }
        found
    }
}

/// The sheet of a spreadsheet that holds the list, as text: line by line, with tabs between its cells. It is the first that is
/// seen and has a row with a name and a place.
fn text_of_workbook(bytes: &[u8], path: &Path) -> Result<String, PosError> {
    let book = workbook(bytes).map_err(|flaw| PosError::Workbook {
        path: path.into(),
        flaw,
    })?;
    let mut formula = None;
    for sheet in book.sheets.iter().filter(|sheet| sheet.is_visible) {
        let mut text = String::new();
        let mut next = 1;
        for (line, cells) in &sheet.rows {
            // The lines are numbered as the spreadsheet numbers them.
            text.extend((next..*line).map(|_| '\n'));
            next = line + 1;
            if cells.iter().any(|cell| matches!(cell, Field::Formula(_))) {
                formula = formula.or(Some(*line));
            }
            text.push_str(&text_of_row(cells));
            text.push('\n');
        }
        if let Some(line) = formula {
            let path = path.into();
            return Err(PosError::Formula { path, line });
        }
        if !lines_of(&text).lines.is_empty() {
            return Ok(text);
        }
    }
    Err(PosError::Empty { path: path.into() })
}

/// The cells of a row with tabs between them. One alone may name the coordinate system, with commas in it.
fn text_of_row(cells: &[Field]) -> String {
    let is_alone = cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
    let bare = |cell: &Field| {
        let parts = |c: char| c.is_control() || (!is_alone && SIGNS.contains(&c));
        let text = cell.to_text().replace(parts, " ");
        // An empty cell keeps its place.
        if text.trim().is_empty() && !is_alone {
            "\"\"".to_owned()
        } else {
            text
        }
    };
    let texts: Vec<String> = cells.iter().map(bare).collect();
    texts.join("\t")
}

/// Rows of one name in other folders that are kept; no survey has more cards.
const MOST_FOLDERS: usize = 256;

fn name_of(photo: &Path) -> String {
    let name = photo.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn folders_of(photo: &Path) -> Vec<String> {
    folders(&photo.to_string_lossy())
}

/// Which photo has which row, of photos and rows of one name: each the other's best, and better than any other, by how many folders
/// before the name are the same.
fn pairs(rows: &[PosRow], photos: &[Vec<String>]) -> Vec<(usize, usize)> {
    let same = |row: &PosRow, photo: &Vec<String>| {
        let both = row.folders.iter().rev().zip(photo.iter().rev());
        both.take_while(|(a, b)| a == b).count()
    };
    let best = |scores: Vec<usize>| {
        let most = *scores.iter().max()?;
        let mut all = (0..scores.len()).filter(|i| scores[*i] == most);
        all.next().filter(|_| all.next().is_none())
    };
    let of_photo = |photo| best(rows.iter().map(|row| same(row, photo)).collect());
    let of_row: Vec<Option<usize>> = rows
        .iter()
        .map(|row| best(photos.iter().map(|photo| same(row, photo)).collect()))
        .collect();
    let pair = |(number, photo)| {
        let row = of_photo(photo)?;
        (of_row[row] == Some(number)).then_some((number, row))
    };
    photos.iter().enumerate().filter_map(pair).collect()
}

impl PosRow {
    /// Takes the place of what the photo says itself.
    pub(super) fn apply(&self, found: &mut Metadata) {
        found.position = Position::At(self.at);
        found.places_apart_m = None;
        found.other_place = None;
        match self.height {
            Some((Height::TakeOff, metres)) => found.relative_altitude_m = Some(metres),
            Some((from, metres)) => {
                found.altitude_m = Some(metres);
                found.over_ellipsoid = from == Height::Ellipsoid;
                // The sea and the ellipsoid lie tens of metres apart.
                if from == Height::Unknown {
                    found.accuracy.vertical_m = Some(UNKNOWN_SD_M);
                }
            }
            None => {}
        }
        if let Some(attitude) = self.attitude {
            found.attitude = attitude;
            found.heading_doubt_deg = None;
        }
    }
}

/// Standard deviation of a height that may count from the sea or from the ellipsoid, in metres.
const UNKNOWN_SD_M: f64 = 12.0;

/// The places of all lines, in their order.
fn places(
    lines: &[PosLine],
    order: Order,
    crs: Option<&Crs>,
    path: &Path,
) -> Result<Vec<LonLat>, PosError> {
    let metric = lines
        .iter()
        .any(|l| l.first.abs() > 360.0 || l.second.abs() > 360.0);
    let bad = |line: &PosLine| PosError::Row {
        path: path.into(),
        line: line.number,
    };
    let to = crs.and_then(|crs| crs.to_lonlat().ok());
    if metric {
        let to = to.ok_or_else(|| PosError::NoCrs { path: path.into() })?;
        let there = of_metres(lines, order)
            .zip(lines)
            .map(|(point, line)| {
                let there = to.apply(&[point]);
                there.map(|p| p[0]).map_err(|_ignored| bad(line))
            })
            .collect::<Result<Vec<_>, _>>()?;
        check_datum(crs, &there, path)?;
        return Ok(there);
    }
    let turned = order == Order::Unsaid && latitude_first(lines, path)?;
    let there = lines
        .iter()
        .map(|l| {
            let (lon, lat) = if turned {
                (l.second, l.first)
            } else {
                (l.first, l.second)
            };
            match Position::of(lon, lat) {
                Position::At(at) => Ok(at),
                _ => Err(bad(l)),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    let Some(own) = to.and_then(|to| on_own_datum(&there, &to)) else {
        return Ok(there);
    };
    check_datum(crs, &own, path)?;
    Ok(own)
}

/// The points of lines in metres. Surveyors write the northing first: seven digits beside six, or beside eight with the
/// zone's number in front.
fn of_metres(lines: &[PosLine], order: Order) -> impl Iterator<Item = CrsPoint> {
    let is_easting = |v: f64| v.abs() < 1e6 || (13e6..46e6).contains(&v);
    let turned = order == Order::Unsaid
        && lines
            .iter()
            .all(|l| (1e6..1e7).contains(&l.first) && is_easting(l.second));
    lines.iter().map(move |l| {
        let (x, y) = if turned {
            (l.second, l.first)
        } else {
            (l.first, l.second)
        };
        CrsPoint { x, y }
    })
}

/// Degrees of a system's own datum in WGS 84; `None` where the system counts in metres and says nothing of degrees.
fn on_own_datum(places: &[LonLat], to: &ToLonLat) -> Option<Vec<LonLat>> {
    let there = |at: &LonLat| {
        let (x, y) = (at.lon, at.lat);
        let there = to.apply(&[CrsPoint { x, y }]).ok()?[0];
        let is_near = (there.lon - x).abs() < 0.1 && (there.lat - y).abs() < 0.1;
        is_near.then_some(there)
    };
    places.iter().map(there).collect()
}

/// Refuses places on a datum from which no way to WGS 84 is known: they would lie up to 100 m off, and nothing would say so.
fn check_datum(crs: Option<&Crs>, places: &[LonLat], path: &Path) -> Result<(), PosError> {
    let (Some(crs), Some(about)) = (crs, places.first()) else {
        return Ok(());
    };
    let no_crs = |_ignored| PosError::NoCrs { path: path.into() };
    let (_, unknown) = crs.clone().with_way(*about, None).map_err(no_crs)?;
    match unknown {
        Some(datum) => Err(PosError::Datum {
            path: path.into(),
            datum,
        }),
        None => Ok(()),
    }
}

/// Whether the first number of each place is the latitude: by what no latitude can be, else by where China lies.
fn latitude_first(lines: &[PosLine], path: &Path) -> Result<bool, PosError> {
    let all = |fits: fn(f64, f64) -> bool| lines.iter().all(|l| fits(l.first, l.second));
    let china = |lon: f64, lat: f64| (73.0..=136.0).contains(&lon) && (3.0..=54.0).contains(&lat);
    if lines.iter().any(|l| l.first.abs() > 90.0) || lines.iter().all(|l| china(l.first, l.second))
    {
        Ok(false)
    } else if all(|first, second| second.abs() > 90.0 && first.abs() <= 90.0)
        || lines.iter().all(|l| china(l.second, l.first))
    {
        Ok(true)
    } else {
        Err(PosError::Order { path: path.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &[u8]) -> Result<Pos, PosError> {
        Pos::of_bytes(text, Path::new("pos.txt"), None)
    }

    fn one(text: &str) -> PosRow {
        let pos = of(text.as_bytes()).expect("a list");
        pos.rows["dji_0001"][0].clone()
    }

    #[test]
    fn lists_of_many_layouts_say_the_same() {
        let layouts = [
            "DJI_0001.JPG,113.3,33.74,536,40,-90,0",
            "DJI_0001 113.3 33.74 536 40 -90 0",
            "dji_0001.jpg\t33.74\t113.3\t536\t40\t-90\t0",
            "照片名,纬度,经度,高度,横滚角,俯仰角,偏航角\nDJI_0001.JPG,33.74,113.3,536,0,-90,40",
            "#name;longitude;latitude;altitude;yaw;pitch;roll\n\nD:\\照片\\DJI_0001.JPG;113.3;33.74;536;40;-90;0\n",
            "EPSG:4326\nDJI_0001.JPG 113.3 33.74 536 40 -90 0",
            "\"照片名\",\"纬度\",\"经度\",\"高度\",\"Yaw\",\"Pitch\",\"Roll\"\n\"DJI_0001.JPG\",\"33.74\",\"113.3\",\"536\",\"40\",\"-90\",\"0\"",
            "照片名,纬度,经度,高度,偏航角,俯仰角,横滚角\nDJI_0001.JPG,33°44′24″N,113°18′00″E,536,40,-90,0",
            "DJI_0001.JPG\t113°18′\t33°44′24″\t536\t40\t-90\t0",
            "+proj=longlat +datum=WGS84 +no_defs\nDJI_0001.JPG 113.3 33.74 536 40 -90 0",
        ];
        for layout in layouts {
            let row = one(layout);
            assert!(
                row.at.distance_m(LonLat::new(113.3, 33.74)) < 1e-3,
                "{layout}"
            );
            assert_eq!(row.height.map(|h| h.1), Some(536.0), "{layout}");
            let gimbal = Attitude::Gimbal {
                yaw: Some(40.0),
                pitch: -90.0,
                roll: 0.0,
            };
            assert_eq!(row.attitude, Some(gimbal), "{layout}");
            let chinese = encoding_rs::GB18030.encode(layout).0;
            assert!(of(&chinese).is_ok(), "{layout}");
        }
    }

    #[test]
    fn titles_of_other_programs_are_read_or_refused_and_photogrammetrists_angles_are_none_of_these()
    {
        let at = LonLat::new(113.3, 33.74);
        for text in [
            "#Label,X/Longitude,Y/Latitude,Z/Altitude,Error_(m)\nDJI_0001.JPG,113.3,33.74,536,0.02",
            "imagename,latitude [decimal degrees],longitude [decimal degrees],altitude [meter],accuracy horizontal [meter]\nDJI_0001.JPG,33.74,113.3,536,0.02",
            "Photo X Y Z Omega Phi Kappa\nDJI_0001.JPG 113.3 33.74 536 0.5 -0.7 120",
            "EPSG:4547\n照片,X坐标,Y坐标,高程\nDJI_0001.JPG,3735042.323,435133.665,536",
            "EPSG:4526\n照片,X,Y,高程\nDJI_0001.JPG,3735042.323,38435133.665,536",
            "# made by a program\nDJI_0001.JPG,113.3,33.74,536",
        ] {
            let row = one(text);
            assert!(row.at.distance_m(at) < 0.1, "{text}: {:?}", row.at);
            assert_eq!(row.attitude, None, "{text}");
        }
        // Angles without titles of which the last goes all the way round.
        let round = one("DJI_0001.JPG,113.3,33.74,536,0.5,-0.7,120");
        assert!(matches!(round.attitude, Some(Attitude::Doubtful { .. })));
        for text in [
            "foto,largo,ancho,alto\nDJI_0001.JPG,113.3,33.74,536",
            "#a;b;c;d\nDJI_0001.JPG;33.74;113.3;536",
        ] {
            assert!(
                matches!(of(text.as_bytes()), Err(PosError::Titles { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn the_system_that_metashape_or_webodm_names_is_that_of_the_list() {
        let at = LonLat::new(113.3, 33.74);
        let wkt = |code: u32| {
            let crs = Crs::parse(&format!("EPSG:{code}")).expect("known");
            crs.wkt().replace(['\n', '\r'], "")
        };
        for text in [
            format!("# CoordinateSystem: {}\n#Label,X/Longitude,Y/Latitude,Z/Altitude,Yaw,Pitch,Roll\nDJI_0001.JPG,113.3,33.74,536,40,0,0", wkt(4326)),
            format!("# CoordinateSystem: {}\n#Label,X/East,Y/North,Z/Altitude\nDJI_0001.JPG,435133.665,3735042.323,536", wkt(4547)),
            "# CoordinateSystem: LOCAL_CS[\"Local\",LOCAL_DATUM[\"x\",0],UNIT[\"metre\",1]]\nDJI_0001.JPG,113.3,33.74,536".into(),
            "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m\nDJI_0001.JPG 435133.665 3735042.323 536".into(),
        ] {
            let there = one(&text).at;
            assert!(there.distance_m(at) < 0.1, "{text}: {there:?}");
        }
        let utm = Crs::parse("EPSG:32649")
            .expect("known")
            .from_lonlat(&[at])
            .expect("there")[0];
        for zone in ["WGS84 UTM 49N", "wgs84 utm 49"] {
            let text = format!("{zone}\nDJI_0001.JPG {} {} 536", utm.x, utm.y);
            assert!(one(&text).at.distance_m(at) < 0.1, "{text}");
        }
    }

    #[test]
    fn places_on_a_datum_without_a_known_way_are_refused_and_with_its_parameters_read() {
        for text in [
            "EPSG:2435\nDJI_0001.JPG 435133.665 3735042.323 536",
            "EPSG:4610\nDJI_0001.JPG 113.3 33.74 536",
        ] {
            let read = of(text.as_bytes());
            assert!(matches!(read, Err(PosError::Datum { .. })), "{read:?}");
        }
        let shifted = "+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0 +no_defs\nDJI_0001.JPG 113.3 33.74 536";
        let metres = one(shifted).at.distance_m(LonLat::new(113.3, 33.74));
        assert!((30.0..100.0).contains(&metres), "{metres}");
        // A system of metres that was named for rasters says nothing of degrees.
        let crs = Crs::parse("EPSG:4547").expect("known");
        let plain = Pos::of_bytes(b"dji_0001,113.3,33.74", Path::new("pos.txt"), Some(&crs));
        assert_eq!(
            plain.expect("a list").rows["dji_0001"][0].at,
            LonLat::new(113.3, 33.74)
        );
    }

    #[test]
    fn metres_need_a_system_and_are_read_in_both_orders() {
        assert!(matches!(
            of(b"a.jpg,435133.665,3735042.323"),
            Err(PosError::NoCrs { .. })
        ));
        for text in [
            "EPSG:4547\ndji_0001 435133.665 3735042.323 500",
            "EPSG:4547\ndji_0001 3735042.323 435133.665 500",
            "EPSG:4526\ndji_0001 38435133.665 3735042.323 500",
        ] {
            assert!(
                one(text).at.distance_m(LonLat::new(113.3, 33.74)) < 0.1,
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_settled_is_refused() {
        assert!(matches!(of(b"a,20,10,5"), Err(PosError::Order { .. })));
        assert!(matches!(
            of(b"a,113,33\nA.JPG,114,33"),
            Err(PosError::Twice { .. })
        ));
        assert!(matches!(of(b""), Err(PosError::Empty { .. })));
        assert!(matches!(
            of(b"a,0,0,5,0,0,0\nb,113,33,5,0,0,0"),
            Err(PosError::Row { .. } | PosError::Order { .. })
        ));
        let tilted = one("dji_0001,113.3,33.74,536,40,-30,0");
        assert!(matches!(tilted.attitude, Some(Attitude::Doubtful { .. })));
        let body = one("dji_0001,113.3,33.74,536,40,3,-2");
        assert!(matches!(body.attitude, Some(Attitude::Body { .. })));
    }

    #[test]
    fn a_row_whose_name_two_photos_have_is_nobodys() {
        let pos = of(b"a,113,33\nb,113,33").expect("a list");
        let photos = ["x/A.jpg", "y/a.JPG", "y/b.jpg"].map(PathBuf::from);
        let found: Vec<bool> = pos.matched(&photos).iter().map(Option::is_some).collect();
        assert_eq!(found, [false, false, true]);
        assert!(matches!(
            pos.check(Path::new("p"), &photos[..2]),
            Err(PosError::Shared { name, .. }) if name == "a"
        ));
        let others = [PathBuf::from("x/c.jpg")];
        assert!(matches!(
            pos.check(Path::new("p"), &others),
            Err(PosError::NoneMatches { .. })
        ));
    }

    #[test]
    fn folders_before_a_name_tell_photos_of_one_name_apart() {
        let pos =
            of(b"100MEDIA\\A.JPG,113,33\n101media/a.jpg,114,34\nb.jpg,115,35").expect("a list");
        let photos = [
            "card/100media/a.jpg",
            "card/101MEDIA/A.JPG",
            "card/102MEDIA/a.jpg",
            "card/102MEDIA/b.jpg",
        ]
        .map(PathBuf::from);
        let found: Vec<Option<f64>> = (pos.matched(&photos).iter())
            .map(|row| row.map(|row| row.at.lon))
            .collect();
        assert_eq!(found, [Some(113.0), Some(114.0), None, Some(115.0)]);
        // Folders of another computer do not matter where the name is one photo's.
        let far = of(b"D:\\x\\A.JPG,113,33").expect("a list");
        assert!(far.matched(&photos[..1])[0].is_some());
        // One name twice in a folder.
        assert!(matches!(
            of(b"x/a,113,33\nX/A.JPG,114,33"),
            Err(PosError::Twice { .. })
        ));
    }

    #[test]
    fn titles_with_units_and_the_axes_of_surveyors_are_read() {
        let at = LonLat::new(113.3, 33.74);
        for (text, height) in [
            (
                "EPSG:4526\n照片编号,X(m),Y(m),H(m)\nDJI_0001,3735042.323,38435133.665,536",
                Height::Ellipsoid,
            ),
            (
                "EPSG:4526\n照片编号,纵坐标X,横坐标Y,高程H\nDJI_0001,3735042.323,38435133.665,536",
                Height::Unknown,
            ),
            (
                "EPSG:4547\n照片编号,横坐标(m),纵坐标(m),海拔（米）\nDJI_0001,435133.665,3735042.323,536",
                Height::Sea,
            ),
            (
                "EPSG:4547\n点名,X（北）,Y（东）,Z(m)\nDJI_0001,3735042.323,435133.665,536",
                Height::Unknown,
            ),
            (
                "影像名称,B(°),L(°),H(m)\nDJI_0001,33.74,113.3,536",
                Height::Ellipsoid,
            ),
            (
                "影像,经度（度）,纬度（度）,相对高度(m)\nDJI_0001,113.3,33.74,536",
                Height::TakeOff,
            ),
            ("1 DJI_0001.JPG 113.3 33.74 536", Height::Unknown),
        ] {
            let row = one(text);
            assert!(row.at.distance_m(at) < 0.1, "{text}: {:?}", row.at);
            assert_eq!(row.height, Some((height, 536.0)), "{text}");
        }
    }

    #[test]
    fn a_list_in_a_spreadsheet_is_read_as_it_shows() {
        use rust_xlsxwriter::Workbook;
        let at = LonLat::new(113.3, 33.74);
        let mut book = Workbook::new();
        let notes = book.add_worksheet();
        notes.write_string(0, 0, "航飞说明").expect("written");
        let sheet = book.add_worksheet();
        sheet
            .write_string(0, 0, "某测区 POS 数据")
            .expect("written");
        let titles = [
            "序号",
            "照片名",
            "经度",
            "纬度",
            "高度(m)",
            "偏航角",
            "俯仰角",
            "横滚角",
        ];
        sheet.write_row(1, 0, titles).expect("written");
        // The row's own number is missing: the cells stay under their titles.
        sheet.write_string(2, 1, "DJI_0001.JPG").expect("written");
        sheet
            .write_row(2, 2, [113.3, 33.74, 536.0, 40.0, -90.0, 0.0])
            .expect("written");
        sheet.write_number(3, 0, 2.0).expect("written");
        sheet.write_string(3, 1, "DJI_0002.JPG").expect("written");
        sheet.write_row(3, 2, [113.31, 33.74]).expect("written");
        let old = book.add_worksheet();
        old.set_hidden(true);
        old.write_row(0, 0, ["DJI_0001", "100", "30"])
            .expect("written");
        let bytes = book.save_to_buffer().expect("saved");
        let pos = of(&bytes).expect("a list");
        let row = &pos.rows["dji_0001"][0];
        assert!(row.at.distance_m(at) < 1e-3, "{row:?}");
        assert_eq!(row.height.map(|height| height.1), Some(536.0));
        assert!(matches!(row.attitude, Some(Attitude::Gimbal { .. })));
        assert_eq!(pos.rows["dji_0002"][0].at, LonLat::new(113.31, 33.74));

        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet
            .write_row(0, 0, ["name", "lon", "lat"])
            .expect("written");
        sheet.write_string(1, 0, "a.jpg").expect("written");
        sheet.write_formula(1, 1, "=113+18/60").expect("written");
        sheet.write_number(1, 2, 33.74).expect("written");
        let bytes = book.save_to_buffer().expect("saved");
        assert!(matches!(of(&bytes), Err(PosError::Formula { line: 2, .. })));
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "EPSG:4547").expect("written");
        sheet
            .write_row(1, 0, ["照片", "X坐标", "Y坐标"])
            .expect("written");
        sheet.write_string(2, 0, "a.jpg").expect("written");
        sheet
            .write_row(2, 1, [3_735_042.323, 435_133.665])
            .expect("written");
        let bytes = book.save_to_buffer().expect("saved");
        let pos = of(&bytes).expect("a list");
        assert!(pos.rows["a"][0].at.distance_m(at) < 0.1);
        assert!(matches!(of(b"PK\x03\x04"), Err(PosError::Workbook { .. })));
    }

    #[test]
    fn whatever_a_list_holds_it_neither_panics_nor_hangs() {
        let plain =
            b"DJI_0001.JPG,113.3,33.74,536,40,-90,0\nDJI_0002.JPG,113.31,33.74,536,40,-90,0\n";
        let titled = "EPSG:4547\n照片名 北坐标 东坐标 高度 横滚角 俯仰角 偏航角\na 3735042.3 435133.6 536 0 -90 40\n";
        let chinese = encoding_rs::GB18030.encode(titled).0;
        crate::text::fuzz::try_all(&[plain, titled.as_bytes(), &chinese], |bytes| {
            if let Ok(pos) = of(bytes) {
                assert!(pos.rows.values().flatten().all(|row| row.at.is_on_earth()));
            }
        });
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _read = of(&bytes);
        }

        #[test]
        fn any_table_is_survived(text in "([a-z,;\t 0-9.\\-]{0,40}\n){0,6}") {
            if let Ok(pos) = of(text.as_bytes()) {
                prop_assert!(pos.rows.values().flatten().all(|r| r.at.is_on_earth()));
            }
        }
    }
}
