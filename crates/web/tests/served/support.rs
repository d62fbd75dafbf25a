//! Asks the router of an instance.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use guildhall_app::group::{ChangeGroup, change};
use guildhall_domain::{
    event::Cause,
    group::{Admission, Policy, Posting, Review},
};
use guildhall_store::Db;
use guildhall_testkit::{FixedClock, LocalEntry, LocalGroup, LocalPerson, TestInstance};
use tower::ServiceExt as _;

use crate::document::Document;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn page(&self) -> Document {
        Document::parse(&self.body)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn send(here: &TestInstance, method: Method, path: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = guildhall_web::router(here.app.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

pub(crate) async fn get(here: &TestInstance, path: &str) -> Answer {
    send(here, Method::GET, path).await
}

/// The page at a path, which has to be there.
pub(crate) async fn page(here: &TestInstance, path: &str) -> Document {
    let answer = get(here, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.page()
}

/// An instance with an open group and somebody who writes in it.
pub(crate) struct Town {
    pub(crate) here: TestInstance,
    pub(crate) garden: LocalGroup,
    pub(crate) mona: LocalPerson,
}

impl Town {
    pub(crate) async fn new(db: Db) -> Self {
        let here = TestInstance::start(db, FixedClock::default()).await;
        let garden = here.group("garden", Admission::Open).await;
        let mona = here.person("mona").await;
        Self { here, garden, mona }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        get(&self.here, path).await
    }

    pub(crate) async fn page(&self, path: &str) -> Document {
        page(&self.here, path).await
    }

    /// A post of mona's, an hour after what was there before.
    pub(crate) async fn post(&self, title: &str) -> LocalEntry {
        self.here.clock.advance(std::time::Duration::from_hours(1));
        self.here.post(&self.garden, &self.mona, title, "Some words.").await
    }

    pub(crate) async fn change(&self, command: ChangeGroup) {
        change(&self.here.app, self.garden.id, self.garden.id.actor(), command).await.unwrap();
    }

    /// mona takes an entry of hers back.
    pub(crate) async fn delete(&self, entry: &LocalEntry) {
        let command = guildhall_app::entry::Delete {
            entry: entry.id,
            by: self.mona.id,
            reason: None,
            cause: Cause::Local,
        };
        guildhall_app::entry::delete(&self.here.app, command).await.unwrap();
    }
}

/// Everybody may write, and nothing is shown before a moderator has read it.
pub(crate) const REVIEWED: Policy =
    Policy { admission: Admission::Open, posting: Posting::Everyone, review: Review::All, ..Policy::OPEN };
