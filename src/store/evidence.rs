//! Evidence: originals kept byte for byte under their SHA-256, looked at but never changed.

use crate::files;
use crate::ground::LonLat;
use crate::imagery::photo::picture_tags;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::ids::Hash;
use crate::registry::place::Place;
use crate::registry::settings::Settings;
use crate::text::day_of;
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file that was not taken as evidence.
#[derive(Debug)]
pub enum EvidenceError {
    /// It is not there, or cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A photograph that is none.
    NotAPhoto {
        /// The file.
        path: PathBuf,
    },
    /// A registry, or a key: what is kept as evidence goes to other offices.
    StaysHere {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be kept.
    Unwritable {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl EvidenceError {
    /// What the system says of a file that is to be kept.
    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        |source| Self::Unreadable { path, source }
    }
}

impl Say for EvidenceError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path, source } => Said::unreadable(lang, path, source).hint(tr!(
                lang,
                "nothing was recorded; check the name and try again",
                "未作任何记录；请检查文件名后重试"
            )),
            Self::NotAPhoto { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is not a photograph", "{path} 不是照片"))
                    .hint(lang.pick(
                        "give a JPEG, PNG, HEIC or TIFF as it came from the camera",
                        "请提供相机原始的 JPEG、PNG、HEIC 或 TIFF",
                    ))
                    .hint(remedy!(
                        lang,
                        "other files go with {document}",
                        "其他文件用 {document}",
                        document = Action::Again(Choice::Document),
                    ))
            }
            Self::StaysHere { path } => Said::new(tr!(
                lang,
                "{path} is a registry or one of its keys: it becomes no evidence, which goes to other offices",
                "{path} 是登记库或其密钥，不能作为证据：证据会随数据包送往其他单位",
                path = path.display(),
            ))
            .hint(lang.pick(
                "nothing was recorded; give the photograph or document itself, not a link",
                "未作任何记录；请提供照片或文件本身，不要用链接",
            )),
            Self::Unwritable { path, source } => Said::unwritable(lang, path, source).hint(tr!(
                lang,
                "nothing was recorded; make room or check the rights of the folder",
                "未作任何记录；请腾出空间或检查文件夹权限"
            )),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unwritable { .. } => Fault::Machine,
            _ => Fault::Input,
        }
    }
}
speaking_error!(EvidenceError, |e| match e {
    EvidenceError::Unreadable { source, .. } | EvidenceError::Unwritable { source, .. } =>
        Some(source),
    EvidenceError::NotAPhoto { .. } | EvidenceError::StaysHere { .. } => None,
});

/// Where a file of this digest lies: two digits, then the rest.
pub fn path_of(folder: &Path, sha256: Hash) -> PathBuf {
    let name = sha256.to_string();
    folder.join(&name[..2]).join(name)
}

/// Whether the file is still what its name says.
///
/// # Errors
/// Where it is missing or cannot be read.
pub fn check(folder: &Path, sha256: Hash) -> io::Result<bool> {
    let file = std::fs::File::open(path_of(folder, sha256))?;
    let (_, found) = copy(file, &mut io::sink())?;
    Ok(found == sha256)
}

/// Copies bytes and returns how many there are and their digest.
pub(super) fn copy(mut from: impl Read, to: &mut dyn io::Write) -> io::Result<(u64, Hash)> {
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, Hash(digest.finalize().into())));
        }
        digest.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
}

/// The media type by the file's first bytes; `None` for a kind this program does not know.
pub fn media_type(first: &[u8]) -> Option<&'static str> {
    match first {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [b'I', b'I', 0x2A, 0, ..] | [b'M', b'M', 0, 0x2A, ..] => Some("image/tiff"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => Some("image/heic"),
        [b'%', b'P', b'D', b'F', ..] => Some("application/pdf"),
        [b'P', b'K', 3, 4, ..] => Some("application/zip"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("video/mp4"),
        _ => None,
    }
}

/// What the EXIF of a photograph says: when (local time as written) and where.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exif {
    /// `YYYY-MM-DDTHH:MM:SS`, in the camera's own time.
    pub taken_at: Option<String>,
    /// By how many seconds the camera's time was ahead of UTC, where it is known.
    pub offset_s: Option<i32>,
    /// Where, in WGS 84.
    pub at: Option<LonLat>,
}

/// Reads the EXIF of a file; one without it says nothing.
pub fn exif(bytes: &[u8]) -> Exif {
    let tags = picture_tags(bytes);
    Exif {
        taken_at: tags
            .taken
            .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
        offset_s: tags.offset_s,
        at: tags.at,
    }
}

