//! Carrying deliveries.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use guildhall_activitypub::Iri;
use guildhall_activitypub::signature::parse_http_date;
use guildhall_app::port::{Clock, PortFuture};
use guildhall_domain::Timestamp;
use http::{HeaderMap, header};

use super::{Answer, Client};
use crate::delivery::{Response, Transport, TransportError};

/// Time for one delivery: some servers answer only when they are done with it.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest pause a host may ask for.
const MAX_PAUSE: Duration = Duration::from_hours(24);

/// Carries deliveries through the client.
#[derive(Clone)]
pub struct InboxTransport {
    client: Client,
    clock: Arc<dyn Clock>,
}

impl InboxTransport {
    /// Sends through `client`; `clock` turns a date in `Retry-After` into a span.
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock }
    }
}

impl Transport for InboxTransport {
    fn post<'a>(
        &'a self,
        url: &'a Iri,
        headers: HeaderMap,
        body: Bytes,
    ) -> PortFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let sent = tokio::time::timeout(DELIVERY_TIMEOUT, self.client.post(url, headers, body)).await;
            let answer = sent
                .map_err(|_| TransportError("no answer in time".to_owned()))?
                .map_err(|error| TransportError(error.to_string()))?;
            let retry_after = retry_after(&answer, self.clock.now());
            Ok(Response { status: answer.status.as_u16(), retry_after })
        })
    }
}

/// RFC 9110 section 10.2.3: seconds, or a date.
fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.header(header::RETRY_AFTER)?.trim();
    let pause = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Timestamp(parse_http_date(text)?).since(now),
    };
    Some(pause.min(MAX_PAUSE))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn a_pause_is_a_number_or_a_date_and_never_longer_than_a_day() {
        let pause = |text: &'static str| {
            let answer = Answer {
                url: Iri::parse("https://example.org/inbox").unwrap(),
                status: StatusCode::TOO_MANY_REQUESTS,
                headers: HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(text))]),
                body: Bytes::new(),
            };
            // 2026-11-21T23:50:28Z
            retry_after(&answer, Timestamp(1_795_305_028_000))
        };
        assert_eq!(pause("120"), Some(Duration::from_mins(2)));
        assert_eq!(pause("Sat, 21 Nov 2026 23:51:28 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(pause("Sat, 21 Nov 2026 22:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(pause("99999999999"), Some(MAX_PAUSE));
        assert_eq!(pause("soon"), None);
    }
}
