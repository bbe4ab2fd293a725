//! Tianditu (天地图), the national map service, as this program asks it for tiles: an address and a key go out, a picture comes in.
//!
//! One host is asked, over TLS; no redirect is followed, no proxy is asked, and nothing says who looks or at which page. Its `_w`
//! layers are web Mercator on CGCS2000, without a shift. The key stands in addresses: no error keeps one, nor a word of the other side.

use super::line::certificate_flaw;
use super::{Address, TiandituError};
use crate::imagery::base_map::media_type;
use crate::imagery::tile::{TileAddress, TilePicture, labelled};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, Timeout};

/// The zooms that it has.
pub const TIANDITU_ZOOMS: RangeInclusive<u8> = 1..=18;
/// Whom its tiles are owed to.
pub const TIANDITU_ATTRIBUTION: &str = "天地图 · 国家地理信息公共服务平台";
/// The host that learns which tiles are looked at.
pub const TIANDITU_HOST: &str = "tianditu.gov.cn";

/// Names of the host that answer the same.
const NAMES: u32 = 8;
/// Letters of a key at most.
const LONGEST_KEY: usize = 128;
/// How long a picture may take, from the look for its host to its last byte.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of a picture at most; one has some twenty thousand.
const LARGEST: u64 = 1 << 20;

/// The office's key. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct TiandituKey(String);

impl TiandituKey {
    /// Reads what somebody typed or pasted: letters and digits. `None` where it can be no key.
    pub fn read(typed: &str) -> Option<Self> {
        let key = typed.trim();
        let is_one = (1..=LONGEST_KEY).contains(&key.len())
            && key.bytes().all(|letter| letter.is_ascii_alphanumeric());
        is_one.then(|| Self(key.to_owned()))
    }
}

impl fmt::Debug for TiandituKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TiandituKey")
    }
}

/// How the service is reached: the key, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiandituAccess {
    key: TiandituKey,
    stand_in: Option<String>,
}

impl TiandituAccess {
    /// The service itself.
    pub fn new(key: TiandituKey) -> Self {
        Self {
            key,
            stand_in: None,
        }
    }

    /// What stands in for it in tests: `http://` and a port of this computer, so that no key leaves it. `None` for any other address.
    pub fn stand_in(key: TiandituKey, typed: &str) -> Option<Self> {
        let address = Address::read(typed, false).ok()?;
        let is_here = !address.is_encrypted && address.registry.is_none();
        is_here.then_some(Self {
            key,
            stand_in: Some(address.origin),
        })
    }
}

/// A map of the service: ground, and the labels over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TiandituMap {
    /// Imagery.
    Imagery,
    /// Streets and places, drawn.
    Streets,
}

impl TiandituMap {
    /// All of them, the first to be shown first.
    pub const ALL: [Self; 2] = [Self::Imagery, Self::Streets];

    /// What addresses of this program call it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Imagery => "tianditu-imagery",
            Self::Streets => "tianditu-streets",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Imagery => "天地图影像",
            Self::Streets => "天地图地图",
        }
    }

    /// Its ground, and its labels.
    fn layers(self) -> [&'static str; 2] {
        match self {
            Self::Imagery => ["img", "cia"],
            Self::Streets => ["vec", "cva"],
        }
    }
}

/// What came of asking for a tile. Ground without its labels is shown, and says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiandituTile {
    /// The picture; none where there is none, or the service did not give it.
    pub picture: Option<TilePicture>,
    /// What is wrong, or lacking.
    pub flaw: Option<TiandituError>,
}

/// The service.
#[derive(Debug)]
pub struct Tianditu {
    agent: Agent,
    access: TiandituAccess,
}

impl Tianditu {
    /// Nothing is asked yet.
    pub fn new(access: TiandituAccess) -> Self {
        let agent = Agent::config_builder()
            .tls_config(TlsConfig::default())
            .https_only(access.stand_in.is_none())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        Self { agent, access }
    }

    /// A tile with its labels, both asked for at once. Waits for as long as a picture may take.
    pub fn tile(&self, map: TiandituMap, at: TileAddress) -> TiandituTile {
        let [ground, labels] = map.layers();
        let (ground, labels) = std::thread::scope(|scope| {
            let labels = scope.spawn(|| self.picture(labels, at));
            let ground = self.picture(ground, at);
            let labels = labels.join();
            (ground, labels.unwrap_or(Err(TiandituError::Unreachable)))
        });
        let (picture, flaw) = match (ground, labels) {
            (Err(flaw), _) => (None, Some(flaw)),
            (Ok(None), _) => (None, Some(TiandituError::Nothing)),
            (Ok(Some(ground)), Ok(labels)) => match labelled(ground, labels.as_ref()) {
                None => (None, Some(TiandituError::NoPicture)),
                picture => (picture, None),
            },
            (Ok(Some(ground)), Err(flaw)) => (labelled(ground, None), Some(flaw)),
        };
        TiandituTile { picture, flaw }
    }