impl Exif {
    /// When it was taken, as events keep it: with its offset where the picture tells that, else in the camera's own time.
    fn written(&self) -> Option<String> {
        let local = self.taken_at.as_ref()?;
        let offset = self.offset_s.and_then(|s| Offset::from_seconds(s).ok());
        let with_zone = offset.and_then(|offset| {
            let at = local.parse::<DateTime>().ok()?;
            let at = at.to_zoned(TimeZone::fixed(offset)).ok()?;
            Some(at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        });
        with_zone.or_else(|| Some(local.clone()))
    }
}

/// Metres from where a photograph was taken to the site that it shows.
pub fn metres_off(at: LonLat, site: &Place) -> f64 {
    // The plane holds near the site only; far away the point inside will do.
    let around = site.lonlat().distance_m(at);
    if around < 5_000.0 {
        site.distance_m(&Place::point(at))
    } else {
        around
    }
}

/// Whether a mark says how far from its site a photograph was taken.
pub fn is_of_distance(mark: &str) -> bool {
    mark.starts_with("far:")
}

/// What does not fit between a photograph and the event it goes with: marked, not refused.
pub fn marks(exif: &Exif, site: Option<&Place>, day: &str, settings: &Settings) -> Vec<String> {
    let mut marks = Vec::new();
    match (exif.at, site) {
        (Some(at), Some(site)) => {
            let metres = metres_off(at, site);
            if metres > f64::from(settings.photo_far_m) {
                marks.push(format!("far:{metres:.0}m"));
            }
        }
        (None, _) => marks.push("no_position".into()),
        _ => {}
    }
    match (exif.taken_at.as_deref().and_then(day_of), day_of(day)) {
        (Some(taken), Some(day)) => {
            let days = taken.until(day).map_or(0, |span| span.get_days());
            if days > i32::try_from(settings.photo_old_days).unwrap_or(i32::MAX) {
                marks.push(format!("old:{days}d"));
            } else if days < -1 {
                marks.push(format!("later:{}d", -days));
            }
        }
        (None, _) => marks.push("no_time".into()),
        _ => {}
    }
    marks
}

/// A mark of [`marks`] in words; one of a later program as it is.
pub fn mark_in_words(mark: &str, lang: Lang) -> String {
    let (kind, value) = mark.split_once(':').unwrap_or((mark, ""));
    let number = value.trim_end_matches(['m', 'd']);
    match kind {
        "no_position" => lang
            .pick("it does not say where it was taken", "照片没有位置信息")
            .to_owned(),
        "no_time" => lang
            .pick("it does not say when it was taken", "照片没有拍摄时间")
            .to_owned(),
        "far" => tr!(
            lang,
            "taken {number} m from the site",
            "拍摄位置距图斑 {number} 米"
        ),
        "old" => tr!(
            lang,
            "taken {days} before",
            "拍摄时间早于记录 {number} 天",
            days = (number, "day", "days"),
        ),
        "later" => tr!(
            lang,
            "taken {days} after",
            "拍摄时间晚于记录 {number} 天",
            days = (number, "day", "days"),
        ),
        _ => mark.to_owned(),
    }
}

/// What a photograph is to prove: its own place and day are held against it.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Where it should have been taken.
    pub place: Option<&'a Place>,
    /// When, a day or a time.
    pub day: &'a str,
    /// How far and how long before is odd.
    pub settings: &'a Settings,
}

/// Keeps a file byte for byte and says what it is. Kept and synchronised before any event names it.
///
/// # Errors
/// See [`EvidenceError`]. Nothing is left half written.
pub fn keep(
    folder: &Path,
    path: &Path,
    role: EvidenceRole,
    occasion: Occasion<'_>,
) -> Result<EvidenceRef, EvidenceError> {
    let bytes = files::read(path).map_err(EvidenceError::unreadable(path))?;
    keep_bytes(folder, path, &bytes, role, occasion)
}

