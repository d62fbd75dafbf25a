//! T3: the body that is read is the one that was signed.

use guildhall_activitypub::digest::{content_digest_header, digest_header};
use guildhall_federation_tests::attacker::{Cavage, Forged, Rfc9421};
use serde_json::Value;

use crate::stage::{Attempts, Stage};

/// Makes the signed request of an activity.
type Signing<'a> = Box<dyn Fn(&Value) -> Forged + 'a>;

/// Of the empty body.
const EMPTY: &str = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

#[tokio::test]
async fn a_body_counts_under_its_own_digest_alone() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let follow = stage.follow();
    let post = || stage.post(&follow);
    let body = follow.to_string();
    let (right, wrong) = (digest_header(body.as_bytes()), digest_header(b"other"));
    let (new_right, new_wrong) = (content_digest_header(body.as_bytes()), content_digest_header(b"other"));
    let cavage = Cavage::new(&stage.mallory.key_id, &stage.mallory.key);
    let rfc9421 = Rfc9421::new(&stage.mallory.key_id, &stage.mallory.key);
    let without_digest = Cavage { covered: "(request-target) host date".to_owned(), ..cavage.clone() };
    let both = Cavage { covered: format!("{} content-digest", cavage.covered), ..cavage.clone() };
    // The server hashes what came: signed digest of the empty body, and so on.
    let other = |digest: &str| cavage.sign(post().add("Digest", digest));
    let sha512 =
        "sha-512=:z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==:";

    let attempts: Attempts = vec![
        ("none", without_digest.sign(post()).without("digest"), "401 digest-missing"),
        ("unsigned", without_digest.sign(post()), "401 signature-not-covered"),
        (
            "two, the right one first",
            cavage.sign(post().add("Digest", &right)).add("Digest", &wrong),
            "400 double-header",
        ),
        (
            "two, the wrong one first",
            cavage.sign(post().add("Digest", &wrong).add("Digest", &right)),
            "400 double-header",
        ),
        ("two in one header", other(&format!("{right},{wrong}")), "400 digest-doubled"),
        (
            "two, one in lower case",
            other(&format!("{right},{}", wrong.replace("SHA", "sha"))),
            "400 digest-doubled",
        ),
        (
            "another Content-Digest",
            cavage.sign(post()).add("Content-Digest", &new_wrong),
            "401 digest-mismatch",
        ),
        (
            "another Content-Digest, signed",
            both.sign(post().add("Content-Digest", &new_wrong)),
            "401 digest-mismatch",
        ),
        ("another Digest beside it", rfc9421.sign(post()).add("Digest", &wrong), "401 digest-mismatch"),
        ("of another body", other(&wrong), "401 digest-mismatch"),
        ("of the empty body", other(EMPTY), "401 digest-mismatch"),
        ("cut off", other(&right[..right.len() - 4]), "401 digest-mismatch"),
        ("empty", other("SHA-256="), "401 digest-mismatch"),
        ("no base64", other("SHA-256=%%%"), "400 digest-malformed"),
        ("an algorithm we lack", other("MD5=1B2M2Y8AsgTpgAmY7PhCfg=="), "400 digest-malformed"),
        ("sha1", other("SHA=2jmj7l5rSw0yVb/vlWAYkK/YBwk="), "400 digest-malformed"),
        ("as structured field", other(&new_right), "4"),
        (
            "in hexadecimal",
            other("SHA-256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            "401 digest-mismatch",
        ),
        (
            "body exchanged",
            cavage.sign(post()).body(body.replace("Follow", "Leave\"  ".trim_end())),
            "401 digest-mismatch",
        ),
        ("a blank more", cavage.sign(post()).body(format!("{body} ")), "401 digest-mismatch"),
        ("body gone", cavage.sign(post()).body("").add("Content-Length", "0"), "401 digest-mismatch"),
        (
            "sha-512 of another body",
            rfc9421.sign(post().add("Content-Digest", sha512)),
            "401 digest-mismatch",
        ),
        (
            "sha-512 wrong beside sha-256 right",
            rfc9421.sign(post().add("Content-Digest", &format!("{new_right}, {sha512}"))),
            "401 digest-mismatch",
        ),
        ("Content-Digest twice", rfc9421.sign(post()).add("Content-Digest", &new_right), "400 double-header"),
        (
            "Content-Digest without colons",
            rfc9421.sign(post().add("Content-Digest", &new_right.replace(':', ""))),
            "400 digest-malformed",
        ),
        (
            "Repr-Digest instead",
            rfc9421.sign(post()).without("content-digest").add("Repr-Digest", &new_right),
            "401 digest-missing",
        ),
        ("compressed", cavage.sign(post()).add("Content-Encoding", "gzip"), "415 content-encoding"),
        (
            "compressed twice",
            cavage.sign(post()).add("Content-Encoding", "identity, gzip"),
            "415 content-encoding",
        ),
        ("said to be HTML", cavage.sign(post()).set("Content-Type", "text/html"), "415 media-type"),
        ("said to be JSON", cavage.sign(post()).set("Content-Type", "application/json"), "415 media-type"),
        ("two media types", cavage.sign(post()).add("Content-Type", "text/html"), "400 double-header"),
    ]
    .into_iter()
    .map(|(name, request, expected)| (name.to_owned(), request, expected))
    .collect();
    stage.refuses(attempts).await?;

    let honest: Vec<(&str, Signing<'_>)> = vec![
        ("Digest", Box::new(|activity| cavage.sign(stage.post(activity)))),
        (
            "in lower case",
            Box::new(|activity| {
                let digest = digest_header(activity.to_string().as_bytes()).replace("SHA", "sha");
                cavage.sign(stage.post(activity).add("Digest", &digest))
            }),
        ),
        (
            "both",
            Box::new(|activity| {
                let digest = content_digest_header(activity.to_string().as_bytes());
                both.sign(stage.post(activity).add("Content-Digest", &digest))
            }),
        ),
        ("Content-Digest", Box::new(|activity| rfc9421.sign(stage.post(activity)))),
    ];
    for (name, sign) in honest {
        let follow = stage.follow();
        stage.takes(name, &sign(&follow), &follow).await?;
    }
    Ok(())
}

