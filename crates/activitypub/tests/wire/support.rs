//! Recorded fixtures, and short texts for snapshots.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use guildhall_activitypub::signature::RequestParts;
use guildhall_activitypub::{Document, Iri};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

/// The programs of which deliveries were recorded with their exact bytes.
pub(crate) const RECORDED_RAW: [&str; 5] = ["gotosocial", "mitra", "nodebb", "snac", "takahe"];

/// A recorded delivery.
pub(crate) struct Delivery {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Delivery {
    pub(crate) fn parts(&self) -> RequestParts<'_> {
        RequestParts {
            method: &self.method,
            path_and_query: &self.path,
            scheme: "https",
            authority: "fake.test",
            headers: &self.headers,
        }
    }

    pub(crate) fn document(&self) -> Document {
        Document::parse(&self.body).unwrap()
    }
}

pub(crate) fn folder(software: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/activities").join(software)
}

/// The files of a folder whose names begin and end like that, sorted.
pub(crate) fn files(folder: &Path, begins: &str, ends: &str) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| name.starts_with(begins) && name.ends_with(ends))
        .collect();
    found.sort();
    found
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The deliveries of one program.
pub(crate) fn deliveries(software: &str) -> Vec<Delivery> {
    let found = files(&folder(software), "inbox-", ".json");
    assert!(!found.is_empty(), "no deliveries of {software}");
    found.into_iter().map(|(name, path)| delivery(name, &json(&path))).collect()
}

pub(crate) fn delivery(name: String, recorded: &Value) -> Delivery {
    let request = &recorded["request"];
    let mut headers = HeaderMap::new();
    for pair in request["headers"].as_array().unwrap() {
        let header = HeaderName::from_bytes(pair[0].as_str().unwrap().as_bytes()).unwrap();
        headers.append(header, HeaderValue::from_str(pair[1].as_str().unwrap()).unwrap());
    }
    Delivery {
        name,
        method: request["method"].as_str().unwrap().parse().unwrap(),
        path: request["path"].as_str().unwrap().to_owned(),
        headers,
        body: recorded["body_raw"].as_str().unwrap().as_bytes().to_vec(),
    }
}

/// The bodies of the documents recorded of one program.
pub(crate) fn documents(software: &str) -> Vec<(String, Value)> {
    files(&folder(software), "doc-", ".json")
        .into_iter()
        .map(|(name, path)| (name, json(&path)["body"].clone()))
        .collect()
}

pub(crate) fn iri(text: &str) -> Iri {
    Iri::parse(text).unwrap()
}

/// Pretty debug output with all that is empty left out and long lines cut.
pub(crate) fn brief(value: &impl Debug) -> String {
    const EMPTY: [&str; 5] = [": None,", ": [],", ": false,", ": Unknown,", "raw: Null,"];
    let mut lines: Vec<String> = Vec::new();
    for line in format!("{value:#?}").lines().filter(|line| !EMPTY.iter().any(|empty| line.ends_with(empty)))
    {
        // What stands alone in brackets goes on the line of the opening one; closing brackets go.
        match lines.last_mut().filter(|before| before.ends_with('(')) {
            Some(before) => before.push_str(line.trim()),
            None if matches!(line.trim(), ")" | ")," | "}" | "}," | "],") => {}
            None => lines.push(line.replace(": Some(", ": (")),
        }
    }
    let short = |line: &String| line.replace(": (", ": ").chars().take(120).collect::<String>();
    lines.iter().map(|line| short(line) + "\n").collect()
}
