//! One GET with all its redirects: each hop passes the peering lists, the signer and the address guard anew.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use guildhall_activitypub::Iri;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{Budget, FetchError, Fetcher, is_activity, media_type};
use crate::delivery::port::SignError;
use crate::net::Answer;

/// What kind of document is asked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    accept: &'static str,
    fits: fn(&str) -> bool,
    /// Whether some servers show it only to whom they know by a signature.
    is_signed_for: bool,
}

/// An ActivityPub document.
pub(super) const DOCUMENT: Wanted = Wanted {
    // ACTIVITY_JSON and LD_JSON, which a test holds this to.
    accept: "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
    fits: is_activity,
    is_signed_for: true,
};

/// A document of WebFinger or NodeInfo.
pub(super) const DISCOVERY: Wanted = Wanted {
    accept: "application/jrd+json, application/json",
    fits: media_type::is_json,
    is_signed_for: false,
};

impl Fetcher {
    /// Gets a document of the wanted kind on the account of `budget`. The answer's `url` is the one that gave it, after
    /// redirects.
    ///
    /// Those who ask for one URL at the same time share one request with its end, good or bad; each pays as for a request
    /// of their own. So what was asked for may be as old as a request takes, 10 s at most.
    pub(super) async fn get(
        &self,
        url: &Iri,
        wanted: &Wanted,
        budget: &mut Budget,
    ) -> Result<Answer, FetchError> {
        budget.take_document()?;
        let url = url.without_fragment();
        let key = format!("{} {url}", wanted.accept);
        let answer = self.shared.answers.run(&key, || self.request(url, *wanted)).await?;
        budget.take_bytes(answer.body.len());
        check_status(answer.status)?;
        let content_type = answer.header(header::CONTENT_TYPE).unwrap_or_default();
        if !(wanted.fits)(content_type) {
            return Err(FetchError::not_activity_pub(format_args!("content type `{content_type:.100}`")));
        }
        Ok(answer)
    }

    fn request(&self, url: Iri, wanted: Wanted) -> BoxFuture<'static, Result<Answer, FetchError>> {
        let fetcher = self.clone();
        let limit = fetcher.shared.limits.fetch.timeout;
        async move {
            let answer = tokio::time::timeout(limit, fetcher.follow(url, &wanted)).await;
            answer.unwrap_or_else(|_| Err(FetchError::Unreachable("no answer in time".to_owned())))
        }
        .boxed()
    }

    async fn follow(&self, mut url: Iri, wanted: &Wanted) -> Result<Answer, FetchError> {
        for _ in 0..=self.shared.limits.fetch.redirects {
            let answer = self.hop(&url, wanted).await?;
            if !answer.is_redirect() {
                return Ok(answer);
            }
            url = answer.redirect().ok_or(FetchError::TooManyRedirects)?;
        }
        Err(FetchError::TooManyRedirects)
    }

    async fn hop(&self, url: &Iri, wanted: &Wanted) -> Result<Answer, FetchError> {
        if self.shared.net.is_switched_off() {
            return Err(FetchError::SwitchedOff);
        }
        if self.is_own(url) {
            return Err(FetchError::OwnHost);
        }
        if self.peers().is_blocked(url.authority()).await.map_err(FetchError::Store)? {
            return Err(FetchError::Blocked);
        }
        // Before any work: a forbidden address is not worth a signature.
        self.shared.net.guard().check(url)?;
        let mut headers = if wanted.is_signed_for {
            self.shared.instance_key.sign_get(url).await.map_err(signing_failed)?
        } else {
            HeaderMap::new()
        };
        headers.insert(header::ACCEPT, HeaderValue::from_static(wanted.accept));
        metrics::counter!("fetches_total").increment(1);
        Ok(self.shared.net.get(url, headers, self.shared.limits.fetch.body_bytes).await?)
    }
}

fn signing_failed(error: SignError) -> FetchError {
    match error {
        SignError::Store(source) => FetchError::from(source),
        SignError::NoKey | SignError::NoOtherKey | SignError::BadKey => {
            FetchError::Unreachable(error.to_string())
        }
    }
}

fn check_status(status: StatusCode) -> Result<(), FetchError> {
    match status.as_u16() {
        200..=299 => Ok(()),
        410 => Err(FetchError::Gone),
        404 => Err(FetchError::NotFound),
        401 | 403 => Err(FetchError::Forbidden),
        408 | 425 | 429 | 500..=599 => Err(FetchError::Unreachable(format!("status {status}"))),
        _ => Err(FetchError::not_activity_pub(format_args!("status {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use guildhall_activitypub::{ACTIVITY_JSON, LD_JSON};

    use super::*;

    #[test]
    fn both_media_types_are_asked_for() {
        assert_eq!(DOCUMENT.accept, format!("{ACTIVITY_JSON}, {LD_JSON}"));
    }
}
