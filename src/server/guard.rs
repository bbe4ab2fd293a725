//! What every request passes before it reaches a handler, and every answer on its way out.
//!
//! A name that this server does not answer to is refused, so that no page of another host can make a browser speak to it
//! under that host's name. A change is taken from this server's own pages alone.

use super::answer::Refused;
use super::drain;
use super::headers::header_text;
use super::house::Shared;
use crate::printable::terminal;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Bytes of a body at most, where a route does not say otherwise.
const BODY: usize = 2 * 1024 * 1024;
/// Bytes of the reason why a body was not understood, and of a name in it, that are looked at.
const LONGEST_REASON: usize = 16 * 1024;
const LONGEST_NAME: usize = 60;
/// How long a body may stand still.
const STANDSTILL: Duration = Duration::from_secs(20);
/// What a page may load and do.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; worker-src 'self' blob:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// The header in which a browser says whose page asks.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The header that a change has to bear: no form and no image of another page can send it.
const OWN_HEADER: &str = "x-papaver";

/// Puts the guards around routes, the outermost last.
pub(super) fn around(routes: Router<Shared>, house: &Shared) -> Router<Shared> {
    let with = |house: &Shared| house.clone();
    routes
        .layer(DefaultBodyLimit::max(BODY))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(with(house), own_pages_alone))
        .layer(middleware::from_fn_with_state(with(house), told))
        .layer(middleware::from_fn(drain::heard_out))
        .layer(RequestBodyTimeoutLayer::new(STANDSTILL))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers))
        .layer(middleware::from_fn_with_state(with(house), noted))
}

/// Whoever has asked for something keeps their connection.
async fn noted(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    house.connections.has_asked(from);
    next.run(request).await
}

/// Refuses other names and changes that other pages ask for.
async fn own_pages_alone(State(house): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = request.uri().host().map(str::to_owned).or_else(|| {
        let host = header_text(headers, header::HOST)?;
        Some(without_port(host).to_owned())
    });
    if !host.is_some_and(|host| house.names.contains(&host.to_lowercase())) {
        return other_name().into_response();
    }
    let path = request.uri().path();
    let by_its_own_password = path.starts_with("/dav/");
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let is_own = if by_its_own_password {
        !is_of_another_page(headers, &house)
    } else {
        is_own(headers, &house)
    };
    if changes && !is_own {
        return other_page().into_response();
    }
    next.run(request).await
}

/// A host as it stands in a header, without its port; the brackets of an address stay.
fn without_port(host: &str) -> &str {
    match (host.rfind(':'), host.rfind(']')) {
        (Some(colon), Some(bracket)) if colon < bracket => host,
        (Some(colon), _) => &host[..colon],
        (None, _) => host,
    }
}

/// Whether a change comes from a page of this server.
fn is_own(headers: &HeaderMap, house: &Shared) -> bool {
    headers.contains_key(OWN_HEADER)
        && headers.contains_key(header::ORIGIN)
        && !is_of_another_page(headers, house)
}

/// Whether a browser says that another page asks; what is no browser says nothing of pages.
fn is_of_another_page(headers: &HeaderMap, house: &Shared) -> bool {
    let scheme = if house.secure { "https" } else { "http" };
    let own = header_text(headers, header::HOST).map(|host| format!("{scheme}://{host}"));
    let is = |name: HeaderName, wanted: Option<&str>| {
        let said = headers.get(name);
        said.is_none_or(|said| wanted.is_some_and(|wanted| said.as_bytes() == wanted.as_bytes()))
    };
    !is(header::ORIGIN, own.as_deref()) || !is(SITE, Some("same-origin"))
}

fn other_name() -> Refused {
    Refused::new(
        StatusCode::MISDIRECTED_REQUEST,
        "other_name",
        "this server does not answer to this name",
        "本服务不接受以该名称访问",
    )
    .hint(
        "use the address that the program printed when it started",
        "请使用程序启动时显示的地址",
    )
}

