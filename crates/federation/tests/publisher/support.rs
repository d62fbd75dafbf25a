//! What most of these tests begin with.

use guildhall_app::entry;
use guildhall_domain::{EntryId, GroupId, content::Vote, event::Cause, group::Policy};
use guildhall_store::actor::Actor;

use crate::stage::Stage;

pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A group with a moderator, as most tests need them.
pub(crate) async fn gardening(stage: &Stage, policy: Policy) -> (GroupId, Actor) {
    let moderator = stage.person("mona").await;
    (stage.group("gardening", policy, &moderator).await, moderator)
}

pub(crate) fn open() -> Policy {
    Policy::default()
}

pub(crate) fn vote(entry: EntryId, actor: &Actor, vote: Option<Vote>, cause: Cause) -> entry::CastVote {
    entry::CastVote { entry, actor: actor.id, vote, cause }
}

pub(crate) fn removal(entry: EntryId, by: &Actor, reason: Option<&str>, cause: Cause) -> entry::Delete {
    entry::Delete { entry, by: by.id, reason: reason.map(str::to_owned), cause }
}

/// Forgets that anything was told, as after a crash between rendering and marking.
pub(crate) async fn untell(stage: &Stage) {
    let mut tx = stage.app.begin().await.unwrap();
    tx.query("UPDATE events SET published_at = NULL").execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// The numbers in an id of this run, to be named.
pub(crate) fn numbers_of(ap_id: &str) -> Option<(i64, &'static str)> {
    ap_id.rsplit('/').next().and_then(|number| number.parse().ok()).map(|number| (number, "number"))
}
