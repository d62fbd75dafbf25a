//! What each server that follows has to get.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use guildhall_federation_tests::Arrival;
use guildhall_store::Db;
use serde_json::Value;

use crate::{here::WrittenHere, there::WrittenThere};

/// A comment that every server has to hear of.
pub(crate) struct Wanted {
    ap_id: String,
    /// Its last text; `None`: it is deleted.
    last: Option<String>,
}

/// What became of a comment, as a server is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    Created,
    Edited(u32),
    Deleted,
}

pub(crate) fn wanted(here: &[WrittenHere], there: &[WrittenThere]) -> Vec<Wanted> {
    let theirs = there.iter().flat_map(|written| &written.notes).map(|note| Wanted {
        ap_id: note.ap_id.clone(),
        last: (!note.is_deleted).then(|| note.last_text().to_owned()),
    });
    let ours = here.iter().flat_map(|written| &written.comments).map(|comment| Wanted {
        ap_id: comment.ap_id.clone(),
        last: (!comment.is_deleted).then(|| comment.last_text().to_owned()),
    });
    theirs.chain(ours).collect()
}

/// Of each comment that is there its creation and its last text have come, of each that is deleted that it is. (What was
/// deleted before the group had told of it need not be told of.)
pub(crate) fn is_complete(arrivals: &[Arrival], wanted: &[Wanted]) -> anyhow::Result<()> {
    let first = first_arrivals(arrivals);
    let texts: HashSet<(&str, &str)> = arrivals.iter().filter_map(text_of).collect();
    let is_missing = |wanted: &&Wanted| {
        let id = &wanted.ap_id;
        match &wanted.last {
            None => !first.contains_key(&(id.as_str(), Step::Deleted)),
            Some(text) => !(first.contains_key(&(id.as_str(), Step::Created)) && texts.contains(&(id, text))),
        }
    };
    let missing: Vec<&str> = wanted.iter().filter(is_missing).map(|wanted| wanted.ap_id.as_str()).collect();
    let some = &missing[..missing.len().min(5)];
    ensure!(missing.is_empty(), "{} of {} not told: {some:?} …", missing.len(), wanted.len());
    Ok(())
}

/// Each step of a comment came for the first time after those before it.
pub(crate) fn is_in_order(arrivals: &[Arrival], wanted: &[Wanted]) -> anyhow::Result<()> {
    let first = first_arrivals(arrivals);
    for Wanted { ap_id, .. } in wanted {
        let mut steps: Vec<(usize, Step)> =
            first.iter().filter(|((id, _), _)| id == ap_id).map(|((_, step), at)| (*at, *step)).collect();
        steps.sort_unstable();
        ensure!(steps.is_sorted_by_key(|(_, step)| *step), "{ap_id} in another order: {steps:?}");
    }
    Ok(())
}

/// All that came is on the log, byte by byte: nothing was told that was rolled back, nothing under two ids or in two
/// shapes.
pub(crate) async fn is_what_was_kept(store: &Db, arrivals: &[Arrival]) -> anyhow::Result<()> {
    /// Id, and the bodies for group-aware servers and for microblogs.
    type Row = (String, Option<Vec<u8>>, Option<Vec<u8>>);
    let log: Vec<Row> =
        store.query("SELECT activity_ap_id, body_group, body_microblog FROM delivery_log").all().await?;
    let log: HashMap<String, [Option<Vec<u8>>; 2]> =
        log.into_iter().map(|(id, group, microblog)| (id, [group, microblog])).collect();
    let entries: Vec<(String,)> = store.query("SELECT ap_id FROM entries").all().await?;
    let entries: HashSet<String> = entries.into_iter().map(|(id,)| id).collect();
    for Arrival { bytes, activity } in arrivals {
        let id = activity["id"].as_str().context("an activity without an id")?;
        let kept = log.get(id).with_context(|| format!("{id} is not on the log"))?;
        ensure!(kept.iter().flatten().any(|body| body[..] == bytes[..]), "{id} came with other bytes");
        if let Some((entry, _)) = step_of(activity) {
            ensure!(entries.contains(entry), "{id} tells of {entry}, which is not there");
        }
    }
    Ok(())
}

/// Where in the order of arrival each step came first.
fn first_arrivals(arrivals: &[Arrival]) -> HashMap<(&str, Step), usize> {
    let mut first = HashMap::new();
    for (at, arrival) in arrivals.iter().enumerate() {
        if let Some(step) = step_of(&arrival.activity) {
            first.entry(step).or_insert(at);
        }
    }
    first
}

/// What an `Announce` of the group says of which comment.
fn step_of(announce: &Value) -> Option<(&str, Step)> {
    let inner = &announce["object"];
    let object = &inner["object"];
    let id = object.as_str().or_else(|| object["id"].as_str())?;
    match inner["type"].as_str()? {
        "Create" => Some((id, Step::Created)),
        "Update" => {
            let (_, version) = object["content"].as_str()?.rsplit_once('v')?;
            let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
            Some((id, Step::Edited(digits.parse().ok()?)))
        }
        "Delete" => Some((id, Step::Deleted)),
        _ => None,
    }
}

/// The comment and its text that an `Announce` shows.
fn text_of(arrival: &Arrival) -> Option<(&str, &str)> {
    let inner = &arrival.activity["object"];
    let is_shown = matches!(inner["type"].as_str(), Some("Create" | "Update"));
    let content = inner["object"]["content"].as_str().filter(|_| is_shown)?;
    let text = content.trim().trim_start_matches("<p>").trim_end_matches("</p>");
    Some((inner["object"]["id"].as_str()?, text))
}
