//! What the hostile peer answers.

use std::fmt::Write as _;

use serde_json::Value;

/// An answer, as bytes that need not make sense.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) ending: Ending,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// In order.
    Whole,
    /// The connection closes when half of the body is out.
    Halfway,
    /// Never: the body is sent again and again until the other side has enough.
    Endless,
    /// Without a single byte.
    Silence,
}

impl Reply {
    /// An answer with a body of some media type.
    pub fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
        Self { status, headers, body: body.into(), ending: Ending::Whole }
    }

    /// 200 with an ActivityPub document.
    pub fn document(document: &Value) -> Self {
        Self::new(200, "application/activity+json", document.to_string())
    }

    /// A status and nothing else.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), ending: Ending::Whole }
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).with("Location", location)
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, but the connection closes in the middle of the body.
    #[must_use]
    pub fn broken_off(mut self) -> Self {
        self.ending = Ending::Halfway;
        self
    }

    /// The same, but the body never ends.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.ending = Ending::Endless;
        self
    }

    /// The connection closes without an answer.
    pub fn silence() -> Self {
        Self { ending: Ending::Silence, ..Self::status(200) }
    }

    pub(super) fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} Some Reason\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.ending != Ending::Endless {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        head + "\r\n"
    }
}
