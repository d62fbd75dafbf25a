//! T2: nothing passes without a signature that is well-formed, single, and over what matters.

use guildhall_federation_tests::attacker::{Cavage, Forged, Key, Rfc9421, now_ms};
use serde_json::Value;

use crate::stage::{Attempts, Stage};

struct Bench<'a> {
    stage: &'a Stage,
    follow: Value,
    attempts: Attempts,
}

impl<'a> Bench<'a> {
    fn new(stage: &'a Stage) -> Self {
        Self { stage, follow: stage.follow(), attempts: Vec::new() }
    }

    fn post(&self) -> Forged {
        self.stage.post(&self.follow)
    }

    fn honest(&self) -> Forged {
        self.stage.signed(&self.stage.mallory, &self.follow)
    }

    fn cavage(&self) -> Cavage {
        Cavage::new(&self.stage.mallory.key_id, &self.stage.mallory.key)
    }

    fn rfc9421(&self) -> Rfc9421 {
        Rfc9421::new(&self.stage.mallory.key_id, &self.stage.mallory.key)
    }

    fn is(&mut self, name: &str, request: Forged, expected: &'static str) {
        self.attempts.push((name.to_owned(), request, expected));
    }

    /// All of a table, each refused for the same reason.
    fn are<T: Copy>(
        &mut self,
        what: &str,
        table: &[(&str, T)],
        sign: impl Fn(&Self, T) -> Forged,
        expected: &'static str,
    ) {
        for (name, one) in table {
            let request = sign(self, *one);
            self.is(&format!("{what} `{name}`"), request, expected);
        }
    }

    /// Another value of the `Signature` header, made of the honest one.
    fn with_value(&mut self, name: &str, change: impl FnOnce(&str) -> String, expected: &'static str) {
        let honest = self.honest();
        let value = change(&honest.value("signature"));
        self.is(name, honest.set("Signature", &value), expected);
    }

    /// The same for the two headers of RFC 9421.
    fn with_values(
        &mut self,
        name: &str,
        change: impl FnOnce(&str, &str) -> (String, String),
        expected: &'static str,
    ) {
        let honest = self.rfc9421().sign(self.post());
        let (input, value) = change(&honest.value("signature-input"), &honest.value("signature"));
        self.is(name, honest.set("Signature-Input", &input).set("Signature", &value), expected);
    }
}

