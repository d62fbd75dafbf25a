//! What happened, step by step, as text for a snapshot: what changed in the store, and what was sent.

mod world;

use std::borrow::Cow;
use std::collections::HashMap;

use guildhall_store::Db;
use serde_json::Value;

use crate::fixture::Rewrite;
use crate::{Delivered, FakePeer, TestInstance};

/// A record of steps. Hosts and keys of this run are replaced by fixed names.
pub struct Chronicle {
    db: Db,
    peers: Vec<FakePeer>,
    names: Rewrite,
    known: Vec<String>,
    text: String,
    numbers: HashMap<String, usize>,
}

impl Chronicle {
    /// Begins with the store as it is. `peers`: each with the base URL under which it is named.
    pub async fn begin(here: &TestInstance, peers: &[(&FakePeer, &str)]) -> Self {
        let mut names = Rewrite::default();
        let bases = peers.iter().map(|(peer, name)| (peer.base.as_str(), *name));
        for (base, name) in bases.chain([(here.base.as_str(), "https://here.test")]) {
            names.add(base, name);
            names.add(without_scheme(base), without_scheme(name));
        }
        let mut chronicle = Self {
            db: here.app.store.clone(),
            peers: peers.iter().map(|(peer, _)| (*peer).clone()).collect(),
            names,
            known: Vec::new(),
            text: String::new(),
            numbers: HashMap::new(),
        };
        chronicle.known = world::lines(&chronicle.db).await;
        chronicle
    }

    /// Notes what has changed since the last step and what came to the peers. Where a delivery carries `original` byte
    /// for byte, it is shown as «original».
    pub async fn note(&mut self, title: &str, original: Option<&str>) {
        let now = world::lines(&self.db).await;
        let mut lines = vec![format!("== {title}")];
        lines.extend(self.known.iter().filter(|line| !now.contains(line)).map(|line| format!("- {line}")));
        lines.extend(now.iter().filter(|line| !self.known.contains(line)).map(|line| format!("+ {line}")));
        lines.extend(self.sent(original));
        for line in lines {
            let line = self.named(&line);
            self.text.push_str(&line);
            self.text.push('\n');
        }
        self.known = now;
    }

    /// All that was noted.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn sent(&self, original: Option<&str>) -> Vec<String> {
        let came = self.peers.iter().flat_map(|peer| {
            let inbox = peer.take();
            let host = peer.host.clone();
            let shown = |came: &Delivered| (came.shape(), show(&host, came, original));
            inbox.deliveries().iter().map(shown).collect::<Vec<_>>()
        });
        let mut lines: Vec<(String, String)> = came.collect();
        // Several may be under way at one time; within one shape the order of ids is that of publishing.
        lines.sort();
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn named(&mut self, line: &str) -> String {
        number(&self.names.apply(line), &mut self.numbers)
    }
}

fn show(host: &str, came: &Delivered, original: Option<&str>) -> String {
    let body = String::from_utf8_lossy(&came.body).into_owned();
    // Made with keys of this run; the peer has checked it.
    let body = match &came.activity["proof"] {
        Value::Null => body,
        proof => body.replace(&proof.to_string(), "«proof»"),
    };
    let body = match original.map(str::trim) {
        Some(original) if body.contains(original) => body.replace(original, "«original»"),
        _ => body,
    };
    format!("> {host}{} by {}: {body}", came.path, came.sender)
}

fn without_scheme(base: &str) -> &str {
    base.split_once("://").expect("a base URL").1
}

/// Keys of rows (15 digits and more) become `[1]`, `[2]` … in the order in which they appear.
fn number(line: &str, numbers: &mut HashMap<String, usize>) -> String {
    let mut written = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |at| start + at);
        let (before, digits) = (&rest[..start], &rest[start..end]);
        written.push_str(before);
        written.push_str(&short(digits, numbers));
        rest = &rest[end..];
    }
    written + rest
}

fn short<'a>(digits: &'a str, numbers: &mut HashMap<String, usize>) -> Cow<'a, str> {
    if digits.len() < 15 {
        return digits.into();
    }
    let next = numbers.len() + 1;
    let number = numbers.entry(digits.to_owned()).or_insert(next);
    format!("[{number}]").into()
}