    /// A picture of one layer; nothing where it has none of this place.
    fn picture(&self, layer: &str, at: TileAddress) -> Result<Option<TilePicture>, TiandituError> {
        let answer = self.agent.get(self.address(layer, at)).call();
        let mut answer = answer.map_err(|error| unanswered(&error))?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(TiandituError::Refused),
            StatusCode::IM_A_TEAPOT | StatusCode::TOO_MANY_REQUESTS => {
                return Err(TiandituError::Quota);
            }
            status if status.is_redirection() => return Err(TiandituError::NoPicture),
            status => return Err(TiandituError::Status(status.as_u16())),
        }
        if !is_said_to_be_a_picture(&answer) {
            return Err(TiandituError::NoPicture);
        }
        let body = answer.body_mut().with_config().limit(LARGEST);
        let bytes = body.read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => TiandituError::NoPicture,
            other => unanswered(&other),
        })?;
        let media_type = media_type(&bytes).ok_or(TiandituError::NoPicture)?;
        Ok(Some(TilePicture { media_type, bytes }))
    }

    fn address(&self, layer: &str, at: TileAddress) -> String {
        let (zoom, column, row) = (at.zoom(), at.column(), at.row());
        // The same tile from the same name, so that each keeps what it has at hand.
        let origin = self
            .access
            .stand_in
            .clone()
            .unwrap_or_else(|| format!("https://t{}.{TIANDITU_HOST}", (column + row) % NAMES));
        let key = &self.access.key.0;
        format!(
            "{origin}/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w\
             &FORMAT=tiles&TILEMATRIX={zoom}&TILEROW={row}&TILECOL={column}&tk={key}"
        )
    }
}

fn is_said_to_be_a_picture(answer: &Response<Body>) -> bool {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_lowercase().starts_with("image/"))
}

/// What became of a request that was not answered.
fn unanswered(error: &ureq::Error) -> TiandituError {
    match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => TiandituError::Unreachable,
        ureq::Error::Timeout(_) => TiandituError::Slow,
        error if certificate_flaw(error).is_some() => TiandituError::Certificate,
        _ => TiandituError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn key() -> TiandituKey {
        TiandituKey::read(KEY).expect("a key")
    }

    #[test]
    fn an_address_is_the_services_own_and_names_one_tile() {
        let service = Tianditu::new(TiandituAccess::new(key()));
        let at = TileAddress::new(18, 213_500, 104_700).expect("exists");
        assert_eq!(
            service.address("img", at),
            format!(
                "https://t0.tianditu.gov.cn/img_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=img&STYLE=default\
                 &TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX=18&TILEROW=104700&TILECOL=213500&tk={KEY}"
            )
        );
    }

    #[test]
    fn a_key_is_read_as_it_is_pasted_and_nothing_else_gets_into_an_address() {
        assert_eq!(TiandituKey::read(&format!(" {KEY}\r\n")), Some(key()));
        for typed in [
            "",
            " ",
            "a&b",
            "a b",
            "k\u{200b}",
            "a#",
            "%41",
            &"a".repeat(129),
        ] {
            assert_eq!(TiandituKey::read(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_key_is_in_no_debug_text() {
        let service = Tianditu::new(TiandituAccess::new(key()));
        let shown = format!("{service:?} {:?}", TiandituAccess::new(key()));
        assert!(
            shown.contains("TiandituKey") && !shown.contains(KEY),
            "{shown}"
        );
    }

    #[test]
    fn only_this_computer_stands_in_for_the_service() {
        let stands_in = |typed| TiandituAccess::stand_in(key(), typed).is_some();
        assert!(stands_in("http://127.0.0.1:9000") && stands_in("http://localhost:1"));
        for typed in [
            "http://10.0.0.5:9000",
            "https://127.0.0.1:9000",
            "https://tiles.example",
            "http://127.0.0.1:9000/x",
            "127.0.0.1:9000",
            "",
        ] {
            assert!(!stands_in(typed), "{typed}");
        }
    }
}
