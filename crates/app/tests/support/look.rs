//! What a test looks at afterwards.

use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::Layer,
    content::EntryState,
    event::{Cause, EventKind},
    membership::MembershipState,
    moderation::{DecisionAction, Target},
};
use guildhall_store::{
    decision,
    entry::{self, Entry},
    event, group, membership,
    notice::{self, Notice},
    queue::{self, QueueItem},
};

use super::Here;

/// More than any test has.
const ALL: usize = 1000;

/// A decision without its time and key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) action: DecisionAction,
    pub(crate) target: Target,
    pub(crate) layer: Layer,
    pub(crate) rule: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) by: Option<ActorId>,
}

impl Here {
    /// What somebody was told, oldest first.
    pub(crate) async fn notices(&self, actor: ActorId) -> Vec<Notice> {
        let mut found = notice::list_of_actor_before(&self.app.store, actor, None, ALL).await.unwrap();
        found.reverse();
        found
    }

    pub(crate) async fn entry(&self, id: EntryId) -> Entry {
        entry::find(&self.app.store, id).await.unwrap().unwrap()
    }

    pub(crate) async fn state(&self, id: EntryId) -> EntryState {
        self.entry(id).await.state
    }

    /// What is to be told since this was last asked, with what set it off; less what people are told in private.
    pub(crate) async fn caused(&self) -> Vec<(Cause, EventKind)> {
        let events = event::list_unpublished(&self.app.store, ALL).await.unwrap();
        let mut tx = self.app.begin().await.unwrap();
        for event in &events {
            event::mark_published(&mut tx, event.id, self.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let is_public = |kind: &EventKind| !matches!(kind, EventKind::Noticed { .. });
        let events = events.into_iter().filter(|event| is_public(&event.kind));
        events.map(|event| (event.cause, event.kind)).collect()
    }

    /// The same without the causes.
    pub(crate) async fn told(&self) -> Vec<EventKind> {
        self.caused().await.into_iter().map(|(_, kind)| kind).collect()
    }

    /// What became of the activity behind `cause`; `queued` while it waits.
    pub(crate) async fn outcome(&self, cause: Cause) -> String {
        let row: (String, Option<String>) = self
            .app
            .store
            .query("SELECT state, outcome FROM received_activities WHERE id = $1")
            .bind(cause.received().unwrap().0)
            .one()
            .await
            .unwrap();
        row.1.unwrap_or(row.0)
    }

    /// Open items of a group's queue.
    pub(crate) async fn queue(&self, group: GroupId) -> Vec<QueueItem> {
        queue::list_open(&self.app.store, group, None, None, ALL).await.unwrap()
    }

    /// The only open item.
    pub(crate) async fn waiting(&self, group: GroupId) -> QueueItem {
        let items = self.queue(group).await;
        assert_eq!(items.len(), 1, "{items:?}");
        items.into_iter().next().unwrap()
    }

    /// What was decided in a group, oldest first.
    pub(crate) async fn decisions(&self, group: GroupId) -> Vec<Seen> {
        let made = decision::list_of_group(&self.app.store, group, ALL).await.unwrap();
        let seen = made.into_iter().rev().map(|made| {
            let (action, target, layer) = (made.action, made.target, made.layer);
            Seen { action, target, layer, rule: made.rule, reason: made.reason, note: made.note, by: made.by }
        });
        seen.collect()
    }

    pub(crate) async fn membership(&self, group: GroupId, actor: ActorId) -> Option<MembershipState> {
        membership::find(&self.app.store, group, actor).await.unwrap().map(|found| found.state)
    }

    /// Members, posts and comments of a group, after checking every counter against what it counts.
    pub(crate) async fn counts(&self, group: GroupId) -> (i64, i64, i64) {
        self.assert_counters_agree().await;
        let found = group::find(&self.app.store, group).await.unwrap().unwrap();
        (found.member_count, found.post_count, found.comment_count)
    }

    /// Every counter is what a full count gives.
    pub(crate) async fn assert_counters_agree(&self) {
        for (what, sql) in WRONG {
            let wrong: Vec<(i64,)> = self.app.store.query(*sql).all().await.unwrap();
            assert!(wrong.is_empty(), "{what} of {wrong:?} is not what is there");
        }
    }
}

/// Rows whose counters are wrong.
const WRONG: &[(&str, &str)] = &[
    (
        "member_count",
        "SELECT g.id FROM groups g WHERE g.member_count <>
            (SELECT count(*) FROM memberships m WHERE m.group_id = g.id AND m.state = 'member')",
    ),
    (
        "post_count",
        "SELECT g.id FROM groups g WHERE g.post_count <> (SELECT count(*) FROM entries e
            WHERE e.group_id = g.id AND e.kind = 'post' AND e.state = 'published')",
    ),
    (
        "comment_count of the group",
        "SELECT g.id FROM groups g WHERE g.comment_count <> (SELECT count(*) FROM entries e
            WHERE e.group_id = g.id AND e.kind = 'comment' AND e.state = 'published')",
    ),
    (
        "comment_count of the post",
        "SELECT p.id FROM entries p WHERE p.kind = 'post' AND p.comment_count <> (SELECT count(*) FROM entries e
            WHERE e.thread_id = p.id AND e.kind = 'comment' AND e.state = 'published')",
    ),
    (
        "comment_count of the comment",
        "SELECT p.id FROM entries p WHERE p.kind = 'comment' AND p.comment_count <>
            (SELECT count(*) FROM entries e WHERE e.parent_id = p.id AND e.state = 'published')",
    ),
    (
        "tally",
        "SELECT e.id FROM entries e WHERE e.score <> e.up - e.down
            OR e.up <> (SELECT count(*) FROM votes v WHERE v.entry_id = e.id AND v.value = 1)
            OR e.down <> (SELECT count(*) FROM votes v WHERE v.entry_id = e.id AND v.value = -1)",
    ),
    (
        "last_activity_at",
        "SELECT p.id FROM entries p WHERE p.kind = 'post' AND p.last_activity_at <> coalesce(
            (SELECT max(e.last_activity_at) FROM entries e
             WHERE e.thread_id = p.id AND e.kind = 'comment' AND e.state = 'published'), p.created_at)",
    ),
    (
        "followers",
        "SELECT s.group_id FROM delivery_subscriptions s WHERE s.followers <> (
            SELECT count(*) FROM memberships m JOIN actors a ON a.id = m.actor_id
            WHERE m.group_id = s.group_id AND m.state = 'member' AND NOT a.is_local
              AND coalesce(a.shared_inbox, a.inbox) = s.inbox)",
    ),
];
