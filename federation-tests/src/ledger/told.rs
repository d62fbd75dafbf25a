//! What one server heard is what the log has for it, in order, and nothing else.

use std::collections::{HashMap, HashSet};

use super::{
    Kept,
    kept::{Row, Subscription},
};
use crate::Arrival;

/// The rows that a group-aware host is to hear of.
fn wanted<'a>(kept: &'a Kept, host: &str) -> impl Iterator<Item = &'a Row> {
    let mut since: HashMap<i64, i64> = HashMap::new();
    for Subscription { group, since: row, .. } in kept.subscriptions.iter().filter(|one| one.host == host) {
        let first = since.entry(*group).or_insert(*row);
        *first = (*first).min(*row);
    }
    let named: HashSet<i64> =
        kept.targets.iter().filter(|(_, target)| target == host).map(|(row, _)| *row).collect();
    kept.log.iter().filter(move |row| {
        let follows = row.group.and_then(|group| since.get(&group)).is_some_and(|since| row.place > *since);
        row.bodies[0].is_some() && (follows || named.contains(&row.place))
    })
}

fn id(arrival: &Arrival) -> &str {
    arrival.activity["id"].as_str().unwrap_or_default()
}

/// What has not come yet, or never will.
pub(super) fn missing(kept: &Kept, host: &str, arrivals: &[Arrival]) -> Vec<String> {
    let heard: HashSet<&str> = arrivals.iter().map(id).collect();
    let is_missing = |row: &&Row| !heard.contains(row.id.as_str());
    wanted(kept, host).filter(is_missing).map(|row| format!("{host} was not told {}", row.id)).collect()
}

/// What came though it is not on the log, or otherwise, or out of order.
pub(super) fn compare(kept: &Kept, host: &str, arrivals: &[Arrival]) -> Vec<String> {
    let rows: HashMap<&str, &Row> = kept.log.iter().map(|row| (row.id.as_str(), row)).collect();
    let wanted: HashSet<&str> = wanted(kept, host).map(|row| row.id.as_str()).collect();
    let mut damages = Vec::new();
    for arrival in arrivals {
        let id = id(arrival);
        let Some(row) = rows.get(id) else {
            damages.push(format!("{host} was told {id}, which is not on the log"));
            continue;
        };
        if !row.bodies.iter().flatten().any(|body| body[..] == arrival.bytes[..]) {
            damages.push(format!("{host} was told {id} in other bytes"));
        }
        if !wanted.contains(id) {
            damages.push(format!("{host} was told {id}, which is not for it"));
        }
    }
    damages.extend(unordered(&rows, host, arrivals));
    damages
}

/// Of each order key the rows came for the first time one after the other, and the last to come is the newest: what is
/// told again after a kill is told in order again.
fn unordered(rows: &HashMap<&str, &Row>, host: &str, arrivals: &[Arrival]) -> Vec<String> {
    let mut heard: HashMap<&str, Vec<i64>> = HashMap::new();
    for row in arrivals.iter().filter_map(|arrival| rows.get(id(arrival))) {
        heard.entry(&row.order_key).or_default().push(row.place);
    }
    let mut damages = Vec::new();
    for (key, places) in heard {
        let mut known = HashSet::new();
        let first: Vec<i64> = places.iter().copied().filter(|place| known.insert(*place)).collect();
        if !first.is_sorted() {
            damages.push(format!("{host} was told of {key} out of order: {places:?}"));
        }
        if places.last() != places.iter().max() {
            damages.push(format!("the last word to {host} on {key} is old: {places:?}"));
        }
    }
    damages
}

/// Hosts that are further than the log: they will not hear of what comes next.
pub(super) fn skipped(kept: &Kept) -> Vec<String> {
    let end = kept.log.last().map_or(0, |row| row.place);
    let ahead = kept.cursors.iter().filter(|(_, cursor)| **cursor > end);
    ahead.map(|(host, cursor)| format!("{host} has passed {cursor}, and the log ends at {end}")).collect()
}
