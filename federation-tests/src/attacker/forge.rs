//! Signatures by draft-cavage-12 and RFC 9421 over whatever one likes. Written out by hand: a mistake of the server's own
//! code must not be made twice.

use std::{fmt::Write as _, time::UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use guildhall_activitypub::{digest, signature::format_http_date};

use super::{Forged, Key};

/// A signature by draft-cavage-http-signatures-12.
#[derive(Debug, Clone)]
pub struct Cavage {
    /// The id of the key that is named.
    pub key_id: String,
    /// The key that is used.
    pub key: Key,
    /// The algorithm that is named, if any.
    pub algorithm: Option<String>,
    /// What is covered, in order.
    pub covered: String,
    /// In seconds.
    pub created: Option<i64>,
    /// In seconds.
    pub expires: Option<i64>,
}

/// A signature by RFC 9421.
#[derive(Debug, Clone)]
pub struct Rfc9421 {
    /// The label in both headers.
    pub label: String,
    /// The id of the key that is named.
    pub key_id: String,
    /// The key that is used.
    pub key: Key,
    /// The algorithm that is named, if any.
    pub algorithm: Option<String>,
    /// What is covered, in order.
    pub covered: Vec<String>,
    /// In seconds.
    pub created: Option<i64>,
    /// In seconds.
    pub expires: Option<i64>,
    /// What else is among the parameters, such as `;nonce="x"`.
    pub more: String,
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "another server has its own clock")]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Cavage {
    /// As everybody signs: target, host, date and digest.
    pub fn new(key_id: &str, key: &Key) -> Self {
        Self {
            key_id: key_id.to_owned(),
            key: key.clone(),
            algorithm: Some("hs2019".to_owned()),
            covered: "(request-target) host date digest".to_owned(),
            created: None,
            expires: None,
        }
    }

    /// Adds what is missing of `Date` and `Digest`, then the signature.
    pub fn sign(&self, request: Forged) -> Forged {
        let request = dated(request);
        let digest = digest::digest_header(&request.body);
        let request = if request.has("digest") { request } else { request.add("Digest", &digest) };
        let value = self.value(&request);
        request.add("Signature", &value)
    }

    /// The value of the `Signature` header for a request as it is.
    pub fn value(&self, request: &Forged) -> String {
        let signature = STANDARD.encode(self.key.sign(self.text(request).as_bytes()));
        let mut value = format!("keyId=\"{}\"", self.key_id);
        let number =
            |name: &str, time: Option<i64>| time.map_or(String::new(), |time| format!(",{name}={time}"));
        if let Some(algorithm) = &self.algorithm {
            let _ = write!(value, ",algorithm=\"{algorithm}\"");
        }
        value += &number("created", self.created);
        value += &number("expires", self.expires);
        value + &format!(",headers=\"{}\",signature=\"{signature}\"", self.covered)
    }

    fn text(&self, request: &Forged) -> String {
        let line = |name: &str| {
            let time = |time: Option<i64>| time.map_or(String::new(), |time| time.to_string());
            let value = match name {
                "(request-target)" => format!("{} {}", request.method.to_lowercase(), request.target),
                "(created)" => time(self.created),
                "(expires)" => time(self.expires),
                _ => request.values(name),
            };
            format!("{}: {value}", name.to_lowercase())
        };
        self.covered.split(' ').map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Rfc9421 {
    /// As Mastodon 4.5 signs.
    pub fn new(key_id: &str, key: &Key) -> Self {
        let covered = ["@method", "@target-uri", "content-digest"];
        Self {
            label: "sig1".to_owned(),
            key_id: key_id.to_owned(),
            key: key.clone(),
            algorithm: None,
            covered: covered.map(str::to_owned).to_vec(),
            created: Some(now_ms() / 1000),
            expires: None,
            more: String::new(),
        }
    }

    /// Adds what is missing of `Date` and `Content-Digest`, then both headers of the signature.
    pub fn sign(&self, request: Forged) -> Forged {
        let request = dated(request);
        let digest = digest::content_digest_header(&request.body);
        let request =
            if request.has("content-digest") { request } else { request.add("Content-Digest", &digest) };
        let (input, signature) = self.values(&request);
        request.add("Signature-Input", &input).add("Signature", &signature)
    }

    /// The values of `Signature-Input` and `Signature` for a request as it is.
    pub fn values(&self, request: &Forged) -> (String, String) {
        let parameters = self.parameters();
        let mut text = String::new();
        for name in &self.covered {
            let _ = writeln!(text, "\"{name}\": {}", component(name, request));
        }
        let _ = write!(text, "\"@signature-params\": {parameters}");
        let signature = STANDARD.encode(self.key.sign(text.as_bytes()));
        (format!("{}={parameters}", self.label), format!("{}=:{signature}:", self.label))
    }

    fn parameters(&self) -> String {
        let covered: Vec<_> = self.covered.iter().map(|name| format!("\"{name}\"")).collect();
        let mut text = format!("({})", covered.join(" "));
        for (name, time) in [("created", self.created), ("expires", self.expires)] {
            text += &time.map_or(String::new(), |time| format!(";{name}={time}"));
        }
        if let Some(algorithm) = &self.algorithm {
            let _ = write!(text, ";alg=\"{algorithm}\"");
        }
        text + &format!(";keyid=\"{}\"{}", self.key_id, self.more)
    }
}

fn component(name: &str, request: &Forged) -> String {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    match name {
        "@method" => request.method.clone(),
        "@target-uri" => format!("http://{}{}", request.values("host"), request.target),
        "@authority" => request.values("host"),
        "@scheme" => "http".to_owned(),
        "@request-target" => request.target.clone(),
        "@path" => path.to_owned(),
        "@query" => format!("?{query}"),
        _ => request.values(name),
    }
}

fn dated(request: Forged) -> Forged {
    if request.has("date") {
        return request;
    }
    let date = format_http_date(now_ms()).unwrap_or_default();
    request.add("Date", &date)
}