/// Where the body ends is no matter of opinion: of a proxy's or of a parser's.
#[tokio::test]
async fn the_framing_of_a_body_leaves_no_choice() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let follow = stage.follow();
    let honest = stage.signed(&stage.mallory, &follow);
    let body = follow.to_string();
    let length = body.len();
    let chunked = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    let smuggled = format!("0\r\n\r\nPOST /inbox HTTP/1.1\r\nHost: {}\r\n\r\n", stage.server.host());
    let with = |headers: &[(&str, &str)], body: &str| {
        headers.iter().fold(honest.clone(), |request, (name, value)| request.add(name, value)).body(body)
    };
    let attempts: Attempts = vec![
        (
            "length too small",
            with(&[("Content-Length", &(length - 1).to_string())], &body),
            "401 digest-mismatch",
        ),
        ("length too large", with(&[("Content-Length", &(length + 1).to_string())], &body), "4"),
        (
            "two lengths",
            with(&[("Content-Length", &length.to_string()), ("Content-Length", "3")], &body),
            "400",
        ),
        ("two lengths in one", with(&[("Content-Length", &format!("{length}, 3"))], &body), "400"),
        ("a length with a sign", with(&[("Content-Length", &format!("+{length}"))], &body), "400"),
        ("a negative length", with(&[("Content-Length", "-1")], &body), "400"),
        ("a hexadecimal length", with(&[("Content-Length", &format!("0x{length:x}"))], &body), "400"),
        ("a huge length", with(&[("Content-Length", "18446744073709551616")], &body), "400"),
        ("an enormous length", with(&[("Content-Length", "1048577")], &body), "413"),
        ("a coding nobody knows", with(&[("Transfer-Encoding", "xchunked")], &chunked), "400"),
        ("chunked, then another", with(&[("Transfer-Encoding", "chunked, identity")], &chunked), "400"),
        ("a chunk of no size", with(&[("Transfer-Encoding", "chunked")], "zz\r\nx\r\n0\r\n\r\n"), "400"),
        ("a chunk too large", with(&[("Transfer-Encoding", "chunked")], "ffffffffffffffffff\r\nx"), "400"),
        (
            "empty chunks, then a request",
            with(&[("Transfer-Encoding", "chunked")], &smuggled),
            "401 digest-mismatch",
        ),
    ]
    .into_iter()
    .map(|(name, request, expected)| (name.to_owned(), request, expected))
    .collect();
    stage.refuses(attempts).await?;

    // Both framings at once (RFC 9112 section 6.3): the chunks count, and the connection ends with the answer, so that
    // nothing behind them is taken for a request.
    let follow = stage.follow();
    let body = follow.to_string();
    let tail =
        format!("{:x}\r\n{body}\r\n0\r\n\r\nGET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n", body.len());
    let both =
        stage.signed(&stage.mallory, &follow).add("Content-Length", "5").add("Transfer-Encoding", "chunked");
    let told = stage.send(&both.body(tail)).await?;
    assert!(matches!(told.status, 202 | 400), "{}", told.status);
    assert_eq!(told.answers, 1, "{}", told.text());

    let follow = stage.follow();
    let body = follow.to_string();
    let chunks = format!("5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", &body[..5], body.len() - 5, &body[5..]);
    let honest = stage.signed(&stage.mallory, &follow).add("Transfer-Encoding", "chunked").body(chunks);
    stage.takes("chunked", &honest, &follow).await
}
