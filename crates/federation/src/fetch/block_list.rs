//! Block lists that admins subscribe to: plain files at any address, fetched in nobody's name.

use guildhall_activitypub::Iri;
use guildhall_app::block_list::Validators;
use guildhall_app::port::{FetchedList, ResolveError};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{FetchError, Fetcher};
use crate::net::Answer;

/// 4 MiB: 20,000 hosts with a comment of 200 characters each.
const MAX_BYTES: usize = 4 << 20;

impl Fetcher {
    /// The list at `url`, unless the server says that it is still the one that `known` tells. Redirects are followed, each
    /// past the address guard and the lists of hosts; it may all take as long as other documents.
    pub(super) async fn fetch_block_list(
        &self,
        url: &str,
        known: &Validators,
    ) -> Result<FetchedList, ResolveError> {
        let limit = self.shared.limits.fetch.timeout;
        let answer = tokio::time::timeout(limit, self.follow_to_list(url, known)).await;
        let answer = answer.unwrap_or_else(|_| Err(FetchError::Unreachable("no answer in time".to_owned())));
        read(&answer.map_err(explained)?)
    }

    async fn follow_to_list(&self, url: &str, known: &Validators) -> Result<Answer, FetchError> {
        let mut url = Iri::parse(url).map_err(FetchError::not_activity_pub)?.without_fragment();
        for _ in 0..=self.shared.limits.fetch.redirects {
            // A host that is not on the allow list may well publish a list; one that is blocked is asked for nothing.
            if self.peers().is_listed_as_blocked(url.authority()).await.map_err(FetchError::Store)? {
                return Err(FetchError::Blocked);
            }
            metrics::counter!("fetches_total").increment(1);
            let answer = self.shared.net.get(&url, headers(known), MAX_BYTES).await?;
            if !answer.is_redirect() {
                return Ok(answer);
            }
            url = answer.redirect().ok_or(FetchError::TooManyRedirects)?;
        }
        Err(FetchError::TooManyRedirects)
    }
}

fn headers(known: &Validators) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/csv, text/plain;q=0.9, */*;q=0.5"));
    let conditions =
        [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)];
    for (name, value) in conditions {
        if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

fn read(answer: &Answer) -> Result<FetchedList, ResolveError> {
    match answer.status {
        StatusCode::NOT_MODIFIED => return Ok(FetchedList::Unchanged),
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(ResolveError::NotFound),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(ResolveError::Unreachable(format!("status {status}")));
        }
        status => return Err(ResolveError::Refused(format!("status {status}"))),
    }
    let text = String::from_utf8(answer.body.to_vec())
        .map_err(|_| ResolveError::Refused("the file is not text in UTF-8".to_owned()))?;
    let kept = |name: HeaderName| answer.header(name).map(str::to_owned);
    let validators = Validators { etag: kept(header::ETAG), last_modified: kept(header::LAST_MODIFIED) };
    Ok(FetchedList::Text { text, validators })
}

/// In words that fit a file.
fn explained(error: FetchError) -> ResolveError {
    match error {
        FetchError::TooLarge => {
            ResolveError::Refused(format!("the file is larger than {} MiB", MAX_BYTES >> 20))
        }
        FetchError::NotActivityPub(reason) => ResolveError::Refused(reason),
        other => other.into(),
    }
}
