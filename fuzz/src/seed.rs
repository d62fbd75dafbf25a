//! Inputs to begin with, made anew for each run.

use std::io;

use crate::{fixtures, signed, under_test::page::Cursor};

/// How large a document may be to be a seed, in bytes: libFuzzer is slow on larger ones, and the largest fixtures
/// repeat the same shape.
const LARGEST: usize = 16 * 1024;

pub(crate) fn documents() -> io::Result<Vec<Vec<u8>>> {
    let mut documents = fixtures::ending_with(".json")?;
    documents.retain(|document| document.len() <= LARGEST);
    Ok(documents)
}

/// The texts of a member, for example all that was ever a `content`.
pub(crate) fn texts(member: &str) -> io::Result<Vec<Vec<u8>>> {
    Ok(fixtures::strings_named(member)?.into_iter().map(String::into_bytes).collect())
}

pub(crate) fn markdown() -> io::Result<Vec<Vec<u8>>> {
    // Inside of `source`, the content is Markdown.
    let mut seeds = texts("content")?;
    let constructs = "# A\n\n* b `c` **d** [e](https://e.example \"f\") ![g](https://h.example/i.png)\n\n\
                      | j | k |\n|---|---|\n| ~~l~~ | @m@n.example |\n\n> o <b>p</b>\n\n```q\nr\n```\n";
    seeds.push(constructs.into());
    Ok(seeds)
}

pub(crate) fn addresses() -> io::Result<Vec<Vec<u8>>> {
    let mut seeds = texts("id")?;
    seeds.extend(texts("inbox")?);
    let spellings = [
        "https://example.org:443/a#b",
        "http://[::ffff:127.0.0.1]:8080/",
        "http://0x7f.1/",
        "http://2130706433/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/?q=ü",
        "https://a@b.example/",
        "https://example.org./",
    ];
    seeds.extend(spellings.map(Vec::from));
    // Read as addresses too: of four bytes, and of sixteen.
    seeds.extend([vec![127, 0, 0, 1], vec![8, 8, 8, 8], [0x20, 0x02].into_iter().chain([0; 14]).collect()]);
    Ok(seeds)
}

/// The `Signature` headers of the fixtures, and one that is valid for [`signed::request`].
pub(crate) fn cavage_headers() -> io::Result<Vec<Vec<u8>>> {
    let mut seeds = vec![signed::cavage()["signature"].as_bytes().to_vec()];
    for request in fixtures::ending_with(".headers.txt")? {
        let request = String::from_utf8_lossy(&request);
        let header = request.lines().find_map(|line| line.strip_prefix("signature: "));
        seeds.extend(header.map(|header| header.as_bytes().to_vec()));
    }
    // Each recorded one has the same shape: a few are as good as all.
    seeds.truncate(8);
    seeds.push(
        br#"keyId="https://a.example/u#k",algorithm="hs2019",created=1,expires=2,headers="(request-target) (created) (expires) host digest",signature="AAAA""#
            .to_vec(),
    );
    Ok(seeds)
}

/// Both headers, with a line end between them.
pub(crate) fn rfc9421_headers() -> Vec<Vec<u8>> {
    let headers = signed::rfc9421();
    let valid = [headers["signature-input"].as_bytes(), headers["signature"].as_bytes()].join(&b"\n"[..]);
    let full = b"sig1=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"date\");created=1;expires=2;\
                 keyid=\"https://a.example/u#k\";alg=\"rsa-v1_5-sha256\";nonce=\"n\";tag=token\nsig1=:AAAA:";
    vec![valid, full.to_vec()]
}

pub(crate) fn cursors() -> Vec<Vec<u8>> {
    [(0, 0), (-1, 77), (i64::MAX, i64::MIN)]
        .map(|(key, id)| Cursor { key, id }.encode().into_bytes())
        .to_vec()
}
