//! What is still on its way when a request is refused is heard out, within bounds, before the answer goes.
//!
//! A server that answers and closes while the other side is still sending makes the system reset the connection, and the
//! answer with it: whoever sent too much would read 'connection reset' in place of why and what to do.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_stream::StreamExt;

/// Bytes that are heard out at most.
const MOST: u64 = 64 << 20;
/// How long it is listened at most.
const LONGEST: Duration = Duration::from_secs(10);

/// Hears out the rest of the body of a request that was refused.
pub(super) async fn heard_out(request: Request, next: Next) -> Response {
    // Who asks first whether to go on has not sent anything yet.
    if request.headers().contains_key(header::EXPECT) || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > MOST) {
        return next.run(request).await;
    }
    let (give, mut back) = oneshot::channel();
    let lend = |body| Body::new(Lent(Some((body, give))));
    let response = next.run(request.map(lend)).await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused && let Ok(rest) = back.try_recv() {
        let _late = tokio::time::timeout(LONGEST, swallow(rest)).await;
    }
    response
}

/// Reads a body to its end, or until it is clear that it is too long for that.
async fn swallow(body: Body) {
    if body.size_hint().lower() > MOST {
        return;
    }
    let mut parts = body.into_data_stream();
    let mut bytes = 0;
    while let Some(Ok(part)) = parts.next().await {
        bytes += part.len() as u64;
        if bytes > MOST {
            break;
        }
    }
}

/// A body that comes back when whoever read it lets it go.
struct Lent(Option<(Body, oneshot::Sender<Body>)>);

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut self.0 {
            Some((body, _)) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(|(body, _)| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let hint = |(body, _): &(Body, _)| body.size_hint();
        self.0.as_ref().map(hint).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some((body, give)) = self.0.take() {
            // Nobody waits for it where the request was given up.
            let _gone = give.send(body);
        }
    }
}
