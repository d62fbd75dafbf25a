//! `guildhall explain`: why something is as it is, layer by layer.

use std::fmt;

use anyhow::{Context, bail};
use clap::Args;
use guildhall_app::explain::{self, Explanation, Now, Subject};
use guildhall_app::read::DecisionView;
use guildhall_app::{App, Viewer};
use guildhall_domain::admission::Verdict;
use guildhall_domain::{EntryId, QueueItemId};
use serde_json::{Value, json};

use super::output::{Output, rfc3339};
use super::session::Session;
use crate::config::Config;

/// Arguments of `explain`.
#[derive(Debug, PartialEq, Args)]
pub struct ExplainArgs {
    /// The id of a waiting item, or a post or comment by its id or its address.
    pub item: String,
}

/// Explains something.
pub async fn run(args: ExplainArgs, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let done = explain(&session, &args.item, output).await;
    session.close().await;
    done
}

async fn explain(session: &Session, item: &str, output: Output) -> anyhow::Result<()> {
    let app = session.app();
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    let told = match subject(app, item).await? {
        Some(subject) => explain::explain(app, &admin, subject).await?,
        // A number is the key of either.
        None => bail!(
            "nothing here is called {item:?}; the ids of what waits are in `guildhall group queue NAME`, and a post or comment \
             is named by its id or its address"
        ),
    };
    output.print(&Told::from(told))?;
    Ok(())
}

async fn subject(app: &App, item: &str) -> anyhow::Result<Option<Subject>> {
    if item.contains("://") {
        return Ok(explain::find_entry(app, item).await?.map(Subject::Entry));
    }
    let Ok(number) = item.parse::<i64>() else {
        return Ok(None);
    };
    explain::find_by_number(app, EntryId(number), QueueItemId(number)).await.context("looking it up failed")
}

/// An explanation, as JSON in the shape of the API.
#[derive(Debug, serde::Serialize)]
#[serde(transparent)]
struct Told {
    json: Value,
    #[serde(skip)]
    text: String,
}

impl From<Explanation> for Told {
    fn from(told: Explanation) -> Self {
        let json = json!({
            "wants": told.wants.as_str(),
            "entry": told.entry.map(|(id, ..)| id.to_string()),
            "entry_kind": told.entry.map(|(_, kind, _)| kind.as_str()),
            "state": told.entry.map(|(_, _, state)| state.as_str()),
            "title": told.title,
            "author": { "handle": told.author.handle, "ap_id": told.author.ap_id.as_str() },
            "group": told.group.handle,
            "then": told.then.iter().map(of_decision).collect::<Vec<_>>(),
            "now": told.now.as_ref().map(of_now),
        });
        Self { json, text: Text(&told).to_string() }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end())
    }
}

fn of_decision(decision: &DecisionView) -> Value {
    json!({
        "action": decision.action.as_str(), "layer": decision.layer.as_str(), "rule": decision.rule,
        "reason": decision.reason, "by": decision.by.as_ref().map(|by| &by.handle), "at": rfc3339(decision.at),
    })
}

fn of_now(now: &Now) -> Value {
    let layers = now.layers.iter().map(|(layer, verdict)| {
        json!({
            "layer": layer.as_str(), "outcome": verdict.map(Verdict::name), "reason": verdict.and_then(Verdict::reason),
        })
    });
    let rules = now.rules.iter().map(|rule| {
        json!({
            "name": rule.name, "title": rule.title, "mode": rule.mode.as_str(),
            "scope": if rule.is_of_instance { "instance" } else { "group" },
        })
    });
    json!({
        "layers": layers.collect::<Vec<_>>(), "rules": rules.collect::<Vec<_>>(), "outcome": now.verdict.name(),
        "layer": now.layer.as_str(), "rule": now.rule, "reason": now.verdict.reason(), "explanation": now.explanation,
        "trust": now.trust.as_str(), "trust_sentence": now.sentence,
    })
}

struct Text<'a>(&'a Explanation);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(told) = self;
        let (wants, author, group) = (told.wants.as_str(), &told.author.handle, &told.group.handle);
        writeln!(f, "{wants} {:?} of {author} in {group}", told.title)?;
        if let Some((id, _, state)) = told.entry {
            writeln!(f, "{id} is {}", state.as_str())?;
        }
        writeln!(f, "\nthen:")?;
        if told.then.is_empty() {
            writeln!(f, "  nothing had anything against it")?;
        }
        for decision in &told.then {
            past(f, decision)?;
        }
        match &told.now {
            Some(now) => present(f, now),
            None => writeln!(f, "\nIts group is on another server, which decides."),
        }
    }
}

fn past(f: &mut fmt::Formatter<'_>, decision: &DecisionView) -> fmt::Result {
    write!(f, "  {}  {} by {}", rfc3339(decision.at), decision.action.as_str(), decision.layer.as_str())?;
    if let Some(by) = &decision.by {
        write!(f, " {}", by.handle)?;
    }
    if let Some(rule) = &decision.rule {
        write!(f, " ({rule})")?;
    }
    match &decision.reason {
        Some(reason) => writeln!(f, ": {reason}"),
        None => writeln!(f),
    }
}

fn present(f: &mut fmt::Formatter<'_>, now: &Now) -> fmt::Result {
    writeln!(f, "\nif it came now:")?;
    for (layer, verdict) in &now.layers {
        let said = verdict.map_or_else(|| "nothing against it".to_owned(), said);
        writeln!(f, "  {:<16}  {said}", layer.as_str())?;
    }
    for rule in &now.rules {
        let whose = if rule.is_of_instance { "instance's " } else { "" };
        writeln!(f, "  {whose}rule {} ({}) fits: {}", rule.name, rule.mode.as_str(), rule.title)?;
    }
    write!(f, "  so: {} by {}", said(now.verdict), now.layer.as_str())?;
    if let Some(rule) = &now.rule {
        write!(f, ", rule {rule}")?;
    }
    writeln!(f, "\n\ntrust: {}", now.sentence)
}

fn said(verdict: Verdict) -> String {
    match verdict.reason() {
        Some(reason) => format!("{} ({reason})", verdict.name()),
        None => verdict.name().to_owned(),
    }
}
