//! What another server answered.

use bytes::Bytes;
use guildhall_activitypub::Iri;
use http::{HeaderMap, HeaderName, StatusCode, header};

/// A whole answer, its body read up to the limit.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The URL that was asked; redirects have not been followed.
    pub url: Iri,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where a redirect leads. `None`: it is none, or none that leads anywhere.
    pub fn redirect(&self) -> Option<Iri> {
        if !self.is_redirect() {
            return None;
        }
        let base = url::Url::parse(self.url.as_str()).ok()?;
        let target = base.join(self.header(header::LOCATION)?.trim()).ok()?;
        Iri::parse(target.as_str()).ok().map(|target| target.without_fragment())
    }

    /// Whether the status asks to look elsewhere.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status.as_u16(), 301 | 302 | 303 | 307 | 308)
    }
}