fn other_page() -> Refused {
    Refused::new(
        StatusCode::FORBIDDEN,
        "other_page",
        "changes are taken from this server's own pages alone",
        "只接受本服务自身页面提交的更改",
    )
}

/// What a browser is told beside every answer.
async fn headers(request: Request, next: Next) -> Response {
    let private = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "geolocation=(self), camera=(self)"),
    ];
    for (name, value) in fixed {
        let name = HeaderName::from_static(name);
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if private {
        let unkept = HeaderValue::from_static("no-store");
        headers.entry(header::CACHE_CONTROL).or_insert(unkept);
    }
    response
}

/// Writes what was refused into the answer. What others refuse (a method, a length, a body that is no JSON) is said in
/// the same form.
async fn told(State(house): State<Shared>, request: Request, next: Next) -> Response {
    let answers_json = !request.uri().path().starts_with("/dav");
    let mut response = next.run(request).await;
    let status = response.status();
    let refused = match response.extensions_mut().remove::<Refused>() {
        Some(refused) => refused,
        None if status.as_u16() >= 400 && answers_json => {
            let said = std::mem::take(response.body_mut());
            let member = wrong_member(status, said).await;
            member.unwrap_or_else(|| by_status(status))
        }
        None => return response,
    };
    let body = refused.json(&house.telling()).to_string();
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut answer = (refused.status, kind, body).into_response();
    let asks = response.headers_mut().remove(header::WWW_AUTHENTICATE);
    if let Some(asks) = asks {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
    }
    answer
}

/// What was sent has a member that is not known, lacks one, or says in one what cannot be: which one. Of other answers nothing.
async fn wrong_member(status: StatusCode, said: Body) -> Option<Refused> {
    let said = to_bytes(said, LONGEST_REASON).await.ok()?;
    let said = std::str::from_utf8(&said).ok()?;
    let said = said.strip_prefix("Failed to deserialize ")?;
    let named = |before: &str| {
        let (_, after) = said.split_once(before)?;
        let name = after.split('`').next()?;
        (name.len() <= LONGEST_NAME).then(|| terminal(name))
    };
    let (english, chinese) = if let Some(name) = named("unknown field `") {
        (
            format!("“{name}” is no member of what is asked for here"),
            format!("此处没有“{name}”这一项"),
        )
    } else if let Some(name) = named("missing field `") {
        (
            format!("“{name}” is lacking in what was sent"),
            format!("缺少“{name}”这一项"),
        )
    } else {
        let name = named("unknown variant `")?;
        (
            format!("“{name}” is none of the values that can be sent here"),
            format!("“{name}”不是此处可用的值"),
        )
    };
    let refused = Refused::new(status, "unclear", &english, &chinese);
    Some(refused.hint(
        "look into /api/openapi.json for what can be sent",
        "可发送的内容见 /api/openapi.json",
    ))
}

fn by_status(status: StatusCode) -> Refused {
    let (code, english, chinese) = match status {
        StatusCode::NOT_FOUND => return Refused::no_such_page(),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method", "this cannot be done here", "此处不支持该操作")
        }
        StatusCode::PAYLOAD_TOO_LARGE => return Refused::too_large(),
        StatusCode::UNAUTHORIZED => (
            "login_needed",
            "the name or the password is wrong, or it is good no more",
            "用户名或密码不正确，或密码已失效",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "timeout",
            "what was sent took too long to arrive",
            "内容传送超时",
        ),
        status if status.is_client_error() => (
            "unclear",
            "what was sent is not understood",
            "发送的内容无法识别",
        ),
        _ => return Refused::broken(),
    };
    Refused::new(status, code, english, chinese)
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn a_host_is_read_without_its_port() {
        assert_eq!(without_port("127.0.0.1:80"), "127.0.0.1");
        assert_eq!(without_port("localhost"), "localhost");
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }
}