#[tokio::test]
async fn a_cavage_signature_counts_in_its_one_form() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let mut bench = Bench::new(&stage);

    let honest = bench.honest();
    let value = honest.value("signature");
    bench.is("none", honest.clone().without("signature"), "401 signature-missing");
    let moved = honest.clone().without("signature");
    bench.is(
        "in Authorization",
        moved.add("Authorization", &format!("Signature {value}")),
        "401 signature-missing",
    );
    bench.is("twice", honest.clone().add("Signature", &value), "400 double-header");
    bench.is("a bad one after it", honest.clone().add("Signature", "x=\"y\""), "400 double-header");
    bench.is("in a trailer's place", moved_to_body(&honest, &value), "401 signature-missing");
    bench.is("empty", honest.clone().set("Signature", ""), "400 signature-malformed");

    let replace = |from: &'static str, to: &'static str| move |value: &str| value.replacen(from, to, 1);
    bench.with_value("no keyId", replace("keyId=", "key="), "400 signature-malformed");
    bench.with_value("keyId in lower case", replace("keyId=", "keyid="), "400 signature-malformed");
    bench.with_value("no headers", replace("headers=", "header="), "400 signature-malformed");
    bench.with_value("empty headers", |value| without_list(value, ""), "401 signature-component");
    bench.with_value("blank headers", |value| without_list(value, " "), "401 signature-component");
    bench.with_value("no signature", replace("signature=", "sig="), "400 signature-malformed");
    bench.with_value("empty signature", |value| with_signature(value, ""), "401 signature-mismatch");
    bench.with_value(
        "signature is no base64",
        |value| with_signature(value, "%%%"),
        "400 signature-malformed",
    );
    bench.with_value("signature of zeros", |value| with_signature(value, &"A".repeat(86)), "4");
    bench.with_value(
        "two keyIds",
        |value| format!("keyId=\"https://a.example/k\",{value}"),
        "400 signature-doubled",
    );
    bench.with_value(
        "two keyIds, other order",
        |value| format!("{value},keyId=\"https://a.example/k\""),
        "400 signature-doubled",
    );
    bench.with_value("two lists", |value| format!("{value},headers=\"date\""), "400 signature-doubled");
    bench.with_value(
        "two signatures",
        |value| format!("{value},signature=\"AAAA\""),
        "400 signature-doubled",
    );
    bench.with_value("two in one header", |value| format!("{value},{value}"), "400 signature-doubled");
    bench.with_value(
        "with a scheme before it",
        |value| format!("Signature {value}"),
        "400 signature-malformed",
    );
    bench.with_value("a comma at the end", |value| format!("{value},"), "400 signature-malformed");
    bench.with_value("a comma at the start", |value| format!(",{value}"), "400 signature-malformed");
    bench.with_value("semicolons", |value| value.replace("\",", "\";"), "400 signature-malformed");
    bench.with_value(
        "an escape",
        |value| value.replacen("keyId=\"", "keyId=\"\\", 1),
        "400 signature-malformed",
    );
    bench.with_value(
        "an escaped quote",
        |value| value.replacen("headers=\"", "headers=\"a\\\" ", 1),
        "400 signature-malformed",
    );
    bench.with_value("bare words", |value| value.replace('"', ""), "400 signature-malformed");
    bench.with_value("single quotes", |value| value.replace('"', "'"), "400 signature-malformed");
    bench.with_value(
        "a comma in the id",
        |value| value.replacen("#main-key\"", "#main-key,x\"", 1),
        "401 key-not-listed",
    );
    bench.with_value(
        "a list in capitals",
        |value| value.replacen("(request-target)", "(Request-Target)", 1),
        "401 signature-component",
    );
    bench.with_value(
        "an unknown pseudo header",
        |value| value.replacen("(request-target)", "(request-target) (x)", 1),
        "401 signature-component",
    );
    bench.with_value("a name twice", |value| value.replacen("host", "host host", 1), "400 signature-doubled");
    bench.with_value(
        "a name twice, once in capitals",
        |value| value.replacen("host", "host Host", 1),
        "400 signature-doubled",
    );
    bench.with_value(
        "a header that is not there",
        |value| value.replacen("host", "host x-none", 1),
        "401 signature-header-missing",
    );
    bench.with_value(
        "a name with a line break",
        |value| value.replacen("host", "host\tdate", 1),
        "400 signature-malformed",
    );
    bench.with_value(
        "very long",
        |value| format!("{value},x=\"{}\"", "a".repeat(9000)),
        "400 signature-malformed",
    );
    bench.with_value(
        "quotes left open",
        |value| value.trim_end_matches('"').to_owned(),
        "400 signature-malformed",
    );

    let algorithms =
        ["none", "", "RSA-SHA256", "rsa-sha1", "hmac-sha256", "ecdsa-sha256", "HS2019", "hs2019 "];
    let forge = |bench: &Bench<'_>, algorithm: &str| {
        Cavage { algorithm: Some(algorithm.to_owned()), ..bench.cavage() }.sign(bench.post())
    };
    bench.are("algorithm", &algorithms.map(|name| (name, name)), forge, "401 signature-algorithm");
    let confused = Cavage { algorithm: Some("rsa-sha256".to_owned()), ..bench.cavage() };
    bench.is("rsa-sha256 with an Ed25519 key", confused.sign(bench.post()), "401 signature-key-kind");
    let without = [
        ("(request-target)", "host date digest"),
        ("host", "(request-target) date digest"),
        ("date", "(request-target) host digest"),
        ("digest", "(request-target) host date"),
        ("all but date", "date"),
    ];
    let forge = |bench: &Bench<'_>, covered: &str| {
        Cavage { covered: covered.to_owned(), ..bench.cavage() }.sign(bench.post())
    };
    bench.are("unsigned", &without, forge, "401 signature-not-covered");
    let content_digest =
        Cavage { covered: "(request-target) host date content-digest".to_owned(), ..bench.cavage() };
    let with_both = bench.post().add("Content-Digest", "sha-256=:AAAA:");
    bench.is("another digest is signed", content_digest.sign(with_both), "401 digest-mismatch");
    for (name, method, target) in [
        ("GET", "GET", "/inbox"),
        ("method in capitals", "POST ", "/inbox"),
        ("another path", "POST", "/users/maria/inbox"),
        ("a query", "POST", "/inbox?x=1"),
    ] {
        let other = Forged { method: method.to_owned(), ..bench.post().to(target) };
        let signed = bench.cavage().sign(other);
        let sent = Forged { method: "POST".to_owned(), ..signed.to("/inbox") };
        bench.is(&format!("signed for {name}"), sent, "401 signature-mismatch");
    }
    let attempts = std::mem::take(&mut bench.attempts);
    stage.refuses(attempts).await?;

    // As documented: `hs2019`, or nothing, means "as the key says".
    for (number, algorithm) in [Some("hs2019"), None, Some("ed25519")].into_iter().enumerate() {
        let like = bench.stage.follow();
        let forged = Cavage { algorithm: algorithm.map(str::to_owned), ..bench.cavage() };
        let signed = forged.sign(stage.post(&like));
        stage.takes(&format!("honest {number}"), &signed, &like).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_signature_of_rfc_9421_counts_in_its_one_form() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let mut bench = Bench::new(&stage);
    let honest = bench.rfc9421().sign(bench.post());
    bench.is("input without signature", honest.clone().without("signature"), "401 signature-missing");
    bench.is("signature without input", honest.clone().without("signature-input"), "400 signature-malformed");
    let (input, value) = (honest.value("signature-input"), honest.value("signature"));
    bench.is("two inputs", honest.clone().add("Signature-Input", &input), "400 double-header");
    bench.is("two signatures", honest.clone().add("Signature", &value), "400 double-header");

    let both = |f: fn(&str) -> String, g: fn(&str) -> String| move |a: &str, b: &str| (f(a), g(b));
    let same: fn(&str) -> String = str::to_owned;
    bench.with_values(
        "two labels",
        both(|a| format!("{a}, sig2={}", &a[5..]), |b| format!("{b}, sig2={}", &b[5..])),
        "401 signature-several",
    );
    bench.with_values(
        "two labels, one signature",
        both(|a| format!("{a}, sig2={}", &a[5..]), same),
        "401 signature-several",
    );
    bench.with_values(
        "one label, two signatures",
        both(same, |b| format!("{b}, sig2=:AAAA:")),
        "401 signature-several",
    );
    bench.with_values("one label twice", both(|a| format!("{a}, {a}"), same), "401 signature-several");
    bench.with_values(
        "labels differ",
        both(same, |b| b.replacen("sig1", "sig2", 1)),
        "400 signature-malformed",
    );
    bench.with_values(
        "label in capitals",
        both(same, |b| b.replacen("sig1", "SIG1", 1)),
        "400 signature-malformed",
    );
    bench.with_values("empty signature", both(same, |_| "sig1=::".to_owned()), "401 signature-mismatch");
    bench.with_values(
        "signature as a string",
        both(same, |_| "sig1=\"AAAA\"".to_owned()),
        "400 signature-malformed",
    );
    bench.with_values(
        "empty list",
        both(|a| format!("sig1=(){}", &a[a.find(')').unwrap() + 1..]), same),
        "401 signature-not-covered",
    );
    bench.with_values("no list", both(|_| "sig1=:AAAA:".to_owned(), same), "400 signature-malformed");
    bench.with_values(
        "keyid twice",
        both(|a| format!("{a};keyid=\"https://a.example/k\""), same),
        "400 signature-doubled",
    );
    bench.with_values("created twice", both(|a| format!("{a};created=1"), same), "400 signature-doubled");
    bench.with_values("a flag", both(|a| format!("{a};x"), same), "400 signature-malformed");
    bench.with_values(
        "a parameter added after signing",
        both(|a| format!("{a};nonce=\"x\""), same),
        "401 signature-mismatch",
    );
    bench.with_values(
        "a parameter on a component",
        both(|a| a.replacen("\"@method\"", "\"@method\";req", 1), same),
        "401 signature-component",
    );
    bench.with_values(
        "a component in capitals",
        both(|a| a.replacen("@method", "@METHOD", 1), same),
        "401 signature-component",
    );
    bench.with_values(
        "an unknown component",
        both(|a| a.replacen("@method", "@status", 1), same),
        "401 signature-component",
    );
    bench.with_values(
        "a component twice",
        both(|a| a.replacen("\"@method\"", "\"@method\" \"@method\"", 1), same),
        "400 signature-doubled",
    );
    bench.with_values(
        "two spaces",
        both(|a| a.replacen("\" \"", "\"  \"", 1), same),
        "400 signature-malformed",
    );
    bench.with_values("no space", both(|a| a.replacen("\" \"", "\"\"", 1), same), "401 signature-component");
    bench.with_values(
        "an escape",
        both(|a| a.replacen("@method", "@me\\thod", 1), same),
        "400 signature-malformed",
    );
    bench.with_values(
        "created as a string",
        both(|a| a.replacen("created=", "created=\"", 1).replacen(";keyid", "\";keyid", 1), same),
        "400 signature-malformed",
    );
    bench.with_values(
        "created as a decimal",
        both(|a| a.replacen(";keyid", ".5;keyid", 1), same),
        "400 signature-malformed",
    );

    let without: [(&str, &[&str]); 6] = [
        ("@method", &["@target-uri", "content-digest"]),
        ("target", &["@method", "content-digest"]),
        ("@path", &["@method", "@authority", "content-digest"]),
        ("@authority", &["@method", "@path", "content-digest"]),
        ("digest", &["@method", "@target-uri"]),
        ("all but the wrong digest", &["@method", "@target-uri", "digest"]),
    ];
    let forge = |bench: &Bench<'_>, covered: &[&str]| {
        let covered = covered.iter().map(|part| (*part).to_owned()).collect();
        let post = bench.post();
        let digest = guildhall_activitypub::digest::digest_header(&post.body);
        Rfc9421 { covered, ..bench.rfc9421() }.sign(post.add("Digest", &digest))
    };
    bench.are("unsigned", &without, forge, "401 signature-not-covered");
    let timeless = Rfc9421 { created: None, ..bench.rfc9421() };
    bench.is("no created", timeless.sign(bench.post()), "401 signature-not-covered");
    let algorithms = ["none", "", "hs2019", "rsa-pss-sha512", "ecdsa-p256-sha256", "hmac-sha256", "ED25519"];
    let forge = |bench: &Bench<'_>, algorithm: &str| {
        Rfc9421 { algorithm: Some(algorithm.to_owned()), ..bench.rfc9421() }.sign(bench.post())
    };
    bench.are("algorithm", &algorithms.map(|name| (name, name)), forge, "401 signature-algorithm");
    let confused = Rfc9421 { algorithm: Some("rsa-v1_5-sha256".to_owned()), ..bench.rfc9421() };
    bench.is("RSA with an Ed25519 key", confused.sign(bench.post()), "401 signature-key-kind");
    // A Cavage signature that is in order beside an input that says nothing of it.
    let mixed = bench.honest().add("Signature-Input", &input);
    bench.is("Cavage beside an input", mixed, "400 signature-malformed");
    let attempts = std::mem::take(&mut bench.attempts);
    stage.refuses(attempts).await?;

    let nonced = Rfc9421 { more: ";nonce=\"x\";tag=\"activitypub\"".to_owned(), ..bench.rfc9421() };
    let parts = ["@method", "@authority", "@path", "content-digest", "content-type"].map(str::to_owned);
    let in_parts = Rfc9421 { covered: parts.to_vec(), ..bench.rfc9421() };
    for (name, forged) in [("plain", bench.rfc9421()), ("more parameters", nonced), ("in parts", in_parts)] {
        let follow = stage.follow();
        stage.takes(name, &forged.sign(stage.post(&follow)), &follow).await?;
    }
    Ok(())
}

