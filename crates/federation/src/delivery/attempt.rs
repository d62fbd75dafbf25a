//! One delivery: sign, send, judge the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guildhall_activitypub::{ACTIVITY_JSON, Iri};
use guildhall_domain::Timestamp;
use guildhall_store::instance::SignatureScheme;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use tracing::Instrument as _;

use super::context::Context;
use super::port::{KeyChoice, Response, SignError, SignRequest, Signed};
use super::verdict::Verdict;
use super::window::Parcel;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The host took it.
    Delivered,
    /// It will never be taken; the text is for people.
    Refused(String),
    /// The host did not take it now.
    Later {
        /// For people.
        error: String,
        /// What the host asked for.
        retry_after: Option<Duration>,
    },
    /// Our own store was in the way; says nothing of the host.
    NotSent(String),
}

impl Outcome {
    /// The label in metrics and logs.
    fn label(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused(_) => "refused",
            Self::Later { .. } => "later",
            Self::NotSent(_) => "not_sent",
        }
    }
}

/// A delivery that has ended.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) parcel: Parcel,
    pub(super) outcome: Outcome,
    /// The way of signing that worked, where it is not the one that was to be used.
    pub(super) learned: Option<SignatureScheme>,
}

/// Sends a parcel to `host`; once more where the signature was not liked, and twice while its sender has two keys.
pub(super) async fn attempt(
    context: Arc<Context>,
    host: Arc<str>,
    parcel: Parcel,
    scheme: SignatureScheme,
    valid_until: Arc<AtomicI64>,
) -> Landed {
    let span = tracing::info_span!("delivery.attempt", instance.host = %host, delivery.seq = parcel.seq);
    let synchronization = match parcel.group {
        Some(group) => context.followers.header(&context.app, group, &host).await,
        None => None,
    };
    let attempt = Attempt {
        context: &context,
        parcel: &parcel,
        synchronization: synchronization.as_ref(),
        valid_until: &valid_until,
    };
    let started = context.app.now();
    let (outcome, learned) = async {
        let judged = attempt.run(scheme).await;
        attempt.record(&judged.0, started);
        judged
    }
    .instrument(span)
    .await;
    Landed { parcel, outcome, learned }
}

struct Attempt<'a> {
    context: &'a Context,
    parcel: &'a Parcel,
    /// What the group says of its members there.
    synchronization: Option<&'a Arc<str>>,
    /// Until when the host is ours, in milliseconds.
    valid_until: &'a AtomicI64,
}

impl Attempt<'_> {
    async fn run(&self, scheme: SignatureScheme) -> (Outcome, Option<SignatureScheme>) {
        let Ok(url) = Iri::parse(&self.parcel.inbox) else {
            return (Outcome::Refused("the inbox is not an address".into()), None);
        };
        let first = match self.knock(&url, scheme).await {
            Ok(response) => response,
            Err(outcome) => return (outcome, None),
        };
        if Verdict::of(first.status) != Verdict::BadSignature {
            return (judge(first), None);
        }
        let other = scheme.second_knock();
        let second = match self.sign(&url, other, KeyChoice::Present).await {
            Ok(signed) => self.send(&url, signed.headers).await,
            Err(error) => Err(unsigned(error)),
        };
        match second {
            Ok(second) => {
                let outcome = judge(second);
                let learned = (outcome == Outcome::Delivered).then_some(other);
                (outcome, learned)
            }
            Err(outcome) => (outcome, None),
        }
    }

    /// With the key that is right at this place of the log; where the sender changed keys lately and the host does not
    /// like that one, with the other.
    async fn knock(&self, url: &Iri, scheme: SignatureScheme) -> Result<Response, Outcome> {
        let place = self.parcel.seq;
        let is_news = self.parcel.is_of_sender();
        let key = if is_news { KeyChoice::ForNews(place) } else { KeyChoice::ForPlace(place) };
        let signed = self.sign(url, scheme, key).await.map_err(unsigned)?;
        let response = self.send(url, signed.headers).await?;
        if Verdict::of(response.status) != Verdict::BadSignature {
            return Ok(response);
        }
        match self.sign(url, scheme, KeyChoice::Instead(place, signed.by)).await {
            Ok(signed) => self.send(url, signed.headers).await,
            Err(SignError::NoOtherKey) => Ok(response),
            Err(error) => Err(unsigned(error)),
        }
    }

    async fn sign(&self, url: &Iri, scheme: SignatureScheme, key: KeyChoice) -> Result<Signed, SignError> {
        let Parcel { sender, body, .. } = self.parcel;
        let request = SignRequest {
            sender: *sender,
            method: &Method::POST,
            url,
            body: Some(body),
            scheme,
            key,
            synchronization: self.synchronization,
        };
        self.context.signer.sign(request).await
    }

    async fn send(&self, url: &Iri, mut headers: HeaderMap) -> Result<Response, Outcome> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON));
        // This process may have been held up since it was this one's turn, and another have gone on.
        if self.valid_until.load(Ordering::Relaxed) <= self.context.app.now().as_millis() {
            return Err(Outcome::NotSent("the lease on the host has ended".to_owned()));
        }
        let sent = self.context.transport.post(url, headers, self.parcel.body.clone()).await;
        sent.map_err(|error| Outcome::Later { error: error.0, retry_after: None })
    }

    fn record(&self, outcome: &Outcome, started: Timestamp) {
        let took = self.context.app.now().since(started);
        metrics::counter!("deliveries_total", "outcome" => outcome.label()).increment(1);
        metrics::histogram!("delivery_attempt_duration_seconds").record(took.as_secs_f64());
        let (error, duration_ms) = match outcome {
            Outcome::Delivered => ("", took.as_millis()),
            Outcome::Refused(error) | Outcome::Later { error, .. } | Outcome::NotSent(error) => {
                (error.as_str(), took.as_millis())
            }
        };
        tracing::debug!(outcome = outcome.label(), error, duration_ms, size_bytes = self.parcel.body.len());
    }
}

fn unsigned(error: SignError) -> Outcome {
    match error {
        SignError::Store(source) => {
            Outcome::NotSent(format!("the sender's keys could not be read: {source}"))
        }
        SignError::NoKey | SignError::NoOtherKey | SignError::BadKey => Outcome::Refused(error.to_string()),
    }
}

fn judge(response: Response) -> Outcome {
    let Response { status, retry_after } = response;
    match Verdict::of(status) {
        Verdict::Delivered => Outcome::Delivered,
        Verdict::Later => Outcome::Later { error: format!("HTTP {status}"), retry_after },
        // A clock that is off, there or here, or keys that could not be fetched: it passes, as Mastodon sees it too.
        Verdict::BadSignature if status == 401 => {
            let error = "HTTP 401 to every signature: is the clock right, here and there?".to_owned();
            Outcome::Later { error, retry_after }
        }
        Verdict::Refused | Verdict::BadSignature => Outcome::Refused(format!("HTTP {status}")),
    }
}
