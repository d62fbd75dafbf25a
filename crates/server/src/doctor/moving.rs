//! What should have moved on by now.

use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_federation::outbound::publisher;
use guildhall_store::doctor::{
    Waiting, count_overdue_received, count_unpublished, count_waiting_received, list_dead_hosts,
};
use guildhall_store::received::next_due;
use guildhall_store::{Db, StoreError, lease};

use super::Finding;
use crate::config::Config;

const CHECK: &str = "stuck";
/// A received activity is processed within seconds, unless something has to be fetched that is not to be had.
const RECEIVED_WITHIN: Duration = Duration::from_hours(1);
/// Delay of a worker that has much to do.
const WORKED_WITHIN: Duration = Duration::from_mins(10);
/// Hosts that are named.
const EXAMPLES: usize = 5;

pub(super) async fn check(store: &Db, config: &Config, now: Timestamp) -> anyhow::Result<Vec<Finding>> {
    let mut found = received(store, now).await?;
    // Without federation nobody is told anything, and events stay.
    if config.federation.enabled {
        found.extend(events(store, now).await?);
    }
    found.extend(dead_hosts(store).await?);
    Ok(found)
}

async fn received(store: &Db, now: Timestamp) -> Result<Vec<Finding>, StoreError> {
    let before = now.minus(RECEIVED_WITHIN);
    let overdue = count_overdue_received(store, before, now.minus(WORKED_WITHIN)).await?;
    let waiting = count_waiting_received(store, before, now).await?;
    let overdue = overdue.since.map(|since| {
        let what = format!("{} received activities wait for a worker{}", overdue.rows, age(since, now));
        Finding::error(CHECK, what, "start the server, or look into its log for what stops it")
    });
    let next = next_due(store).await?.filter(|at| at.is_after(now));
    let waiting = waiting.since.map(|since| {
        let Waiting { rows, .. } = waiting;
        let next = next.map(|at| format!("; something is tried again in {}", span(at.since(now))));
        let what = format!(
            "{rows} received activities could not be processed yet{}{}",
            age(since, now),
            next.unwrap_or_default()
        );
        let advice = "they are tried again by themselves; when there are many, see whether this machine can reach \
                      other servers";
        Finding::warning(CHECK, what, advice)
    });
    Ok(overdue.into_iter().chain(waiting).collect())
}

async fn events(store: &Db, now: Timestamp) -> Result<Option<Finding>, StoreError> {
    let waiting = count_unpublished(store, now.minus(WORKED_WITHIN)).await?;
    let is_published = lease::find_holder(store, publisher::LEASE, now).await?.is_some();
    Ok(waiting.since.map(|since| {
        let what = format!("{} events were not told to other servers{}", waiting.rows, age(since, now));
        let advice = if is_published {
            "a server is at it: look into its log for what stops the publisher"
        } else {
            "no server publishes: start one"
        };
        Finding::error(CHECK, what, advice)
    }))
}

async fn dead_hosts(store: &Db) -> Result<Option<Finding>, StoreError> {
    let hosts = list_dead_hosts(store).await?;
    if hosts.is_empty() {
        return Ok(None);
    }
    let named: Vec<&str> = hosts.iter().take(EXAMPLES).map(String::as_str).collect();
    let more = if hosts.len() > EXAMPLES { " …" } else { "" };
    let what = format!("{} servers have not answered for days: {}{more}", hosts.len(), named.join(", "));
    let advice =
        "nothing, if they are gone; else see `guildhall delivery status` and `guildhall delivery retry HOST`";
    Ok(Some(Finding::warning(CHECK, what, advice)))
}

/// `, the oldest for 3 h`
fn age(since: Timestamp, now: Timestamp) -> String {
    format!(", the oldest for {}", span(now.since(since)))
}

fn span(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        2880.. => format!("{} days", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_a_fitting_unit() {
        let after = |minutes: i64| age(Timestamp(0), Timestamp(minutes * 60_000));
        assert_eq!(after(90), ", the oldest for 90 min");
        assert_eq!(after(125), ", the oldest for 2 h");
        assert_eq!(after(3 * 1440), ", the oldest for 3 days");
    }
}
