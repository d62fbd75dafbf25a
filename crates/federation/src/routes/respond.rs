//! Answers: documents with their caching headers, and refusals as problem+json (RFC 9457).

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION,
            VARY, WWW_AUTHENTICATE,
        },
    },
    response::{IntoResponse, Response},
};
use guildhall_activitypub::{ACTIVITY_JSON, LD_JSON, digest};
use guildhall_domain::ApId;
use guildhall_store::StoreError;
use serde_json::Value;

use super::problem::problem;
use crate::inbound::Rejection;

/// Who may keep a copy of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caching {
    /// Everybody, for three minutes: long enough to carry a post that many servers fetch at once, short enough that
    /// a removal shows.
    Public,
    /// Nobody: it was made for one reader.
    Private,
}

/// Why a document is not given.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The request makes no sense; says what would.
    BadRequest(&'static str),
    /// A signature of somebody who may read it is wanted.
    Unauthorized,
    /// The signature does not hold, or its owner must not read here.
    Rejected(Rejection),
    /// There is no such thing, or this reader must not know of it.
    NotFound,
    /// It was here; the body is its tombstone.
    Gone(Value),
    /// It lives elsewhere.
    Elsewhere(ApId),
    /// The store failed.
    Store(StoreError),
    /// What is kept cannot be written as a document.
    Unwritable(&'static str),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A document of `ActivityPub`, in the media type the reader prefers of the two.
pub(crate) fn document(asked: &HeaderMap, body: Vec<u8>, caching: Caching) -> Response {
    cacheable(asked, body, media_type(asked), caching)
}

/// A document of discovery, for everybody, scripts on other sites included (RFC 7033 section 5).
pub(crate) fn discovery(asked: &HeaderMap, body: Vec<u8>, media_type: &'static str) -> Response {
    let mut response = cacheable(asked, body, media_type, Caching::Public);
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn cacheable(asked: &HeaderMap, body: Vec<u8>, media_type: &'static str, caching: Caching) -> Response {
    let tag = entity_tag(&body);
    let mut response = if matches_tag(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    set_caching(headers, caching);
    response
}

fn set_caching(headers: &mut HeaderMap, caching: Caching) {
    let (control, vary) = match caching {
        Caching::Public => ("public, max-age=180", "Accept"),
        Caching::Private => ("private, no-store", "Accept, Signature, Signature-Input"),
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(control));
    headers.insert(VARY, HeaderValue::from_static(vary));
}

/// A strong tag: equal bytes, equal tag.
fn entity_tag(body: &[u8]) -> String {
    let digest = digest::digest_header(body);
    format!("\"{}\"", digest.trim_start_matches("SHA-256="))
}

/// RFC 9110 section 13.1.2: a weak comparison with each tag given.
fn matches_tag(asked: &HeaderMap, tag: &str) -> bool {
    let given = asked.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    given
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn media_type(asked: &HeaderMap) -> &'static str {
    let accepts = |name: &str| {
        asked.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).any(|line| line.contains(name))
    };
    if accepts("application/ld+json") && !accepts(ACTIVITY_JSON) { LD_JSON } else { ACTIVITY_JSON }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::BadRequest(detail) => refusal(StatusCode::BAD_REQUEST, "bad-request", detail),
            Self::Unauthorized => unauthorized(),
            Self::Rejected(rejection) => {
                refusal(rejection.status_for_get(), rejection.code(), &rejection.to_string())
            }
            Self::NotFound => {
                refusal(StatusCode::NOT_FOUND, "not-found", "there is nothing here that you may see")
            }
            Self::Gone(tombstone) => gone(&tombstone),
            Self::Elsewhere(ap_id) => found(&ap_id),
            Self::Store(error) => store_failure(&error),
            Self::Unwritable(what) => {
                tracing::error!(what, "a document could not be written");
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", "this document could not be written")
            }
        }
    }
}

fn gone(tombstone: &Value) -> Response {
    let mut response = (StatusCode::GONE, tombstone.to_string()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON));
    // A moderator may bring it back: without this, 410 may be kept for as long as anybody likes.
    set_caching(response.headers_mut(), Caching::Private);
    response
}

fn found(ap_id: &ApId) -> Response {
    let Ok(place) = HeaderValue::from_str(ap_id.as_str()) else {
        return refusal(StatusCode::NOT_FOUND, "not-found", "its address cannot be written");
    };
    let mut response = (StatusCode::FOUND, [(LOCATION, place)]).into_response();
    set_caching(response.headers_mut(), Caching::Private);
    response
}

fn store_failure(error: &StoreError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "reading a document failed");
    if error.is_unavailable() || error.is_retryable() {
        refusal(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "try again later")
    } else {
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", "reading failed")
    }
}

fn unauthorized() -> Response {
    let detail = "sign this request with the key of an actor that may read this";
    let mut response = refusal(StatusCode::UNAUTHORIZED, "signature-missing", detail);
    // RFC 9110 section 11.6.1 wants one; the scheme is that of draft-cavage.
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Signature"));
    response
}

/// A problem document that nobody keeps: what is not there now may be there soon.
fn refusal(status: StatusCode, code: &str, detail: &str) -> Response {
    let mut response = problem(status, code, detail);
    set_caching(response.headers_mut(), Caching::Private);
    response
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use serde_json::json;

    use super::*;

    fn asked(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_tag_of_the_same_bytes_is_not_modified() {
        let first = document(&HeaderMap::new(), b"{}".to_vec(), Caching::Public);
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");

        for given in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let asked = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_str(&given).unwrap())]);
            let again = document(&asked, b"{}".to_vec(), Caching::Public);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{given}");
            assert_eq!(again.headers()[ETAG], tag);
            assert_eq!(
                document(&asked, b"{} ".to_vec(), Caching::Public).status() == StatusCode::OK,
                given != "*"
            );
        }
    }

    #[test]
    fn the_media_type_is_the_one_asked_for() {
        let of = |accept| {
            document(&asked(ACCEPT, accept), Vec::new(), Caching::Public).headers()[CONTENT_TYPE].clone()
        };
        assert_eq!(of("*/*"), ACTIVITY_JSON);
        assert_eq!(of(LD_JSON), LD_JSON);
        assert_eq!(of("application/ld+json, application/activity+json"), ACTIVITY_JSON);
    }

    #[test]
    fn what_was_made_for_one_reader_is_kept_by_nobody() {
        let response = document(&HeaderMap::new(), Vec::new(), Caching::Private);
        assert_eq!(response.headers()[CACHE_CONTROL], "private, no-store");
        assert!(response.headers()[VARY].to_str().unwrap().contains("Signature"));
    }

    #[test]
    fn refusals_are_problem_documents() {
        let response = Refusal::Unauthorized.into_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let gone = Refusal::Gone(json!({ "type": "Tombstone" })).into_response();
        assert_eq!(
            (gone.status(), &gone.headers()[CONTENT_TYPE]),
            (StatusCode::GONE, &HeaderValue::from_static(ACTIVITY_JSON))
        );
    }
}
