//! Numbers against what they count.

use guildhall_domain::Timestamp;
use guildhall_store::doctor::{Counter, list_wrong, repair_counters};
use guildhall_store::{Db, StoreError};

use super::{Examination, Finding};

const CHECK: &str = "counters";
/// Ids that are shown.
const EXAMPLES: u32 = 3;

/// Looks at every counter, and with `repair` counts again where one is wrong.
pub(super) async fn check(store: &Db, repair: bool, now: Timestamp, found: &mut Examination) {
    for counter in Counter::ALL {
        match check_one(store, counter, repair, now).await {
            Ok(Checked::Right) => {}
            Ok(Checked::Wrong(finding)) => found.findings.push(finding),
            Ok(Checked::Repaired(what)) => found.repaired.push(what),
            Err(error) => found.findings.push(Finding::failed(CHECK, &error.into())),
        }
    }
}

enum Checked {
    Right,
    Wrong(Finding),
    Repaired(String),
}

async fn check_one(
    store: &Db,
    counter: Counter,
    repair: bool,
    now: Timestamp,
) -> Result<Checked, StoreError> {
    let wrong = list_wrong(store, counter, 0, EXAMPLES).await?;
    if wrong.rows == 0 {
        return Ok(Checked::Right);
    }
    let ids: Vec<String> = wrong.ids.iter().map(i64::to_string).collect();
    let what = format!("{} {} (ids {} …)", wrong.rows, description(counter), ids.join(", "));
    if repair {
        repair_counters(store, counter, now).await?;
        if list_wrong(store, counter, 0, 1).await?.rows == 0 {
            return Ok(Checked::Repaired(what));
        }
    }
    Ok(Checked::Wrong(Finding::error(CHECK, what, "run `guildhall doctor --repair`, which counts again")))
}

fn description(counter: Counter) -> &'static str {
    match counter {
        Counter::Members => "groups have another number of members than they show",
        Counter::GroupEntries => "groups have another number of posts or comments than they show",
        Counter::Votes => "posts and comments have other votes than they show",
        Counter::Comments => "posts and comments have another number of comments than they show",
        Counter::Followers => "groups deliver to other inboxes than those of their members",
    }
}