/// An RSA key that is used, or named, as if it were of the other kind.
#[tokio::test]
async fn an_algorithm_is_not_confused_with_another() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let ruth = stage.evil.persona("Person", "ruth", Key::rsa()?)?;
    let follow = ruth.activity("Follow", serde_json::json!(stage.group));
    let cavage = |algorithm: &str| {
        let forged = Cavage::new(&ruth.key_id, &ruth.key);
        Cavage { algorithm: Some(algorithm.to_owned()), ..forged }.sign(stage.post(&follow))
    };
    let with_own_key = Cavage::new(&ruth.key_id, &stage.mallory.key);
    let rfc9421 = Rfc9421 { algorithm: Some("ed25519".to_owned()), ..Rfc9421::new(&ruth.key_id, &ruth.key) };
    stage
        .refuses(vec![
            ("ed25519 with an RSA key".to_owned(), cavage("ed25519"), "401 signature-key-kind"),
            ("hmac with the public key".to_owned(), cavage("hmac-sha256"), "401 signature-algorithm"),
            (
                "an Ed25519 signature".to_owned(),
                with_own_key.sign(stage.post(&follow)),
                "401 signature-mismatch",
            ),
            ("RFC 9421".to_owned(), rfc9421.sign(stage.post(&follow)), "401 signature-key-kind"),
        ])
        .await?;
    stage.takes("honest", &cavage("rsa-sha256"), &follow).await?;
    let again = ruth.activity("Follow", serde_json::json!(stage.group));
    let signed = Rfc9421 { created: Some(now_ms() / 1000), ..Rfc9421::new(&ruth.key_id, &ruth.key) };
    stage.takes("honest, RFC 9421", &signed.sign(stage.post(&again)), &again).await
}

fn moved_to_body(request: &Forged, value: &str) -> Forged {
    // After the body of a chunked message, where trailers stand.
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\nSignature: {value}\r\n\r\n", body.len());
    request.clone().without("signature").add("Transfer-Encoding", "chunked").body(chunked)
}

fn without_list(value: &str, list: &str) -> String {
    value.replacen("(request-target) host date digest", list, 1)
}

fn with_signature(value: &str, signature: &str) -> String {
    let start = value.find(",signature=\"").unwrap_or(value.len());
    format!("{},signature=\"{signature}\"", &value[..start])
}
