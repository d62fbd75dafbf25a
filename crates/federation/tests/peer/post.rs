//! A signed POST that a test may spoil before it is sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guildhall_activitypub::signature::{Outgoing, format_http_date, sign_cavage, sign_rfc9421};
use guildhall_activitypub::{Iri, KeyPair, digest};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::{Here, PeerActor};

/// A POST to an inbox.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) url: Iri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: u16,
    /// The problem's `code`; empty with 202.
    pub(crate) code: String,
    pub(crate) retry_after: Option<u64>,
}

impl Post {
    /// As everybody does it: draft-cavage with RSA over `(request-target) host date digest`.
    pub(crate) fn cavage(here: &Here, actor: &PeerActor, activity: &Value) -> Self {
        Self::signed_by(here, &actor.key_id, &actor.key, activity)
    }

    /// The same with any key under any id.
    pub(crate) fn signed_by(here: &Here, key_id: &Iri, key: &KeyPair, activity: &Value) -> Self {
        Self::made(here, here.inbox(), key_id, key, activity.to_string().as_bytes())
    }

    /// The same to any URL.
    pub(crate) fn cavage_to(here: &Here, url: &str, actor: &PeerActor, activity: &Value) -> Self {
        Self::made(here, Iri::parse(url).unwrap(), &actor.key_id, &actor.key, activity.to_string().as_bytes())
    }

    /// The same with any bytes.
    pub(crate) fn of_bytes(here: &Here, actor: &PeerActor, body: &[u8]) -> Self {
        Self::made(here, here.inbox(), &actor.key_id, &actor.key, body)
    }

    fn made(here: &Here, url: Iri, key_id: &Iri, key: &KeyPair, body: &[u8]) -> Self {
        let outgoing = Outgoing {
            method: &Method::POST,
            url: &url,
            body: Some(body),
            now_ms: here.now().as_millis(),
            synchronization: None,
        };
        let headers = sign_cavage(&outgoing, key_id, key).unwrap();
        Self { url, headers: typed(headers), body: body.to_vec() }
    }

    /// As [`Post::cavage`], with a `Collection-Synchronization` header.
    pub(crate) fn synchronizing(here: &Here, actor: &PeerActor, said: &str, activity: &Value) -> Self {
        let (url, body) = (here.inbox(), activity.to_string().into_bytes());
        let outgoing = Outgoing {
            method: &Method::POST,
            url: &url,
            body: Some(&body),
            now_ms: here.now().as_millis(),
            synchronization: Some(said),
        };
        let headers = sign_cavage(&outgoing, &actor.key_id, &actor.key).unwrap();
        Self { url, headers: typed(headers), body }
    }

    /// By RFC 9421.
    pub(crate) fn rfc9421(here: &Here, key_id: &Iri, key: &KeyPair, activity: &Value) -> Self {
        let (url, body) = (here.inbox(), activity.to_string().into_bytes());
        let outgoing = Outgoing {
            method: &Method::POST,
            url: &url,
            body: Some(&body),
            now_ms: here.now().as_millis(),
            synchronization: None,
        };
        let headers = sign_rfc9421(&outgoing, key_id, key).unwrap();
        Self { url, headers: typed(headers), body }
    }

    /// By draft-cavage over any list of headers, with any time.
    pub(crate) fn covering(
        here: &Here,
        actor: &PeerActor,
        names: &str,
        now_ms: i64,
        activity: &Value,
    ) -> Self {
        let (url, body) = (here.inbox(), activity.to_string().into_bytes());
        let mut headers = typed(HeaderMap::new());
        let mut set = |name: &'static str, value: String| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
        };
        set("host", url.authority().to_owned());
        set("date", format_http_date(now_ms).unwrap());
        set("digest", digest::digest_header(&body));
        let (created, expires) = (now_ms / 1000, now_ms / 1000 + 60);
        let line = |name: &str| match name {
            "(request-target)" => format!("(request-target): post {}", url.path_and_query()),
            "(created)" => format!("(created): {created}"),
            "(expires)" => format!("(expires): {expires}"),
            name => format!("{name}: {}", headers[name].to_str().unwrap()),
        };
        let text: Vec<String> = names.split_whitespace().map(line).collect();
        let signature = STANDARD.encode(actor.key.sign(text.join("\n").as_bytes()).unwrap());
        let key_id = &actor.key_id;
        let times = if names.contains("(created)") {
            format!("created={created},expires={expires},")
        } else {
            String::new()
        };
        let value = format!(
            "keyId=\"{key_id}\",algorithm=\"hs2019\",{times}headers=\"{names}\",signature=\"{signature}\""
        );
        headers.insert("signature", HeaderValue::from_str(&value).unwrap());
        Self { url, headers, body }
    }

    /// Replaces a header.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// Adds a header next to one that is there.
    #[must_use]
    pub(crate) fn second(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// Takes a header away.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// The value of a header.
    pub(crate) fn value(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }

    pub(crate) async fn send(&self) -> Told {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(self.url.as_str()).headers(self.headers.clone()).body(self.body.clone());
        Told::read(request.send().await.unwrap()).await
    }
}

impl Told {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let retry = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let is_problem =
            response.headers().get("content-type").is_some_and(|t| t == "application/problem+json");
        let body = response.bytes().await.unwrap();
        let code = if status == 202 {
            assert!(body.is_empty(), "202 has no body");
            String::new()
        } else {
            assert!(is_problem, "every refusal is a problem document: {status}");
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["status"], status);
            problem["code"].as_str().unwrap_or_default().to_owned()
        };
        Self { status, code, retry_after: retry.map(|text| text.parse().unwrap()) }
    }

    /// Status and code, for comparison.
    pub(crate) fn brief(&self) -> (u16, &str) {
        (self.status, &self.code)
    }
}

fn typed(mut headers: HeaderMap) -> HeaderMap {
    headers.insert("content-type", HeaderValue::from_static("application/activity+json"));
    headers
}
