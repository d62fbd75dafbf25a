//! Another server that takes its time: it answers a request only after everybody here had a turn.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use guildhall_activitypub::Iri;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore},
};

/// The server.
#[derive(Clone)]
pub(crate) struct SlowPeer {
    pub(crate) base: String,
    inner: Arc<Inner>,
}

struct Inner {
    answers: Mutex<HashMap<String, (StatusCode, &'static str, String)>>,
    asked: Mutex<Vec<String>>,
    /// Some came in.
    arrival: Notify,
    /// How many did.
    waiting: AtomicUsize,
    /// One may be answered.
    turns: Semaphore,
}

impl SlowPeer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            answers: Mutex::default(),
            asked: Mutex::default(),
            arrival: Notify::new(),
            waiting: AtomicUsize::new(0),
            turns: Semaphore::new(0),
        };
        let peer = Self { base, inner: Arc::new(inner) };
        let router = Router::new().fallback(answer).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        peer
    }

    pub(crate) fn iri(&self, path: &str) -> Iri {
        Iri::parse(&format!("{}{path}", self.base)).unwrap()
    }

    /// Serves a document of ActivityPub under its own id.
    pub(crate) fn put(&self, document: &Value) {
        let id = Iri::parse(document["id"].as_str().unwrap()).unwrap();
        self.set(id.path_and_query(), StatusCode::OK, "application/activity+json", &document.to_string());
    }

    /// Serves plain JSON.
    pub(crate) fn put_json(&self, path: &str, document: &Value) {
        self.set(path, StatusCode::OK, "application/json", &document.to_string());
    }

    /// Answers with a status alone.
    pub(crate) fn put_status(&self, path: &str, status: StatusCode) {
        self.set(path, status, "text/plain", "");
    }

    fn set(&self, path: &str, status: StatusCode, media_type: &'static str, body: &str) {
        let answer = (status, media_type, body.to_owned());
        self.inner.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// The paths that were asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.inner.asked.lock().unwrap().clone()
    }

    /// What comes of `work`, all of which goes as far as it can each time before an answer comes.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let pace = async {
            loop {
                self.inner.arrival.notified().await;
                // Twice: then the rest of this task was polled in between, whoever is first in a round.
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                self.inner.turns.add_permits(self.inner.waiting.swap(0, Ordering::SeqCst));
            }
        };
        tokio::select! {
            done = work => done,
            () = pace => unreachable!("it goes on for ever"),
        }
    }
}

async fn answer(State(peer): State<SlowPeer>, request: Request) -> Response {
    let path = request.uri().path_and_query().unwrap().as_str().to_owned();
    peer.inner.asked.lock().unwrap().push(path.clone());
    peer.inner.waiting.fetch_add(1, Ordering::SeqCst);
    peer.inner.arrival.notify_one();
    peer.inner.turns.acquire().await.unwrap().forget();
    let known = peer.inner.answers.lock().unwrap().get(&path).cloned();
    let (status, media_type, body) = known.unwrap_or((StatusCode::NOT_FOUND, "text/plain", String::new()));
    (status, [(CONTENT_TYPE, media_type)], body).into_response()
}
