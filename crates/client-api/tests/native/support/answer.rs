//! Answers, and what tests say about them.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null where there was none.
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn is(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        self.is(StatusCode::OK)
    }

    #[track_caller]
    pub(crate) fn created(self) -> Value {
        self.is(StatusCode::CREATED)
    }

    #[track_caller]
    pub(crate) fn done(self) {
        assert_eq!(self.is(StatusCode::NO_CONTENT), Value::Null);
    }

    /// A problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], "about:blank");
        self.body
    }

    /// A problem about this field.
    #[track_caller]
    pub(crate) fn field_problem(self, status: u16, field: &str) -> Value {
        assert_eq!(
            (self.status.as_u16(), self.body["field"].as_str()),
            (status, Some(field)),
            "{}",
            self.body
        );
        self.body
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &header::HeaderName) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).to_str().unwrap()
    }
}
