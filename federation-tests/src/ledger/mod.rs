//! Whether what was answered, what the store says and what other servers heard agree.
//!
//! Each check is a function over those three that names every damage it finds, so that a test can show that it finds it:
//! [`said`] is what was answered, [`kept`] what the store says; [`entries`] compares the two, [`log`] what is to be
//! delivered with both, and [`told`] what one server heard with the log.

mod entries;
mod kept;
mod log;
mod said;
#[cfg(test)]
mod tests;
mod told;

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, ensure};
use guildhall_store::Db;
use tokio::time::Instant;

pub use kept::Kept;
pub use said::{Comment, Membership, Said, Vote};

use crate::{Arrival, Hosts, eventually_within};

/// For what has not been processed and delivered when the last thing is answered.
const REST_WITHIN: Duration = Duration::from_secs(90);

/// Damages shown of many.
const SHOWN: usize = 5;

/// What was found to be in order.
#[derive(Debug)]
#[expect(dead_code, reason = "shown by tests, as it stands")]
pub struct Sound {
    comments: usize,
    edits: usize,
    deletions: usize,
    activities_from_elsewhere: usize,
    deliveries: usize,
    hosts: usize,
    /// From the answer to a comment until a server heard of it.
    longest: Duration,
    /// From the call until all was there.
    rest: Duration,
}

/// Waits until all that was said is processed and told, and checks that nothing was lost, doubled, changed, told out of
/// order, or told without having come to pass.
///
/// # Errors
/// What is wrong, or that it is not there in time.
pub async fn nothing_is_lost(store: &Db, said: &Said, hosts: &Hosts) -> anyhow::Result<Sound> {
    let began = Instant::now();
    ensure!(said.comments.len() > 20, "only {} comments were made", said.comments.len());
    eventually_within(REST_WITHIN, "everything is processed", async || kept::nothing_waits(store).await)
        .await?;
    let kept = Kept::read(store).await?;
    for damages in [entries::compare(said, &kept), log::compare(said, &kept)] {
        are_none(&damages)?;
    }
    let mut deliveries = 0;
    for host in 0..hosts.count() {
        let name = hosts.authority(host);
        eventually_within(REST_WITHIN, &format!("{name} has heard of everything"), async || {
            are_none(&told::missing(&kept, name, &hosts.arrivals(host)))
        })
        .await?;
        let arrivals = hosts.arrivals(host);
        are_none(&told::compare(&kept, name, &arrivals))?;
        deliveries += arrivals.len();
    }
    // The cursors are moved after the deliveries.
    are_none(&told::skipped(&Kept::read(store).await?))?;
    Ok(Sound {
        comments: said.comments.len(),
        edits: said.comments.iter().map(|comment| comment.texts.len() - 1).sum(),
        deletions: said.comments.iter().filter(|comment| comment.is_deleted).count(),
        activities_from_elsewhere: said.activities.len(),
        deliveries,
        hosts: hosts.count(),
        longest: longest(said, hosts).context("nothing was heard")?,
        rest: began.elapsed(),
    })
}

fn are_none(damages: &[String]) -> anyhow::Result<()> {
    let some = &damages[..damages.len().min(SHOWN)];
    ensure!(damages.is_empty(), "{} damages: {some:#?}", damages.len());
    Ok(())
}

/// The longest time from an answer until a server heard of the comment.
fn longest(said: &Said, hosts: &Hosts) -> Option<Duration> {
    let said: HashMap<&str, _> =
        said.comments.iter().map(|comment| (comment.ap_id.as_str(), comment.answered_at)).collect();
    let all: Vec<Vec<Arrival>> = (0..hosts.count()).map(|host| hosts.arrivals(host)).collect();
    let mut spans = HashMap::new();
    for (host, arrivals) in all.iter().enumerate() {
        for Arrival { activity, at, .. } in arrivals.iter().filter(|arrival| arrival.is_told("Create")) {
            let object = activity["object"]["object"]["id"].as_str().unwrap_or_default();
            let Some(answered_at) = said.get(object) else { continue };
            spans.entry((host, object)).or_insert_with(|| at.duration_since(*answered_at));
        }
    }
    spans.into_values().max()
}