/// Keeps what was read out of a file, as [`keep`] does.
///
/// # Errors
/// See [`EvidenceError`]. Nothing is left half written.
pub fn keep_bytes(
    folder: &Path,
    path: &Path,
    bytes: &[u8],
    role: EvidenceRole,
    occasion: Occasion<'_>,
) -> Result<EvidenceRef, EvidenceError> {
    if files::stays_here(path) {
        return Err(EvidenceError::StaysHere { path: path.into() });
    }
    let mime = match role {
        EvidenceRole::Coverage => Some("application/geo+json"),
        EvidenceRole::Features => Some("application/json"),
        _ => media_type(bytes),
    };
    let picture =
        role.is_photograph() || matches!(role, EvidenceRole::Chip | EvidenceRole::Context);
    if picture && !mime.is_some_and(|m| m.starts_with("image/") || m.starts_with("video/")) {
        return Err(EvidenceError::NotAPhoto { path: path.into() });
    }
    // A JPEG or PNG without readable dimensions is a name with a photograph's first bytes.
    if matches!(mime, Some("image/jpeg" | "image/png"))
        && image::ImageReader::new(io::Cursor::new(bytes))
            .with_guessed_format()
            .ok()
            .and_then(|reader| reader.into_dimensions().ok())
            .is_none()
    {
        return Err(EvidenceError::NotAPhoto { path: path.into() });
    }
    let sha256 = Hash::of(bytes);
    put(folder, sha256, bytes)?;
    let exif = exif(bytes);
    Ok(EvidenceRef {
        sha256,
        bytes: bytes.len() as u64,
        mime: mime.unwrap_or("application/octet-stream").into(),
        role,
        name: path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        marks: if role.is_photograph() {
            marks(&exif, occasion.place, occasion.day, occasion.settings)
        } else {
            Vec::new()
        },
        taken_at: exif.written(),
        at_e7: exif.at.map(|at| {
            let (x, y) = at.e7();
            [x, y]
        }),
    })
}

/// Writes bytes under their digest, where they are not there already.
///
/// # Errors
/// [`EvidenceError::Unwritable`].
pub fn put(folder: &Path, sha256: Hash, bytes: &[u8]) -> Result<(), EvidenceError> {
    let target = path_of(folder, sha256);
    if check(folder, sha256).unwrap_or(false) {
        return Ok(());
    }
    let parent = target.parent().unwrap_or(folder).to_path_buf();
    let write = || -> io::Result<()> {
        std::fs::create_dir_all(&parent)?;
        files::keep(&target, |file| file.write_all(bytes))
    };
    write().map_err(|source| EvidenceError::Unwritable {
        path: target.clone(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept_and_every_changed_byte_is_seen() {
        let folder = tempfile::tempdir().expect("folder");
        let bytes = b"\xFF\xD8\xFF original".to_vec();
        let sha256 = Hash::of(&bytes);
        put(folder.path(), sha256, &bytes).expect("kept");
        assert!(check(folder.path(), sha256).expect("there"));
        let path = path_of(folder.path(), sha256);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            std::fs::write(&path, &changed).expect("written");
            assert!(!check(folder.path(), sha256).expect("there"));
        }
        put(folder.path(), sha256, &bytes).expect("mended");
        assert!(check(folder.path(), sha256).expect("there"));
    }

    #[test]
    fn a_text_named_jpg_is_not_a_photograph() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.jpg");
        for bytes in [&b"hello"[..], b"", b"\xFF\xD8\xFF\xE0 cut"] {
            std::fs::write(&path, bytes).expect("written");
            let occasion = Occasion {
                place: None,
                day: "2026-05-03",
                settings: &Settings::default(),
            };
            let kept = keep(folder.path(), &path, EvidenceRole::Scene, occasion);
            assert!(matches!(kept, Err(EvidenceError::NotAPhoto { .. })));
        }
    }

    #[test]
    fn the_zone_of_a_camera_is_kept_where_the_photograph_tells_it() {
        let mut exif = Exif {
            taken_at: Some("2026-04-20T10:10:00".into()),
            offset_s: Some(8 * 3600),
            at: None,
        };
        let told = |exif: &Exif| exif.written().expect("a time");
        assert_eq!(told(&exif), "2026-04-20T10:10:00+08:00");
        assert_eq!(day_of(&told(&exif)), day_of("2026-04-20"));
        exif.offset_s = None;
        assert_eq!(told(&exif), "2026-04-20T10:10:00");
        exif.taken_at = None;
        assert_eq!(exif.written(), None);
    }

    #[test]
    fn a_far_and_an_old_photograph_are_marked() {
        let site = Place::point(LonLat::new(113.3, 33.74));
        let exif = Exif {
            taken_at: Some("2026-04-20T10:00:00".into()),
            offset_s: None,
            at: Some(LonLat::new(113.31, 33.75)),
        };
        let marks = marks(
            &exif,
            Some(&site),
            "2026-05-03T10:00:00+08:00",
            &Settings::default(),
        );
        assert_eq!(marks, ["far:1445m", "old:13d"]);
        let said = |lang| {
            marks
                .iter()
                .map(|mark| mark_in_words(mark, lang))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            said(Lang::En),
            ["taken 1445 m from the site", "taken 13 days before"]
        );
        assert_eq!(
            said(Lang::Zh),
            ["拍摄位置距图斑 1445 米", "拍摄时间早于记录 13 天"]
        );
        let near = Exif {
            taken_at: Some("2026-05-03T10:00:00".into()),
            offset_s: None,
            at: Some(LonLat::new(113.3001, 33.74)),
        };
        assert!(super::marks(&near, Some(&site), "2026-05-03", &Settings::default()).is_empty());
    }
}
