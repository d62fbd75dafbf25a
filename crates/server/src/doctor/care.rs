//! Groups that nobody of their own is left to lead.

use guildhall_store::{Db, succession};

use super::Finding;

/// Groups that are named.
const EXAMPLES: usize = 5;

pub(super) async fn check(store: &Db) -> anyhow::Result<Vec<Finding>> {
    let groups = succession::list_in_care(store).await?;
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<&str> = groups.iter().take(EXAMPLES).map(|(name, _)| name.as_str()).collect();
    let more = if groups.len() > EXAMPLES { " …" } else { "" };
    let what = format!("groups with nobody of their own to lead them: {}{more}", named.join(", "));
    let advice = "see `guildhall group staff NAME` for whom they have seen most of, and make somebody the owner: \
                  `guildhall group appoint NAME PERSON --role owner`";
    Ok(vec![Finding::warning("care", what, advice)])
}
